"""The order of the list: by due time, what is wrong every minute on top, news last."""

from __future__ import annotations

from app.domain.cases.tasks import CaseTask
from app.domain.office.tasks import ALARMS, NEWS, TASK_NAMES, Task, TaskKind, TaskPlace, When, arrange
from tests.days import at

NOW = at("2026-09-21 Mon 09:00")


def task(kind: TaskKind, due: str = "", left: int | None = None, about: str = "") -> Task:
    return Task(kind, about, at(due) if due else None, left)


def order(*tasks: Task) -> list[tuple[When, list[TaskKind]]]:
    return [(when, [each.kind for each in part]) for when, part in arrange(tasks, NOW).items()]


def test_parts_follow_the_due_time_and_each_is_sorted_by_it() -> None:
    assert order(
        task(TaskKind.CLOSE),
        task(TaskKind.DECIDE, "2026-09-30 Wed 00:00", 6),
        task(TaskKind.ACCEPT, "2026-09-24 Thu 00:00", 2),
        task(TaskKind.CONFIRM, "2026-09-22 Tue 00:00", 0),
        task(TaskKind.LAPSED),
        task(TaskKind.SCHEDULE, "2026-09-21 Mon 09:00"),
        task(TaskKind.CHECKS),
        task(TaskKind.OPINIONS, "2026-10-30 Fri 00:00"),  # beyond the calendar: it is not known how many days are left
    ) == [
        (When.OVERDUE, [TaskKind.CHECKS, TaskKind.SCHEDULE]),
        (When.SOON, [TaskKind.CONFIRM, TaskKind.ACCEPT]),
        (When.LATER, [TaskKind.DECIDE, TaskKind.OPINIONS]),
        (When.ANY_TIME, [TaskKind.CLOSE]),
        (When.NEWS, [TaskKind.LAPSED]),
    ]


def test_three_working_days_are_not_soon() -> None:
    due = "2026-09-25 Fri 00:00"
    assert [task(TaskKind.ACCEPT, due, left).when(NOW) for left in (2, 3)] == [When.SOON, When.LATER]


def test_of_one_due_time_the_kinds_come_in_their_order_and_then_by_what_they_are_about() -> None:
    due = "2026-09-24 Thu 00:00"
    rows = [
        task(TaskKind.DECIDE, due, 2, "2026-0001"),
        task(TaskKind.CONFIRM, due, 2, "2026-0003"),
        task(TaskKind.CONFIRM, due, 2, "2026-0002"),
    ]
    [part] = arrange(rows, NOW).values()
    assert [(each.kind, each.about) for each in part] == [
        (TaskKind.CONFIRM, "2026-0002"),
        (TaskKind.CONFIRM, "2026-0003"),
        (TaskKind.DECIDE, "2026-0001"),
    ]


def test_nothing_to_do_is_an_empty_list() -> None:
    assert arrange([], NOW) == {}


def test_alarms_come_before_what_was_due_long_ago() -> None:
    assert order(task(TaskKind.LATE, "2026-01-05 Mon 00:00"), task(TaskKind.UNREACHABLE)) == [
        (When.OVERDUE, [TaskKind.UNREACHABLE, TaskKind.LATE])
    ]


def test_the_kinds_of_cases_are_those_of_the_rule_and_every_kind_has_a_name() -> None:
    assert {each.value for each in CaseTask} <= {each.value for each in TaskKind}
    assert TASK_NAMES.keys() == set(TaskKind)
    assert not ALARMS & NEWS


def test_a_task_is_about_one_thing_and_its_place_about_nothing_unless_said() -> None:
    assert Task(TaskKind.CLOSE, "推荐单位公示").count == 1
    assert TaskPlace() == TaskPlace(
        case=0, period=0, programme=0, round=0, unit=0, user=0, nominees=(), row=0, word="", whose=""
    )
