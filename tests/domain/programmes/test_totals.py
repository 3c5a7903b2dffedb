"""Running totals: who passed which step, by kind, with 县处级 among them."""

from __future__ import annotations

import pytest

from app.domain.nominees.eligibility import county_share
from app.domain.periods.rounds import Kind
from app.domain.programmes.totals import Counted, Line, PassedStep, count_steps, name_steps, vacant
from tests.qujing import ROUNDS

TEAM, PERSON = Kind.COLLECTIVE, Kind.INDIVIDUAL


def test_every_step_is_counted_by_kind_and_those_without_anybody_are_zero() -> None:
    found = count_steps(
        [
            Counted(TEAM, [PassedStep.RECOMMENDED, PassedStep.ROUND_1]),
            Counted(PERSON, [PassedStep.RECOMMENDED, PassedStep.ROUND_1], county=True),
            Counted(PERSON, [PassedStep.RECOMMENDED]),
            Counted(PERSON, [], county=True),  # has left
        ]
    )
    assert {step: (line.collectives, line.individuals, line.all, line.county) for step, line in found.items()} == {
        **dict.fromkeys(PassedStep, (0, 0, 0, 0)),
        PassedStep.RECOMMENDED: (1, 2, 3, 1),
        PassedStep.ROUND_1: (1, 1, 2, 1),
    }
    assert [*name_steps(ROUNDS)] == [*PassedStep]
    assert [*name_steps(ROUNDS).values()] == [
        "已推荐",
        "本单位公示走完",
        "初审通过",
        "推荐单位公示走完",
        "可以正式推荐",
        "复审通过",
        "全市公示走完",
        "受表彰",
    ]


def test_places_on_paper_are_not_vacant_and_no_number_is_below_zero() -> None:
    places, secret = {TEAM: 50, PERSON: 100}, {TEAM: 1, PERSON: 0}
    left = vacant(places, secret, Line({TEAM: 45, PERSON: 101}))
    assert (left.collectives, left.individuals, left.all) == (4, 0, 4)


@pytest.mark.parametrize(
    ("county", "left", "near", "exceeded"),
    [
        (0, 15, False, False),
        (11, 4, False, False),
        (12, 3, True, False),
        (14, 1, True, False),
        (15, 0, True, False),
        (16, 0, False, True),
    ],
)
def test_the_share_of_150_warns_before_it_is_passed(county: int, left: int, near: bool, exceeded: bool) -> None:
    share = county_share(county, 150, 10)
    assert (share.most, share.left, share.is_near, share.exceeded) == (15, left, near, exceeded)


def test_a_line_without_anybody_is_all_zeros() -> None:
    line = Line()
    assert (line.collectives, line.individuals, line.all, line.county) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("places", "secret", "recommended", "left"),
    [
        ({TEAM: 2}, {}, {}, (2, 0)),
        ({}, {TEAM: 1}, {PERSON: 1}, (0, 0)),
        ({TEAM: 2, PERSON: 3}, {TEAM: 2}, {PERSON: 3}, (0, 0)),
        ({TEAM: 2, PERSON: 3}, {TEAM: 1}, {PERSON: 1}, (1, 2)),
        ({TEAM: 1, PERSON: 1}, {TEAM: 1, PERSON: 1}, {TEAM: 1}, (0, 0)),
    ],
)
def test_what_is_vacant_of_the_places_of_a_kind(
    places: dict[Kind, int], secret: dict[Kind, int], recommended: dict[Kind, int], left: tuple[int, int]
) -> None:
    found = vacant(places, secret, Line(recommended))
    assert (found.collectives, found.individuals, found.county) == (*left, 0)


def test_several_nominees_in_one_count_for_as_many() -> None:
    found = count_steps(
        [Counted(PERSON, [PassedStep.FINAL] * 2, county=True, nominees=3), Counted(TEAM, [PassedStep.FINAL])]
    )
    line = found[PassedStep.FINAL]
    assert (line.collectives, line.individuals, line.county) == (1, 3, 3)
