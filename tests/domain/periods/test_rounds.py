"""The three rounds: who organises each, and which fields it may show (R8, R12)."""

from __future__ import annotations

from app.domain.periods.rounds import Organiser, rounds_named


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
