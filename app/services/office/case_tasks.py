"""The tasks that cases bring: to accept, to decide, to confirm, to take over, to look at again (R20-R22, R35)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select

from app.domain.cases.reminders import count_workdays_left
from app.domain.cases.states import Role
from app.domain.cases.tasks import SECOND_PERSON, CaseTask
from app.domain.office.tasks import Task, TaskKind, TaskPlace
from app.models import GROUP_ACT_NAMES, Case, Entry, GroupAct, Period
from app.services.cases import bulk, flood, queue
from app.services.office.task_reader import TaskReader
from app.services.office.waiting import CaseClass, CaseReader, classes_of
from app.services.periods import bursts


def list_case_tasks(reader: TaskReader) -> list[Task]:
    """List what cases ask of this person.

    Cases of one period that ask for the same are one row, which leads to the list of just these cases. One alone leads
    to its own page.
    """
    groups: dict[tuple[CaseTask, int, str], list[CaseClass]] = {}
    for task, each in _find(reader):
        groups.setdefault((task, each.one.case.entry.period_id, _whose(reader, task, each)), []).append(each)
    return [_row(reader, task, classes, whose) for (task, _, whose), classes in groups.items()]


def list_group_tasks(reader: TaskReader) -> list[Task]:
    """List proposals for many cases that wait for this person, groups of like objections, and bursts."""
    session, actor, now = reader.session, reader.actor, reader.now
    tasks = [
        _group_act(reader, act)
        for act in bulk.waiting_acts(session, actor, now)
        if reader.is_second_to(act.proposed_by)
    ]
    if actor.role in (Role.OFFICE, Role.HEAD) and not reader.own and (groups := flood.floods(session, actor, now)):
        due = min(group.period.conclude_by for group in groups)
        about = f"{len(groups)}组内容相近或者来源相同的异议" if actor.is_office else f"{len(groups)}组内容相近的异议"
        tasks.append(Task(TaskKind.FLOOD, about, due, reader.count_left(due), len(groups)))
    if actor.is_office and not reader.own and (found := bursts.find_bursts(session, now)):
        due = min(burst.period.conclude_by for burst in found)
        tasks.append(Task(TaskKind.BURST, f"{len(found)}次公示", due, reader.count_left(due), len(found)))
    return tasks


def count_recused_without_hands(reader: TaskReader) -> int:
    """Count the cases without two people from which this person is recused: another has to see to them (R21)."""
    if not reader.actor.is_office:
        return 0
    return len(queue.list_without_hands(reader.session, reader.now, recused=reader.actor.user_id))


def _find(reader: TaskReader) -> list[tuple[CaseTask, CaseClass]]:
    read = queue.stored_cases if reader.actor.is_office else queue.stored_queue
    rows = read(reader.session, reader.actor, reader.now)
    found = classes_of(rows, CaseReader(reader.actor, reader.now, agreed=reader.agreed))
    named = [(each.task, each) for each in found if each.task is not None]
    return [(task, each) for task, each in named if not reader.own or _is_own(reader, task, each)]


def _is_own(reader: TaskReader, task: CaseTask, each: CaseClass) -> bool:
    return task in SECOND_PERSON or each.assignee_id in {reader.actor.user_id, *reader.absent}


def _whose(reader: TaskReader, task: CaseTask, each: CaseClass) -> str:
    if not reader.own or task in SECOND_PERSON:
        return ""
    return "absent" if each.assignee_id in reader.absent else "mine"


def _row(reader: TaskReader, task: CaseTask, classes: Sequence[CaseClass], whose: str) -> Task:
    period = classes[0].one.case.entry.period
    due = min(_due(reader, each) for each in classes)
    count = sum(each.count for each in classes)
    one = classes[0].one.case if count == 1 else None
    falls = due < period.conclude_by
    return Task(
        TaskKind(task.value),
        f"{one.entry.name}（{period.title}）" if one else f"{count}件（{period.title}）",
        due,
        count_workdays_left(due, period.day_table, reader.now),
        count,
        room="过后市级专班可以接办" if falls and due > reader.now else "市级专班现在可以接办" if falls else "",
        number=one.number if one else "",
        place=TaskPlace(
            case=one.id if one else 0,
            period=period.id,
            whose=whose,
        ),
    )


def _due(reader: TaskReader, each: CaseClass) -> dt.datetime:
    """Return when it is too late: for a unit from when the case falls to the office, else the deadline (R21, R25)."""
    deadline = each.one.case.entry.period.conclude_by
    return deadline if reader.actor.is_office else min(each.falls_at, deadline)


def _group_act(reader: TaskReader, act: GroupAct) -> Task:
    deadlines = select(func.min(Period.conclude_by)).join(Entry, Entry.period_id == Period.id)
    of_cases = deadlines.join(Case, Case.entry_id == Entry.id).where(Case.id.in_(act.case_ids))
    due = reader.session.scalar(of_cases)
    about = f"{act.proposer.name}对{len(act.case_ids)}件案件提出了{GROUP_ACT_NAMES[act.kind]}"
    return Task(TaskKind.GROUP_ACT, about, due, reader.count_left(due), place=TaskPlace(row=act.id))
