"""What messages say: number, what happened, until when, an address. There is no way in for anything else (R28, R36)."""

from __future__ import annotations

import datetime as dt
import inspect

import pytest

from app.domain.cases.reminders import REMINDER_NAMES, Reminder
from app.domain.messages import wording
from app.domain.messages.wording import (
    NOTICE_NAMES,
    CaseEvent,
    NoticeKind,
    write_code,
    write_news,
    write_trial,
    write_warnings,
)
from tests.days import at

LINK, STOP = "https://portal.example/desk/cases/7", "https://portal.example/stop/3-0123456789abcdef0123456789abcdef"
UNTIL = at("2026-09-30 Wed 00:00")


def test_nothing_can_come_in_but_numbers_moments_codes_and_addresses_of_pages() -> None:
    """Of a person, a unit or a text of anybody there is no parameter and no field."""
    functions = {name: each for name, each in vars(wording).items() if inspect.isfunction(each)}
    functions = {name: each for name, each in functions.items() if each.__module__ == wording.__name__}
    taken = {name: dict(inspect.get_annotations(each)) for name, each in functions.items()}
    assert {name: {key: kind for key, kind in each.items() if key != "return"} for name, each in taken.items()} == {
        "write_warnings": {"told": "Sequence[CaseEvent]", "link": "str"},
        "write_code": {"code": "str"},
        "write_news": {"link": "str", "stop_at": "str"},
        "write_trial": {},
    }
    assert inspect.get_annotations(CaseEvent) == {"number": "str", "occasion": "Reminder", "until": "dt.datetime"}


@pytest.mark.parametrize("occasion", Reminder)
def test_a_warning_says_number_what_until_when_and_where(occasion: Reminder) -> None:
    message = write_warnings([CaseEvent("2026-0007", occasion, UNTIL)], LINK)
    said = f"案件 2026-0007：{REMINDER_NAMES[occasion]}。办结期限：2026年9月29日 24:00。"
    assert message.text == f"{said}\n请登录办理：{LINK}"
    assert message.short == f"{said}请登录办理：{LINK}"
    assert message.subject == f"【公示与异议处理平台】案件 2026-0007：{REMINDER_NAMES[occasion]}"
    assert (message.notice, message.stop_at) == (NoticeKind.WARNING, "")


def test_a_digest_names_every_case_and_an_sms_counts_them() -> None:
    told = [CaseEvent(f"2026-000{n}", Reminder.ARRIVAL, UNTIL + dt.timedelta(hours=n)) for n in (1, 2, 3)]
    message = write_warnings(told, "https://portal.example/desk/")
    assert message.subject == "【公示与异议处理平台】3件事项"
    assert [line.partition("：")[0] for line in message.text.splitlines()] == [
        "案件 2026-0001",
        "案件 2026-0002",
        "案件 2026-0003",
        "请登录办理",
    ]
    assert message.short == "有3件案件事项。请登录办理：https://portal.example/desk/"


def test_news_say_nothing_of_what_and_how_to_end_them() -> None:
    message = write_news("https://portal.example/receipt", STOP)
    assert message.text == (
        f"您关注的事项有新进展，请凭查询码查看。\nhttps://portal.example/receipt\n\n不想再收到，请打开：{STOP}"
    )
    assert message.short == f"您关注的事项有新进展，请凭查询码查看。退订：{STOP}"
    assert message.stop_at == STOP
    assert "异议" not in message.text.replace("公示与异议处理平台", "")


def test_a_code_and_a_trial_are_the_same_on_every_channel() -> None:
    for message in (write_code("012345"), write_trial()):
        assert message.text == message.short
        assert message.stop_at == ""
    assert "确认码 012345，30分钟内有效" in write_code("012345").text


def test_every_kind_has_its_name() -> None:
    assert set(NOTICE_NAMES) == set(NoticeKind)
