"""How a unit's places are taken, left vacant, and taken over by whom is named (R9, R11)."""

from __future__ import annotations

import pytest

from app.domain.nominees.places import FIRST_BOUND_ROUND, Contender, TakenPlaces, count_taken
from tests.qujing import ROUNDS


def here(id_: int, replaces: int | None = None) -> Contender:
    return Contender(id_, had_place=True, here=True, replaces=replaces)


def new(id_: int, replaces: int | None = None) -> Contender:
    """Chosen now, for the first time."""
    return Contender(id_, here=True, replaces=replaces)


def left(id_: int, replaces: int | None = None, *, had_place: bool = True) -> Contender:
    return Contender(id_, had_place=had_place, here=had_place, left=True, replaces=replaces)


@pytest.mark.parametrize(
    ("contenders", "secret", "expected"),
    [
        ([], 0, TakenPlaces(0, 0, 0)),
        ([here(1), new(2)], 0, TakenPlaces(2, 0, 0)),
        ([here(1), new(2)], 3, TakenPlaces(2, 0, 3)),
        ([Contender(1), Contender(2, had_place=True)], 0, TakenPlaces(0, 0, 0)),  # neither here nor gone
        # Who left keeps the place vacant: somebody new takes one of their own.
        ([left(1)], 0, TakenPlaces(0, 1, 0)),
        ([left(1), new(2)], 0, TakenPlaces(1, 1, 0)),
        ([Contender(1, left=True), new(2)], 0, TakenPlaces(1, 0, 0)),
        ([left(1, had_place=False), new(2)], 0, TakenPlaces(1, 0, 0)),  # gone in round 1, before places are taken
        # Named, the replacement sits on it; named and not here yet, the place waits for it.
        ([left(1), new(2, replaces=1)], 0, TakenPlaces(1, 0, 0)),
        ([left(1), Contender(2, replaces=1), new(3)], 0, TakenPlaces(1, 1, 0)),
        # A replacement that leaves too leaves the same one place, however long the chain.
        ([left(1), left(2, replaces=1)], 0, TakenPlaces(0, 1, 0)),
        ([left(1), left(2, replaces=1), new(3, replaces=2)], 0, TakenPlaces(1, 0, 0)),
        ([left(1), left(2, replaces=1, had_place=False), new(3, replaces=2)], 0, TakenPlaces(1, 0, 0)),
        ([left(1, had_place=False), left(2, replaces=1), new(3, replaces=2)], 0, TakenPlaces(1, 0, 0)),
        # Two that are named for one place are two, and two that left need one each.
        ([left(1), new(2, replaces=1), new(3, replaces=1)], 0, TakenPlaces(2, 0, 0)),
        ([left(1), left(2), new(3, replaces=1)], 0, TakenPlaces(1, 1, 0)),
        # Put back by a reversal (R29) beside its own replacement: both sit.
        ([here(1), here(2, replaces=1)], 0, TakenPlaces(2, 0, 0)),
        # Named for somebody of another unit or kind, or in a circle: nobody's place.
        ([left(1), new(2, replaces=99)], 0, TakenPlaces(1, 1, 0)),
        ([new(1, replaces=2), new(2, replaces=1)], 0, TakenPlaces(2, 0, 0)),
        ([new(1, replaces=2), new(2, replaces=1), new(3, replaces=1)], 0, TakenPlaces(3, 0, 0)),
    ],
)
def test_how_places_are_taken(contenders: list[Contender], secret: int, expected: TakenPlaces) -> None:
    assert count_taken(contenders, secret) == expected
    assert count_taken(reversed(contenders), secret) == expected


def test_a_unit_without_secret_nominees_has_its_places_for_those_present() -> None:
    taken = count_taken([here(1), left(2)])
    assert (taken, taken.all) == (TakenPlaces(here=1, vacant=1, secret=0), 2)
    assert count_taken([here(1), left(2)], secret=3).all == 5


def test_places_are_taken_from_the_recommending_units_round_on() -> None:
    assert ROUNDS[FIRST_BOUND_ROUND].name == "推荐单位公示"
