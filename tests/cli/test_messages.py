"""`gongshi notify test`, `gongshi send`, and what a command of the console has to tell (R28)."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.channels.filebox import read_box
from app.services.messages.queue import open_queue
from config import Settings
from tests.channels.gateways import smtp, web
from tests.cli.console import KEYS, Run
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@on_sqlite
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("pigeon", "a@example.com"), "Invalid value for"),
        (("mail", "a@example.com"), "邮件没有设置，见 docs/operations.md。"),
        (("sms", "13900000000"), "短信没有设置"),
        (("dingtalk", "SECabcdef0123@token0123"), "钉钉群机器人没有设置"),
    ],
)
def test_a_channel_that_is_not_there_is_named(run: Run, arguments: tuple[str, str], says: str) -> None:
    answer = run("notify", "test", *arguments)
    assert answer.exit_code != 0
    assert says in answer.output


@on_sqlite
def test_a_bad_address_or_setting_is_named_before_anything_is_sent(run: Run) -> None:
    with web() as gateway:
        answer = run("notify", "test", "sms", "139", GONGSHI_SMS_URL=gateway.url)
        assert (answer.exit_code, answer.output) == (1, "Error: 请写11位手机号码。\n")
        answer = run("notify", "test", "mail", "a@example.com", GONGSHI_MAIL_URL="smtp://127.0.0.1:9")
        assert answer.exit_code == 1
        assert "GONGSHI_MAIL_FROM" in answer.output
        assert gateway.requests == []


@on_sqlite
@pytest.mark.parametrize(
    ("channel", "address", "answer", "says", "status"),
    [
        ("sms", "13900000000", '{"code": 0, "id": "7"}', '已发出，对方应答：{"code": 0, "id": "7"}', 0),
        ("sms", "13900000000", '{"code": 104, "msg": "no money"}', "没有发出，对方应答：", 1),
        ("wecom", "robot-key-1234", '{"errcode": 0, "errmsg": "ok"}', "已发出，对方应答：", 0),
        ("wecom", "robot-key-1234", '{"errcode": 93000, "errmsg": "invalid webhook url"}', "invalid webhook url", 1),
        ("dingtalk", "SECabcdef0123@token0123", '{"errcode": 0, "errmsg": "ok"}', "已发出，对方应答：", 0),
        ("dingtalk", "SECabcdef0123@token0123", '{"errcode": 310000, "errmsg": "sign not match"}', "sign not match", 1),
    ],
)
def test_the_gateway_s_own_answer_is_printed_and_decides_the_exit_status(
    run: Run, channel: str, address: str, answer: str, says: str, status: int
) -> None:
    """All of these come with status 200."""
    with web(answer) as gateway:
        told = run("notify", "test", channel, address, **{f"GONGSHI_{channel.upper()}_URL": gateway.url})
    assert (told.exit_code, len(gateway.requests)) == (status, 1)
    assert says in told.output


@on_sqlite
@pytest.mark.parametrize(
    ("does", "says", "status"), [("ok", "已发出，对方应答：250", 0), ("no_user", "550 no such user", 1)]
)
def test_a_mail_is_tried_out(run: Run, does: str, says: str, status: int) -> None:
    with smtp(does) as server:
        url = {"GONGSHI_MAIL_URL": f"smtp://127.0.0.1:{server.port}", "GONGSHI_MAIL_FROM": "gongshi@portal.example"}
        told = run("notify", "test", "mail", "a@example.com", **url)
    assert told.exit_code == status
    assert says in told.output


@on_sqlite
def test_the_demonstration_writes_it_into_its_folder(run: Run, tmp_path: Path) -> None:
    set_to = {"GONGSHI_DEMONSTRATION": "1", "GONGSHI_INSTANCE_DIR": str(tmp_path / "instance")}
    told = run("notify", "test", "sms", "13900000000", **set_to)
    assert "没有发往任何地方" in told.output
    assert [kept.address for kept in read_box(tmp_path / "instance" / "mailbox")] == ["13900000000"]


@on_sqlite
def test_a_sender_refuses_to_start_with_keys_that_everybody_knows(run: Run) -> None:
    told = run("send")
    assert told.exit_code == 1
    assert "GONGSHI_SECRET_KEY" in told.output


@on_sqlite
def test_what_a_command_has_to_tell_calls_a_sender_at_once(world: World, run: Run, tmp_path: Path) -> None:
    """`gongshi settle` lapses a case: nobody waits for the sweep of the next minute. A second run calls nobody."""
    world.file(world.round_two(), world.nominees[0], "2026-09-18 Fri 10:00")
    there = {"GONGSHI_INSTANCE_DIR": str(tmp_path / "instance")} | KEYS
    calls = []
    for _ in range(2):
        assert run("settle", **there).exit_code == 0
        calls.append(open_queue(Settings(instance_dir=tmp_path / "instance")).pending_count())
    assert calls == [1, 1]


@on_sqlite
def test_a_command_that_tells_nothing_opens_no_queue(world: World, run: Run, tmp_path: Path) -> None:
    assert run("settle", GONGSHI_INSTANCE_DIR=str(tmp_path / "instance")).exit_code == 0
    assert not (tmp_path / "instance" / "queue.sqlite").exists()
