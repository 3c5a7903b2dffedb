"""Which round comes next, and what keeps a nominee from it (R8, R9)."""

from __future__ import annotations

import pytest

from app.domain.nominees.passage import ALREADY_IN, NOT_BEGUN, ShownRound, find_latest_round
from tests.qujing import ROUNDS, round_ahead, why_not


def closed(number: int, edition: int = 1) -> ShownRound:
    return ShownRound(number, edition, closed=True)


def over(number: int, *, own: bool = False, others: bool = False, edition: int = 1) -> ShownRound:
    return ShownRound(number, edition, own_open=own, others_open=others)


def running(number: int, edition: int = 1) -> ShownRound:
    return ShownRound(number, edition, window_over=False)


def coming(number: int, edition: int = 1) -> ShownRound:
    return ShownRound(number, edition, begun=False, window_over=False)


NOT_DONE = "上一轮（{}）还没有办结"
FIRST, SECOND = "本单位公示", "推荐单位公示"
TABLE = [
    # shown so far, edition of the deeds, round asked about, what stands in the way
    ([], 1, 1, ""),
    ([], 4, 1, ""),  # a change before any entry costs nothing
    ([], 1, 2, NOT_DONE.format(FIRST)),
    ([], 1, 3, NOT_DONE.format(SECOND)),
    ([coming(1)], 1, 1, ALREADY_IN),
    ([running(1)], 1, 2, NOT_DONE.format(FIRST)),
    ([closed(1)], 1, 1, ALREADY_IN),
    ([closed(1)], 1, 2, ""),
    ([closed(1)], 1, 3, NOT_DONE.format(SECOND)),
    # Others never hold the list; where nothing keeps the office from closing, it closes first.
    ([over(1)], 1, 2, NOT_DONE.format(FIRST)),
    ([ShownRound(1, 1)], 1, 2, NOT_DONE.format(FIRST)),  # over, nothing open, not closed
    ([over(1, others=True)], 1, 2, ""),
    ([over(1, own=True)], 1, 2, f"{FIRST}里对该对象的异议还没有结论"),
    ([over(1, own=True, others=True)], 1, 2, f"{FIRST}里对该对象的异议还没有结论"),
    ([over(1, own=True), over(2, own=True)], 1, 3, f"{FIRST}里对该对象的异议还没有结论"),
    ([closed(1), over(2, others=True)], 1, 3, ""),
    ([over(1, others=True), closed(2)], 1, 3, ""),
    # Changed deeds: the latest round once more, then on from there.
    ([closed(1)], 2, 2, f"事迹修改过，须先重新进行{FIRST}"),
    ([closed(1)], 2, 1, ""),
    ([running(1)], 2, 1, ""),
    ([coming(1)], 2, 1, NOT_BEGUN),
    ([closed(1), closed(1, edition=2)], 2, 2, ""),
    ([closed(1), running(1, edition=2)], 2, 2, NOT_DONE.format(FIRST)),
    ([closed(1), closed(1, edition=2)], 2, 1, ALREADY_IN),
    ([closed(1), closed(2)], 2, 1, f"事迹修改过，须先重新进行{SECOND}"),
    ([closed(1), closed(2)], 2, 2, ""),
    ([closed(1), closed(2)], 2, 3, f"事迹修改过，须先重新进行{SECOND}"),
    ([closed(1), closed(2), closed(2, edition=2)], 2, 3, ""),
    ([closed(1), closed(2), closed(2, edition=2)], 3, 3, f"事迹修改过，须先重新进行{SECOND}"),
    ([closed(1), over(2, own=True), closed(2, edition=2)], 2, 3, f"{SECOND}里对该对象的异议还没有结论"),
    ([closed(1), closed(2), closed(3)], 2, 3, ""),
    # What is open against it is settled first: it may put the nominee out before the new window even opens.
    ([over(1, own=True)], 2, 1, f"{FIRST}里对该对象的异议还没有结论"),
    ([closed(1), over(2, own=True, others=True)], 2, 2, f"{SECOND}里对该对象的异议还没有结论"),
    ([closed(1), over(2, own=True)], 2, 3, f"事迹修改过，须先重新进行{SECOND}"),
    ([closed(1), closed(2), closed(3)], 1, 2, ALREADY_IN),
]


@pytest.mark.parametrize(("showings", "edition", "number", "expected"), TABLE)
def test_what_stands_before_a_round(showings: list[ShownRound], edition: int, number: int, expected: str) -> None:
    assert why_not(showings, edition, ROUNDS[number]) == expected


@pytest.mark.parametrize(
    ("showings", "edition", "expected"),
    [
        ([], 1, 1),
        ([coming(1)], 1, 2),
        ([closed(1)], 2, 1),
        ([closed(1), closed(2)], 1, 3),
        ([closed(1), closed(2)], 2, 2),
        ([closed(1), closed(2), closed(3)], 1, None),
        ([closed(1), closed(2), closed(3)], 2, 3),
    ],
)
def test_the_round_ahead(showings: list[ShownRound], edition: int, expected: int | None) -> None:
    ahead = round_ahead(showings, edition)
    assert (ahead.number if ahead else None) == expected


@pytest.mark.parametrize(
    ("showings", "expected"),
    [
        ([], (0, 0)),
        ([coming(1)], (1, 1)),
        ([closed(1), closed(1, edition=3)], (1, 3)),
        ([closed(2, edition=2), closed(1, edition=3)], (2, 2)),
    ],
)
def test_the_latest_round_and_the_edition_it_showed(showings: list[ShownRound], expected: tuple[int, int]) -> None:
    assert find_latest_round(showings) == expected
