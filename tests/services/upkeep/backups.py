"""A portal with something in it to be saved, and what a backup of it says."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.database import Database
from app.domain.cases.states import State
from app.evidence.store import Folder
from app.models import Base
from app.sealing import Keyring
from app.services.cases import investigation
from app.services.upkeep import restore as putting_back
from app.services.upkeep.restore import Restored
from tests.conftest import KEY
from tests.files import attach, pdf, png
from tests.invariants import broken
from tests.web.browsing import TOKEN
from tests.world import World, at

RING = Keyring(KEY.decode())


FILED = "2026-09-18 Fri 09:00"


on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
between_databases = pytest.mark.parametrize(
    ("database", "elsewhere"), [("sqlite", "postgresql"), ("postgresql", "sqlite")], indirect=True
)
NOW = at("2026-09-19 Sat 12:00")


ODD_TEXT = "甲" * 1500 + '\u2028\\"\n“乙”\U0001f600' + "丙" * 1400


def restore(
    database: Database, store: Folder, keyring: Keyring, folder: Path, now: dt.datetime, *, unsealed: bool = False
) -> Restored:
    """Restore a backup, and assert that it keeps every invariant (R37)."""
    done = putting_back.restore(database, store, keyring, folder, now, unsealed=unsealed)
    if done.chain.holds:
        assert broken(database, now) == []
    return done


def counts(database: Database) -> dict[str, int]:
    with database.reader() as session:
        return {t.name: session.scalar(select(func.count()).select_from(t)) or 0 for t in Base.metadata.sorted_tables}


def manifest_of(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return manifest


def eventful(world: World, tmp_path: Path) -> int:
    """A period with cases in several states, two files with one of them, and one that was never filed."""
    period = world.round_two()
    for content in (pdf(), pdf(padding=250_000)):
        attach(world, tmp_path / "evidence", content, now=FILED)
    first, _ = world.file(period, world.nominees[0], FILED, form_token=TOKEN, files=2)
    attach(world, tmp_path / "evidence", png(), token="another-token-of-24-char", now=FILED)
    second, _ = world.file(period, world.nominees[1], FILED)
    world.bring(second, State.CONCLUDED, FILED)
    joined, _ = world.file(period, world.nominees[0], FILED, facts=ODD_TEXT)
    world.act(investigation.join, first, "head", joined, now="2026-09-19 Sat 09:00")  # which refers to a later one
    return period
