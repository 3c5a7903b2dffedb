"""Which channels an installation has, and what the office is told of a gateway's answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.channels.gateways import Gateways, gateways_of
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import WORDS_LENGTH, Outcome, Reply
from app.domain.messages.wording import MessageText, write_trial
from config import BadSettings, Settings

MAIL, SMS, WECOM, DINGTALK = OutgoingChannel
SET = {
    "mail_url": "smtp://127.0.0.1:25",
    "mail_from": "gongshi@portal.example",
    "sms_url": "http://127.0.0.1:9/sms",
    "wecom_url": "http://127.0.0.1:9/wecom",
    "dingtalk_url": "http://127.0.0.1:9/dingtalk",
}


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"mail_url": "imap://mail.example"}, "GONGSHI_MAIL_URL"),
        ({"mail_url": "smtp://mail.example"}, "GONGSHI_MAIL_FROM"),
        ({"mail_url": "smtp://mail.example", "mail_from": "平台"}, "GONGSHI_MAIL_FROM"),
        ({"sms_url": "http://sms.example", "sms_fields": '{"to": "0"}'}, "GONGSHI_SMS_FIELDS"),
        ({"sms_url": "http://sms.example", "sms_method": "put"}, "GONGSHI_SMS_METHOD"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BadSettings, match=complaint):
        gateways_of(Settings(**settings))


@pytest.mark.parametrize(
    ("names", "channels"),
    [
        ((), set()),
        (("mail_url", "mail_from"), {MAIL}),
        (("mail_from",), set()),
        (("sms_url",), {SMS}),
        (("wecom_url",), {WECOM}),
        (("dingtalk_url",), {DINGTALK}),
        (tuple(SET), {MAIL, SMS, WECOM, DINGTALK}),
    ],
)
def test_a_channel_is_there_once_its_address_is_set(names: tuple[str, ...], channels: set[OutgoingChannel]) -> None:
    assert gateways_of(Settings(**{name: SET[name] for name in names})).available == channels  # type: ignore[arg-type]


def test_the_demonstration_has_every_channel_and_each_ends_in_its_folder(tmp_path: Path) -> None:
    gateways = gateways_of(Settings(instance_dir=tmp_path, demonstration=True, **SET))  # type: ignore[arg-type]
    assert gateways.available == set(OutgoingChannel)
    for channel in OutgoingChannel:
        assert gateways.send(channel, "somewhere", write_trial(), channel.value).said is Reply.TAKEN
    assert len(list((tmp_path / "mailbox" / "new").iterdir())) == 4


class Parrot:
    """A gateway that repeats the address, on several lines, at length."""

    def send(self, address: str, message: MessageText, token: str) -> Outcome:
        return Outcome(Reply.NEVER, f"550\n <{address}>:\r\n\tno such user {address} " + "x" * 1000)


def test_the_words_that_are_kept_are_one_line_without_the_address() -> None:
    outcome = Gateways({MAIL: Parrot()}).send(MAIL, "zhang.san@example.com", write_trial(), "t")
    assert outcome.said is Reply.NEVER
    assert outcome.words.startswith("550 <…>: no such user … xxx")
    assert len(outcome.words) == WORDS_LENGTH
