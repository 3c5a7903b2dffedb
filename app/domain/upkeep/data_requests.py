"""Requests of people about their own data (个人信息保护法 44-50): what is asked, as whom, until when, how it ends."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from app.domain.calendar.workdays import Calendar, nth_workday_after


class DataRequestKind(StrEnum):
    """What somebody asks for, by the article that gives the right to it."""

    ACCESS = "access"  # 45
    COPY = "copy"  # 45
    CORRECTION = "correction"  # 46
    DELETION = "deletion"  # 47
    RESTRICTION = "restriction"  # 44
    EXPLANATION = "explanation"  # 48


DATA_REQUEST_NAMES = {
    DataRequestKind.ACCESS: "查阅",
    DataRequestKind.COPY: "复制",
    DataRequestKind.CORRECTION: "更正、补充",
    DataRequestKind.DELETION: "删除",
    DataRequestKind.RESTRICTION: "限制、拒绝处理",
    DataRequestKind.EXPLANATION: "解释说明",
}


class Requester(StrEnum):
    """As whom somebody asks. RELATIVE is of somebody who died (49)."""

    OBJECTOR = "objector"
    NOMINEE = "nominee"
    STAFF = "staff"
    RELATIVE = "relative"
    OTHER = "other"


REQUESTER_NAMES = {
    Requester.OBJECTOR: "异议人",
    Requester.NOMINEE: "推荐对象",
    Requester.STAFF: "工作人员",
    Requester.RELATIVE: "逝者的近亲属",
    Requester.OTHER: "其他人",
}


class DataOutcome(StrEnum):
    """How a request was answered. A refusal gives its reason (50)."""

    DONE = "done"
    PARTLY = "partly"
    REFUSED = "refused"


DATA_OUTCOME_NAMES = {
    DataOutcome.DONE: "已办理",
    DataOutcome.PARTLY: "部分办理",
    DataOutcome.REFUSED: "不予办理",
}


class DataRequestState(StrEnum):
    OPEN = "open"
    LATE = "late"
    ANSWERED = "answered"


DATA_REQUEST_STATE_NAMES = {
    DataRequestState.OPEN: "待答复",
    DataRequestState.LATE: "已超过期限",
    DataRequestState.ANSWERED: "已答复",
}


def propose_due(received_on: dt.date, days: int, calendar: Calendar) -> dt.date:
    """Return the last day to answer: so many working days after the day on which the request came in.

    Raises BeyondHorizon where no holiday notice covers it (R3).
    """
    return nth_workday_after(received_on, days, calendar)


def state_of(due_on: dt.date, answered_at: dt.datetime | None, today: dt.date) -> DataRequestState:
    """Tell where a request stands. The day on which it is due is still in time."""
    if answered_at is not None:
        return DataRequestState.ANSWERED
    return DataRequestState.LATE if today > due_on else DataRequestState.OPEN
