"""A browser for each worker, a portal for each test. Without Chromium these tests are skipped by name."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from app.database import Database
from tests.browser.portal import WIDTHS, Portal, serving

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_QUIET, headless=True)
        yield browser
        browser.close()


@pytest.fixture(params=["phone", pytest.param("desktop", marks=pytest.mark.soak)])
def width(request: pytest.FixtureRequest) -> str:
    """360 × 740 and 1280 × 800: a test that asks for it runs at both, on a desktop with the long walks."""
    assert request.param in WIDTHS
    name: str = request.param
    return name


@pytest.fixture
def portal(chromium: Browser, sqlite_template: Path, tmp_path: Path) -> Iterator[Portal]:
    """A portal with a database of its own. Afterwards it asserts that no other host was asked and no script failed."""
    path = tmp_path / "gongshi.sqlite"
    shutil.copy(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with serving(database, chromium, tmp_path / "evidence") as portal:
        yield portal
    database.dispose()


@pytest.fixture
def page(portal: Portal, width: str) -> Page:
    """A citizen's browser."""
    return portal.visit(width)
