"""The list of tasks as overview and desk show it: each row with the address of the page where it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from app.domain.office.tasks import TASK_NAMES, WHEN_NAMES, Task, TaskKind, When
from app.services.office import tasks
from app.services.office.case_tasks import count_recused_without_hands
from app.services.office.site_tasks import LAPSED
from app.services.office.task_reader import TaskReader
from app.services.record.act_names import name_actor
from app.services.record.chain import CLOCK
from app.web.shared.access import actor
from app.web.shared.portal import now, portal, session


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with the address of the page where it is done."""

    task: Task
    name: str
    href: str


@dataclass(frozen=True, slots=True)
class TaskPart:
    """One part of the list, by due time."""

    when: When
    name: str
    rows: Sequence[TaskRow]


@dataclass(frozen=True, slots=True)
class TaskList:
    """The list as one page shows it.

    `tabs` are the two lists to choose from, all tasks and the reader's own, each with its address and count.
    `recused` is how many cases without two people are not in it, because the reader is recused from them.
    """

    parts: Sequence[TaskPart]
    own: bool
    recused: int
    resets: Sequence[int]

    @property
    def count(self) -> int:
        return sum(len(part.rows) for part in self.parts)


def task_list(own: bool | None = None) -> TaskList:
    """Return the tasks of whoever asks: their own where `own` says so, else as the address asks (`?own=1`)."""
    only = request.args.get("own") == "1" if own is None else own
    reader = TaskReader(session(), portal().keyring, actor(), now(), portal().gateways.available, own=only)
    found = tasks.list_tasks(reader)
    parts = [
        TaskPart(when, WHEN_NAMES[when], [TaskRow(task, TASK_NAMES[task.kind], address_of(task)) for task in part])
        for when, part in found.items()
    ]
    resets = [task.place.row for part in found.values() for task in part if task.kind is TaskKind.RESET]
    return TaskList(parts, only, count_recused_without_hands(reader), resets)


def address_of(task: Task) -> str:
    """Return the address of the page where a task is done, as the person who asks reaches it."""
    return _ADDRESSES[task.kind](task)


def _cases(task: Task) -> str:
    """Return the page of the one case, or the list of just these cases."""
    if task.place.case:
        return url_for("cases.case_page", case_id=task.place.case)
    page = "office_cases.cases" if actor().is_office else "cases.queue_page"
    mine = {"mine": "1", "absent": "2"}.get(task.place.whose)  # as the filter of the list has it
    return url_for(page, task=task.kind.value, period=task.place.period, mine=mine)


def _nominees(endpoint: str) -> Callable[[Task], str]:
    """Return the address of an act on these nominees, which it names."""

    def address(task: Task) -> str:
        values: dict[str, Any] = {"stage": task.place.word} if task.place.word else {}
        return url_for(endpoint, chosen="-".join(map(str, task.place.nominees)), **values)

    return address


def _nominee(task: Task) -> str:
    return url_for("nominees.nominee", nominee_id=task.place.nominees[0])


def _schedule(task: Task) -> str:
    place = task.place
    if place.unit:
        return url_for(
            "periods.plan_period", programme_id=place.programme, round_number=place.round, organiser_id=place.unit
        )
    return url_for("periods.plan_many", programme=place.programme, round=place.round)


def _close(task: Task) -> str:
    if task.place.period:
        return url_for("periods.confirm_close", period_id=task.place.period)
    return url_for("periods.close_all")


def _plan(task: Task) -> str:
    return url_for("planning.plan", programme_id=task.place.programme, standing=task.place.word)


def _vacancies(task: Task) -> str:
    place = task.place
    return url_for("nominees.vacancies", programme=place.programme, open=place.word, recommender=place.unit or None)


def _record(action: str) -> Callable[[Task], str]:
    return lambda task: url_for("record.audit_record", who=name_actor(CLOCK, {}), action=action, since=task.place.word)


def _unreachable(task: Task) -> str:
    if task.place.unit:
        return url_for("reaches.of_unit", unit_id=task.place.unit)
    return url_for("messages.messages")


def _flood(_: Task) -> str:
    return url_for("office_cases.flood_page" if actor().is_office else "cases.flood_page")


def _group_act(task: Task) -> str:
    page = "office_cases.group_act" if actor().is_office else "cases.group_act"
    return url_for(page, act_id=task.place.row)


def _identity(task: Task) -> str:
    if task.place.row:
        return url_for("identities.identity_request", request_id=task.place.row)
    return url_for("identities.identity_requests", answer="waiting")


def _page(endpoint: str, **values: Any) -> Callable[[Task], str]:
    return lambda _: url_for(endpoint, **values)


_ADDRESSES: dict[TaskKind, Callable[[Task], str]] = {
    TaskKind.ADD_HANDS: _cases,
    TaskKind.ADD_REVIEWER: _cases,
    TaskKind.CHECKS: _page("record.checks"),
    TaskKind.UNSEALED: _page("record.audit_record"),
    TaskKind.MOVES: _page("calendar.working_days", _anchor="moves-title"),
    TaskKind.CALENDAR: _page("calendar.working_days"),
    TaskKind.CONTACT: lambda task: url_for("units.unit", unit_id=task.place.unit),
    TaskKind.UNREACHABLE: _unreachable,
    TaskKind.TAKE_OVER: _cases,
    TaskKind.URGE: _cases,
    TaskKind.CONFIRM: _cases,
    TaskKind.GROUP_ACT: _group_act,
    TaskKind.LOOK: _cases,
    TaskKind.RESUME: _cases,
    TaskKind.ACCEPT: _cases,
    TaskKind.DECIDE: _cases,
    TaskKind.BURST: _page("office_cases.burst_page"),
    TaskKind.FLOOD: _flood,
    TaskKind.IMPORT: lambda task: url_for("imports.imports_page", programme=task.place.programme),
    TaskKind.LATE: _plan,
    TaskKind.OVERRUNS: _plan,
    TaskKind.PLACES: _schedule,
    TaskKind.SCHEDULE: _schedule,
    TaskKind.CONDITIONS: _nominees("nominees.many_conditions"),
    TaskKind.REVIEW: _nominees("nominees.many_reviews"),
    TaskKind.OPINIONS: _nominees("nominees.many_opinions"),
    TaskKind.CLOSE: _close,
    TaskKind.APPROVAL: lambda task: url_for("award.papers", programme_id=task.place.programme),
    TaskKind.AWARD: lambda task: url_for("award.decision", programme_id=task.place.programme),
    TaskKind.VACANCY: _vacancies,
    TaskKind.REVERSAL: _nominee,
    TaskKind.REVOCATION: _nominee,
    TaskKind.IDENTITY: _identity,
    TaskKind.DATA_REQUEST: lambda task: url_for("data_requests.one_request", request_id=task.place.row),
    TaskKind.AGREE: _page("people.agreements"),
    TaskKind.GIVEN_UP: _page("messages.messages", given_up="1"),
    TaskKind.LAPSED: _record(LAPSED),
    TaskKind.RESET: lambda task: url_for("people.person", user_id=task.place.user),
    TaskKind.REPLACING: _vacancies,
    TaskKind.PROVISIONAL: lambda task: url_for("periods.period", period_id=task.place.period),
}
assert _ADDRESSES.keys() == set(TaskKind), "every kind has its page"  # noqa: S101 - a table checked once, at import
