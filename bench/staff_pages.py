"""Every page of staff, where there are a hundred times as many entries and cases: its time must hardly grow.

Time is processor time of the page alone: whatever else runs on the machine does not count. With SQLite all of it is in
this process; PostgreSQL's own stands beside it. Bytes are those of the page as it is sent.
"""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

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
_ROUNDS = 5
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


def run_sqlite(home: Path) -> None:
    _run("sqlite", {size: f"sqlite:///{home}/staff_{size[0]}.sqlite" for size in SIZES})


def run_postgresql(home: Path) -> None:
    server = PostgreSQL(home / "server")
    try:
        _run("postgresql", {size: server.new_database(f"staff_{size[0]}") for size in SIZES}, server)
    finally:
        server.close()


def _run(database: str, urls: dict[tuple[int, int], str], server: PostgreSQL | None = None) -> None:
    small, large = (_pages(url, size, server) for size, url in urls.items())
    for (who, path), few in small.items():
        many = large[who, path]
        names = {"small": f"{who} {path}", "large": f"{who} {path} ×100"}
        samples = {names["small"]: few.seconds, names["large"]: many.seconds}
        more: dict[str, Any] = {"small": round(min(few.seconds), 1), "large": round(min(many.seconds), 1)}
        if server:
            more |= {"database_small": round(few.database, 1), "database_large": round(many.database, 1)}
        all_of = [min(page.seconds) + page.database for page in (few, many)]
        more |= {"ratio_of_least": round(all_of[1] / all_of[0], 2), "database": database}
        report.line(names["large"], "ms", samples, names["small"], **more, bytes=many.bytes, bytes_small=few.bytes)


@dataclasses.dataclass(frozen=True, slots=True)
class _Page:
    seconds: list[float]
    database: float  # milliseconds of a server apart, by page
    bytes: int


def _pages(url: str, size: tuple[int, int], server: PostgreSQL | None) -> dict[tuple[str, str], _Page]:
    database = Database(url)
    database.migrate()
    made = long_lists.fill(database, now(), Keyring(servers.KEY), entries=size[0], cases=size[1])
    if server:  # which does so by itself, later
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    database.dispose()
    app = create_app(Settings(database_url=url, secret_key=servers.KEY, identity_key=servers.KEY))
    found = {}
    for who, paths in LISTS.items():
        browser = Browser(app).sign_in(getattr(made, who))
        for path in paths:
            found[who, path] = _measured(browser, _address(path, made), server)
    app.extensions["portal"].database.dispose()
    return found


def _address(path: str, made: LongLists) -> str:
    return path.format(**dataclasses.asdict(made))


def _measured(browser: Browser, path: str, server: PostgreSQL | None) -> _Page:
    _once(browser, path)  # the first finds nothing compiled
    before = server.cpu_seconds() if server else 0.0
    rounds = [_once(browser, path) for _ in range(_ROUNDS)]
    spent = server.cpu_seconds() - before if server else 0.0
    return _Page([seconds for seconds, _ in rounds], spent * 1000 / _ROUNDS, rounds[-1][1])


def _once(browser: Browser, path: str) -> tuple[float, int]:
    """Return the milliseconds of processor in this process, and the size of the page."""
    start = time.process_time()
    answer = browser.open(path)
    size = len(answer.get_data())
    assert answer.status_code == 200, path
    return (time.process_time() - start) * 1000, size
