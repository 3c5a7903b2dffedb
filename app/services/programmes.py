"""Programmes: set up, changed, archived. Several run side by side; an archived one is only read."""

from __future__ import annotations

from app.domain.errors import Archived
from app.models import Programme


def require_running(programme: Programme) -> None:
    """Everything that writes to a programme asks this first. Raises Archived."""
    if programme.archived_at is not None:
        raise Archived(programme.title)
