"""The pages of the award: papers with their scans, the list, the decision, the public page."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from app.models import Nominee, Programme
from app.services.periods import closing
from tests import awards
from tests.awards import APPROVED, DECIDED, WORDING
from tests.files import pdf
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what a page shows is one on both
Staff = Callable[[str], Browser]
HERE = "/programmes/1/award"
PAPER = {
    "kind": "approval",
    "issuer": "市委",
    "number": "曲复〔2026〕9号",
    "title": "关于同意表彰的批复",
    "dated": APPROVED.isoformat(),
    "agreed": "yes",
    "text": "",
}
DECISION = {
    "issuer": "市委、市政府",
    "number": "曲字〔2026〕12号",
    "title": "关于表彰先进集体和先进个人的决定",
    "dated": "2026-10-13",
    "text": WORDING,
    "checked": "y",
}
REVOCATION = {
    "ground": "deceit",
    "number": "曲字〔2026〕30号",
    "dated": "2026-10-13",
    "text": "经查，申报材料弄虚作假，决定撤销所获表彰。",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def shown(world: World, folder: Path, clock: MovingClock) -> World:
    """Everybody but the last, who did not pass 复审, has been shown to the city; nothing is approved yet."""
    everybody = [*world.nominees, *world.others]
    awards.reviewed(world, everybody[:-1])
    awards.reviewed(world, everybody[-1:], passed=False)
    period = awards.shown_to_the_city(world, everybody[:-1])
    world.run(closing.close_period, period, by=world.actor("office"), now=at(awards.CLOSED))
    clock.to(DECIDED)
    return world


def with_scan(fields: dict[str, str], content: bytes | None = None) -> dict[str, Any]:
    return {**fields, "scan": (io.BytesIO(pdf() if content is None else content), "扫描件.pdf")}


def approved(browser: Browser) -> None:
    for issuer in ("市委", "市政府"):
        assert browser.post(f"{HERE}/papers", with_scan(PAPER | {"issuer": issuer})).status == 303


def decide(browser: Browser, **changes: str) -> Any:
    seen = browser.get(f"{HERE}/decision").form("/decision").fields["seen"]
    return browser.post(f"{HERE}/decision", with_scan(DECISION | {"seen": seen} | changes))


def stored(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


# --- papers ------------------------------------------------------------------------------------------


def test_a_paper_that_is_refused_keeps_what_was_typed_and_stores_nothing(
    shown: World, staff: Staff, folder: Path
) -> None:
    office = staff("office")
    before = shown.everything()
    typed = PAPER | {"title": "一份打了很久的标题"}
    for changes, field, said, status in (
        ({"kind": "decision"}, "kind", "不是有效的选择。", 422),
        ({"kind": ""}, "kind", "请选择文件的种类。", 422),
        ({"number": ""}, "number", "文号请写1到80个字，现在还没有写。", 422),
        ({"dated": ""}, "dated", "请填写文件上的日期，例如 2025-11-28。", 422),
        ({"dated": "2026-10-14"}, "dated", "日期应是2026-10-13或者更早的一天，现在填的是2026-10-14。", 422),
        ({"agreed": ""}, "agreed", "请选择同意还是不同意。", 422),
    ):
        page = office.post(f"{HERE}/papers", with_scan(typed | changes))
        assert (page.status, page.error_of(field)) == (status, said)
        assert page.form("/papers").fields["title"] == "一份打了很久的标题"
    for fields, said in (
        (dict(typed), "请选择一个扫描件。"),
        (with_scan(typed, b"MZ a program"), "这个文件的内容不是其中任何一种"),
    ):
        page = office.post(f"{HERE}/papers", fields)
        assert (page.status, said in page.error_of("scan")) == (422, True), page.error_of("scan")
    assert (shown.everything(), stored(folder)) == (before, 0)


def test_papers_are_listed_with_their_scans_for_the_office_alone(shown: World, staff: Staff) -> None:
    office, head = staff("office"), staff("head")
    office.post(f"{HERE}/papers", with_scan(PAPER | {"agreed": "no", "text": "材料须补充"}))
    listed = office.follow(office.post(f"{HERE}/papers", with_scan(PAPER)))
    assert "批复已经登记" in listed.text
    assert "已由后来的一份代替" in listed.text
    assert office.open("/documents/1").data == pdf()
    assert "材料须补充" not in office.get(f"{HERE}/papers?old=0").text
    assert head.get(f"{HERE}/papers").status == head.get("/documents/1").status == 404
    assert "曲复〔2026〕9号" not in head.get(HERE).source


# --- the decision ------------------------------------------------------------------------------------


def test_what_is_missing_is_said_and_then_the_whole_list_is_looked_through(shown: World, staff: Staff) -> None:
    office = staff("office")
    page = office.get(HERE)
    assert "还没有登记市委、市政府同意表彰的批复" in page.text
    assert "登记并公布" not in office.get(f"{HERE}/decision").text
    refused = office.post(f"{HERE}/decision", with_scan(DECISION | {"seen": ""}))
    assert (refused.status, "还不能登记表彰决定" in refused.text) == (409, True)
    assert refused.form("/decision").fields["text"] == WORDING
    approved(office)
    page = office.get(f"{HERE}/decision")
    assert "列入表彰的名单（7）" in page.text
    assert "不列入（1） 罗小3 （先进个人） 复审未通过" in page.text
    assert "先进集体 3 3 0 0 先进个人 5 4 0 1" in page.text  # places, named, secret, vacant


def test_a_list_that_changed_since_it_was_looked_through_is_not_decided(
    shown: World, staff: Staff, folder: Path
) -> None:
    office = staff("office")
    approved(office)
    seen = office.get(f"{HERE}/decision").form("/decision").fields["seen"]
    with shown.database.writer() as session:
        session.get_one(Nominee, shown.nominees[4]).name = "麒小五"
        session.commit()
    before, files = shown.everything(), stored(folder)
    page = office.post(f"{HERE}/decision", with_scan(DECISION | {"seen": seen}))
    assert (page.status, "您核对以后名单有变化" in page.text) == (409, True)
    assert (shown.everything(), stored(folder)) == (before, files)
    unchecked = decide(office, checked="")
    assert (unchecked.status, unchecked.error_of("checked")) == (422, "请核对名单后勾选。")
    early = decide(office, dated="2026-10-11")
    assert "2026-10-12到2026-10-13之间" in early.error_of("dated")
    assert decide(office).status == 303
    assert decide_again(office) == (409, True)


def decide_again(office: Browser) -> tuple[int, bool]:
    page = office.post(f"{HERE}/decision", with_scan(DECISION | {"seen": ""}))
    return page.status, "已经作出，不能再改动" in page.text


@pytest.fixture
def awarded(shown: World, staff: Staff) -> World:
    approved(staff("office"))
    assert decide(staff("office")).status == 303
    return shown


def test_each_sees_the_outcome_of_its_own_and_saves_it_as_a_sheet(awarded: World, staff: Staff) -> None:
    stranger = staff("stranger")  # of the other unit
    page = stranger.get(HERE)
    assert "曲字〔2026〕12号" in page.text
    assert ("罗小2" in page.text, "麒小3" in page.text) == (True, False)
    sheet = openpyxl.load_workbook(io.BytesIO(stranger.open(f"{HERE}/honours?format=xlsx").data)).worksheets[0]
    assert [[cell.value for cell in row] for row in sheet.iter_rows(max_col=5)] == [
        ["名称", "序号", "所在单位", "类别", "荣誉称号"],
        ["罗平县第1中队", 3, "罗平县第1单位", "先进集体", "先进集体"],
        ["罗小2", 7, "罗平县第2单位", "先进个人", "先进个人"],
    ]
    # How many are dealt with on paper is the office's to know: all units' numbers less its own are the others' (R11).
    assert [("涉密" in who.get(HERE).text) for who in (staff("office"), staff("head"), stranger)] == [
        True,
        False,
        False,
    ]
    office = staff("office").get(f"{HERE}/honours")
    assert [name in office.text for name in ("麒小3", "罗小2", "罗小3")] == [True, True, False]


def test_the_list_of_honours_is_sorted_narrowed_and_searched(awarded: World, staff: Staff) -> None:
    office = staff("office")

    def names(query: str) -> list[object]:
        sheet = openpyxl.load_workbook(io.BytesIO(office.open(f"{HERE}/honours?format=xlsx&{query}").data)).worksheets[
            0
        ]
        return [row[0].value for row in sheet.iter_rows(min_row=2)]

    everybody = names("")
    assert everybody[:4] == ["麒麟区第1中队", "麒麟区第2中队", "罗平县第1中队", "麒小3"]
    assert names("sort=-position") == everybody[::-1]
    assert names("sort=recommender")[:2] == ["罗平县第1中队", "罗小2"]
    assert names("recommender=罗平县") == ["罗平县第1中队", "罗小2"]
    assert names("kind=collective") == everybody[:3]
    assert names("q=罗平县 先进个人") == ["罗小2"]
    assert names("q=曲字〔2026〕12号 2026年10月13日") == everybody
    assert names("q=已撤销") == names("revoked=1") == []


# --- in public ---------------------------------------------------------------------------------------


def test_the_public_reads_the_decision_and_nothing_of_who_is_not_in_it(
    shown: World, staff: Staff, client: Browser, clock: MovingClock
) -> None:
    assert "还没有公布表彰决定" in client.get("/decisions/").text
    assert "/decisions/" not in client.get("/").links
    approved(staff("office"))
    assert client.get("/decisions/1").status == 404  # an approval is nobody's to read
    decide(staff("office"))
    clock.forward(seconds=11)  # what is kept in memory is made anew
    assert "/decisions/3" in client.get("/").links
    assert "/decisions/3" in client.get("/decisions/").links
    page = client.get("/decisions/3")
    for text in ("曲字〔2026〕12号", WORDING, "麒小3 麒麟区第3单位", "罗平县第1中队", "2026年10月13日"):
        assert text in page.text
    assert [name for name in ("罗小3", "麒麟区推荐", "简要事迹") if name in page.source] == []
    again = client.get("/decisions/3", if_none_match=page.headers["ETag"])
    assert (again.status, again.headers["Cache-Control"]) == (304, "public, max-age=60, must-revalidate")


def test_a_revocation_is_public_from_its_confirmation_on(
    awarded: World, staff: Staff, client: Browser, clock: MovingClock, folder: Path
) -> None:
    office, second, head = staff("office"), staff("office2"), staff("head")
    page_of = f"/nominees/{awarded.nominees[0]}"
    with awarded.database.writer() as session:
        session.get_one(Programme, awarded.programme).revocation_clause = "第七部分（二）"
        session.commit()
    here = "/nominees/honours/1/revocation"
    files = stored(folder)
    wrong = office.post(here, with_scan(REVOCATION | {"dated": "2026-10-12"}))
    assert (wrong.status, "2026-10-13到2026-10-13之间" in wrong.error_of("dated"), stored(folder)) == (422, True, files)
    assert office.post(here, {}).status == 422
    assert office.post(here, with_scan(REVOCATION)).status == 303
    assert "曲字〔2026〕30号" not in client.get("/decisions/3").source + head.get(page_of).source
    assert office.post(here, with_scan(REVOCATION)).status == 409  # one is under way
    assert "确认撤销表彰：麒麟区第1中队" in second.get("/office/").text
    alone = office.post(f"{here}/confirm")
    assert (alone.status, "提出的人不能自己确认" in alone.text) == (409, True)
    assert second.post(f"{here}/drop", {"text": "一"}).status == 422
    assert "确认撤销表彰" in second.get(page_of).text
    assert second.send(second.get(page_of).form("/revocation/confirm")).status == 303
    clock.forward(seconds=11)
    public = client.get("/decisions/3")
    assert "麒麟区第1中队 已撤销 麒麟区第1单位 2026年10月13日，曲字〔2026〕30号：隐瞒情况、弄虚作假" in public.text
    assert public.source.count("<del>") == 1
    assert "经查，申报材料" not in public.source  # the whole text names more than the public is told
    seen = head.get(page_of).text
    assert [text in seen for text in ("第七部分（二）", "曲字〔2026〕30号", "经查，申报材料")] == [True, True, False]
    assert second.post(f"{here}/drop", {"text": "不撤销了"}).status == 409
