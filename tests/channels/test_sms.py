"""SMS through a test gateway, which also reports errors with status 200."""

from __future__ import annotations

import hashlib
import json

import pytest

from app.channels.gateways import gateways_of
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Outcome, Reply
from app.domain.messages.wording import MessageText, NoticeKind
from config import BadSettings, Settings
from tests.channels.gateways import web

LETTER = MessageText("", "", "案件 2026-1：新收异议。", NoticeKind.WARNING)
PHONE = "13900000000"


def send(url: str, **settings: str) -> Outcome:
    return gateways_of(Settings(sms_url=url, **settings)).send(OutgoingChannel.SMS, PHONE, LETTER, "t" * 32)  # type: ignore[arg-type]


def test_fields_signature_and_template_are_settings() -> None:
    fields = {"to": "{phone}", "body": "{signature}{text}", "tpl": ["{template}"], "sign": "{sign}", "plain": "{other}"}
    with web('{"status": "OK"}') as gateway:
        outcome = send(
            gateway.url,
            sms_method="json",
            sms_fields=json.dumps(fields),
            sms_headers='{"X-Key": "{secret}"}',
            sms_signature="【某某公示】",
            sms_templates='{"warning": "T1"}',
            sms_secret="s3cret",
            sms_sign="md5:{phone}{secret}",
            sms_taken='"status": "OK"',
        )
    assert outcome == Outcome(Reply.TAKEN, '{"status": "OK"}')
    signed = hashlib.md5(f"{PHONE}s3cret".encode()).hexdigest()  # noqa: S324 - what the gateway asks for
    body = "【某某公示】案件 2026-1：新收异议。"
    assert gateway.json == [{"to": PHONE, "body": body, "tpl": ["T1"], "sign": signed, "plain": "{other}"}]
    assert gateway.requests[0][1]["X-Key"] == "s3cret"


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        ('{"code": 0, "msg": "ok"}', 200, Reply.TAKEN),
        ('{"code": "0"}', 200, Reply.TAKEN),
        ('{"code": 1008, "msg": "余额不足"}', 200, Reply.LATER),
        ('{"code": 1002, "msg": "BLACKLIST"}', 200, Reply.NEVER),
        ("<html>busy</html>", 502, Reply.LATER),
        ("", 200, Reply.LATER),
    ],
)
def test_the_body_decides_and_its_words_are_kept(answer: str, status: int, said: Reply) -> None:
    with web(answer, status) as gateway:
        outcome = send(gateway.url, sms_never="BLACKLIST")
    assert outcome.said is said
    assert answer in outcome.words


@pytest.mark.parametrize("method", ["form", "json", "get"])
def test_a_number_is_sent_to_the_gateway_that_is_set_and_to_no_other(method: str) -> None:
    with web() as elsewhere, web(status=307, location=elsewhere.url) as gateway:
        assert send(gateway.url, sms_method=method).said is Reply.LATER
    assert (len(gateway.requests), elsewhere.requests) == (1, [])


def test_the_number_that_an_answer_repeats_is_left_out() -> None:
    with web(f'{{"code": 9, "mobile": "{PHONE}"}}') as gateway:
        assert send(gateway.url).words == '{"code": 9, "mobile": "…"}'


def test_nobody_there_is_surely_not_sent_and_no_secret_is_in_the_words() -> None:
    outcome = send("http://127.0.0.1:9/?key=s3cret")
    assert outcome == Outcome(Reply.LATER, "没有应答（ConnectionError）")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sms_method", "put"),
        ("sms_fields", "no json"),
        ("sms_fields", '{"text": "{text}"}'),
        ("sms_headers", "[]"),
        ("sms_sign", "crc:{text}"),
        ("sms_taken", "("),
    ],
)
def test_wrong_settings_are_named(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=f"GONGSHI_{name.upper()}"):
        gateways_of(Settings(sms_url="http://127.0.0.1:9", **{name: value}))  # type: ignore[arg-type]
