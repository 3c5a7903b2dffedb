"""Papers in the browser: who gets which, what is sent, what the record says, and what a bundle holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask

from tests.papers.made_up import made_up
from tests.web.browsing import Browser, MovingClock
from tests.world import World

PAPERS = "/programmes/1/papers"
AFTER = "2026-10-12 Mon 10:00"


@pytest.fixture
def there(world: World, app: Flask, tmp_path: Path, clock: MovingClock) -> World:
    """Round 2 of qilin is closed, with an outcome of every kind."""
    made_up(world, tmp_path / "evidence")
    clock.to(AFTER)
    return world


def saved(browser: Browser, path: str) -> tuple[str, bytes]:
    """A file's name and content."""
    return sent(browser.open(path))


def sent(answer: object) -> tuple[str, bytes]:
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    found = re.fullmatch(r"attachment; filename\*=UTF-8''(.*)", answer.headers["Content-Disposition"])
    return unquote(found[1]), answer.get_data()


def test_try(there: World, staff: Callable[[str], Browser]) -> None:
    office = staff("office")
    for page in ("", "/periods", "/nominees", "/templates"):
        answer = office.get(PAPERS + page)
        assert answer.status == 200
        print(answer.text)
        print(answer.links)
