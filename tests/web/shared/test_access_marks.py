"""Everything that a unit's role can open, searched for marks of who filed (R19, SECURITY 16)."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from PIL import Image

from app.domain.cases.states import State
from app.services.cases import investigation
from app.services.objections import following
from tests.files import pdf
from tests.web.browsing import Browser, MovingClock, filled
from tests.web.walking import read_by
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
NAME, PERSON, PHONE, TITLE = "曲靖市植标丙公司", "植标丁", "13955556666", "植标丙公司的公函"
SEAL, AUTHOR, WITHDRAWN = "The seal of a planted unit", "An author who was planted", "植标戊"
MARKS = (NAME, PERSON, PHONE, TITLE, SEAL, AUTHOR, WITHDRAWN)
STAFF = ("head", "handler", "handler2", "stranger", "auditor")


def photograph() -> bytes:
    """A picture that names whoever took it, twice."""
    exif = Image.Exif()
    exif[0x013B] = AUTHOR
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(out, "JPEG", exif=exif, comment=AUTHOR.encode())
    assert AUTHOR.encode() in out.getvalue()
    return out.getvalue()


def needles(mark: str) -> set[bytes]:
    return {mark.encode(), mark.encode("utf-16-le"), mark.encode("unicode_escape")}


@pytest.fixture
def filed(world: World, client: Browser) -> World:
    """A unit's objection with its sealed letter and a photograph, and a person's that was withdrawn."""
    here = f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"
    unit = {"objector_kind": "unit", "name": NAME, "contact_person": PERSON, "contact": PHONE}
    files = {
        "letter": (io.BytesIO(pdf(SEAL)), f"{TITLE}.pdf"),
        "evidence": (io.BytesIO(photograph()), f"{TITLE}.jpg"),
    }
    check = client.send(client.get(here).form("/objection"), "check", **filled(**unit, step="check") | files)
    assert client.send(check.form("/objection"), "submit").status == 303
    second, code = world.file(int(here.split("/")[2]), world.nominees[2], "2026-09-18 Fri 09:00", name=WITHDRAWN)
    objection = world.do(following.find_by_receipt, world.keyring, code)
    world.run(following.withdraw, objection, "已经说清楚", now=at("2026-09-18 Fri 09:30"))
    world.act(investigation.join, second, "handler", 1, now="2026-09-19 Sat 10:00")
    return world


@pytest.mark.parametrize("step", [None, State.INVESTIGATING, State.CONCLUDED])
def test_security_16_no_answer_to_a_units_role_holds_a_mark_of_who_filed(
    filed: World, app: Flask, staff: Callable[[str], Browser], clock: MovingClock, step: State | None
) -> None:
    """Pages, files with their names and what is inside them, sheets, papers, archives: every address, every role."""
    if step is not None:
        filed.bring(1, step, "2026-09-19 Sat 11:00")
    clock.to("2026-09-24 Thu 09:00")
    for login in STAFF:
        answers = read_by(app, filed.database, staff(login), login)
        hits = {
            (path, mark)
            for path, content in answers.items()
            for mark in MARKS
            if any(needle in content for needle in needles(mark))
        }
        assert hits == set(), login
    handler = read_by(app, filed.database, staff("handler"), "handler")
    assert handler["/desk/cases/1/evidence/2"].startswith(b"200")  # the photograph, made anew
    assert handler["/desk/cases/1/evidence/1"].startswith(b"404")  # the letter
    assert any(".docx" in path or "word/document.xml" in path for path in handler)  # papers were looked into
