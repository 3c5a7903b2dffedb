"""Every page of staff, where there are a hundred times as many entries and cases: its time must hardly grow.

Time is processor time of the page alone: whatever else runs on the machine does not count. With SQLite all of it is in
this process; PostgreSQL's own stands beside it. Bytes are those of the page as it is sent.
"""

from __future__ import annotations

import dataclasses
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import text

from app.clock import now
from app.database import Database
from app.sealing import Keyring
from app.web.factory import create_app
from bench import long_lists, report, servers
from bench.long_lists import LongLists
from config import Settings
from tests.running import PostgreSQL
from tests.web.browsing import Browser

# Entries and cases. The small data fills each page that is compared as the large does: as many rows are shown of both.
SIZES = ((150, 450), (15_000, 10_000))
_ROUNDS = 7
# The pages of lists, by who looks, as they open; then what somebody asks of them.
LISTS = {
    "office": (
        "/office/",
        "/office/cases",
        "/office/cases?page=2",
        "/office/cases?sort=-name",
        "/office/cases?mine=0",
        "/desk/",
        "/desk/watched",
        "/desk/letters",
        "/desk/registrations",
        "/office/periods",
        "/office/periods/{period}",
        "/office/periods/{period}/entries",
        "/office/record",
        "/office/messages",
        "/office/data-requests",
        "/office/identities",
        "/office/flood",
        "/office/checks",
        "/office/calendar",
        "/nominees/",
        "/nominees/?sort=-name",
        "/nominees/1",
        "/imports/",
        "/people/",
        "/people/{head}",
        "/units/",
        "/programmes/",
        "/programmes/{programme}/papers/nominees",
        "/desk/cases/200000001",
        "/programmes/{waiting}",
        "/programmes/{waiting}/plan",
        "/programmes/{waiting}/quotas",
        "/programmes/{waiting}/papers",
        "/nominees/vacancies?programme={waiting}",
        "/office/periods/new",
        "/office/periods/new?programme={waiting}&round=1",
        "/office/periods/new/{waiting}/3/{office_unit}",
        "/office/periods/new/{waiting}/2/{unit}",
        "/office/periods/new-many?programme={waiting}&round=2",
        "/programmes/{programme}/award",
        "/programmes/{programme}/award?fate=proposed",
        "/programmes/{programme}/award/papers",
        "/programmes/{programme}/award/decision",
    ),
    "head": (
        "/programmes/{waiting}/papers",
        "/desk/",
        "/desk/letters",
        "/desk/registrations",
        "/nominees/",
        "/imports/",
        "/people/",
        "/units/",
    ),
}


# Sheets of every row, written in pieces.
SHEETS = ("/office/cases?format=xlsx", "/office/ledger.xlsx")


def run_sqlite(home: Path) -> None:
    _run("sqlite", {size: f"sqlite:///{home}/staff_{size[0]}.sqlite" for size in SIZES})


def run_postgresql(home: Path) -> None:
    server = PostgreSQL(home / "server")
    try:
        _run("postgresql", {size: server.new_database(f"staff_{size[0]}") for size in SIZES}, server)
    finally:
        server.close()


def _run(database: str, urls: dict[tuple[int, int], str], server: PostgreSQL | None = None) -> None:
    """Open each page with few rows and then with many, so that both meet the same machine."""
    sides = [_Side(url, _filled_elsewhere(url, size), server) for size, url in urls.items()]
    for who, paths in LISTS.items():
        for path in paths:
            few, many = (_Page() for _ in sides)
            for side, page in zip(sides, (few, many), strict=True):
                for _ in range(1 + _ROUNDS):
                    side.open(who, path, page)
            _report(f"{who} {path}", few, many, database)
    for path in SHEETS:
        for side, size in zip(sides, urls, strict=True):
            side.write_sheet(path, f"{path} of {size[1]} cases", database)
    for side in sides:
        side.close()


def _report(name: str, few: _Page, many: _Page, database: str) -> None:
    names = {"small": name, "large": f"{name} ×100"}
    samples = {names["small"]: few.seconds, names["large"]: many.seconds}
    more: dict[str, Any] = {"small": round(min(few.seconds), 1), "large": round(min(many.seconds), 1)}
    if few.database or many.database:
        more |= {"database_small": round(few.of_database, 1), "database_large": round(many.of_database, 1)}
    all_of = [min(page.seconds) + page.of_database for page in (few, many)]
    more |= {"ratio_of_least": round(all_of[1] / all_of[0], 2), "database": database}
    report.line(names["large"], "ms", samples, names["small"], **more, bytes=many.bytes, bytes_small=few.bytes)


@dataclasses.dataclass(slots=True)
class _Page:
    """What a page took each time that it was opened, in milliseconds; the first finds nothing compiled, and is left."""

    opened: list[float] = dataclasses.field(default_factory=list)
    database: list[float] = dataclasses.field(default_factory=list)  # of a server apart
    bytes: int = 0

    @property
    def seconds(self) -> list[float]:
        return self.opened[1:]

    @property
    def of_database(self) -> float:
        return sum(self.database[1:]) / len(self.database[1:]) if self.database else 0.0


class _Side:
    """The portal over one of the databases, with those who look."""

    def __init__(self, url: str, made: LongLists, server: PostgreSQL | None) -> None:
        self._app = create_app(Settings(database_url=url, secret_key=servers.KEY, identity_key=servers.KEY))
        self._made, self._server = dataclasses.asdict(made), server
        self._browsers = {who: Browser(self._app).sign_in(self._made[who]) for who in LISTS}

    def open(self, who: str, path: str, page: _Page) -> None:
        address = path.format(**self._made)
        before, start = self._server.cpu_seconds() if self._server else 0.0, time.process_time()
        answer = self._browsers[who].open(address)
        page.bytes = len(answer.get_data())
        page.opened.append((time.process_time() - start) * 1000)
        if self._server:
            page.database.append((self._server.cpu_seconds() - before) * 1000)
        assert answer.status_code == 200, address

    def write_sheet(self, path: str, name: str, database: str) -> None:
        """Report what a sheet takes, and how much more memory the process has for it at the most."""
        process, start = psutil.Process(), time.process_time()
        before, most, size = process.memory_info().rss, 0, 0
        with self._browsers["office"].open(path, buffered=False) as answer:
            for piece in answer.response:
                size, most = size + len(piece), max(most, process.memory_info().rss)
        samples = {name: [time.process_time() - start]}
        report.line(name, "s", samples, sheet=database, bytes=size, megabytes=round((most - before) / 1e6, 1))

    def close(self) -> None:
        self._app.extensions["portal"].database.dispose()


def _filled_elsewhere(url: str, size: tuple[int, int]) -> LongLists:
    """Fill a database in a process of its own: what it leaves in memory would slow the pages that are measured."""
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as apart:
        return apart.submit(_fill, url, size).result()


def _fill(url: str, size: tuple[int, int]) -> LongLists:
    database = Database(url)
    database.migrate()
    made = long_lists.fill(database, now(), Keyring(servers.KEY), entries=size[0], cases=size[1])
    if database.engine.dialect.name == "postgresql":  # which does so by itself, later
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    database.dispose()
    return made
