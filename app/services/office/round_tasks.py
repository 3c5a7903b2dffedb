"""The tasks of a programme's rounds: to schedule, to review, to close, who is late, whose place is empty (R8-R10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any

from sqlalchemy import select

from app.domain.award.decision import find_approvals
from app.domain.calendar.workdays import Calendar, end_of, midnight, nth_workday_after
from app.domain.nominees.eligibility import CheckOutcome
from app.domain.nominees.passage import explain_obstacle
from app.domain.office.tasks import Task, TaskKind, TaskPlace
from app.domain.periods.window import CONCLUDE_WORKDAYS_PROPOSED
from app.domain.refusals import Refusal
from app.models import Period, Programme, Quota, ReviewStage, Unit
from app.services.award import award_list
from app.services.calendar.calendars import calendar_of
from app.services.nominees import reviews
from app.services.nominees.access import nominees_visible_to
from app.services.nominees.gates import NomineeStanding
from app.services.nominees.groups import NomineeGroup, count, find_groups, ids_of
from app.services.office import planning
from app.services.office.planning import BackwardPlan, RoundStanding
from app.services.office.task_reader import TaskReader
from app.services.periods import openings, scheduling
from app.services.periods.openings import Opening
from app.services.periods.progress import ready_to_close, running_periods
from app.services.programmes.decisions import is_over
from app.services.programmes.listing import all_programmes

MOST_AT_ONCE = 300  # nominees that one page of an act takes
_LATE = {TaskKind.LATE: RoundStanding.LATE, TaskKind.OVERRUNS: RoundStanding.OVERRUNS}


@dataclass(frozen=True, slots=True)
class RoundReading:
    """One programme under way as its tasks are read."""

    reader: TaskReader
    programme: Programme
    groups: Sequence[NomineeGroup]
    plan: BackwardPlan
    calendar: Calendar

    @property
    def own(self) -> list[NomineeGroup]:
        """Return those whom the reader's unit recommends; others may only belong to it."""
        return [group for group in self.groups if group.recommender_id == self.reader.actor.unit_id]

    def bare_due(self, number: int) -> dt.datetime | None:
        """Return the end of the last day on which a round could be scheduled, from the timetable alone."""
        last = next((step.last for step in self.plan.steps if step.leg.round == number), None)
        return midnight(last) if last is not None else None

    def task(self, kind: TaskKind, about: str, due: dt.datetime | None, count: int, **place: Any) -> Task:
        left = self.reader.count_left(due, self.calendar)
        return Task(kind, about, due, left, count, place=TaskPlace(programme=self.programme.id, **place))


def list_round_tasks(reader: TaskReader) -> list[Task]:
    """List what the programmes under way ask of this person. One that is over asks for nothing, as it takes nothing."""
    programmes = [each for each in all_programmes(reader.session) if not is_over(reader.session, each.id)]
    readings = [_read(reader, each) for each in programmes]
    found = [(reading.programme.title, there) for reading in readings if (there := _of_programme(reading))]
    tasks = [task if len(found) == 1 else _named(task, title) for title, there in found for task in there]
    if reader.actor.is_office:
        tasks += _to_close(reader, {reading.programme.id: reading for reading in readings})
    return tasks


def _named(task: Task, title: str) -> Task:
    """Name the programme in the row. Where only one asks for anything, its long title would stand in every row."""
    return replace(task, about=f"{task.about}（{title}）")


def _read(reader: TaskReader, programme: Programme) -> RoundReading:
    session, actor, now = reader.session, reader.actor, reader.now
    calendar = calendar_of(session, programme.demonstration)
    seen_by = None if actor.is_office else actor
    groups = find_groups(
        session, reader.keyring, programme, now, among=partial(nominees_visible_to, actor), seen_by=seen_by
    )
    plan = planning.timetable_of(session, programme, CONCLUDE_WORKDAYS_PROPOSED, calendar, actor, now, groups)
    return RoundReading(reader, programme, groups, plan, calendar)


def _of_programme(reading: RoundReading) -> list[Task]:
    tasks = [*_to_import(reading), *_late(reading), *_places(reading)]
    if reading.reader.actor.is_office:
        found = openings.list_openings(reading.reader.session, reading.programme, reading.groups, reading.reader.now)
        tasks += _to_schedule(reading, found)
        tasks += _to_review(reading)
        tasks += _award(reading)
    else:
        tasks += _opinions(reading)
    return tasks


def _to_import(reading: RoundReading) -> Iterator[Task]:
    """Yield a programme without any nominee; for a unit, one in which it has places and named nobody yet (R9)."""
    actor, programme = reading.reader.actor, reading.programme
    if actor.is_office:
        missing = not reading.groups
    else:
        places = select(Quota.id).where(Quota.programme_id == programme.id, Quota.unit_id == actor.unit_id)
        missing = not reading.own and reading.reader.session.scalar(places) is not None
    if missing:
        yield reading.task(TaskKind.IMPORT, "还没有推荐对象", None, 1)


# --- scheduling ------------------------------------------------------------------------------------


def _to_schedule(reading: RoundReading, found: Sequence[Opening]) -> Iterator[Task]:
    """Yield a row for each round with somebody to schedule.

    A unit whose contact block stops others (R13), and one with more nominees than places (R9), has a row of its own.
    Where no calendar reaches the first window nothing can be scheduled: the missing notice is another task.
    """
    if not _can_open(reading):
        return
    stops = [each.stops for each in found if each.stops is not None]
    for unit in {unit.id: unit for unit in stops}.values():
        waiting = sum(each.id == unit.id for each in stops)
        yield reading.task(TaskKind.CONTACT, f"{unit.name}，{waiting}家单位的公示等着安排", None, 1, unit=unit.id)
    for each in found:
        if each.overfull and each.stops is None:
            name = reading.reader.session.get_one(Unit, each.organiser_id).name
            place = {"round": each.round.number, "unit": each.organiser_id}
            yield reading.task(TaskKind.PLACES, f"{each.round.name}，{name}", None, 1, **place)
    for number, group in groupby((each for each in found if each.free), key=lambda each: each.round.number):
        yield _opening_task(reading, number, list(group))


def _opening_task(reading: RoundReading, number: int, found: Sequence[Opening]) -> Task:
    due, room = _last_opening(reading, number, {each.organiser_id for each in found})
    one = reading.reader.session.get_one(Unit, found[0].organiser_id) if len(found) == 1 else None
    whose = one.name if one else f"{len(found)}家单位"
    about = f"{found[0].round.name}，{whose}，{sum(each.nominees for each in found)}个对象"
    task = reading.task(TaskKind.SCHEDULE, about, due, len(found), round=number, unit=one.id if one else 0)
    return replace(task, room=room)


def _can_open(reading: RoundReading) -> bool:
    try:
        first = nth_workday_after(reading.reader.today, 1, reading.calendar)
        demonstration = reading.programme.demonstration
        scheduling.preview(first, CONCLUDE_WORKDAYS_PROPOSED, reading.calendar, demonstration, reading.reader.now)
    except Refusal:
        return False
    return True


def _last_opening(reading: RoundReading, number: int, organisers: set[int]) -> tuple[dt.datetime | None, str]:
    """Return the end of the last day on which these could be scheduled, and how much room the timetable leaves (R4).

    A window opens tomorrow at the earliest, so that day is the one before the last opening.
    """
    rows = [row for row in reading.plan.rows if row.round.number == number and row.waiting]
    named = [row for row in rows if row.unit.id in organisers] or rows
    days = [row.step.last for row in named if row.step.last is not None]
    rooms = [row.step.slack for row in named if row.step.slack is not None]
    due = midnight(min(days)) if days else reading.bare_due(number)
    return due, room_words(min(rooms)) if rooms else ""


def room_words(slack: int) -> str:
    """Say how many working days the timetable leaves."""
    if slack < 0:
        return f"按时间安排晚{-slack}个工作日"
    return f"余地{slack}个工作日" if slack else "没有余地"


# --- reviews, opinions -----------------------------------------------------------------------------


def _to_review(reading: RoundReading) -> Iterator[Task]:
    """Yield who waits for a review: who can pass it, who cannot, and whose conditions have to be confirmed first."""
    ready: dict[tuple[ReviewStage, bool], list[NomineeGroup]] = {}
    unconfirmed: dict[ReviewStage, list[NomineeGroup]] = {}
    for group in reading.groups:
        stage = _stage_ahead(group.standing)
        if stage is None:
            continue
        outcomes = {check.outcome for check in group.standing.checks}
        if CheckOutcome.TO_CONFIRM in outcomes:
            unconfirmed.setdefault(stage, []).append(group)
        else:
            ready.setdefault((stage, CheckOutcome.FAILED in outcomes), []).append(group)
    for stage, groups in unconfirmed.items():
        about = f"{reviews.STAGE_NAMES[stage]}以前"
        yield from _act(reading, TaskKind.CONDITIONS, about, reviews.BEFORE_ROUND[stage], groups)
    for (stage, failed), groups in ready.items():
        about = reviews.STAGE_NAMES[stage] + ("，不符合评选条件，只能不通过" if failed else "")
        yield from _act(reading, TaskKind.REVIEW, about, reviews.BEFORE_ROUND[stage], groups, stage.value)


def _stage_ahead(standing: NomineeStanding) -> ReviewStage | None:
    """Return the review that a nominee waits for: it is through the round before, and nobody has said anything yet."""
    ahead = standing.round_ahead
    if ahead is None or explain_obstacle(standing.showings, standing.nominee.edition, ahead, standing.notice.rounds):
        return None
    due = [stage for stage, number in reviews.BEFORE_ROUND.items() if number <= ahead.number]
    missing = [stage for stage in due if stage not in standing.reviews]
    refused = any(not review.passed for review in standing.reviews.values())
    return missing[0] if missing and not refused else None


def _act(
    reading: RoundReading,
    kind: TaskKind,
    about: str,
    before: int,
    groups: Sequence[NomineeGroup],
    word: str = "",
) -> Iterator[Task]:
    """Yield one act on these nominees, due before a round. Its page takes the first of them; then the next come."""
    if not groups:
        return
    some, every = ids_of(groups)[:MOST_AT_ONCE], count(groups)
    said = f"{about}，{every}个对象" + (f"，一次办{MOST_AT_ONCE}个" if every > MOST_AT_ONCE else "")
    yield reading.task(kind, said, reading.bare_due(before), len(some), nominees=tuple(some), word=word)


def _opinions(reading: RoundReading) -> Iterator[Task]:
    """Yield the nominees of a unit of whom an authority has still to be heard, once 初审 let them pass."""
    first = reviews.BEFORE_ROUND[ReviewStage.PRELIMINARY]
    groups = [
        each
        for each in reading.own
        if each.standing.round_ahead is not None
        and each.standing.round_ahead.number >= first
        and reviews.has_passed(each.standing.reviews, ReviewStage.PRELIMINARY)
        and each.standing.unanswered
    ]
    about, before = "纪检监察、公安等机关的意见", reviews.BEFORE_ROUND[ReviewStage.FINAL]
    yield from _act(reading, TaskKind.OPINIONS, about, before, groups)


# --- award -----------------------------------------------------------------------------------------


def _award(reading: RoundReading) -> Iterator[Task]:
    """Yield the next paper of the award, once everybody on its list is through the last round."""
    if not any(each.standing.round_ahead is None for each in reading.groups if not each.has_left):
        return
    standing = award_list.standing_of(reading.reader.session, reading.programme, reading.reader.now, whole=False)
    award = standing.award
    if award.pending or not award.named or standing.unsettled:
        return
    kind = TaskKind.APPROVAL if not find_approvals(standing.papers, award.shown_until) else TaskKind.AWARD
    if kind is TaskKind.AWARD and standing.obstacles:
        return
    due = end_of(max(stage.ends_on for stage in reading.plan.stages)) if reading.plan.stages else None
    yield reading.task(kind, f"{len(award.named)}个对象走完了程序", due, 1)


# --- timetable, places -----------------------------------------------------------------------------


def _late(reading: RoundReading) -> Iterator[Task]:
    for kind, standing in _LATE.items():
        rows = [row for row in reading.plan.rows if row.standing is standing]
        if rows:
            due = end_of(min(row.step.leg.due for row in rows))
            about = f"{rows[0].unit.name}{'等' if len(rows) > 1 else ''}，{len(rows)}项"
            yield reading.task(kind, about, due, len(rows), word=standing.value)


def _places(reading: RoundReading) -> Iterator[Task]:
    """Yield the places that somebody left: those that are empty, and those whose replacement is on its way (R9).

    A unit names replacements for the nominees that it recommends, and for nobody else.
    """
    office = reading.reader.actor.is_office
    left = [each for each in (reading.groups if office else reading.own) if each.has_left]
    mine = 0 if office else reading.reader.actor.unit_id
    for kind, there, word in (
        (TaskKind.VACANCY, count(each for each in left if not each.replaced), "1"),
        (TaskKind.REPLACING, count(each for each in left if each.replaced), "0"),
    ):
        if there:
            yield reading.task(kind, f"{there}个名额", None, there, word=word, unit=mine)


def _to_close(reader: TaskReader, readings: dict[int, RoundReading]) -> Iterator[Task]:
    """Yield one row for all periods that can be closed: their nominees can go on only then (R8, R30)."""
    running = running_periods(reader.session)
    ready = ready_to_close(reader.session, running, reader.now)
    periods = [period for period in running if period.id in ready]
    if periods:
        dues = [due for period in periods if (due := _next_opening(period, readings)) is not None]
        due = min(dues, default=None)
        one = periods[0] if len(periods) == 1 else None
        names = one.title if one else f"{periods[0].title}等{len(periods)}次"
        place = TaskPlace(period=one.id if one else 0)
        yield Task(TaskKind.CLOSE, names, due, reader.count_left(due), len(periods), place=place)


def _next_opening(period: Period, readings: dict[int, RoundReading]) -> dt.datetime | None:
    reading = readings.get(period.programme_id)
    return reading.bare_due(period.round_number + 1) if reading else None
