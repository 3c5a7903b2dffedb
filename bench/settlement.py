"""The deadline of a period with many open cases: ten times as many must not take more than twelve times as long."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from app.clock import now
from app.database import Database
from app.services.cases import settlement
from app.services.shared.work import Work
from bench import content, report

_SIZES = (1_000, 10_000)


def run(home: Path) -> None:
    measures = {f"settle_{cases}": _settling(home, cases) for cases in _SIZES}
    samples = report.interleaved(measures)
    small, large = measures
    report.line(small, "s", samples)
    report.line(large, "s", samples, small)


def _settling(home: Path, cases: int) -> report.Measure:
    """Seconds to settle a fresh copy of a database with so many open cases past their deadline."""
    template, copy = home / f"settle_{cases}.sqlite", home / "settling.sqlite"
    filling = Database(f"sqlite:///{template}")
    filling.migrate()
    content.city_round(filling, now(), cases=cases)
    filling.dispose()

    def measure() -> float:
        shutil.copy(template, copy)
        database = Database(f"sqlite:///{copy}")
        with database.writer() as session:
            start = time.perf_counter()
            (settled,) = settlement.settle_due(Work(session, now()))
            seconds = time.perf_counter() - start
        database.dispose()
        assert (settled.lapsed_cases, settled.disqualified) == (cases, 150)
        return seconds

    return measure
