"""The texts of messages: the case's number, the event, the deadline and a link, without names or facts (R28).

The functions take only numbers, instants and addresses of pages, so no name can be passed to them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.cases.reminders import REMINDER_NAMES, Reminder
from app.domain.messages.hours import write_instant

PORTAL = "公示与异议处理平台"


class NoticeKind(StrEnum):
    """The kinds of message that leave."""

    WARNING = "warning"  # to staff, about a case
    CODE = "code"  # confirms an address
    NEWS = "news"  # to an objector: something happened
    TRIAL = "trial"  # 发一条试试


NOTICE_NAMES = {
    NoticeKind.WARNING: "案件提醒",
    NoticeKind.CODE: "确认码",
    NoticeKind.NEWS: "告诉异议人有新进展",
    NoticeKind.TRIAL: "试发",
}


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that happened to a case, as staff are told of it."""

    number: str
    occasion: Reminder
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message ready to leave: `subject` for channels that have one; `stop_at` where its reader can end them."""

    subject: str
    text: str
    short: str  # for SMS
    notice: NoticeKind
    stop_at: str = ""


def write_warnings(told: Sequence[CaseEvent], link: str) -> MessageText:
    """Write the message to staff about one event, or a morning's digest."""
    lines = [
        f"案件 {one.number}：{REMINDER_NAMES[one.occasion]}。规定时间：{write_instant(one.until)}。" for one in told
    ]
    head = lines[0].partition("。")[0] if len(told) == 1 else f"{len(told)}件事项"
    return MessageText(
        subject=f"【{PORTAL}】{head}",
        text="\n".join([*lines, f"请登录办理：{link}"]),
        short=f"{lines[0] if len(told) == 1 else f'有{len(told)}件案件事项。'}请登录办理：{link}",
        notice=NoticeKind.WARNING,
    )


def write_code(code: str) -> MessageText:
    """Write the message with the code that confirms an address."""
    text = f"确认码 {code}，30分钟内有效。请不要告诉任何人；不是您本人在操作的，请不必理会。"
    return MessageText(f"【{PORTAL}】确认码", text, text, NoticeKind.CODE)


def write_news(link: str, stop_at: str) -> MessageText:
    """Write the message to an objector that there is news, without its content (R36)."""
    text = "您关注的事项有新进展，请凭查询码查看。"
    return MessageText(
        subject=f"【{PORTAL}】有新进展",
        text=f"{text}\n{link}\n\n不想再收到，请打开：{stop_at}",
        short=f"{text}退订：{stop_at}",
        notice=NoticeKind.NEWS,
        stop_at=stop_at,
    )


def write_trial() -> MessageText:
    """Write the message that tests a channel."""
    text = f"这是{PORTAL}发出的一条试发消息，收到说明渠道可用。"
    return MessageText(f"【{PORTAL}】试发", text, text, NoticeKind.TRIAL)
