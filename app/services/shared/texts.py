"""Texts that the record needs: not left empty, not too long."""

from __future__ import annotations

from app.domain.refusals import MissingText


def checked_text(text: str, what: str, length: tuple[int, int], field: str = "text") -> str:
    """Return the text without surrounding space. Raises MissingText when it is too short or too long.

    `what` names the text to people, `field` is the form's name for it.
    """
    text = text.replace("\r\n", "\n").strip()
    low, high = length
    if not low <= len(text) <= high:
        raise MissingText(what, low, high, field)
    return text
