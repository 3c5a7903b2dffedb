"""What a file is kept as: only what is known to be no letter is shown (R14)."""

from __future__ import annotations

import pytest

from app.domain.objections.letters import KeptAs, kept_as


@pytest.mark.parametrize(
    ("letter", "of_unit", "what"),
    [
        (True, True, KeptAs.LETTER),
        (True, False, KeptAs.LETTER),
        (False, True, KeptAs.EVIDENCE),
        (False, False, KeptAs.EVIDENCE),
        (None, True, KeptAs.UNSORTED),  # it came when the form asked for the letter among the evidence
        (None, False, KeptAs.EVIDENCE),
    ],
)
def test_every_file_there_can_be(letter: bool | None, of_unit: bool, what: KeptAs) -> None:
    assert kept_as(letter, of_unit=of_unit) is what
