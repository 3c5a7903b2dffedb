"""The office's other pages: a disqualification reversed, the record, the calendar, empty lists (R2, R29, R32)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from app.services.cases import settlement
from app.services.record import chain
from tests.data import STATUTORY_2027
from tests.services.record.tampering import unguard
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

Staff = Callable[[str], Browser]
FILED = "2026-09-18 Fri 09:00"


@pytest.fixture
def office(staff: Staff) -> Browser:
    return staff("office")


# --- reversal ------------------------------------------------------------------------------------


def test_a_disqualification_is_reversed_by_two_people_of_the_office(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    period = world.round_two()
    world.file(period, world.nominees[2], FILED)
    clock.to("2026-09-30 Wed 09:00")
    world.run(settlement.settle_due, now=at("2026-09-30 Wed 00:00"))
    first, second = staff("office"), staff("office2")
    nominee = f"/nominees/{world.nominees[2]}"
    page = first.get(nominee)
    assert "逾期未结论" in page.text
    short = first.send(page.form("/reversal"), text="短")
    assert (short.status, short.form("/reversal").fields["text"]) == (422, "短")
    proposed = first.follow(first.send(page.form("/reversal"), text="市评选办〔2026〕3号：认定有误，予以撤销。"))
    assert "您提出了撤销，须由市级专班另一人确认" in proposed.text
    own = first.post("/nominees/disqualifications/1/reversal/confirm")
    assert (own.status, "提出的人不能自己确认" in own.text) == (409, True)
    assert "确认撤销取消资格的决定：麒小3" in second.get("/office/").text
    assert "确认撤销取消资格的决定" not in first.get("/office/").text  # the second person is another
    done = second.follow(second.send(second.get(nominee).form("/reversal/confirm")))
    assert "参评资格恢复" in done.text
    assert "逾期未结论（已撤销）" in done.text  # the first decision stays in sight
    for path in ("/nominees/disqualifications/1/reversal", "/nominees/disqualifications/1/reversal/confirm"):
        assert second.post(path, {"text": "再次撤销这项决定的全文"}).status == 409
        assert second.post(path.replace("/1/", "/99/"), {"text": "再次撤销这项决定的全文"}).status == 404


# --- the record, the calendar, empty lists -------------------------------------------------------


def test_security_38_the_auditor_reads_the_record_and_an_edited_row_is_found(world: World, staff: Staff) -> None:
    world.round_two()
    auditor = staff("auditor")
    waiting = auditor.get("/office/record?verify=1").text
    rows = len(world.acts())
    for said in ("校验通过：共 0 条，连续完整", f"还有 {rows} 条等待编号，最早的写于 2026年9月7日 09:00", "待编号"):
        assert said in waiting, said
    world.seal()
    for query in ("", "?page=1", "?subject=period:6", "?action=period.closed", "?page=9", "?page=²", f"?page={10**30}"):
        assert auditor.get(f"/office/record{query}").status == 200, query
    assert "没有符合条件的记录" in auditor.get("/office/record?subject=nothing").text
    assert "安排公示" in auditor.get("/office/record?subject=period:6").text
    assert f"校验通过：共 {rows} 条" in auditor.get("/office/record?verify=1").text
    with world.database.reader() as session:
        head = chain.head(session)
    page = auditor.get("/office/record")
    assert f"第 {rows} 条，2026年9月17日 10:00： {head}" in page.text
    form = next(form for form in page.forms if "kept" in form.fields)
    for kept, said in (
        (str(head), "与另存的校验值相符"),
        (f" {head} 2026-09-17 10:00:00", "与另存的校验值相符"),
        (f"{head.number}:{'f' * 64}", f"校验不通过：第 {rows} 条与另存的校验值不符"),
        (f"{rows + 2}:{head.hash}", f"校验不通过：第 {rows + 1} 条缺失，另存的校验值是第{rows + 2}条的"),
        ("不是", "这里应填“序号:校验值”"),
    ):
        answer = auditor.get(f"{form.action}?{urlencode(form.fields | {'kept': kept})}")
        assert (answer.status, said in answer.text) == (200, True), (kept, answer.text[:900])
    with world.database.writer() as session:
        unguard(session)
        session.execute(text("UPDATE audit_rows SET action = 'edited' WHERE id = 2"))
        session.commit()
    assert "校验不通过：第 2 条内容被改动" in auditor.get("/office/record?verify=1").text


NOTICE = {
    "year": "2027",
    "number": "国办发明电〔2026〕1号",
    "published": "2026-09-01",
    "source": "中国政府网",
    "off": "2027-01-02 2027-01-03，2027-05-03、2027-10-04;2027-10-05\n" + "\n".join(STATUTORY_2027),
    "work": "2027-01-09",
    "checked": "y",
}


def test_a_holiday_notice_is_loaded_whole_or_not_at_all(world: World, office: Browser) -> None:
    before = world.everything()
    for changes, status, said in (
        ({"work": "2027-01-08"}, 409, "2027.work[0]：2027-01-08是星期五，调休上班只能是星期六或星期日"),
        ({"off": "2027-01-01"}, 409, "2027.off：缺少法定节假日2027-05-01"),
        ({"off": NOTICE["off"] + "\n2027-02-30"}, 409, "没有2027-02-30这一天"),
        ({"year": "27"}, 409, "年份应是四位数字"),
        ({"year": "next"}, 422, "不是有效的整数。"),
        ({"checked": ""}, 422, "请核对后打勾。"),
        ({"number": ""}, 422, "请填写通知的文号。"),
    ):
        page = office.post("/office/calendar", NOTICE | changes)
        assert (page.status, said in page.text) == (status, True), (changes, page.text[:300])
        assert page.form("/calendar").fields["off"] == (NOTICE | changes)["off"]
    assert world.everything() == before
    page = office.follow(office.post("/office/calendar", NOTICE))
    assert "放假通知已经载入" in page.text
    assert "2027年12月31日" in page.text
    assert "国办发明电〔2026〕1号" in page.text


def test_every_list_says_when_it_is_empty(world: World, office: Browser) -> None:
    for path, said in (
        ("/office/?own=1", "没有等着您本人办的事。"),
        ("/office/", "现在没有进行中的公示。"),
        ("/office/", "近14天没有收到异议。"),
        ("/office/periods", "还没有安排过公示。"),
        ("/office/cases", "没有案件。收到异议后，各单位办理的都会列在这里。"),
        ("/office/identities", "还没有人申请过。"),
        ("/office/calendar", "还没有另外载入通知"),
        ("/desk/watched", "下级单位现在没有正在办理的案件。"),
        (f"/programmes/{world.programme}/plan", "这个活动还没有填写时间安排"),
        ("/nominees/?out=1", "没有符合条件的内容。"),
        (f"/nominees/{world.nominees[0]}", "没有更正、变更、退出或者递补。"),
        ("/office/calendar", "没有公示受影响。"),
        ("/", "现在没有正在公示的名单。"),
    ):
        assert said in office.get(path).text, (path, said)
    for path in (f"/nominees/?programme={10**30}", f"/office/periods?page={10**30}", "/office/periods?page=-1"):
        assert office.get(path).status == 200, path
    assert office.get(f"/office/periods/new?programme={10**30}").status == 200
