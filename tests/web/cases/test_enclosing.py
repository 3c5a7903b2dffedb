"""A handler puts a file to a note on the case's page; what is refused loses neither text nor file (R22)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.domain.cases.states import State
from app.models import CaseFile, CaseNote
from tests.files import pdf
from tests.web.browsing import Browser, MovingClock
from tests.world import World

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
NAME, CONTACT = "钱标记人", "13912345678"
Staff = Callable[[str], Browser]
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def case(world: World, clock: MovingClock) -> int:
    case_id, _ = world.file(world.round_two(), world.nominees[2], FILED, name=NAME, contact=CONTACT)
    world.bring(case_id, State.INVESTIGATING, FILED)
    clock.to(DAY)
    return case_id


def test_a_note_without_text_keeps_its_file_and_is_taken_with_it_the_next_time(
    world: World, staff: Staff, case: int
) -> None:
    handler = staff("handler")
    form = handler.get(f"/desk/cases/{case}").form(f"/cases/{case}/note")
    files = [(io.BytesIO(pdf()), "台账.pdf"), (io.BytesIO(b"MZ not a pdf"), "坏.pdf")]
    page = handler.send(form, text="", files=files)
    assert page.status == 422
    assert "台账.pdf" in page.text
    assert "“坏.pdf”" in page.error_of("files")
    again = page.form(f"/cases/{case}/note")
    assert again.fields["form_token"] == form.fields["form_token"]
    with world.database.reader() as session:
        assert session.scalars(select(CaseNote)).all() == []
    assert handler.send(again, text="调阅台账一卷。").status == 303
    head = staff("head")
    page = head.get(f"/desk/cases/{case}")
    with world.database.reader() as session:
        file = session.scalars(select(CaseFile)).one()
    assert f"/desk/cases/{case}/files/{file.id}" in page.links
    opened = head.open(f"/desk/cases/{case}/files/{file.id}")
    assert opened.data == pdf()
    assert opened.headers["Content-Disposition"].startswith("attachment")
    for login in ("stranger", "auditor"):
        assert staff(login).get(f"/desk/cases/{case}/files/{file.id}").status == 404


def test_a_file_is_taken_back_before_the_form_is_sent(world: World, staff: Staff, case: int) -> None:
    handler = staff("handler")
    form = handler.get(f"/desk/cases/{case}").form(f"/cases/{case}/propose")
    page = handler.send(form, findings="查了三天的情况", files=[(io.BytesIO(pdf()), "报告.pdf")])
    assert page.status == 422
    again = page.form(f"/cases/{case}/propose")
    [remove] = [value for value in again.buttons if value.startswith("remove-")]
    page = handler.send(again, remove)
    assert page.status == 200
    assert page.form(f"/cases/{case}/propose").fields["findings"] == "查了三天的情况"
    assert "报告.pdf" not in page.text
    with world.database.reader() as session:
        assert session.scalars(select(CaseFile)).all() == []


def test_the_volume_is_saved_as_one_file_and_nobody_else_finds_it(staff: Staff, case: int) -> None:
    answer = staff("head").open(f"/desk/cases/{case}/volume.zip")
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as bundle:
        assert "目录.txt" in bundle.namelist()
        for name in bundle.namelist():
            assert NAME.encode() not in bundle.read(name)
    for login in ("stranger", "auditor"):
        assert staff(login).get(f"/desk/cases/{case}/volume.zip").status == 404
