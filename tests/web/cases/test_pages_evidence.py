"""Evidence at the desk: numbered, out of a sandbox, on the record, and never under its owner's name for it (R19)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import update

from app.evidence.pdf_copy import copy_of_pdf
from app.models import Evidence, ScanState
from tests.files import MARK, attach, jpeg, pdf
from tests.web.browsing import TOKEN, Browser
from tests.world import World, at

pytestmark = [
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),  # the services have both
    pytest.mark.usefixtures("next_morning"),
]
FILED = "2026-09-18 Fri 08:00"
LINK = "/desk/cases/1/evidence/1"
Staff = Callable[[str], Browser]


@pytest.fixture
def case(world: World, tmp_path: Path) -> int:
    period = world.round_two()
    for content, title in ((pdf(), MARK), (jpeg(), "赵小禾拍的.jpg")):
        attach(world, tmp_path / "evidence", content, title=title, now=FILED)
    case, _ = world.file(period, world.nominees[2], FILED, form_token=TOKEN, files=2)
    return case


def test_security_33_evidence_is_an_attachment_from_a_sandbox(world: World, staff: Staff, case: int) -> None:
    answer = staff("handler").open(LINK)
    assert (answer.status_code, answer.data) == (200, copy_of_pdf(pdf()))  # without its author (SECURITY 45)
    name = f"attachment; filename=evidence.pdf; filename*=UTF-8''{quote('证据1.pdf')}"
    assert {header: answer.headers[header] for header in SANDBOXED} == SANDBOXED | {"Content-Disposition": name}
    photo = staff("head").open("/desk/cases/1/evidence/2")
    assert (photo.headers["Content-Type"], photo.headers["Content-Length"]) == ("image/jpeg", str(len(photo.data)))


SANDBOXED = {
    "Content-Type": "application/pdf",
    "Content-Length": str(len(copy_of_pdf(pdf()))),
    "Content-Disposition": "",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, noarchive",
}


def test_the_case_lists_it_by_number_and_no_page_says_its_owners_name_for_it(
    world: World, staff: Staff, case: int
) -> None:
    handler = staff("handler")
    page = handler.get("/desk/cases/1")
    assert [link for link in page.links if "evidence" in link] == [LINK, "/desk/cases/1/evidence/2"]
    assert "证据1.pdf PDF" in page.text
    assert "证据2.jpg 照片" in page.text
    handler.get(LINK)
    for browser, path in (
        (handler, "/desk/cases/1"),
        (staff("office"), "/desk/cases/1"),
        (staff("office"), "/office/record"),
    ):
        seen = browser.get(path)
        assert "下载证据材料" in seen.text
        assert not any(mark in seen.source for mark in (MARK, "赵小禾"))


def test_security_20_another_units_evidence_is_not_found_and_nothing_changes(
    world: World, staff: Staff, case: int, client: Browser
) -> None:
    before = world.everything()
    for login in ("stranger", "auditor"):
        for path in (LINK, "/desk/cases/1/evidence/99", "/desk/cases/2/evidence/1", f"/desk/cases/1/evidence/{10**30}"):
            assert staff(login).get(path).status == 404, (login, path)
    assert staff("handler").get("/desk/cases/1/evidence/99").status == 404
    assert client.get(LINK).status == 302
    assert world.everything() == before


def test_security_34_what_the_scanner_has_not_passed_has_no_link_and_is_not_sent(
    world: World, staff: Staff, case: int
) -> None:
    for state, said in ((ScanState.WAITING, "正在查毒"), (ScanState.INFECTED, "没有通过查毒")):
        with world.database.writer() as session:
            scanned = at(FILED) if state is ScanState.INFECTED else None
            session.execute(update(Evidence).where(Evidence.id == 1).values(scan=state, scanned_at=scanned))
            session.commit()
        before = world.everything()
        page = staff("handler").get("/desk/cases/1")
        assert said in page.text
        assert LINK not in page.links
        refused = staff("handler").get(LINK)
        assert (refused.status, said in refused.text) == (409, True)
        assert world.everything() == before


def test_a_damaged_file_is_a_page_and_not_a_broken_download(
    world: World, staff: Staff, case: int, tmp_path: Path
) -> None:
    for path in (tmp_path / "evidence").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1])
    before = world.everything()
    page = staff("handler").get(LINK)
    assert page.status == 409
    assert "缺失或者损坏" in page.text
    assert "Content-Disposition" not in page.headers
    assert world.everything() == before
