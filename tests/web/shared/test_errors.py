"""The disk full, the database stopped: a clear page with the text still on it, no receipt, and then it works again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, text

from app.database import Database
from tests.web.browsing import Browser, filled
from tests.world import World

FACTS = (
    "所列项目并非其完成，请予核查。" * 200
)  # three thousand characters: more than the last page of a table has room for


@contextmanager
def disk_full(database: Database) -> Iterator[None]:
    """A database file that may not grow: SQLite answers as it does when the disk is full."""

    def no_more(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # no less than it has now

    event.listen(database.engine, "connect", no_more)
    database.dispose()
    yield
    event.remove(database.engine, "connect", no_more)
    database.dispose()


@contextmanager
def stopped(database: Database) -> Iterator[None]:
    """A PostgreSQL that has dropped every connection and takes no new one."""
    name = database.engine.url.database
    admin = create_engine(database.engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :n"), {"n": name}
        )
        yield
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    admin.dispose()


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("database", "trouble", "still_read"),
    [("sqlite", disk_full, 200), ("postgresql", stopped, 503)],
    indirect=["database"],
)
def test_security_04_in_trouble_the_text_stays_on_the_page_and_no_receipt_is_shown(
    world: World, make_app: Callable[..., Flask], trouble: Callable[[Database], Any], still_read: int
) -> None:
    app = make_app()
    browser = Browser(app)
    form = f"/periods/{world.round_two()}/nominees/{world.nominees[0]}/objection"
    browser.get(form)
    before = world.everything()
    with trouble(app.extensions["portal"].database):
        refused = browser.post(form, filled(facts=FACTS))
        assert (refused.status, refused.headers["Retry-After"]) == (503, "60")
        assert "刚才的操作没有生效" in refused.text
        assert "receipt" not in browser.cookie()
        assert browser.get("/periods/6").status == still_read
        assert browser.get("/healthz").status == 200
    assert world.everything() == before
    again = refused.form("/objection")
    assert again.fields["facts"] == FACTS
    filed = browser.send(again)  # by itself, nothing restarted: the same text, sent from that page
    assert filed.status == 303
    assert "查询码" in browser.follow(filed).text
