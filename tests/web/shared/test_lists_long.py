"""Pages of lists cost what one page shows: statements, rows read and bytes do not grow with what the database holds."""

from __future__ import annotations

import dataclasses
import weakref
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import delete, event

from app.database import Database
from app.models import Base, Entry
from app.sealing import Keyring
from app.services.office import ledger
from app.services.record import chain, in_words
from app.services.shared import stored_rows
from app.web.factory import create_app
from app.web.shared.lists import ROWS_PER_PAGE
from bench import long_lists, staff_pages
from config import Settings
from tests.web.browsing import Browser, MovingClock
from tests.world import at

pytestmark = pytest.mark.walk

KEY = "k" * 40
MOST_BYTES = 200_000
NOW = "2026-11-18 Wed 10:00"
SMALL, LARGE = (320, 240), (1_600, 1_200)
# More rows of the database may stand in a filter's options, and a page may not have been full yet: up to four rows of
# the database make one of a list.
MORE_STATEMENTS, MORE_ROWS, TO_FILL_A_PAGE = 4, 1.25, 4 * ROWS_PER_PAGE


@dataclasses.dataclass
class Cost:
    statements: int
    rows: int
    size: int


@pytest.fixture(scope="module")
def portals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[tuple[int, int], tuple[Flask, Any]]]:
    made = {}
    for size in (SMALL, LARGE):
        url = f"sqlite:///{tmp_path_factory.mktemp('long') / 'lists.sqlite'}"
        database = Database(url)
        database.migrate()
        ids = long_lists.fill(database, at(NOW), Keyring(KEY), entries=size[0], cases=size[1])
        database.dispose()
        made[size] = create_app(Settings(database_url=url, secret_key=KEY, identity_key=KEY), MovingClock(at(NOW))), ids
    yield made
    for app, _ in made.values():
        app.extensions["portal"].database.dispose()


@contextmanager
def counting(app: Flask) -> Iterator[Counter[str]]:
    counted: Counter[str] = Counter()

    def statement(*_: Any) -> None:
        counted["statements"] += 1

    def row(*_: Any) -> None:
        counted["rows"] += 1

    engine = app.extensions["portal"].database.engine
    event.listen(engine, "before_cursor_execute", statement)
    event.listen(Base, "load", row, propagate=True)
    try:
        yield counted
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(Base, "load", row)


def cost(app: Flask, ids: Any, who: str, path: str) -> Cost:
    browser = Browser(app).sign_in(getattr(ids, who))
    address = path.format(**dataclasses.asdict(ids))
    with counting(app) as counted:
        answer = browser.open(address)
        assert answer.status_code == 200, address
    return Cost(counted["statements"], counted["rows"], len(answer.get_data()))


@pytest.mark.parametrize(("who", "path"), [(who, path) for who, paths in staff_pages.LISTS.items() for path in paths])
def test_a_page_of_a_list_costs_what_it_shows(portals: dict[Any, Any], who: str, path: str) -> None:
    few, many = (cost(app, ids, who, path) for app, ids in portals.values())
    assert many.size <= MOST_BYTES
    assert many.statements <= few.statements + MORE_STATEMENTS, (few, many)
    assert many.rows <= few.rows * MORE_ROWS + TO_FILL_A_PAGE, (few, many)


def to_choose_from(home: Path) -> tuple[Flask, Any]:
    """Nominees of whom none is in any round yet: 100 units of their own recommended by 20, twenty of each."""
    url = f"sqlite:///{home / 'choosing.sqlite'}"
    database = Database(url)
    database.migrate()
    ids = long_lists.fill(database, at(NOW), Keyring(KEY), entries=2_200, cases=0)
    with database.writer() as session:
        session.execute(delete(Entry))
        session.commit()
    database.dispose()
    return create_app(Settings(database_url=url, secret_key=KEY, identity_key=KEY), MovingClock(at(NOW))), ids


def test_pages_that_choose_from_many_are_no_longer_than_any_page(tmp_path: Path) -> None:
    app, ids = to_choose_from(tmp_path)
    browser = Browser(app).sign_in(ids.office)
    of_round = {number: f"/office/periods/new-many?programme={ids.programme}&round={number}" for number in (1, 2)}
    shown = browser.get(of_round[1])
    assert shown.text.count("可以列入 20 个") == ROWS_PER_PAGE
    looked = browser.send(shown.form("/1"), "preview")
    assert f"确认安排 {ROWS_PER_PAGE} 家" in looked.text
    asking = browser.get(f"/programmes/{ids.programme}/papers/asking")
    assert "110个.docx" in asking.text
    assert max(map(len, asking.links)) < 100  # no address names the nominees of a letter
    pages = {"round 1": shown, "looked at": looked, "round 2": browser.get(of_round[2]), "asking": asking}
    assert {
        name: len(page.source.encode()) for name, page in pages.items() if len(page.source.encode()) > MOST_BYTES
    } == {}
    app.extensions["portal"].database.dispose()


def most_alive(app: Flask, ids: Any, path: str) -> int:
    """The most rows that are in memory at one moment while a sheet is written."""
    alive: weakref.WeakSet[Any] = weakref.WeakSet()
    most = 0

    def loaded(row: Any, *_: Any) -> None:
        nonlocal most
        alive.add(row)
        most = max(most, len(alive))

    event.listen(Base, "load", loaded, propagate=True)
    try:
        answer = Browser(app).sign_in(ids.office).open(path)
        assert answer.status_code == 200
        assert load_workbook(BytesIO(answer.get_data()), read_only=True).worksheets
    finally:
        event.remove(Base, "load", loaded)
    return most


@pytest.mark.parametrize("path", ["/office/cases?format=xlsx", "/office/ledger.xlsx", "/office/record?format=xlsx"])
def test_a_sheet_of_more_rows_holds_no_more_of_them_in_memory(
    portals: dict[Any, Any], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (stored_rows, ledger, chain, in_words):
        monkeypatch.setattr(module, "_AT_ONCE", 40)
    few, many = (most_alive(app, ids, path) for app, ids in portals.values())
    assert many <= few * 1.25, (few, many)


def test_a_sheet_has_every_row_of_every_page(portals: dict[Any, Any]) -> None:
    app, ids = portals[LARGE]
    answer = Browser(app).sign_in(ids.office).open("/office/cases.xlsx")
    sheet = load_workbook(BytesIO(answer.get_data()), read_only=True).worksheets[0]
    numbers = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(numbers) == len(set(numbers)) == LARGE[1]


def test_pages_follow_one_another_without_a_gap(portals: dict[Any, Any]) -> None:
    app, ids = portals[LARGE]
    browser = Browser(app).sign_in(ids.office)
    seen: list[str] = []
    for page in range(1, -(-LARGE[1] // ROWS_PER_PAGE) + 1):
        shown = browser.get(f"/office/cases?page={page}&sort=-name")
        seen += [link for link in shown.links if link.startswith("/desk/cases/2")]
        assert f"第 {page} 页，共 {LARGE[1] // ROWS_PER_PAGE} 页" in shown.text
    assert len(seen) == len(set(seen)) == LARGE[1]
    kept = browser.get("/office/cases?state=received&page=2")
    assert "/office/cases?state=received&page=1" in kept.links  # the filter stays


def test_a_search_looks_at_every_column_and_every_word(portals: dict[Any, Any]) -> None:
    app, ids = portals[SMALL]
    browser = Browser(app).sign_in(ids.office)

    def found(query: str) -> int:
        return len([link for link in browser.get(f"/office/cases?q={query}").links if link.startswith("/desk/cases/2")])

    assert found("200000007") == 1
    assert found("待受理 %") == 0  # a sign of LIKE is a sign like any other
    assert found("2026-200000007 第2推荐单位") == 1
    assert found("2026-200000007 第1推荐单位") == 0
    assert found("2026年11月16日 200000007") == 1


def test_sealed_columns_say_so_and_are_not_sorted_by(portals: dict[Any, Any]) -> None:
    app, ids = portals[SMALL]
    page = Browser(app).sign_in(ids.office).get("/nominees/?sort=ahead")
    assert "加密保存，不能查找、排序" in page.text
    assert not [link for link in page.links if "sort=ahead" in link or "sort=opinions" in link]
