"""The demonstration as a list of steps, each with its moment, which are then run in the order of time.

Each step runs with its own moment as `now`, so the record looks like that of a real programme.
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
    """Steps to run. A step may add further steps, if they are later than itself."""

    database: Database
    until: dt.datetime
    _steps: list[tuple[dt.datetime, int, Step]] = field(default_factory=list)
    _noted: int = 0

    def note(self, at: dt.datetime, step: Step) -> None:
        """Add a step that runs at `at`. A step after `until` is left out: it has not happened yet."""
        if at <= self.until:
            self._steps.append((at, self._noted, step))
            self._noted += 1

    def live(self) -> None:
        """Run every step, earliest first, each in a session of its own."""
        while self._steps:
            self._steps.sort(key=lambda step: step[:2], reverse=True)
            at, _, step = self._steps.pop()
            with self.database.writer() as session:
                step(session, at)
