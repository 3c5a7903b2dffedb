"""A burst in a window's last day: the office extends every deadline it touches in one act (R25)."""

from __future__ import annotations

import pytest

from app.domain.refusals import BadValue, ChangedMeanwhile, MissingText, NotAllowed, NothingChosen
from app.services.calendar.calendars import calendar_of
from app.services.periods import bursts
from tests.world import World, at

LAST_EVENING = "2026-09-23 Wed 23:00"
NEXT_MORNING = "2026-09-24 Thu 09:00"
REASON = "公示最后一天集中收到异议"


def extend(world: World, periods: list[int], workdays: int = 3, reason: str = REASON, by: str = "office") -> int:
    calendar = world.do(calendar_of)
    args = (periods, workdays, reason, calendar)
    return world.run(bursts.extend_all, *args, by=world.actor(by), now=at(NEXT_MORNING))


def burst(world: World, number: int, moment: str = LAST_EVENING) -> int:
    period = world.round_two()
    for each in range(number):
        world.file(period, world.nominees[each % 2], moment, contact=f"130{each:08d}", facts=f"{each}：" + "事实" * 12)
    return period


def seen(world: World) -> list[tuple[int, int, int]]:
    with world.database.reader() as session:
        found = bursts.find_bursts(session, at(NEXT_MORNING))
        return [(one.period.id, one.objections, one.open_cases) for one in found]


def test_few_or_early_ones_are_no_burst(world: World) -> None:
    burst(world, bursts.FROM - 1)
    assert seen(world) == []


def test_the_window_before_its_last_day_does_not_count(world: World) -> None:
    burst(world, bursts.FROM, "2026-09-22 Tue 23:00")
    assert seen(world) == []


def test_one_act_moves_every_deadline_it_touches_once(world: World) -> None:
    period = burst(world, bursts.FROM)
    assert seen(world) == [(period, 20, 20)]
    before = world.everything()
    for changes, refusal in (
        ({"periods": []}, NothingChosen),
        ({"periods": [period, 1]}, ChangedMeanwhile),
        ({"workdays": 0}, BadValue),
        ({"workdays": 11}, BadValue),
        ({"reason": " "}, MissingText),
        ({"by": "head"}, NotAllowed),
    ):
        with pytest.raises(refusal):
            extend(world, **({"periods": [period]} | changes))  # type: ignore[arg-type] # one thing wrong at a time
    assert world.everything() == before
    rows = len(world.acts())
    assert extend(world, [period]) == 1
    # Tuesday the 29th; the 30th works, then the October week up to the 7th.
    assert world.period(period).conclude_by == at("2026-10-10 Sat 00:00")
    assert [(action, subject) for _, action, subject in world.acts(since=rows)] == [
        ("period.extended", f"period:{period}")
    ]
    assert seen(world) == []
