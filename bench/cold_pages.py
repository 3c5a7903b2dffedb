"""Pages rendered anew: their time must not grow with the length of the list or of the archive."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import cycle
from pathlib import Path
from statistics import median

from flask import Flask
from werkzeug.test import EnvironBuilder

from app.clock import now
from app.database import Database
from app.services.periods.publication import ENTRIES_PER_PAGE, PERIODS_PER_PAGE
from app.web.factory import create_app
from app.web.shared.page_cache import PageCache
from bench import content, report
from config import Settings

_PAGES = 12
_LISTS = (ENTRIES_PER_PAGE, 1_500, 15_000)
_ARCHIVE = 1_000


def run(home: Path) -> None:
    lists = {entries: _application(home, entries=entries, archive=PERIODS_PER_PAGE) for entries in _LISTS}
    archive, period = _application(home, entries=_LISTS[0], archive=_ARCHIVE)
    few, _ = lists[_LISTS[0]]
    measures = {
        f"list_page_{entries}": _made_anew(app, _some_pages(period_id, entries))
        for entries, (app, period_id) in lists.items()
    }
    measures |= {
        "home_page": _made_anew(few, ["/"]),
        f"home_page_{_ARCHIVE}_periods": _made_anew(archive, ["/"]),
        f"archive_{_ARCHIVE}_periods": _made_anew(archive, [f"/periods/{period}"]),
    }
    samples = report.interleaved(measures)
    for name in measures:
        if name == "home_page":
            report.line(name, "ms", samples)
        else:
            base = "home_page" if name.startswith("home_page") else f"list_page_{_LISTS[0]}"
            report.line(name, "ms", samples, base if name != base else None)


def _application(home: Path, *, entries: int, archive: int) -> tuple[Flask, int]:
    url = f"sqlite:///{home}/cold_{entries}_{archive}.sqlite"
    database = Database(url)
    database.migrate()
    period = content.city_round(database, now(), entries=entries, archive=archive)
    database.dispose()
    return create_app(Settings(database_url=url)), period


def _some_pages(period: int, entries: int) -> list[str]:
    """Return the addresses of the first page, one in the middle and the last."""
    last = -(-entries // ENTRIES_PER_PAGE)
    return [f"/periods/{period}?page={page}" for page in (1, (last + 1) // 2, last)]


def _made_anew(app: Flask, paths: Iterable[str]) -> report.Measure:
    """Milliseconds a page, asked below the memory of hot pages."""
    hot: PageCache = app.extensions["hot_pages"]
    environs = cycle([EnvironBuilder(path).get_environ() for path in paths])

    def measure() -> float:
        return median(one_page() for _ in range(_PAGES))

    def one_page() -> float:
        status: list[str] = []
        start = time.perf_counter()
        body = b"".join(hot.application(dict(next(environs)), lambda line, _headers, *_: status.append(line)))
        seconds = time.perf_counter() - start
        assert status == ["200 OK"]
        assert body
        return seconds * 1000

    measure()  # templates are compiled and statements cached
    return measure
