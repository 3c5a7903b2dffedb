"""Refusals of papers that go out."""

from __future__ import annotations

from app.domain.refusals.base import Refusal


class NoSuchPaper(Refusal):
    """The paper is not to be had, or not yet: `why` says what has to happen first."""
