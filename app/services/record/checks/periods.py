"""Invariants of a period's dates: window, deadline, what moved them, settlement and closing (R4, R7, R25, R30)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import Select, and_, exists, func, or_, select

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import OPEN_STATES, Role
from app.domain.periods.rounds import Organiser
from app.domain.periods.window import WINDOW_WORKDAYS
from app.domain.shared.instants import SHANGHAI
from app.models import (
    Base,
    Case,
    Closing,
    DeadlineExtension,
    Entry,
    Objection,
    Period,
    Replanning,
    Unit,
    UnitKind,
    User,
    WindowExtension,
)
from app.notices.offered import built_in
from app.services.record.checks.registry import Days, LiveData, invariant

Found = Iterator[tuple[type[Base], int]]
_MIDNIGHT = dt.time()
# Old periods keep what they were scheduled with.
_TIME_TO_CONCLUDE = range(1, 31)
_ORGANISERS = {
    Organiser.OWN_UNIT: (UnitKind.OWN, UnitKind.RECOMMENDER),  # a nominee may belong to the recommending unit itself
    Organiser.RECOMMENDER: (UnitKind.RECOMMENDER,),
    Organiser.OFFICE: (UnitKind.OFFICE,),
}
_RUNS = Period.cancelled_at.is_(None)


def _is_midnight(instant: dt.datetime) -> bool:
    return instant.astimezone(SHANGHAI).time() == _MIDNIGHT


def _ends_a_working_day(period: Days, instant: dt.datetime, day: dt.date) -> bool:
    """Whether an instant is 24:00 of a working day; `day` is the one that begins with it."""
    return bool(period.workdays(day - dt.timedelta(days=1), day)) and _is_midnight(instant)


# --- the window ----------------------------------------------------------------------------------


@invariant(
    "R4", "公示时间恰好5个工作日（系统中断顺延的另加），按当时存下的日历数；结束以后才按新通知调整办结期限的除外"
)
def window_has_five_working_days(live: LiveData) -> Found:
    for period in live.periods:
        wanted = WINDOW_WORKDAYS + live.made_good.get(period.id, 0)
        counted = len(period.workdays(period.opening, period.closing))
        # A window that is lengthened for an outage is counted anew by the notice in force. A day that this one took
        # is on the office's list (`Period.lacking_workdays`) until the window is lengthened for it too (R3).
        waits = counted < wanted and period.id in live.made_good
        if counted != wanted and not waits and period.id not in live.replanned_late:
            yield Period, period.id


@invariant("R4", "公示从一个工作日的 00:00 开始；开始以后才被通知改成休息日的除外")
def window_opens_at_midnight_of_a_working_day(live: LiveData) -> Found:
    for period in live.periods:
        works = period.workdays(period.opening, period.opening + dt.timedelta(days=1))
        # A notice may have made the first day of an open window a day off: what was shown cannot be taken back (R3).
        may_open = works or period.id in live.replanned
        if not (may_open and _is_midnight(period.opens_at)):
            yield Period, period.id


@invariant("R4", "公示到一个工作日的 24:00结束；结束以后才按新通知调整办结期限的除外")
def window_closes_at_the_end_of_a_working_day(live: LiveData) -> Found:
    for period in live.periods:
        works = _ends_a_working_day(period, period.closes_at, period.closing)
        may_close = works or (period.id in live.replanned_late and _is_midnight(period.closes_at))
        if not may_close:
            yield Period, period.id


@invariant("R4", "逐日说明从公示第一天起，一天不缺、一天不重")
def stored_days_have_no_gap(live: LiveData) -> Found:
    for period in live.periods:
        dates = [dt.date.fromisoformat(day["date"]) for day in period.days]
        if dates != [period.opening + dt.timedelta(days=number) for number in range(len(dates))]:
            yield Period, period.id


@invariant("R4", "逐日说明里，第几个工作日的编号与存下的日历一致")
def ordinals_count_the_working_days(live: LiveData) -> Found:
    for period in live.periods:
        numbered = [(day["ordinal"], day["kind"] in ("workday", "makeup")) for day in period.days if day["ordinal"]]
        if numbered != [(number, True) for number in range(1, len(numbered) + 1)]:
            yield Period, period.id


@invariant("R4", "公示都是在开始以前安排的")
def no_period_is_back_dated(_live: LiveData) -> Select[int]:
    return select(Period.id).where(Period.scheduled_at >= Period.opens_at)


@invariant("R4", "撤回的公示，是在开始以前撤回的")
def period_is_cancelled_before_it_opens(_live: LiveData) -> Select[int]:
    return select(Period.id).where(Period.cancelled_at >= Period.opens_at)


@invariant("R3", "撤回的公示写明了理由")
def cancelled_period_says_why(_live: LiveData) -> Select[int]:
    return select(Period.id).where(Period.cancelled_at.is_not(None), func.coalesce(Period.cancel_reason, "") == "")


@invariant("R8", "每一轮公示由规定的单位组织")
def organiser_is_of_the_round(_live: LiveData) -> Select[int]:
    fits = [
        and_(Period.round_number == number, Unit.kind.in_(_ORGANISERS[round_.organiser]))
        for number, round_ in built_in().rounds.items()
    ]
    return select(Period.id).join(Unit, Period.organiser_id == Unit.id).where(~or_(*fits))


# --- the deadline --------------------------------------------------------------------------------


@invariant("R25", "办结期限在公示结束以后")
def deadline_is_after_the_window(_live: LiveData) -> Select[int]:
    return select(Period.id).where(Period.conclude_by <= Period.closes_at)


@invariant("R25", "办结期限是一个工作日的 24:00")
def deadline_is_at_the_end_of_a_working_day(live: LiveData) -> Found:
    for period in live.periods:
        if not _ends_a_working_day(period, period.set_deadline, period.deadline):
            yield Period, period.id


@invariant("R3", "办结期限遇新的放假通知的，只顺延到其后的一个工作日 24:00")
def settlement_waits_to_the_next_working_day(live: LiveData) -> Found:
    rows = live.session.execute(select(Period).where(Period.waits_until.is_not(None))).scalars()
    for period in rows:
        between = [row for row in period.days_in_force if dt.date.fromisoformat(row["date"]) >= period.conclude_day]
        works = [row["date"] for row in between if row["kind"] in ("workday", "makeup")]
        day_off = not period.day_table.day(local_date(period.set_deadline) - dt.timedelta(days=1)).works
        right = works == [period.conclude_day.isoformat()] and _is_midnight(period.conclude_by)
        if not (day_off and right and period.conclude_by > period.set_deadline):
            yield Period, period.id


@invariant("R25", "核查期限在规定的工作日数以内")
def time_to_conclude_is_in_bounds(_live: LiveData) -> Select[int]:
    first, last = _TIME_TO_CONCLUDE[0], _TIME_TO_CONCLUDE[-1]
    return select(Period.id).where(_RUNS, ~Period.conclude_workdays.between(first, last))


@invariant("R25", "办结期限是公示结束后第N个工作日；没有延长过的不多，延长过的不少")
def deadline_is_the_nth_working_day(live: LiveData) -> Found:
    # What was extended was counted by the notice in force: a working day that it added stays (R3, R7).
    extended = set(live.session.scalars(select(DeadlineExtension.period_id).union(select(WindowExtension.period_id))))
    for period in live.periods:
        if period.set_deadline <= period.closes_at or period.conclude_workdays not in _TIME_TO_CONCLUDE:
            continue  # reported by another invariant
        if period.id in live.replanned:
            continue  # a notice may leave fewer days to conclude, and the window may have taken some (R3)
        days = len(period.workdays(period.closing, period.deadline))
        if days < period.conclude_workdays or (days > period.conclude_workdays and period.id not in extended):
            yield Period, period.id


# --- what moved them -----------------------------------------------------------------------------


@invariant("R25", "办结期限只延长，不提前")
def deadline_only_moves_later(_live: LiveData) -> Select[int]:
    return select(DeadlineExtension.id).where(DeadlineExtension.extended_to <= DeadlineExtension.previous)


@invariant("R25", "办结期限都是在届满以前延长的")
def deadline_is_extended_before_it_passes(_live: LiveData) -> Select[int]:
    return select(DeadlineExtension.id).where(DeadlineExtension.extended_at >= DeadlineExtension.previous)


@invariant("R25", "办结期限就是最后一次延长所定的时间")
def deadline_is_where_it_was_moved_to(_live: LiveData) -> Select[int]:
    moves = (
        select(DeadlineExtension.period_id, DeadlineExtension.extended_to.label("to"))
        .union_all(
            select(WindowExtension.period_id, WindowExtension.new_deadline.label("to")),
            select(Replanning.period_id, Replanning.new_deadline.label("to")),
        )
        .subquery()
    )
    latest = select(moves.c.period_id, func.max(moves.c.to).label("to")).group_by(moves.c.period_id).subquery()
    return select(Period.id).join(latest, latest.c.period_id == Period.id).where(latest.c.to != Period.set_deadline)


@invariant("R25", "延长办结期限写明了理由")
def extended_deadline_says_why(_live: LiveData) -> Select[int]:
    return select(DeadlineExtension.id).where(DeadlineExtension.reason == "")


@invariant("R7", "公示只延长，不缩短")
def window_only_moves_later(_live: LiveData) -> Select[int]:
    return select(WindowExtension.id).where(WindowExtension.extended_to <= WindowExtension.previous)


@invariant("R7", "公示都是在进行中延长的")
def window_is_extended_while_it_is_open(_live: LiveData) -> Select[int]:
    moved = WindowExtension
    query = select(moved.id).join(Period, moved.period_id == Period.id)
    return query.where((moved.extended_at >= moved.previous) | (moved.extended_at < Period.opens_at))


@invariant("R7", "公示的结束时间就是最后一次延长所定的时间")
def window_ends_where_it_was_moved_to(_live: LiveData) -> Select[int]:
    moves = (
        select(WindowExtension.period_id, WindowExtension.extended_to.label("to"))
        .union_all(select(Replanning.period_id, Replanning.new_close.label("to")))
        .subquery()
    )
    latest = select(moves.c.period_id, func.max(moves.c.to).label("to")).group_by(moves.c.period_id).subquery()
    return select(Period.id).join(latest, latest.c.period_id == Period.id).where(latest.c.to != Period.closes_at)


@invariant("R3", "因放假通知调整的公示时间和办结期限，只推迟，不提前")
def replanning_only_moves_later(_live: LiveData) -> Select[int]:
    earlier = or_(
        Replanning.new_close < Replanning.previous_close, Replanning.new_deadline < Replanning.previous_deadline
    )
    nowhere = and_(
        Replanning.new_close == Replanning.previous_close, Replanning.new_deadline == Replanning.previous_deadline
    )
    return select(Replanning.id).where(or_(earlier, nowhere))


@invariant("R3", "因放假通知的调整写明理由，在办结期限以前、由市级专班作出")
def replanning_is_made_in_time_and_says_why(_live: LiveData) -> Select[int]:
    by_office = exists().where(User.id == Replanning.replanned_by, User.role == Role.OFFICE)
    late = Replanning.replanned_at >= Replanning.new_deadline
    return select(Replanning.id).where(or_(Replanning.reason == "", late, ~by_office))


@invariant("R7", "同一天的系统中断只顺延一次")
def outage_is_made_good_once(live: LiveData) -> Found:
    days: dict[int, Counter[str]] = {}
    for row_id, period_id, lost in live.session.execute(
        select(WindowExtension.id, WindowExtension.period_id, WindowExtension.outage_days).order_by(WindowExtension.id)
    ):
        seen = days.setdefault(period_id, Counter())
        seen.update(lost)
        if any(seen[day] > 1 for day in lost):
            yield WindowExtension, row_id


# --- settlement and closing ----------------------------------------------------------------------


@invariant("R26", "办结期限届满以前，没有作过到期处理")
def period_is_settled_after_its_deadline(_live: LiveData) -> Select[int]:
    return select(Period.id).where(Period.settled_at < Period.conclude_by)


@invariant("R30", "公示都是在结束以后才办结的")
def period_is_closed_after_its_window(_live: LiveData) -> Select[int]:
    return select(Period.id).where(Period.closed_at < Period.closes_at)


@invariant("R30", "办结的公示有办结报告")
def closed_period_has_its_report(_live: LiveData) -> Select[int]:
    return select(Period.id).where(Period.closed_at.is_not(None), ~exists().where(Closing.period_id == Period.id))


@invariant("R30", "办结报告属于一次已办结的公示，时间一致")
def report_is_of_a_closed_period(_live: LiveData) -> Select[int]:
    return (
        select(Closing.id)
        .join(Period, Closing.period_id == Period.id)
        .where(func.coalesce(Period.closed_at != Closing.closed_at, True))
    )


@invariant("R30", "办结的公示没有未办结的异议")
def closed_period_has_no_open_case(_live: LiveData) -> Select[int]:
    return (
        select(Period.id)
        .join(Entry, Entry.period_id == Period.id)
        .join(Case, Case.entry_id == Entry.id)
        .where(Period.closed_at.is_not(None), Period.settled_at.is_(None), Case.state.in_(OPEN_STATES))
    )


@invariant("R30", "办结报告上的公示对象数和异议件数，与库里一致")
def report_counts_what_there_is(live: LiveData) -> Found:
    entries = dict(live.session.execute(select(Entry.period_id, func.count()).group_by(Entry.period_id)).all())
    filed = dict(
        live.session.execute(
            select(Entry.period_id, func.count(Objection.id))
            .join(Objection, Objection.entry_id == Entry.id)
            .group_by(Entry.period_id)
        ).all()
    )
    for row_id, period_id, report in live.session.execute(select(Closing.id, Closing.period_id, Closing.report)):
        counts = (entries.get(period_id, 0), filed.get(period_id, 0))
        if (report.get("entries"), report.get("filed")) != counts:
            yield Closing, row_id
