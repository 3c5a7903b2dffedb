"""A planted name, phone and phrase go through a whole case; then every byte the portal wrote is searched (R19)."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from app import clock
from app.database import ROOT, Database
from app.domain.cases.states import State
from app.domain.shared.instants import SHANGHAI
from app.models import Objection
from app.services.objections import identities
from tests.files import pdf
from tests.running import Served, eventually, ready, served
from tests.visitors import Citizen, open_today
from tests.world import World, at

NAME, PHONE, TITLE = "植标乙", "13911112222", "植标乙家的合同"
PHRASE = "An evidence phrase planted to be looked for"
MARKS = (NAME, PHONE, PHRASE, TITLE)
# As UTF-8, as Word writes, and as a number may be split.
NEEDLES = {mark: {mark.encode(), mark.encode("utf-16-le"), mark.encode("unicode_escape")} for mark in MARKS}


@dataclass
class Planted:
    """A portal that wrote everything it writes into one folder, and what was filed there."""

    home: Path
    world: World
    server: Served

    def console(self, *arguments: str) -> str:
        command = [sys.executable, "-c", "from app.cli import gongshi; gongshi()", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.server.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr


@pytest.fixture
def planted(sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Planted]:
    home = tmp_path / "portal"
    home.mkdir()
    shutil.copy(sqlite_template, home / "gongshi.sqlite")
    database = Database(f"sqlite:///{home}/gongshi.sqlite")
    world = World.build(database, b"a key for tests, thirty-two bytes", now=at("2026-09-01 Tue 01:00"))
    (home / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(home / "tmp"))  # whatever is spooled is looked at too
    folders = {"evidence_dir": str(home / "evidence"), "instance_dir": str(home)}
    with served(database.url, home / "server.log", **folders) as server:
        yield Planted(home, world, server)
    database.dispose()


def photograph() -> bytes:
    """Make a picture with metadata that names its author."""
    exif = Image.Exif()
    exif[0x010E] = PHRASE
    written = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(written, "JPEG", exif=exif, comment=PHRASE.encode())
    assert PHRASE.encode() in written.getvalue()
    return written.getvalue()


def found_in(content: bytes) -> set[str]:
    return {mark for mark, needles in NEEDLES.items() if any(needle in content for needle in needles)}


@pytest.mark.soak
def test_security_14_the_mark_is_in_no_byte_that_the_portal_wrote(planted: Planted) -> None:
    world, server = planted.world, planted.server
    nominee = world.nominees[2]
    period = world.round_two()
    open_today(world, period)
    eventually(lambda: ready(server.address), "ready")
    citizen = Citizen(server.address, f"/periods/{period}/nominees/{nominee}/objection")
    citizen.attach(f"{TITLE}.pdf", pdf(PHRASE))
    citizen.attach(f"{TITLE}.jpg", photograph())
    wrong = citizen.file(name=NAME, contact="not a contact")
    assert (wrong.status, NAME in wrong.text) == (422, True)
    receipt = citizen.file(name=NAME, contact=PHONE)
    assert TITLE in receipt.text  # whoever filed sees the files under their own names
    code = citizen.code_on(receipt)
    assert citizen.follow(code).status == 200
    assert citizen.follow("0" * 24).status == 422
    now = f"{clock.now().astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
    office, office2 = world.actor("office"), world.actor("office2")
    with world.database.reader() as session:  # a server of its own draws its ids
        objection, case = session.execute(select(Objection.id, Objection.case_id)).one()
    world.run(identities.ask, objection, "核实是否本人提出", by=office, now=at(now))
    world.run(identities.decide, 1, True, by=office2, now=at(now))
    read = world.run(identities.read, 1, "a session", by=office, now=at(now))
    assert (read.name, read.contact) == (NAME, PHONE)
    world.bring(case, State.CONCLUDED, now)
    said = planted.console("backup", str(planted.home / "backups"))
    said += planted.console("evidence", "check", "--deep") + planted.console("audit", "verify")
    server.stop()  # outright: the write-ahead log stays as it is

    files = [path for path in planted.home.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"gongshi.sqlite", "gongshi.sqlite-wal", "server.log", "manifest.json"} <= names
    assert len(list((planted.home / "evidence").rglob("*"))) >= 2
    hits = {str(path.relative_to(planted.home)): found for path in files if (found := found_in(path.read_bytes()))}
    assert hits == {}
    assert found_in(said.encode()) == set()
    assert found_in("\n".join(map(str, files)).encode()) == set()
    assert code.replace("-", "").encode() not in b"".join(path.read_bytes() for path in files)


def test_the_search_finds_what_is_there() -> None:
    assert found_in(photograph()) == {PHRASE}
    assert found_in(pdf(PHRASE)) == {PHRASE}
    assert found_in(f"…{NAME}…{TITLE}".encode("utf-16-le")) == {NAME, TITLE}
