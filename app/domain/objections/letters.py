"""What a file of an objection is kept as: evidence for handlers, or the sealed letter that shows who files (R14)."""

from __future__ import annotations

from enum import StrEnum


class KeptAs(StrEnum):
    """Who may have a file that came with an objection."""

    EVIDENCE = "evidence"  # handlers of the case
    LETTER = "letter"  # the office, as it reads the identity (R19)
    UNSORTED = "unsorted"  # the office alone, until it has said which of the two it is


def kept_as(letter: bool | None, *, of_unit: bool) -> KeptAs:
    """Return what a file is kept as. `letter` is None for a file that is older than the form's field for letters.

    Before that field a unit sent its letter among the evidence. Any such file may be the letter, so none is shown.
    """
    if letter is None:
        return KeptAs.UNSORTED if of_unit else KeptAs.EVIDENCE
    return KeptAs.LETTER if letter else KeptAs.EVIDENCE
