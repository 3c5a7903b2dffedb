"""Phrases: where one is put, and whether a text was written with it."""

from __future__ import annotations

import pytest

from app.domain.cases.phrases import MOST, PHRASE_KIND_NAMES, SHORTEST, PhraseKind, find_used, length_of, put_into


@pytest.mark.parametrize(
    ("typed", "after"),
    [
        ("", "已核实。"),
        ("写了一半", "写了一半\n已核实。"),
        ("写了一半\n\n", "写了一半\n已核实。"),
        ("  \n", "已核实。"),
    ],
)
def test_nothing_that_was_typed_is_lost(typed: str, after: str) -> None:
    assert put_into(typed, "已核实。") == after


def test_a_phrase_counts_where_it_stands_whatever_lines_are_between() -> None:
    known = {3: "查阅档案，\n走访群众。", 1: "感谢监督。", 2: "没有用到。"}
    assert find_used(known, "9月19日查阅档案， 走访群众。属实。\n感谢监督。") == [1, 3]
    assert find_used(known, "查阅了档案，走访群众。") == []
    assert find_used({}, "查阅了档案") == []


def test_no_phrase_is_longer_than_its_field_takes() -> None:
    assert {kind: length_of(kind)[1] for kind in PhraseKind if kind is not PhraseKind.DECLINE} == dict.fromkeys(
        set(PhraseKind) - {PhraseKind.DECLINE}, 2000
    )
    assert length_of(PhraseKind.DECLINE) == (2, 500)
    assert PHRASE_KIND_NAMES.keys() == set(PhraseKind)


def test_a_unit_keeps_sixty_phrases_of_two_characters_or_more() -> None:
    assert (MOST, SHORTEST) == (60, 2)
    assert {length_of(kind)[0] for kind in PhraseKind} == {2}
