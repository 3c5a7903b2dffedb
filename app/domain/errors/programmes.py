"""Programmes, units and people being set up."""

from __future__ import annotations

from app.domain.errors.base import Refusal


class Archived(Refusal):
    """An archived programme is read and never changed again."""

    def __init__(self, title: str) -> None:
        self.title = title
        super().__init__(f"“{title}”已经归档，只能查看，不能再改动。")
