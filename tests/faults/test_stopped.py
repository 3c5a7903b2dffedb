"""The disk full, Redis stopped: a clear page with the text on it, or no harm; it heals by itself (SECURITY 4)."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app.database import Database
from app.services.cases.settlement import settle_due
from tests.busy import MORNING
from tests.faults.forms import Forms, assert_not_taken, assert_whole
from tests.running import Redis
from tests.world import World, at

MakeApp = Callable[..., Flask]

# --- the disk ------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """On a disk of eight megabytes."""
    with small_disk(tmp_path / "disk", 8) as disk:
        shutil.copy(sqlite_template, disk / "gongshi.sqlite")
        database = Database(f"sqlite:///{disk / 'gongshi.sqlite'}")
        yield database
        database.dispose()


def fill_up(folder: Path) -> Path:
    """Take all the room that is left."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    assert shutil.disk_usage(folder).free == 0
    return ballast


def test_security_04_a_full_disk_takes_no_objection_keeps_its_text_and_heals_by_itself(
    world: World, make_app: MakeApp, here: str
) -> None:
    world.run(settle_due, now=at(MORNING))
    forms = Forms(make_app(), here)
    assert forms.send().status == 303
    folder = Path(str(world.database.engine.url.database)).parent
    ballast = fill_up(folder)
    before = world.everything()
    refused = forms.send()
    while refused.status == 303:  # the last page of the log had room for it
        before = world.everything()
        refused = forms.send()
    taken = len(before["objections"])
    for page in (refused, forms.send()):
        assert_not_taken(page)
    assert forms.client.get("/").status == 200  # whoever only reads is not disturbed
    assert forms.client.get("/readyz").status == 200
    assert world.everything() == before
    ballast.unlink()
    assert forms.again(refused).status == 303
    assert_whole(world, taken + 1)
    with world.database.reader() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"


# --- Redis ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["stopped", pytest.param("hanging", marks=pytest.mark.soak)])
def test_security_04_without_redis_objections_are_taken_and_limits_hold_in_memory_until_it_is_back(
    world: World, make_app: MakeApp, here: str, tmp_path: Path, how: str
) -> None:
    redis = Redis(tmp_path)
    try:
        forms = Forms(make_app(redis_url=redis.url, limit_address="4/hour", challenge_at=100), here)
        began = time.monotonic()
        assert forms.send().status == 303
        usual = time.monotonic() - began
        (redis.kill if how == "stopped" else redis.hang)()
        began = time.monotonic()
        answers = [forms.send().status for _ in range(5)]
        # Counted from nothing, by this process; the form under way when it stopped may count twice.
        assert answers in ([303] * 4 + [429], [303] * 3 + [429] * 2)
        # Two waits of half a second, not five seconds a form; beside what forms take on a machine as busy as this one.
        assert time.monotonic() - began < 8 + 5 * usual
        assert_whole(world, 1 + answers.count(303))
    finally:
        redis.kill()
