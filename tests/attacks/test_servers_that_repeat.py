"""Mail servers and gateways that repeat whom a message went to: the office reads no objector's address from it.

Their words stand on the page of messages and in the table of dispatches, and nobody gives a reason for reading them
(R19, R36, SECURITY 14 and 60).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.channels.bounces import bounce_in
from app.channels.gateways import Gateways
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Delivery, Outcome, Reply, kept_words
from app.domain.messages.wording import MessageText, write_trial
from app.models import Dispatch
from app.services.messages import bounces
from app.services.messages.followers import MessageChoice
from app.services.messages.planning import new_token
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

MAIL, SMS = OutgoingChannel.MAIL, OutgoingChannel.SMS
MAILBOX, NUMBER = "Zhao.Xiaohe@Example.com", "13911112222"
# What a server says, and what may be left of it.
SAYS = {
    "550 5.1.1 <Zhao.Xiaohe@Example.com>: Recipient address rejected": "550 5.1.1 <…>: Recipient address rejected",
    "550 5.1.1 <zhao.xiaohe@example.com> unknown": "550 5.1.1 <…> unknown",
    "smtp; 550 user ZHAO.XIAOHE unknown in virtual table": "smtp; 550 user … unknown in virtual table",
    "RCPT TO:zhao.xiaohe%40example.com failed": "RCPT TO:… failed",
    "收件人zhao.xiaohe@example.com不存在": "收件人…不存在",
    "forwarded to another@qq.com, mailbox full": "forwarded to …, mailbox full",
    "550-5.7.26 This mail is unauthenticated 421 4.7.0": "550-5.7.26 This mail is unauthenticated 421 4.7.0",
    "552 5.2.2 over quota (3145728 bytes)": "552 5.2.2 over quota (… bytes)",
}
SMS_SAYS = {
    '{"code": 160022, "msg": "13911112222 is on the blacklist"}': '{"code": 160022, "msg": "… is on the blacklist"}',
    '{"code": 7, "msg": "+86 139-1111-2222 blocked"}': '{"code": 7, "msg": "… blocked"}',
    '{"code": 7, "mobile": "8613911112222"}': '{"code": 7, "mobile": "86…"}',
    "手机号139 1111 2222无效": "手机号…无效",
    "手机号１３９１１１１２２２２无效": "手机号…无效",
}


@pytest.mark.parametrize("words", SAYS)
def test_security_60_a_mail_servers_words_name_nobody(words: str) -> None:
    assert _through(MAIL, MAILBOX, words) == SAYS[words]


@pytest.mark.parametrize("words", SMS_SAYS)
def test_security_60_a_gateways_words_name_nobody(words: str) -> None:
    assert _through(SMS, NUMBER, words) == SMS_SAYS[words]


def test_security_60_what_is_kept_once_is_kept_so() -> None:
    for words in (*SAYS, *SMS_SAYS):
        assert kept_words(kept_words(words)) == kept_words(words)


def _through(channel: OutgoingChannel, address: str, words: str) -> str:
    class Parrot:
        def send(self, address: str, message: MessageText, token: str) -> Outcome:
            return Outcome(Reply.LATER, words)

    return Gateways({channel: Parrot()}).send(channel, address, write_trial(), "t").words


REPORT = """From: MAILER-DAEMON@mx.example.net
To: office@portal.example
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

<zhao.xiaohe@example.com>: host mx.example.com said no
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; zhao.xiaohe@example.com
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <zhao.xiaohe@example.com> user zhao.xiaohe unknown

--b
Content-Type: text/rfc822-headers

Message-ID: <TOKEN@portal.example>
To: zhao.xiaohe@example.com

--b--
"""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_security_60_returned_mail_brings_no_objectors_address_into_the_table_or_onto_the_page(
    world: World, app: Flask, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    """The report of a server that returned a mail to an objector: it was stored word for word."""
    filed = "2026-09-18 Fri 09:00"
    told = MessageChoice(frozenset({MAIL}), wants_news=True)
    world.file(world.round_two(), world.nominees[0], filed, telling=told, contact=MAILBOX)
    with world.database.writer() as session:
        row = session.scalars(select(Dispatch)).one()
        row.fate, row.token, row.tries, row.ended_at = Delivery.SENT, new_token(), 1, at(filed)
        token = row.token
        session.commit()
    bounce = bounce_in(REPORT.replace("TOKEN", token).replace("\n", "\r\n").encode())
    assert bounce is not None
    now = at(filed) + dt.timedelta(minutes=5)
    assert world.run(bounces.mark_bounced, bounce.token, bounce.words, now=now)
    clock.to(now)
    page = staff("office").get("/office/messages")
    assert "550 5.1.1" in page.source
    assert "xiaohe" not in page.source.lower()
    stored = "\n".join(line for rows in world.everything().values() for line in rows)
    assert "xiaohe" not in stored.lower()
