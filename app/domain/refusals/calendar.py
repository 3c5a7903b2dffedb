"""The calendar and the window (R2-R4)."""

from __future__ import annotations

import datetime as dt

from app.domain.refusals.base import Refusal


class BeyondHorizon(Refusal):
    """A day that no notice of the State Council covers yet (R3), or one before the calendar begins."""

    def __init__(self, year: int, horizon: dt.date) -> None:
        self.year, self.horizon = year, horizon
        if year <= horizon.year:  # there is nothing to load: asked for a day outside of what is kept
            super().__init__(f"所查的日子在{year}年，日历中没有（日历最后一天是{horizon:%Y-%m-%d}），无法计算工作日。")
            return
        super().__init__(
            f"{year}年的放假调休安排尚未载入（目前只到{horizon:%Y-%m-%d}），无法计算工作日。"
            f"请在国务院办公厅发布{year}年通知后，在“工作日历”页面载入，再作安排。"
        )


class NotAWorkday(Refusal):
    """A window may open on a working day only (R4)."""

    def __init__(self, date: dt.date, name: str, next_workday: dt.date, field: str = "opening") -> None:
        self.date, self.name, self.next_workday = date, name, next_workday
        super().__init__(
            f"{date:%Y-%m-%d}是{name}，不是工作日。公示须从工作日开始，最近的一个是{next_workday:%Y-%m-%d}。",
            field,
        )


class TooEarly(Refusal):
    """The earliest opening day is tomorrow (R4)."""

    field = "opening"

    def __init__(self, opening: dt.date, earliest: dt.date) -> None:
        self.opening, self.earliest = opening, earliest
        super().__init__(f"公示最早从{earliest:%Y-%m-%d}开始，不能从{opening:%Y-%m-%d}开始。")


class HolidayTooLong(Refusal):
    """A holiday notice with a holiday longer than any: to be looked at a second time (R3)."""

    field = "looked_twice"

    def __init__(self, year: int, days: int, longest: int) -> None:
        self.year, self.days = year, days
        super().__init__(
            f"放假通知未载入：{year}年有一个假期连续{days}天，超过{longest}天。请对照通知原文再核对一次，确实如此的，确认后再载入。"
        )


class BadNotice(Refusal):
    """A holiday notice that is malformed or contradicts itself (R2); `where` names line or field."""

    def __init__(self, where: str, problem: str) -> None:
        self.where, self.problem = where, problem
        super().__init__(f"放假通知未载入，{where}：{problem}")
