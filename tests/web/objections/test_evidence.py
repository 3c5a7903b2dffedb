"""Evidence on the citizen's pages without JavaScript: along with the form, checked, taken back, filed (R14, R16)."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.cases.states import State
from app.models import Evidence, Objection
from app.services.cases import investigation
from tests.files import MARK, jpeg, pdf, png
from tests.web.browsing import Browser, MovingClock, Page, filled
from tests.world import FACTS, World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the services have both


@pytest.fixture
def here(world: World) -> str:
    return f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def with_files(*files: tuple[str, bytes], **changes: str) -> dict[str, object]:
    """The form filled in, with files chosen."""
    return {**filled(**changes), "evidence": [(io.BytesIO(content), name) for name, content in files]}


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def listed(page: Page) -> list[str]:
    """The titles of the files that a page lists."""
    return re.findall(r'<(?:span|a) class="title"[^>]*>(.*?)</', page.source)


def counts(world: World) -> tuple[int, int, int]:
    """Objections, files that belong to one, files that do not yet."""
    with world.database.reader() as session:
        objections = session.scalar(select(func.count(Objection.id))) or 0
        of_one = session.scalar(select(func.count(Evidence.objection_id))) or 0
        return objections, of_one, (session.scalar(select(func.count(Evidence.id))) or 0) - of_one


# --- refused beside the field ------------------------------------------------------------------------


def zip_of(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("_", "."), content)
    return out.getvalue()


HOSTILE = [
    ("空.pdf", b""),
    ("页面.html", b"<!doctype html><script>alert(document.cookie)</script>"),
    ("图片.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    ("假的.pdf", b"MZ\x90\x00 this program cannot be run in DOS mode"),
    ("脚本.pdf", pdf().replace(b"/Type /Catalog", b"/Type /Catalog /OpenAction << /S /JavaScript /JS (1) >>")),
    ("压缩包.zip", zip_of(a_txt=b"a")),
    ("假的.docx", zip_of(a_txt=b"a")),
    ("半张.png", png()[:60]),
    ("假的.jpg", b"\xff\xd8\xff\xe0 not a picture"),
    ("旧的.doc", bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)),
]


def test_security_33_hostile_files_are_refused_beside_the_field_with_the_text_still_there_and_nothing_half_stored(
    world: World, make_app: Callable[..., Flask], here: str, folder: Path
) -> None:
    client = Browser(make_app(limits_enabled=False))
    before = world.everything()
    for name, content in HOSTILE:
        for step in ("check", "submit"):
            page = client.post(here, with_files((name, content), step=step))
            assert page.status == 422, name
            assert f"“{name}”：" in re.sub("<.*?>", "", page.error_of("evidence")), name
            kept = page.form("/objection").fields
            assert (kept["facts"], kept["name"], kept["contact"]) == (FACTS, "赵小禾", "13000000001")
            assert listed(page) == []
    assert world.everything() == before
    assert on_disk(folder) == []


def test_a_refused_file_takes_neither_the_text_nor_the_good_files_with_it(
    world: World, client: Browser, here: str
) -> None:
    page = client.post(here, with_files(("合同.pdf", pdf()), ("坏的.pdf", b"no"), ("照片.png", png()), step="check"))
    assert page.status == 422
    assert "坏的.pdf" in page.error_of("evidence")
    assert "合同.pdf" not in page.error_of("evidence")
    assert listed(page) == ["合同.pdf", "照片.png"]
    check = client.send(page.form("/objection"), "next", category="deeds")
    assert listed(check) == ["合同.pdf", "照片.png"]
    assert client.send(check.form("/objection"), "submit").status == 303
    assert counts(world) == (1, 2, 0)


def test_a_wrong_field_keeps_the_files_that_came_along(world: World, client: Browser, here: str) -> None:
    page = client.post(here, with_files(("合同.pdf", pdf()), step="check", name=""))
    assert (page.status, page.error_of("name") != "") == (422, True)
    contact = client.send(page.form("/objection"), "next", name="赵小禾")
    facts = client.send(contact.form("/objection"), "next")
    assert listed(facts) == ["合同.pdf"]
    check = client.send(facts.form("/objection"), "next")
    assert (check.status, listed(check)) == (200, ["合同.pdf"])


def test_the_eleventh_file_is_refused_by_name(world: World, client: Browser, here: str, folder: Path) -> None:
    page = client.post(here, with_files(*((f"{n}.pdf", pdf(f"{n}")) for n in range(11)), step="check"))
    assert page.status == 422
    assert "“10.pdf”：最多附10个文件" in re.sub("<.*?>", "", page.error_of("evidence"))
    assert len(listed(page)) == 10
    assert len(on_disk(folder)) == 20  # each with the copy that handlers read


def test_outside_the_window_no_file_is_taken(
    world: World, client: Browser, clock: MovingClock, here: str, folder: Path
) -> None:
    clock.to("2026-09-24 Thu 00:00")
    before = world.everything()
    for step in ("check", "submit"):
        page = client.post(here, with_files(("合同.pdf", pdf()), step=step))
        assert (page.status, f"{FACTS}</textarea>" in page.source) == (409, True)
    assert world.everything() == before
    assert on_disk(folder) == []


def test_security_04_a_store_that_is_down_is_said_beside_the_field_and_the_text_stays(
    world: World, client: Browser, here: str, folder: Path
) -> None:
    folder.write_text("a file where the folder should be")
    before = world.everything()
    page = client.post(here, with_files(("合同.pdf", pdf()), step="check"))
    assert page.status == 422
    assert "暂时存不下" in page.error_of("evidence")
    assert page.form("/objection").fields["facts"] == FACTS
    assert world.everything() == before
    folder.unlink()
    assert client.post(here, with_files(("合同.pdf", pdf()), step="check")).status == 200


def test_a_temporary_disk_that_is_full_costs_the_file_and_not_the_text(
    world: World, client: Browser, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: object, _content: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.evidence.spool.SealedSpool.write", full)
    before = world.everything()
    page = client.post(here, with_files(("合同.pdf", pdf()), step="check"))
    assert (page.status, page.form("/objection").fields["facts"]) == (422, FACTS)
    assert "服务器暂时存不下这个文件" in page.error_of("evidence")
    assert world.everything() == before


def test_a_form_of_any_other_page_is_no_larger_than_before(world: World, client: Browser, here: str) -> None:
    for path in ("/receipt", "/receipt/withdraw", "/login", "/receipt/leave"):
        assert client.post(path, {"evidence": (io.BytesIO(bytes(300_000)), "large.pdf")}).status == 413, path
    # Nor is one whose text would have to be held in memory.
    assert client.post(here, filled(facts="字" * 100_000)).status == 413
    assert client.post(f"{here}/evidence", {"facts": "字" * 100_000}).status == 413


# --- checked, taken back, filed ----------------------------------------------------------------------


def test_files_are_checked_one_is_taken_back_and_the_receipt_proves_the_rest(
    world: World, client: Browser, here: str, folder: Path
) -> None:
    content = pdf()
    files = [(io.BytesIO(content), MARK), (io.BytesIO(jpeg()), "../../照片/现场.jpg")]
    check = client.to_check(here, evidence=files)
    assert check.status == 200
    assert listed(check) == [MARK, "现场.jpg"]
    assert hashlib.sha256(content).hexdigest()[:16] in check.text
    removal = next(value for value in check.form("/objection").buttons if value.startswith("remove-"))
    fewer = client.send(check.form("/objection"), removal)
    assert (fewer.status, listed(fewer)) == (200, ["现场.jpg"])
    more = client.send(
        client.send(fewer.form("/objection"), "edit-facts").form("/objection"),
        "next",
        category="deeds",
        evidence=[(io.BytesIO(content), MARK)],
    )
    assert listed(more) == ["现场.jpg", MARK]
    receipt = client.follow(client.send(more.form("/objection"), "submit"))
    assert listed(receipt) == ["现场.jpg", MARK]
    for file in (content, jpeg()):
        assert hashlib.sha256(file).hexdigest() in receipt.source
    assert counts(world) == (1, 2, 0)
    assert len(on_disk(folder)) == 3


def test_what_has_changed_since_the_check_is_not_filed_unseen(world: World, client: Browser, here: str) -> None:
    check = client.post(here, with_files(("合同.pdf", pdf()), ("照片.png", png()), step="check"))
    removal = next(value for value in check.form("/objection").buttons if value.startswith("remove-"))
    client.send(check.form("/objection"), removal)  # in another tab
    page = client.send(check.form("/objection"), "submit")
    assert page.status == 409
    assert "核对时证据材料是2个，现在是1个" in page.text
    assert (page.form("/objection").fields["facts"], listed(page)) == (FACTS, ["照片.png"])
    assert counts(world) == (0, 0, 1)


def test_a_count_that_no_page_showed_files_nothing(world: World, client: Browser, here: str) -> None:
    for seen, status in (("99", 409), ("1", 409)):
        assert client.post(here, filled(files_seen=seen)).status == status
    assert counts(world) == (0, 0, 0)
    for number, seen in enumerate(("-1", "²", "1e9", "9" * 400, "无")):  # what is no number counts as none
        sent = filled(files_seen=seen, form_token=f"a-form-token-of-24-cha{number:02d}")
        assert client.post(here, sent).status == 303, seen


def test_only_a_files_own_form_removes_it(world: World, client: Browser, here: str, app: Flask) -> None:
    client.post(here, with_files(("合同.pdf", pdf()), step="check"))
    stranger = Browser(app)
    for step in ("remove-1", "remove-", "remove-x", "remove-99", f"remove-{10**30}", "remove--1"):
        page = stranger.post(here, filled(step=step, form_token="another-token-of-24-char"))
        assert page.status == 200, step
    assert counts(world) == (0, 0, 1)


def test_security_02_the_same_form_with_files_posted_twice_is_one_objection_with_its_files_once(
    world: World, client: Browser, here: str, folder: Path
) -> None:
    codes = set()
    for _ in range(3):
        sent = client.post(here, with_files(("合同.pdf", pdf()), ("照片.png", png())))
        assert sent.status == 303
        codes.add(client.receipt_code())
        assert listed(client.follow(sent)) == ["合同.pdf", "照片.png"]
    assert len(codes) == 1
    assert counts(world) == (1, 2, 0)
    assert len(on_disk(folder)) == 3


def test_a_filed_form_takes_no_other_file_and_the_text_stays_for_another_objection(
    world: World, client: Browser, here: str
) -> None:
    client.post(here, with_files(("合同.pdf", pdf())))
    page = client.post(here, with_files(("照片.png", png())))
    assert page.status == 409
    assert "这张表已经提交过一次" in page.text
    assert (page.form("/objection").fields["facts"], listed(page)) == (FACTS, [])
    assert counts(world) == (1, 1, 0)


# --- supplemented ------------------------------------------------------------------------------------


@pytest.fixture
def following(world: World, client: Browser, here: str) -> Browser:
    """The browser of somebody who looks at their case, which waits for a supplement."""
    client.post(here, with_files(("合同.pdf", pdf())))
    code = client.receipt_code()
    world.bring(1, State.INVESTIGATING, "2026-09-18 Fri 09:00")
    world.act(investigation.ask_supplement, 1, "handler", "请补充照片", now="2026-09-18 Fri 09:00")
    client.get("/receipt")
    client.post("/receipt", {"code": code})
    return client


def test_a_supplement_takes_files_and_a_refused_one_loses_neither_text_nor_good_file(
    world: World, following: Browser
) -> None:
    form = following.get("/receipt").form("/supplement")
    chosen = [(io.BytesIO(png()), "照片.png"), (io.BytesIO(b"no"), "坏的.png")]
    page = following.send(form, text="写好的补充", evidence=chosen)
    assert page.status == 422
    assert "坏的.png" in page.error_of("evidence")
    assert page.form("/supplement").fields["text"] == "写好的补充"
    assert listed(page) == ["合同.pdf", "照片.png"]  # what was filed, and what lies with the form
    assert counts(world) == (1, 1, 1)
    page = following.send(page.form("/supplement"), text="", evidence=[(io.BytesIO(jpeg()), "又一张.jpg")])
    assert (page.status, page.error_of("evidence")) == (422, "")
    removal = page.form("/supplement").buttons[0]
    page = following.send(page.form("/supplement"), removal, text="写好的补充")
    assert (page.status, page.form("/supplement").fields["text"]) == (200, "写好的补充")
    assert listed(page) == ["合同.pdf", "又一张.jpg"]
    done = following.send(page.form("/supplement"))
    assert done.status == 303
    assert listed(following.follow(done)) == ["合同.pdf", "又一张.jpg"]
    assert counts(world) == (1, 2, 0)


def test_the_owner_gets_their_own_file_and_nobody_elses(
    world: World, following: Browser, here: str, app: Flask
) -> None:
    link = next(link for link in following.get("/receipt").links if "/receipt/evidence/" in link)
    answer = following.open(link)
    assert (answer.status_code, answer.data) == (200, pdf())
    Browser(app).post(here, with_files(("别人的.pdf", pdf("theirs")), form_token="another-token-of-24-char"))
    before = world.everything()
    for number in (2, 3, 99):
        assert following.get(f"/receipt/evidence/{number}").status == 404
    assert Browser(app).get(link).status == 302  # who has no code is asked for one
    assert world.everything() == before


def test_a_recording_is_told_beforehand_where_to_go_and_refused_with_the_same_words_beside_the_field(
    world: World, client: Browser, here: str, folder: Path
) -> None:
    where = "请存到U盘或者光盘里，写上受理编号，不写姓名，送到或者寄到市级专班（市评选工作组办公室，电话0874-0000000）"
    facts = client.steps(client.get(here))[1]
    assert f"录音、录像（mp4、m4a、amr等）不能在网上传。{where}" in facts.text
    for name, head in (
        ("谈话.m4a", b"\0\0\0\x18ftypM4A "),
        ("现场.mp4", b"\0\0\0\x18ftypmp42"),
        ("通话.amr", b"#!AMR\n"),
    ):
        sent = [(io.BytesIO(head + bytes(2000)), name), (io.BytesIO(pdf(name)), "合同.pdf")]
        page = client.send(facts.form("/objection"), "next", evidence=sent)
        assert page.status == 422
        assert f"“{name}”：录音、录像不能在网上传。{where}" in page.error_of("evidence")
        assert set(listed(page)) == {"合同.pdf"}  # the good file that came along stays
    assert len(on_disk(folder)) == 6
