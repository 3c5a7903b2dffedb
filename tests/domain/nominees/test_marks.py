"""The marks of a nominee: each follows from the one thing that it is of (R10, annex 6)."""

from __future__ import annotations

import pytest

from app.domain.nominees.annexes import Rank
from app.domain.nominees.eligibility import NomineeFacts, checks_of
from app.domain.nominees.marks import Marks, marks_of, read_kind, read_shown, write_counted_as, write_shown
from app.domain.periods.rounds import Kind
from tests.qujing import QUJING

NONE = Marks(failed=False, to_confirm=False, unanswered=False, objected=False, preliminary=None, final=None)


def test_conditions_that_fail_and_those_that_wait_are_told_apart() -> None:
    barred = NomineeFacts(Kind.INDIVIDUAL, "某人", Rank.ABOVE)
    checks = checks_of(barred, {}, QUJING)
    rank = [check for check in checks if not check.asks]
    asked = [check for check in checks if check.asks]
    found = [marks_of(some, frozenset(), {}, {}) for some in ([], rank, asked)]
    assert [(each.failed, each.to_confirm) for each in found] == [(False, False), (True, False), (False, True)]


def test_an_opinion_that_is_needed_is_missing_until_it_is_there_whatever_it_says() -> None:
    needed = frozenset({"police", "audit"})
    answers: list[dict[str, bool]] = [{}, {"police": False}, {"police": False, "audit": True}, {"other": True}]
    found = [marks_of([], needed, each, {}) for each in answers]
    assert [(each.unanswered, each.objected) for each in found] == [
        (True, False), (True, False), (False, True), (True, True)
    ]  # fmt: skip


def test_reviews_are_told_apart_from_none_at_all() -> None:
    found = marks_of([], frozenset(), {}, {"preliminary": True, "final": False})
    assert (marks_of([], frozenset(), {}, {}), found.preliminary, found.final) == (NONE, True, False)


@pytest.mark.parametrize(
    ("kind", "rank", "marks", "written"),
    [
        (Kind.INDIVIDUAL, Rank.NONE, NONE, "individual none 0000--"),
        (Kind.COLLECTIVE, Rank.COUNTY, Marks(True, False, True, False, True, False), "collective county 101010"),
        (Kind.INDIVIDUAL, Rank.UNKNOWN, Marks(False, True, False, True, None, True), "individual unknown 0101-1"),
    ],
)
def test_what_a_nominee_is_counted_as_is_one_text_that_tells_its_kind(
    kind: Kind, rank: Rank, marks: Marks, written: str
) -> None:
    assert write_counted_as(kind, rank, marks) == written
    assert read_kind(written) is kind


@pytest.mark.parametrize(
    ("periods", "written"), [([], ""), ([(12, True)], "12"), ([(15, False), (12, True), (3, False)], "3-,12,15-")]
)
def test_which_periods_show_a_nominee_is_written_in_one_way_and_read_again(
    periods: list[tuple[int, bool]], written: str
) -> None:
    assert write_shown(periods) == written
    assert read_shown(written) == sorted(periods)
