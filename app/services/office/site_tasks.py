"""The tasks that no case and no round brings: calendar, messages, accounts, second persons, what ran by night."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.domain.calendar.workdays import end_of, local_date
from app.domain.cases.states import Role
from app.domain.office.tasks import Task, TaskKind, TaskPlace
from app.domain.shared.wording import full_day, moment
from app.domain.upkeep.data_requests import DATA_REQUEST_NAMES
from app.models import Disqualification, Nominee, Reversal, Unit
from app.services.accounts import resets, two_people
from app.services.award import revocation
from app.services.messages import fates
from app.services.nominees.access import is_recused
from app.services.objections import identities
from app.services.office.task_reader import TaskReader
from app.services.periods.progress import running_periods
from app.services.periods.replanning import list_moves_due
from app.services.programmes.decisions import is_over
from app.services.record import chain
from app.services.record.chain import CLOCK, RecordSearch
from app.services.record.checks.registry import LiveData
from app.services.record.verifying import find_late
from app.services.upkeep import checking, data_requests

NEAR = dt.timedelta(days=60)  # so long before its end the calendar asks for the next year's notice
FEW = 5  # tasks of one kind that are told one by one
LAPSED = "case.lapsed"  # what the clock wrote for a case without a conclusion at its deadline


def list_site_tasks(reader: TaskReader) -> list[Task]:
    """List what else waits for this person; without the office's part for people of units."""
    tasks = [*_accounts(reader), *_unreachable(reader)]
    if reader.actor.is_office:
        tasks += [
            *_checks(reader),
            *_unsealed(reader),
            *_calendar(reader),
            *_messages(reader),
            *_by_clock(reader),
            *_provisional(reader),
        ]
        tasks += [*_reversals(reader), *_revocations(reader), *_identities(reader), *_resets(reader)]
        tasks += [*_data_requests(reader)]
    return tasks


def _checks(reader: TaskReader) -> Iterator[Task]:
    run = checking.latest(reader.session)
    if run is not None and run.findings:
        yield Task(TaskKind.CHECKS, f"{len(run.findings)}处不符，先不要改动", count=len(run.findings))


def _unsealed(reader: TaskReader) -> Iterator[Task]:
    """Yield the acts that wait for their seal too long, as of when the portal was last on record as serving (R38).

    What was written before a stop is sealed at the start. That nothing ticks any more is an alarm of its own.
    """
    served = LiveData(reader.session, reader.now).served
    late = find_late(reader.session, served)
    if late.oldest_at:
        about = f"{late.count}条，最早的写于{moment(late.oldest_at)}，在编号以前不能证明没有改动"
        yield Task(TaskKind.UNSEALED, about, count=late.count)


def _calendar(reader: TaskReader) -> Iterator[Task]:
    """Yield the periods that a notice moves, and the year whose notice is missing (R3)."""
    moves = list_moves_due(reader.session, reader.now)
    if moves:
        due = min(move.period.closes_at if move.window_moves else move.period.conclude_by for move in moves)
        yield Task(TaskKind.MOVES, f"{len(moves)}次公示", due, reader.count_left(due), len(moves))
    horizon = reader.horizon
    if horizon - reader.today < NEAR:
        due = end_of(horizon)
        about = f"{horizon.year + 1}年，没有它不能安排跨过{horizon.year}年的公示"
        yield Task(TaskKind.CALENDAR, about, due, reader.count_left(due))


def _messages(reader: TaskReader) -> Iterator[Task]:
    given_up = fates.count_given_up(reader.session, reader.now)
    if given_up:
        yield Task(TaskKind.GIVEN_UP, f"{given_up}条", count=given_up)


def _unreachable(reader: TaskReader) -> Iterator[Task]:
    """Yield the units that no message reaches; for the head of one of them, that one."""
    units = fates.list_units(reader.session)
    if reader.actor.role is Role.HEAD:
        units = [unit for unit in units if unit.id == reader.actor.unit_id]
    elif not reader.actor.is_office:
        return
    found = fates.list_unreachable(reader.session, units, reader.channels, reader.now)
    if found:
        one = found[0] if len(found) == 1 else None
        yield Task(TaskKind.UNREACHABLE, _named(found), count=len(found), place=TaskPlace(unit=one.id if one else 0))


def _named(units: list[Unit]) -> str:
    return units[0].name if len(units) == 1 else f"{units[0].name}等{len(units)}个单位"


def _by_clock(reader: TaskReader) -> Iterator[Task]:
    """Yield what the clock did while nobody was at work, as the record has it (R26, R32)."""
    day = local_date(reader.since)
    sought = RecordSearch(actors=frozenset({CLOCK}), action=LAPSED, since=reader.since)
    _, count = chain.page_of_rows(reader.session, sought, 1, 1)
    if count:
        about = f"{day.month}月{day.day}日以来{count}件，推荐对象取消参评资格"
        yield Task(TaskKind.LAPSED, about, count=count, place=TaskPlace(word=day.isoformat()))


def _provisional(reader: TaskReader) -> Iterator[Task]:
    for period in running_periods(reader.session):
        if period.provisional and reader.now < period.opens_at:
            about = f"{period.title}，下一年的放假通知发布后请核对"
            yield Task(TaskKind.PROVISIONAL, about, place=TaskPlace(period=period.id))


# --- second persons, accounts ----------------------------------------------------------------------


def _reversals(reader: TaskReader) -> Iterator[Task]:
    rows = reader.session.scalars(
        select(Reversal)
        .where(Reversal.confirmed_at.is_(None))
        .order_by(Reversal.id)
        .options(joinedload(Reversal.disqualification).joinedload(Disqualification.nominee))
    ).all()
    for row in rows:
        nominee = row.disqualification.nominee
        mine = reader.is_second_to(row.proposed_by) and not is_recused(reader.session, nominee.id, reader.actor.user_id)
        if mine and not is_over(reader.session, nominee.programme_id):
            yield _of_nominee(TaskKind.REVERSAL, nominee)


def _revocations(reader: TaskReader) -> Iterator[Task]:
    for row in revocation.list_waiting(reader.session):
        nominee = reader.session.get_one(Nominee, row.honour.nominee_id)
        if reader.is_second_to(row.proposed_by) and not is_recused(reader.session, nominee.id, reader.actor.user_id):
            yield _of_nominee(TaskKind.REVOCATION, nominee)


def _of_nominee(kind: TaskKind, nominee: Nominee) -> Task:
    return Task(kind, nominee.name, place=TaskPlace(nominees=(nominee.id,)))


def _identities(reader: TaskReader) -> Iterator[Task]:
    first, count = identities.waiting_for(reader.session, reader.actor, FEW)
    for request in first:
        about = f"{request.asker.name}申请查看对“{request.objection.entry.name}”提出异议的人"
        yield Task(TaskKind.IDENTITY, about, place=TaskPlace(row=request.id))
    if more := count - len(first):
        yield Task(TaskKind.IDENTITY, f"另外{more}件", count=more)


def _data_requests(reader: TaskReader) -> Iterator[Task]:
    """Yield the requests about one's own data without an answer, by kind alone: who asks is sealed."""
    for row in data_requests.list_unanswered(reader.session, reader.actor):
        due = end_of(row.due_on)
        about = f"{full_day(row.received_on)}收到，{DATA_REQUEST_NAMES[row.kind]}"
        yield Task(TaskKind.DATA_REQUEST, about, due, reader.count_left(due), place=TaskPlace(row=row.id))


def _accounts(reader: TaskReader) -> Iterator[Task]:
    mine = [row for row in two_people.waiting(reader.session, reader.actor) if row.mine]
    if mine:
        idle = sum(row.idle for row in mine)
        about = f"{len(mine)}个账号" + (f"，其中{idle}个在同意以前不能提出、不能确认意见" if idle else "")
        yield Task(TaskKind.AGREE, about, count=len(mine))


def _resets(reader: TaskReader) -> Iterator[Task]:
    for row in resets.unread(reader.session, reader.actor):
        giver = row.giver.name if row.giver else "系统管理员"
        how = "，并取消二次验证" if row.second_factor else ""
        about = f"{row.user.unit.name} {row.user.name}，{moment(row.at)}由{giver}重新发放密码{how}"
        yield Task(TaskKind.RESET, about, place=TaskPlace(user=row.user_id, row=row.id))
