"""The demonstration as a diary: what happens is noted with its moment, then done in the order of time.

So the record reads as it would in life, each step under the clock of its own moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from app.database import Database

Step = Callable[[Session, dt.datetime], object]


@dataclass
class Diary:
    """Steps to come. A step may note further ones, as long as they lie after it."""

    database: Database
    until: dt.datetime
    _steps: list[tuple[dt.datetime, int, Step]] = field(default_factory=list)
    _noted: int = 0

    def note(self, at: dt.datetime, step: Step) -> None:
        """Note a step that happens at `at`. A step after `until` is left out: it has not happened yet."""
        if at <= self.until:
            self._steps.append((at, self._noted, step))
            self._noted += 1

    def live(self) -> None:
        """Do every step, earliest first, each in a session of its own."""
        while self._steps:
            self._steps.sort(key=lambda step: step[:2], reverse=True)
            at, _, step = self._steps.pop()
            with self.database.writer() as session:
                step(session, at)
