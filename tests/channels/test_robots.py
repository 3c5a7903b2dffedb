"""Group robots by their documented answers: errors come with status 200."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from app.channels.gateways import gateways_of
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Outcome, Reply
from app.domain.messages.wording import MessageText, NoticeKind
from config import Settings
from tests.channels.gateways import web

LETTER = MessageText("标题", "案件 2026-1：新收异议。", "", NoticeKind.WARNING)
OK = '{"errcode":0,"errmsg":"ok"}'


def send(channel: OutgoingChannel, url: str, address: str) -> Outcome:
    gateways = gateways_of(Settings(wecom_url=f"{url}/cgi-bin/webhook/send", dingtalk_url=f"{url}/robot/send"))
    return gateways.send(channel, address, LETTER, "")


def test_wecom_is_spoken_to_by_its_key() -> None:
    with web(OK) as server:
        assert send(OutgoingChannel.WECOM, server.url, "693a91f6-7xxx") == Outcome(Reply.TAKEN, OK)
    assert server.requests[0][0] == "/cgi-bin/webhook/send?key=693a91f6-7xxx"
    assert server.json == [{"msgtype": "text", "text": {"content": LETTER.text}}]


def test_dingtalk_is_signed() -> None:
    with web(OK) as server:
        assert send(OutgoingChannel.DINGTALK, server.url, "SECabcdef0123@token0123").said is Reply.TAKEN
    query = parse_qs(urlsplit(server.requests[0][0]).query)
    assert query["access_token"] == ["token0123"]
    text = f"{query['timestamp'][0]}\nSECabcdef0123".encode()
    signed = base64.b64encode(hmac.new(b"SECabcdef0123", text, hashlib.sha256).digest()).decode()
    assert unquote(query["sign"][0]) == signed
    assert server.json[0]["text"] == {"content": LETTER.text}


@pytest.mark.parametrize(
    ("channel", "answer", "said"),
    [
        (OutgoingChannel.WECOM, '{"errcode":93000,"errmsg":"invalid webhook url"}', Reply.NEVER),
        (OutgoingChannel.WECOM, '{"errcode":45009,"errmsg":"api freq out of limit"}', Reply.LATER),
        (OutgoingChannel.DINGTALK, '{"errcode":310000,"errmsg":"sign not match"}', Reply.NEVER),
        (OutgoingChannel.DINGTALK, '{"errcode":130101,"errmsg":"send too fast"}', Reply.LATER),
        (OutgoingChannel.DINGTALK, "<html>", Reply.LATER),
    ],
)
def test_an_error_with_status_200_is_an_error(channel: OutgoingChannel, answer: str, said: Reply) -> None:
    with web(answer) as server:
        outcome = send(channel, server.url, "abcdefgh01")
    assert outcome.said is said
    assert answer in outcome.words


def test_nobody_there_is_surely_not_sent() -> None:
    assert send(OutgoingChannel.WECOM, "http://127.0.0.1:9", "abcdefgh01").said is Reply.LATER


@pytest.mark.parametrize("channel", [OutgoingChannel.WECOM, OutgoingChannel.DINGTALK])
def test_a_key_is_sent_to_the_address_that_is_set_and_to_no_other(channel: OutgoingChannel) -> None:
    with web(OK) as elsewhere, web(OK, status=307, location=elsewhere.url) as server:
        assert send(channel, server.url, "abcdefgh01").said is Reply.LATER
    assert (len(server.requests), elsewhere.requests) == (1, [])
