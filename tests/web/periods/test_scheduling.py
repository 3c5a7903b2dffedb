"""The office through its pages: scheduling, extending, taking back, closing (R3, R4, R8, R25, R30)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.cases.states import Conclusion, State
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World

Staff = Callable[[str], Browser]
FILED = "2026-09-18 Fri 09:00"


@pytest.fixture
def office(staff: Staff) -> Browser:
    return staff("office")


def plan_path(world: World, round_number: int = 2, organiser: int | None = None) -> str:
    return f"/office/periods/new/{world.programme}/{round_number}/{organiser or world.qilin}"


def plan(office: Browser, world: World, press: str = "preview", **changes: object) -> Page:
    sent = {"opening": "2026-09-21", "conclude": "3", "nominee": [str(one) for one in world.nominees], "step": press}
    return office.post(plan_path(world), sent | changes)


# --- scheduling ----------------------------------------------------------------------------------


def test_a_window_that_cannot_be_is_refused_in_words_and_nothing_is_saved(world: World, office: Browser) -> None:
    world.past_round_one(world.nominees)
    before = world.everything()
    for changes, status, said in (
        ({"opening": "2026-09-18"}, 422, "公示最早从2026-09-19开始"),
        ({"opening": "2026-09-19"}, 422, "2026-09-19是周末，不是工作日。公示须从工作日开始，最近的一个是2026-09-20。"),
        ({"opening": "2026-09-25"}, 422, "2026-09-25是中秋节，不是工作日"),
        ({"opening": "2026-12-29"}, 409, "2027年的放假调休安排尚未载入"),
        ({"opening": "2026-12-23"}, 409, "2027年的放假调休安排尚未载入"),  # the deadline would pass the horizon
        ({"opening": "9999-12-31"}, 409, "9999年的放假调休安排尚未载入"),
        ({"opening": ""}, 422, "请选择公示的第一天，须是工作日。"),
        ({"opening": "soon"}, 422, "不是有效的日期值。"),
        ({"conclude": "0"}, 422, "请填写3到30之间的整数。"),
        ({"conclude": "31"}, 422, "请填写3到30之间的整数。"),
        ({"conclude": "three"}, 422, "不是有效的整数。"),
        ({"nominee": [], "step": "save"}, 422, "还没有选择推荐对象"),
        ({"nominee": [str(world.others[0]), "x", "²", str(10**30)], "step": "save"}, 422, ""),
    ):
        page = plan(office, world, **changes)
        assert (page.status, said in page.text) == (status, True), (changes, page.text[:400])
        assert page.form(plan_path(world)).fields["opening"] == changes.get("opening", "2026-09-21")
    assert world.everything() == before
    for there_is_none in ("/1/4/2", "/1/2/3000", "/9/2/2", "?round=7"):
        assert office.get(f"/office/periods/new{there_is_none}").status == 404, there_is_none


def test_the_days_are_shown_one_by_one_before_anything_is_saved(world: World, office: Browser) -> None:
    world.past_round_one(world.nominees)
    before = world.everything()
    empty = office.get(plan_path(world))
    assert empty.form(plan_path(world)).fields["opening"] == "2026-09-20"  # the next working day, a Sunday
    preview = plan(office, world)
    assert preview.status == 200
    assert "请逐日核对" in preview.text
    assert preview.days() == [
        "9/21 星期一 第1个工作日",
        "9/22 星期二 第2个工作日",
        "9/23 星期三 第3个工作日",
        "9/24 星期四 第4个工作日",
        "9/25 星期五 中秋节",
        "9/26 星期六 中秋节",
        "9/27 星期日 中秋节",
        "9/28 星期一 第5个工作日",
        "9/29 星期二 工作日",
        "9/30 星期三 工作日",
        *(f"10/{day} 星期{weekday} 国庆节" for day, weekday in enumerate("四五六日一二三", start=1)),
        "10/8 星期四 工作日",
    ]
    assert "2026年9月28日 24:00" in preview.text
    assert world.everything() == before
    saved = plan(office, world, "save")
    assert saved.status == 303
    page = office.follow(saved)
    assert "公示已经安排好。" in page.text
    assert page.days() == preview.days()
    assert "/cancel" in page.source
    again = plan(office, world, "save")
    assert (again.status, "已经列入本轮公示" in again.text) == (409, True)


def test_late_december_is_marked_as_open_to_change(world: World, office: Browser, clock: MovingClock) -> None:
    world.past_round_one(world.nominees)
    clock.to("2026-12-10 Thu 09:00")
    page = plan(office, world, opening="2026-12-16", conclude="3")
    assert "12月20日以后的日子，下一年的放假通知还可能调整" in page.text
    assert "可能调整" in " ".join(page.days())
    assert plan(office, world, "save", opening="2026-12-16", conclude="3").status == 303
    assert "日期可能调整的公示：麒麟区拟推荐对象公示" in office.get("/office/").text


# --- extending, taking back ----------------------------------------------------------------------


def test_a_deadline_moves_only_later_only_before_it_passes_and_with_a_reason(
    world: World, office: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    path = f"/office/periods/{period}/extend"
    before = world.everything()
    for sent, status, said in (
        ({"day": "2026-09-29", "text": "外地取证"}, 422, "新的截止日须是2026-09-29之后的工作日"),
        ({"day": "2026-10-01", "text": "外地取证"}, 422, "2026-10-01是国庆节，不是工作日"),
        ({"day": "2027-01-08", "text": "外地取证"}, 409, "2027年的放假调休安排尚未载入"),
        ({"day": "2026-10-09", "text": ""}, 422, "延长的理由请写2到500个字，现在还没有写。"),
        ({"day": "", "text": "外地取证"}, 422, "请选择新的截止日，须是工作日。"),
        ({"day": "tomorrow", "text": "外地取证"}, 422, "不是有效的日期值。"),
    ):
        page = office.post(path, sent)
        assert (page.status, said in page.text) == (status, True), (sent, page.text[:300])
        assert page.form("/extend").fields["text"] == sent["text"]
    assert world.everything() == before
    page = office.follow(office.post(path, {"day": "2026-10-09", "text": "外地取证"}))
    assert "由2026年9月29日 24:00延长，理由：外地取证" in page.text
    clock.to("2026-10-10 Sat 00:00")
    late = office.post(path, {"day": "2026-10-12", "text": "还要再查"})
    assert (late.status, "届满" in late.text) == (409, True)


def test_an_arrangement_is_taken_back_before_it_opens_and_never_after(
    world: World, office: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    refused = office.post(f"/office/periods/{period}/cancel", {"text": "写错了日期"})
    assert (refused.status, "不能再修改或撤回" in refused.text) == (409, True)
    clock.to("2026-09-17 Thu 23:59")
    assert office.post(f"/office/periods/{period}/cancel", {"text": ""}).status == 422
    page = office.follow(office.post(f"/office/periods/{period}/cancel", {"text": "写错了日期"}))
    assert "公示安排已经撤回。" in page.text
    assert "已撤回" in page.text
    assert "写错了日期" in office.get(f"/office/periods/{period}").text
    assert office.post(f"/office/periods/{period}/cancel", {"text": "再来一次"}).status == 409


# --- closing -------------------------------------------------------------------------------------


def test_closing_is_refused_too_early_and_names_what_is_open(world: World, office: Browser, clock: MovingClock) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    path = f"/office/periods/{period}/close"
    early = office.post(path)
    assert (early.status, "公示要到2026年9月23日 24:00才结束" in early.text) == (409, True)
    clock.to("2026-09-24 Thu 00:00")
    still = office.post(path)
    assert (still.status, "还有1件异议没有结论：2026-0001" in still.text) == (409, True)
    assert office.get(f"/office/periods/{period}/report").status == 404
    world.bring(case, State.CONCLUDED, "2026-09-24 Thu 09:00", Conclusion.UPHELD)
    clock.to("2026-09-24 Thu 10:00")
    assert "办结公示：麒麟区拟推荐对象公示" in office.get("/office/").text
    preview = office.get(path)
    assert "请核对下面的情况" in preview.text
    report = office.follow(office.send(preview.form("/close")))
    for said in ("收到异议 1", "异议成立 1", "取消参评资格（1）", "麒小3", "继续参评（4）", "第七部分（二）"):
        assert said in report.text, said
    assert office.post(path).status == 409
    public = office.get(f"/periods/{period}").text  # numbers, no names (R30)
    assert "1个推荐对象被取消参评资格" in public
    assert "麒小3" not in public
