"""Texts that the record needs: not left empty, not too long."""

from __future__ import annotations

from app.domain.refusals import MissingText


def checked_text(text: str, field: str, length: tuple[int, int]) -> str:
    """The text without surrounding space; MissingText when it is too short or too long."""
    text = text.replace("\r\n", "\n").strip()
    low, high = length
    if not low <= len(text) <= high:
        raise MissingText(field, low, high)
    return text
