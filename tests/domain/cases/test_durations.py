"""Times in working days: the day of arrival does not count, the day of the act does."""

import pytest

from app.domain.cases.durations import TimesTaken, count_workdays_taken
from tests.days import CHINA, at


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-09-18 Fri 09:00", "2026-09-18 Fri 23:59", 0),
        ("2026-09-18 Fri 23:59", "2026-09-19 Sat 00:00", 0),  # a Saturday off
        ("2026-09-21 Mon 09:00", "2026-09-22 Tue 00:00", 1),
        ("2026-09-18 Fri 09:00", "2026-09-20 Sun 09:00", 1),  # Sunday the 20th works
        ("2026-09-18 Fri 09:00", "2026-09-21 Mon 00:00", 2),
        ("2026-09-24 Thu 09:00", "2026-09-28 Mon 09:00", 1),  # 中秋节, 25th to 27th
        ("2026-09-30 Wed 09:00", "2026-10-08 Thu 09:00", 1),  # the October week
    ],
)
def test_working_days_after_the_day_of_arrival_are_counted(since: str, until: str, days: int) -> None:
    assert count_workdays_taken(at(since), at(until), CHINA) == days


def test_of_several_times_the_middle_the_mean_and_the_longest_are_said() -> None:
    assert TimesTaken.of([]) == TimesTaken(0, 0, 0, 0)
    assert TimesTaken.of([4]) == TimesTaken(1, 4, 4, 4)
    assert TimesTaken.of([1, 2, 9]) == TimesTaken(3, 2, 4, 9)
    assert TimesTaken.of([0, 1, 1, 1]) == TimesTaken(4, 1, 0.8, 1)
