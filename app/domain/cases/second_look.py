"""A second look at a decline or a dismissal: for which decisions, by whom and until when it may be asked (R35)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from app.domain.calendar.workdays import Calendar, end_of, last_day_before, nth_workday_before
from app.domain.cases.states import Conclusion, State
from app.domain.refusals import BeyondHorizon, LookRefused


class LookOutcome(StrEnum):
    """How the superior answered."""

    CONFIRMED = "confirmed"  # 维持原决定
    REOPENED = "reopened"  # 重新办理


LOOK_OUTCOME_NAMES = {LookOutcome.CONFIRMED: "复核维持原决定", LookOutcome.REOPENED: "复核后重新办理"}


def find_last_moment_to_ask(conclude_by: dt.datetime, calendar: Calendar) -> dt.datetime:
    """Return until when a second look may be asked for: 24:00 of the working day before the deadline's own.

    The superior has the deadline's day for it. Where the days are not known it is the deadline.
    """
    try:
        return end_of(nth_workday_before(last_day_before(conclude_by), 1, calendar))
    except BeyondHorizon:
        return conclude_by


def allows_second_look(state: State, conclusion: Conclusion | None) -> bool:
    """Tell whether a case ended in a decision that allows a second look: a decline or a dismissal."""
    return state is State.DECLINED or (state is State.CONCLUDED and conclusion is Conclusion.DISMISSED)


@dataclass(frozen=True, slots=True)
class LookRequest:
    """The facts that decide whether an objector may ask: of the case, of the own objection, of the period."""

    state: State
    conclusion: Conclusion | None
    withdrawn: bool
    asked_before: bool
    period_closed: bool
    until: dt.datetime


def check_look_request(wish: LookRequest, now: dt.datetime) -> None:
    """Let the objector ask for a second look, or raise LookRefused (R35)."""
    if wish.asked_before:
        raise LookRefused("您已经申请过一次复核，不能再次申请。")
    if not allows_second_look(wish.state, wish.conclusion):
        raise LookRefused("只有不予受理、异议不成立的决定可以申请复核。")
    if wish.withdrawn:
        raise LookRefused("您已经撤回异议，不能申请复核。")
    if wish.period_closed or now >= wish.until:
        raise LookRefused("申请复核的期限已过，原决定有效。")


def may_request_look(wish: LookRequest, now: dt.datetime) -> bool:
    """Tell whether `check_wish` would let the objector ask, for the page that offers it."""
    try:
        check_look_request(wish, now)
    except LookRefused:
        return False
    return True
