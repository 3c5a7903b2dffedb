"""Mail against an SMTP server that can also be slow, refuse, or drop the connection."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

from app.channels import mail
from app.channels.gateways import gateways_of
from app.channels.mail import kept_open
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Outcome, Reply
from app.domain.messages.wording import MessageText, NoticeKind
from config import BadSettings, Settings
from tests.channels.gateways import smtp

TOKEN = "0123456789abcdef" * 2
LETTER = MessageText(
    "【平台】案件 2026-1", "案件 2026-1：新收异议。", "", NoticeKind.WARNING, stop_at="https://portal.example/stop/1"
)


def send(port: int) -> Outcome:
    settings = Settings(mail_url=f"smtp://127.0.0.1:{port}", mail_from="平台 <gongshi@portal.example>")
    return gateways_of(settings).send(OutgoingChannel.MAIL, "office@example.com", LETTER, TOKEN)


def test_it_arrives_with_what_a_mail_program_needs() -> None:
    with smtp() as server:
        assert send(server.port) == Outcome(Reply.TAKEN, "250 taken")
    assert server.addresses == ["office@example.com"]
    assert server.texts == ["【平台】案件 2026-1\n案件 2026-1：新收异议。\n"]
    head = server.received[0].partition(b"\r\n\r\n")[0].decode()
    assert f"Message-ID: <{TOKEN}@portal.example>" in head
    assert "List-Unsubscribe: <https://portal.example/stop/1>" in head
    assert "Auto-Submitted: auto-generated" in head


@pytest.mark.parametrize(
    ("does", "said", "words"),
    [
        ("no_user", Reply.NEVER, "550 no such user here"),
        ("busy", Reply.LATER, "451 try again later"),
        ("refuses", Reply.NEVER, "554 looks like spam"),
        ("slow", Reply.UNSURE, "SMTPServerDisconnected: Connection unexpectedly closed: timed out"),
        ("vanishes", Reply.UNSURE, "SMTPServerDisconnected: Connection unexpectedly closed"),
    ],
)
def test_each_failure_is_told_apart(monkeypatch: pytest.MonkeyPatch, does: str, said: Reply, words: str) -> None:
    monkeypatch.setattr(mail, "_TIMEOUT", 1)
    with smtp(does) as server:
        outcome = send(server.port)
    assert outcome.said is said
    assert outcome.words.startswith(words.partition(":")[0])


def test_nobody_there_is_surely_not_sent() -> None:
    with smtp() as server:
        port = server.port
    assert send(port).said is Reply.LATER


@pytest.mark.parametrize(("does", "keeps", "connections"), [("ok", True, 1), ("ok", False, 3), ("leaves", True, 3)])
def test_a_burst_goes_over_one_connection_and_over_another_where_the_server_left(
    does: str, keeps: bool, connections: int
) -> None:
    with smtp(does) as server, kept_open() if keeps else nullcontext():
        said = [send(server.port).said for _ in range(3)]
    assert said == [Reply.TAKEN] * 3
    assert (len(server.received), len(server.connections)) == (3, connections)


def test_a_connection_on_which_something_failed_is_not_used_again() -> None:
    """Each message of a burst ends by itself: what one was refused for says nothing of the next."""
    with smtp("no_user") as server, kept_open():
        assert send(server.port).said is Reply.NEVER
        server.does = "ok"
        assert [send(server.port).said for _ in range(2)] == [Reply.TAKEN] * 2
        server.does = "refuses"
        assert send(server.port).said is Reply.NEVER
        server.does = "ok"
        assert send(server.port).said is Reply.TAKEN
    assert len(server.connections) == 2


@pytest.mark.parametrize(("url", "sender"), [("http://x", "a@b.example"), ("smtp://", "a@b.example"), ("smtp://x", "")])
def test_wrong_settings_are_named(url: str, sender: str) -> None:
    with pytest.raises(BadSettings, match="GONGSHI_MAIL_"):
        gateways_of(Settings(mail_url=url, mail_from=sender))
