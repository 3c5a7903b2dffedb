"""Which letters a turn brings, and in which series they are numbered (R34)."""

from __future__ import annotations

import pytest

from app.domain.cases.letters import ENDS, LETTERS, LetterKind, Reader, Turn, find_series


def test_every_turn_and_every_end_has_its_row() -> None:
    assert set(LETTERS) == set(Turn)
    assert {kind for kind in ENDS.values() if kind} == {LetterKind.ANSWER, LetterKind.DECLINE}


def test_only_whoever_is_put_out_or_taken_back_is_written_to_beside_the_objector() -> None:
    to_the_nominee = {turn for turn, letters in LETTERS.items() for _, reader in letters if reader is Reader.NOMINEE}
    to_the_unit = {turn for turn, letters in LETTERS.items() for _, reader in letters if reader is Reader.UNIT}
    assert to_the_nominee == to_the_unit == {Turn.DISQUALIFIED, Turn.REVERSED}


@pytest.mark.parametrize(
    ("by_office", "against_unit", "series"),
    [
        (False, False, "麒麟区异议"),
        (True, False, "市级专班异议"),
        (True, True, "市级专班专办"),  # no gap in a series that a unit reads tells of it (R19)
    ],
)
def test_each_series_counts_for_itself(by_office: bool, against_unit: bool, series: str) -> None:
    assert find_series("麒麟区", by_office=by_office, against_unit=against_unit) == series
