"""Planning backwards, many units at once, and lists that staff work with, through their pages."""

from __future__ import annotations

import io
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from openpyxl import load_workbook

from app.domain.cases.states import State
from tests.services.office.test_planning import with_stages
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World

Staff = Callable[[str], Browser]
sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what a page shows is one on both
FILED = "2026-09-18 Fri 09:00"


@pytest.fixture
def office(world: World, staff: Staff) -> Browser:
    return staff("office")


def saved(browser: Browser, path: str) -> list[list[object]]:
    """The cells of a list saved as a sheet, its head included."""
    answer = browser.open(path)
    assert answer.status_code == 200, path
    page = load_workbook(io.BytesIO(answer.get_data())).worksheets[0]
    return [[cell.value for cell in row] for row in page.iter_rows()]


# --- the plan ------------------------------------------------------------------------------------


@sqlite
def test_a_wrong_number_is_said_beside_its_field_and_counted_as_proposed(world: World, office: Browser) -> None:
    with_stages(world)
    here = f"/programmes/{world.programme}/plan"
    for asked in ("0", "31", "-1", "three", "²", str(10**30)):
        page = office.get(f"{here}?{urlencode({'conclude': asked})}")
        assert page.status == 200
        assert page.error_of("conclude") == "请填写3到30之间的整数；下面按3个工作日计算。", asked
    assert office.get("/programmes/999/plan").status == 404


@sqlite
def test_each_sees_the_last_day_on_which_a_window_can_open(world: World, staff: Staff, clock: MovingClock) -> None:
    with_stages(world)
    world.past_round_one(world.nominees)
    clock.to("2026-09-18 Fri 09:00")
    here = f"/programmes/{world.programme}/plan"
    page = staff("head").get(here)
    # Every figure of the picture stands there as text; only the own unit's rows do.
    for said in (
        "组织推荐阶段 9月7日至9月17日，到时报送初步推荐材料",
        "第2轮 推荐单位公示 最迟9月23日（星期三）开始 公示到9月30日，最迟2026年10月10日 24:00 作出结论",
        "第1轮：9月8日至9月14日，办结期限2026年9月17日 24:00",
        "第2轮：还没有安排",
        "3个工作日",
    ):
        assert said in page.text, said
    assert "罗平县" not in page.text
    late = staff("office").get(f"{here}?standing=late")
    assert "罗平县第1轮" in late.text
    assert "最早9月20日（星期日）开始，已经赶不上报送期限" in late.text
    rows = saved(staff("office"), f"{here}?format=xlsx&standing=late")
    assert [(row[0], row[1], row[2]) for row in rows[1:]] == [
        ("罗平县", "第1轮 本单位公示", "来不及"),
        ("罗平县", "第2轮 推荐单位公示", "来不及"),
    ]


@sqlite
def test_what_misses_the_day_it_is_due_is_warned_of_and_may_be_arranged_all_the_same(
    world: World, office: Browser
) -> None:
    with_stages(world)
    world.past_round_one(world.nominees)
    path = f"/office/periods/new/{world.programme}/2/{world.qilin}"
    sent = {"nominee": [str(one) for one in world.nominees], "conclude": "3", "opening": "2026-09-24"}
    page = office.post(path, sent | {"step": "preview"})
    for said in (
        "赶不上报送期限。",
        "最迟 2026年10月10日 24:00 要报送正式推荐材料，这样安排会晚1个工作日。",
        "最迟2026年9月23日（星期三）开始才赶得上。",
    ):
        assert said in page.text, said
    for fits in ({"opening": "2026-09-23"},):
        assert "赶不上" not in office.post(path, sent | fits | {"step": "preview"}).text
    assert office.post(path, sent | {"step": "save"}).status == 303


# --- many at once --------------------------------------------------------------------------------


def many(office: Browser, world: World, press: str, **changes: object) -> Page:
    everybody = [*world.nominees, *world.others]
    sent = {
        "chosen": [str(world.qilin), str(world.luoping)],
        "nominee": [str(one) for one in everybody],
        "opening": "2026-09-21",
        "conclude": "3",
        "step": press,
    }
    return office.post(f"/office/periods/new-many/{world.programme}/2", sent | changes)


@sqlite
def test_units_are_looked_at_one_by_one_and_arranged_all_or_none(world: World, office: Browser) -> None:
    with_stages(world)
    world.past_round_one([*world.nominees, *world.others[:2]])
    before = world.everything()
    for changes, status, said in (
        ({"opening": ""}, 422, "请选择公示的第一天，须是工作日。"),
        ({"conclude": "0"}, 422, "请填写3到30之间的整数。"),
        ({"chosen": []}, 422, "请至少选一家单位。"),
        ({"chosen": ["x", "²", str(10**30)]}, 422, "请至少选一家单位。"),
        ({"opening": "2026-09-19"}, 422, "2026-09-19是周末，不是工作日。"),
    ):
        for press in ("preview", "save"):
            page = many(office, world, press, **changes)
            assert (page.status, said in page.text) == (status, True), (changes, page.text[:600])
    page = many(office, world, "preview")
    assert "罗平县 3 9月21日至9月28日 2026年10月8日 24:00 罗小3不能进入这次公示：" in page.text
    assert "有 1 家现在不能安排" in page.text
    assert "save" not in page.form("/2").buttons
    stopped = many(office, world, "save")
    assert (stopped.status, "罗平县：罗小3不能进入这次公示" in stopped.text) == (409, True)
    assert world.everything() == before
    able = [str(one) for one in [*world.nominees, *world.others[:2]]]
    page = many(office, world, "preview", nominee=able)
    assert "麒麟区 5 9月21日至9月28日 2026年10月8日 24:00 可以" in page.text
    assert "罗小3（上一轮（本单位公示）还没有办结" in page.text
    assert world.everything() == before
    done = office.follow(many(office, world, "save", nominee=able))
    assert "2家单位的公示已经安排好。" in done.text
    again = many(office, world, "save", nominee=able)
    assert (again.status, "麒麟区第1中队不能进入这次公示：已经列入本轮公示" in again.text) == (409, True)
    for path in ("?round=3", "?round=7", "?programme=999"):
        assert office.get(f"/office/periods/new-many{path}").status == 404, path
    assert office.post(f"/office/periods/new-many/{world.programme}/3", {}).status == 404


@sqlite
def test_periods_that_are_ready_are_looked_at_together_and_closed(
    world: World, office: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED)
    clock.to("2026-09-24 Thu 09:00")
    assert 'name="chosen"' not in office.get("/office/periods").source  # its case is open
    early = office.post("/office/periods/close-many", {"chosen": str(period)})
    assert "有 1 次现在还不能办结" in early.text
    refused = office.post("/office/periods/close-many", {"chosen": str(period), "step": "close"})
    assert "还有1件异议没有结论：2026-0001" in refused.text
    world.bring(case, State.CONCLUDED, "2026-09-24 Thu 09:30")
    clock.to("2026-09-24 Thu 10:00")
    assert 'name="chosen"' not in office.get("/office/periods").source  # its objector may ask for a second look (R35)
    assert "/office/periods/close-many" not in office.get("/office/").links
    assert "现在没有可以办结的公示" in office.get("/office/periods/close-many").text
    assert "案件2026-0001的异议人可以申请复核" in office.get(f"/office/periods/{period}/close").text
    clock.to("2026-09-29 Tue 00:00")
    listed = office.get("/office/periods?phase=ready")
    form = listed.form("/office/periods/close-many")
    look = office.send(form, chosen=str(period))
    assert "办结后不能撤销" in look.text
    assert world.period(period).closed_at is None
    done = office.follow(office.send(look.form("/close-many"), press="close"))
    assert "1次公示已经办结" in done.text
    assert world.period(period).closed_at is not None
    assert office.post("/office/periods/close-many", {"step": "close"}).status == 422


@sqlite
def test_cases_ticked_in_the_queue_are_accepted_and_given_away(world: World, staff: Staff, clock: MovingClock) -> None:
    period = world.round_two()
    first, second, third = (world.file(period, world.nominees[place], FILED)[0] for place in range(3))
    clock.to("2026-09-21 Mon 10:00")
    head, handler = staff("head"), staff("handler")
    assert "指定给此人" not in handler.get("/desk/").text
    nothing = head.post("/desk/accept-many", {})
    assert (nothing.status, "请至少选一个案件。" in nothing.text) == (422, True)
    done = handler.follow(handler.post("/desk/accept-many", {"chosen": [str(first), str(second)]}))
    assert "受理：2件已办好。" in done.text
    partly = head.post("/desk/accept-many", {"chosen": [str(second), str(third)]})
    assert "没有成功的（1） 2026-0002 麒麟区第2中队 ：案件目前是「已受理」，不能受理。" in partly.text
    assert "已经办好的（1） 2026-0003" in partly.text
    for person in ("", "x", str(world.people["stranger"])):
        page = head.post("/desk/assign-many", {"chosen": str(first), "assignee": person})
        assert "请选择本单位在岗、且不需要回避的人员。" in page.text, person
    sent = {"chosen": [str(first), str(third)], "assignee": str(world.people["handler"])}
    assert head.post("/desk/assign-many", sent).status == 303
    assert [world.case(case).assignee_id for case in (first, second, third)] == [5, None, 5]
    mine = saved(handler, "/desk/?mine=1&sort=-number&format=xlsx")
    assert [row[0] for row in mine[1:]] == ["2026-0003", "2026-0001"]
    assert [row[0] for row in saved(handler, "/desk/?q=第2中队&format=xlsx")[1:]] == ["2026-0002"]
    assert handler.post("/desk/assign-many", sent).status == 404


# --- the record ----------------------------------------------------------------------------------


@sqlite
def test_the_record_is_searched_by_person_act_words_and_day_and_saved(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    period = world.round_two()
    auditor = staff("auditor")

    def found(**asked: str) -> list[object]:
        rows = saved(auditor, f"/office/record?{urlencode(asked | {'format': 'xlsx', 'order': 'oldest'})}")
        assert rows[0][:2] == ["序号", "时间"]
        return [(row[3], row[4]) for row in rows[1:]]

    assert len(found()) == len(world.acts())
    assert found(action="period.scheduled", since="2026-09-17") == [("安排公示", "麒麟区拟推荐对象公示")]
    assert found(matter="麒麟区拟推荐对象公示", since="2026-09-17") == found(subject=f"period:{period}") != []
    assert found(words="办结期限", matter="没有这个事项") == []
    assert found(who="office", until="2026-09-16") == found(until="2026-09-16")
    assert found(who="没有这个人") == found(words="没有这个字") == []
    assert {what for what, _ in found(who="系统（到时")} <= {"办结期限届满，自动处理"}
    page = auditor.get("/office/record?action=period.scheduled")
    assert "办结期限：2026年9月29日 24:00" in page.text  # words, not how the row keeps them
    assert "推荐对象：先进集体麒麟区第1中队" in page.text  # names, not numbers
    for wrong in ("2026-02-30", "yesterday", "0001-01-01", "9999-12-31", "²"):
        page = auditor.get(f"/office/record?{urlencode({'since': wrong})}")
        assert (page.status, page.error_of("since")) == (200, "请填写日期，如 2026-09-18。"), wrong
