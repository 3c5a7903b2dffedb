"""The three rounds: who organises each, and which fields it may show (R8, R12)."""

from __future__ import annotations

import pytest

from app.domain.periods.rounds import SHORT_KIND_NAMES, Organiser, counted, rounds_named


def test_each_round_has_its_organiser_and_shows_these_fields_and_no_other() -> None:
    rounds = rounds_named({1: "本单位公示", 2: "推荐单位公示", 3: "全市公示"})
    assert {number: (each.name, each.organiser, set(each.shown)) for number, each in rounds.items()} == {
        1: (
            "本单位公示",
            Organiser.OWN_UNIT,
            {"name", "kind", "unit", "recommender", "post", "category", "trade", "deeds"},
        ),
        2: ("推荐单位公示", Organiser.RECOMMENDER, {"name", "kind", "deeds"}),
        3: ("全市公示", Organiser.OFFICE, {"name", "kind", "unit", "recommender", "deeds"}),
    }


@pytest.mark.parametrize(
    ("collectives", "individuals", "words"),
    [(0, 0, "0个"), (0, 3, "个人3名"), (2, 0, "集体2个"), (2, 3, "集体2个、个人3名")],
)
def test_a_kind_without_anybody_is_not_counted(collectives: int, individuals: int, words: str) -> None:
    assert counted(SHORT_KIND_NAMES, collectives, individuals) == words
