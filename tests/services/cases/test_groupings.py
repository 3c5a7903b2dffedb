"""The groups of near texts are kept between views, and are those that comparing all anew would find (R23)."""

from __future__ import annotations

import random
from collections.abc import Collection
from typing import Any

import pytest

from app.models import Case
from app.services.cases import groupings, likeness
from app.services.cases.flood import Likeness, floods
from tests.services.cases.test_bulk import FILED, JUNK, SATURDAY, flooded
from tests.world import World, at

WORDS = "该对象申报的事迹与实际情况不符项目并非其完成请予核查台账后来补写值班记录可以核对现场看到"


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many texts were compared with the examples of groups, in its one place."""
    count, nearest = [0], likeness.Grouping._nearest

    def counting(*args: Any) -> tuple[int | None, float]:
        count[0] += 1
        return nearest(*args)

    monkeypatch.setattr(likeness.Grouping, "_nearest", counting)
    return count


def made_up(number: int, seed: int = 1) -> dict[int, str]:
    """Texts of which many are near to each other: some junk with a running number, some with words in another order."""
    rng = random.Random(seed)
    return {
        each: JUNK.format(each) + "".join(rng.choices(WORDS, k=rng.randint(0, 8)))
        if rng.random() < 0.4
        else "".join(rng.choices(WORDS, k=rng.randint(20, 60)))
        for each in range(1, number + 1)
    }


def kept(scope: object, ids: Collection[int], texts: dict[int, str], asked: list[int] | None = None) -> list[list[int]]:
    def texts_of(cases: Collection[int]) -> dict[int, str]:
        if asked is not None:
            asked.extend(cases)
        return {case: texts[case] for case in cases}

    found = groupings.groups_of(scope, [(each, f"hash of {texts[each]}") for each in ids], texts_of)
    return [list(group) for group in found]


@pytest.mark.parametrize("seed", range(5))
def test_they_are_those_that_comparing_anew_finds_as_cases_come_and_go(seed: int) -> None:
    rng, texts = random.Random(seed), made_up(120, seed)
    shown: list[int] = []
    for step in range(40):
        if step % 7 == 6:  # somebody accepts or declines a few
            shown = [each for each in shown if rng.random() < 0.8]
        else:
            latest = max(shown, default=0)
            shown += range(latest + 1, min(latest + 1 + rng.randint(0, 4), 121))
        assert kept(("random", seed), shown, texts) == likeness.groups((each, texts[each]) for each in shown)


def test_what_was_compared_is_not_compared_again(compared: list[int]) -> None:
    texts, asked = made_up(60), []
    kept("again", range(1, 51), texts, asked)
    first, asked[:] = compared[0], []
    assert first > 0
    kept("again", range(1, 51), texts, asked)
    assert (compared[0], asked) == (first, [])
    kept("again", range(1, 61), texts, asked)
    assert len(asked) < 60  # the examples of each group, and the new ones
    assert compared[0] - first <= 10


def test_a_text_that_is_another_is_compared_anew(compared: list[int]) -> None:
    """Of another database of the same process, say: a case of the same number with another text."""
    texts = {1: JUNK.format(1), 2: JUNK.format(2), 3: JUNK.format(3)}
    assert kept("other", texts, texts) == [[1, 2, 3]]
    texts[2] = "今年六月，我在现场看到他们的台账是后来补写的，值班记录可以核对，请予核查。"
    assert kept("other", texts, texts) == [[1, 3], [2]]


def test_so_many_results_are_kept_and_no_more() -> None:
    texts = made_up(4)
    for number in range(groupings.MOST_KEPT + 5):
        kept(("many", number), texts, texts)
    assert len(groupings._kept) <= groupings.MOST_KEPT


def test_the_page_of_a_flood_compares_once_and_sees_what_comes_in(world: World, compared: list[int]) -> None:
    junk, _ = flooded(world)

    def seen() -> list[tuple[int, int]]:
        with world.database.reader() as session:
            found = floods(session, world.actor("office"), at(SATURDAY))
        return [(group.first_case, group.cases) for group in found if group.likeness is Likeness.TEXT]

    assert seen() == [(junk[0], 6)]
    once = compared[0]
    assert seen() == [(junk[0], 6)]
    assert compared[0] == once
    with world.database.reader() as session:
        period = session.get_one(Case, junk[0]).entry.period_id
    world.file(period, world.nominees[1], FILED.replace("09:00", "10:00"), facts=JUNK.format(99), contact="13099999999")
    assert seen() == [(junk[0], 7)]
