"""Mail against an SMTP server that can also be slow, refuse, or drop the connection."""

from __future__ import annotations

import pytest

from app.channels import mail
from app.channels.gateways import gateways_of
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


@pytest.mark.parametrize(("url", "sender"), [("http://x", "a@b.example"), ("smtp://", "a@b.example"), ("smtp://x", "")])
def test_wrong_settings_are_named(url: str, sender: str) -> None:
    with pytest.raises(BadSettings, match="GONGSHI_MAIL_"):
        gateways_of(Settings(mail_url=url, mail_from=sender))
