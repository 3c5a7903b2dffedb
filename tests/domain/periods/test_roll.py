"""How a public list is grouped, and how many there are in words."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.domain.periods.roll import counts_in_words, grouped
from app.domain.periods.rounds import Kind

NAMES = {Kind.COLLECTIVE: "先进集体", Kind.INDIVIDUAL: "先进个人"}


@dataclass(frozen=True)
class Row:
    position: int
    kind: Kind
    recommender: str | None


def rows(*listed: tuple[Kind, str | None]) -> list[Row]:
    return [Row(place, kind, recommender) for place, (kind, recommender) in enumerate(listed, start=1)]


def test_a_round_that_shows_recommenders_is_grouped_by_them_in_their_order() -> None:
    team, person = Kind.COLLECTIVE, Kind.INDIVIDUAL
    groups = grouped(
        rows((team, "罗平县"), (team, "麒麟区"), (person, "罗平县"), (person, "沾益区")), ["麒麟区", "罗平县"]
    )
    assert [(group.name, [row.position for row in group.entries]) for group in groups] == [
        ("麒麟区", [2]),
        ("罗平县", [1, 3]),
        ("沾益区", [4]),  # a correction brought it: it is not among the period's own
    ]
    assert groups[1].counts == {team: 1, person: 1}


def test_any_other_round_is_grouped_by_kind() -> None:
    groups = grouped(rows((Kind.COLLECTIVE, None), (Kind.INDIVIDUAL, None), (Kind.INDIVIDUAL, None)), [])
    assert [(group.name, group.kind, len(group.entries)) for group in groups] == [
        ("", Kind.COLLECTIVE, 1),
        ("", Kind.INDIVIDUAL, 2),
    ]


def test_a_group_of_both_kinds_is_of_its_first_ones_kind() -> None:
    [group] = grouped(rows((Kind.COLLECTIVE, "麒麟区"), (Kind.INDIVIDUAL, "麒麟区")), ["麒麟区"])
    assert group.kind is Kind.COLLECTIVE


def test_nobody_makes_no_group() -> None:
    assert grouped([], ["麒麟区"]) == []


@pytest.mark.parametrize(
    ("collectives", "individuals", "said"),
    [(2, 3, "先进集体2个、先进个人3名"), (0, 1, "先进个人1名"), (1, 0, "先进集体1个"), (0, 0, "没有")],
)
def test_of_what_there_is_none_nothing_is_said(collectives: int, individuals: int, said: str) -> None:
    assert counts_in_words(NAMES, {Kind.COLLECTIVE: collectives, Kind.INDIVIDUAL: individuals}) == said
