"""The page of a long list is found through indexes: neither database reads a whole large table for it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text

from app.database import Database
from app.sealing import Keyring
from app.services.shared.stored_rows import StoredRows
from app.web.factory import create_app
from bench import long_lists, staff_pages
from config import Settings
from tests.web.browsing import Browser, MovingClock
from tests.world import at

KEY = "k" * 40
NOW = "2026-11-18 Wed 10:00"
ENTRIES, CASES = 1_600, 1_200
LARGE = {
    "audit_rows",
    "cases",
    "dispatches",
    "entries",
    "identity_requests",
    "letters",
    "nominees",
    "objections",
    "outbox",
    "registrations",
}
_OF_A_PAGE = re.compile(r"LIMIT \S+ OFFSET \S+$")
# As they open: whoever sorts by another column, or searches, has every row looked at.
PAGES = [(who, path) for who, paths in staff_pages.LISTS.items() for path in paths if "sort=" not in path]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def portal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Any]]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('plans') / 'lists.sqlite'}"
    else:
        url = request.getfixturevalue("postgresql_server").copy("template0")
    database = Database(url)
    database.migrate()
    ids = long_lists.fill(database, at(NOW), Keyring(KEY), entries=ENTRIES, cases=CASES)
    if request.param == "postgresql":  # which does so by itself, later
        with database.writer() as session:
            session.execute(text("ANALYZE"))
            session.commit()
    database.dispose()
    app = create_app(Settings(database_url=url, secret_key=KEY, identity_key=KEY), MovingClock(at(NOW)))
    yield app, ids
    app.extensions["portal"].database.dispose()


def queries_of_pages(app: Flask, ids: Any, who: str, path: str, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The statements, with what is bound in them, that find the ids of the rows of the lists on a page."""
    found: list[Any] = []
    inside = 0
    page = StoredRows.page

    def watched(*given: Any) -> Any:
        nonlocal inside
        inside += 1
        try:
            return page(*given)
        finally:
            inside -= 1

    def sent(_connection: Any, _cursor: Any, statement: str, bound: Any, *_: Any) -> None:
        if inside and _OF_A_PAGE.search(statement):
            found.append((statement, bound))

    monkeypatch.setattr(StoredRows, "page", watched)
    browser, engine = Browser(app).sign_in(getattr(ids, who)), app.extensions["portal"].database.engine
    event.listen(engine, "before_cursor_execute", sent)
    try:
        assert browser.open(path.format(**dataclasses.asdict(ids))).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", sent)
    return found


def tables_read_whole(app: Flask, statement: str, bound: Any) -> set[str]:
    """The tables that a statement reads from end to end, without an index."""
    with app.extensions["portal"].database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", bound)]
            if not any("TEMP B-TREE" in line for line in plan):
                return set()  # it reads in the list's own order, and ends with the page
            return {line.split()[1] for line in plan if line.startswith("SCAN ") and " INDEX " not in line}
        connection.execute(text("SET enable_seqscan = off"))  # so small a table is read whole for its size alone
        plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", bound)]
        connection.execute(text("RESET enable_seqscan"))
        return {line.split("Seq Scan on ")[1].split()[0] for line in plan if "Seq Scan on " in line}


@pytest.mark.walk
@pytest.mark.parametrize(("who", "path"), PAGES)
def test_the_page_of_a_list_reads_no_large_table_from_end_to_end(
    portal: tuple[Flask, Any], who: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, ids = portal
    for statement, bound in queries_of_pages(app, ids, who, path, monkeypatch):
        assert tables_read_whole(app, statement, bound) & LARGE == set(), statement


@pytest.mark.walk
def test_a_page_without_an_index_would_be_found(portal: tuple[Flask, Any]) -> None:
    app, _ = portal
    assert tables_read_whole(app, "SELECT id FROM letters ORDER BY made_at LIMIT 9 OFFSET 0", ()) == {"letters"}


@pytest.mark.soak
def test_the_pages_of_lists_are_looked_at_at_all(portal: tuple[Flask, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    app, ids = portal
    watched = [path for who, path in PAGES if queries_of_pages(app, ids, who, path, monkeypatch)]
    assert len(watched) >= 20, watched
