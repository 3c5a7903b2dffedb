"""Until when an objector is asked to answer (R20, R34). 中秋节 is Friday the 25th; Sunday the 20th works."""

from __future__ import annotations

import pytest

from app.calendars.china import ChinaCalendar
from app.domain.cases.supplements import MOST_WORKDAYS, PROPOSED_WORKDAYS, find_answer_day
from tests.days import at

DEADLINE = at("2026-09-30 Wed 00:00")  # 24:00 of Tuesday


@pytest.mark.parametrize(
    ("asked", "workdays", "until"),
    [
        ("2026-09-18 Fri 10:00", 1, "2026-09-21 Mon 00:00"),  # the Sunday works
        ("2026-09-18 Fri 10:00", 2, "2026-09-22 Tue 00:00"),
        ("2026-09-23 Wed 23:59", 1, "2026-09-25 Fri 00:00"),
        ("2026-09-23 Wed 23:59", 2, "2026-09-29 Tue 00:00"),  # over 中秋节 and the weekend: Monday
        ("2026-09-24 Thu 10:00", 2, "2026-09-29 Tue 00:00"),  # Tuesday is the deadline's own day: one day before it
        ("2026-09-24 Thu 10:00", 5, "2026-09-29 Tue 00:00"),
        ("2026-09-28 Mon 10:00", 1, "2026-09-30 Wed 00:00"),  # nothing earlier is left
        ("2026-09-29 Tue 10:00", 1, "2026-09-30 Wed 00:00"),
    ],
)
def test_it_is_so_many_working_days_and_one_before_the_deadline(asked: str, workdays: int, until: str) -> None:
    assert find_answer_day(at(asked), workdays, DEADLINE, ChinaCalendar()) == at(until)


def test_where_the_days_are_not_known_it_is_the_deadline() -> None:
    deadline = at("2031-01-15 Wed 00:00")
    assert find_answer_day(at("2031-01-06 Mon 10:00"), 2, deadline, ChinaCalendar()) == deadline


def test_two_working_days_are_proposed_and_five_are_the_most() -> None:
    assert (PROPOSED_WORKDAYS, MOST_WORKDAYS) == (2, 5)
