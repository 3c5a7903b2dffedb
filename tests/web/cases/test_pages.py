"""The desk of a unit, through its pages: from the queue to a conclusion by two people (R19-R24)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from app.domain.cases.states import Conclusion, State
from app.services.cases import investigation, warnings
from app.services.objections import following
from app.services.shared.work import Work
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World, at

FILED = "2026-09-18 Fri 09:00"
DAY = "2026-09-21 Mon 10:00"
NAME, CONTACT = "钱标记人", "13912345678"
Staff = Callable[[str], Browser]


@pytest.fixture
def case(world: World, clock: MovingClock) -> int:
    case_id, _ = world.file(world.round_two(), world.nominees[2], FILED, name=NAME, contact=CONTACT)
    clock.to(DAY)
    return case_id


def numbers(page: Page) -> list[str]:
    """The cases of the first table on a page, in order."""
    table = re.search(r'<table class="list">.*?</table>', page.source, re.DOTALL)
    return re.findall(r">(\d{4}-\d{4})</a>", table[0]) if table else []


def press(browser: Browser, case: int, action: str, **fields: str) -> Page:
    """Open the case, fill in the form of an action found there, send it, and follow."""
    form = browser.get(f"/desk/cases/{case}").form(f"/cases/{case}/{action}")
    sent = browser.send(form, **fields)
    return browser.follow(sent) if sent.status == 303 else sent


# --- refused -------------------------------------------------------------------------------------


def test_a_form_with_something_missing_comes_back_open_with_its_text(world: World, staff: Staff, case: int) -> None:
    world.bring(case, State.INVESTIGATING, DAY)
    before = world.everything()
    page = staff("handler").post(f"/desk/cases/{case}/propose", {"findings": "查了三天的情况", "answer": ""})
    assert page.status == 422
    assert page.error_of("conclusion") == "请选一项结论。"
    assert page.error_of("grounds") == "依据请写1到2000个字，现在还没有写。"
    assert page.form("/propose").fields["findings"] == "查了三天的情况"
    assert page.error_of("findings") == ""
    assert '<div class="panel wanted"><h3>提出处理意见</h3>' in page.source
    assert world.everything() == before


def test_what_the_rules_refuse_is_said_in_words_beside_the_form_that_asked(
    world: World, staff: Staff, clock: MovingClock, case: int
) -> None:
    for action, sent, said in (
        ("confirm", {}, "案件目前是「待受理」，不能确认处理意见。"),
        ("decline", {"ground": "withdrawn", "text": "写了理由"}, "异议人没有撤回，不能以撤回为由不予受理。"),
        ("take_over", {"text": "写了理由"}, "接办由市级专班决定。"),
        ("assign", {"chosen": str(world.people["stranger"])}, "请选择本单位在岗、且不需要回避的人员。"),
        ("join", {"chosen": "999"}, "只能并入同一推荐对象"),
        (
            "recuse",
            {"chosen": str(world.people["stranger"]), "text": "写了理由"},
            "只有单位负责人可以让本单位其他人回避。",
        ),
    ):
        before = world.everything()
        page = staff("head").post(f"/desk/cases/{case}/{action}", sent)
        assert (page.status, said in page.text) == (409, True), (action, page.text[:300])
        assert "text" not in sent or action == "take_over" or page.form(f"/{action}").fields["text"] == "写了理由"
        assert world.everything() == before
    for chosen in ("x", "²", str(10**30), "", "1.5"):
        assert staff("head").post(f"/desk/cases/{case}/assign", {"chosen": chosen}).status == 422
    world.bring(case, State.PROPOSED, DAY)
    own = staff("handler").post(f"/desk/cases/{case}/confirm", {"version": "1"})
    assert (own.status, "提出的人不能自己确认" in own.text) == (409, True)
    clock.to("2026-09-30 Wed 00:00")  # from the deadline on, settled or not
    late = staff("head").post(f"/desk/cases/{case}/confirm")
    assert (late.status, "办结期限已于2026年9月29日 24:00届满" in late.text) == (409, True)
    assert "逾期未结论" in late.text
    assert "不能再作结论" in staff("head").get(f"/desk/cases/{case}").text


# --- a case from one end to the other ------------------------------------------------------------


def test_two_people_take_a_case_from_arrival_to_conclusion(world: World, staff: Staff, case: int) -> None:
    handler, head = staff("handler"), staff("head")
    assert "2026-0001" in handler.get("/desk/").text
    assert "受理：已办好。" in press(handler, case, "accept").text
    assert "经办人 麒麟区handler" in press(head, case, "assign", chosen=str(world.people["handler"])).text
    press(handler, case, "investigate")
    press(handler, case, "note", text="走访了<b>两家</b>企业")
    press(handler, case, "hear", text="当事人说明了情况")
    press(handler, case, "reply", text="正在核对")
    texts = {"findings": "查明情况", "grounds": "第三部分", "answer": "感谢监督"}
    press(handler, case, "propose", conclusion="dismissed", **texts)
    returned = press(head, case, "return", text="再问一家")
    assert "再问一家" in returned.text
    press(handler, case, "propose", conclusion="partly_upheld", **texts)
    assert "/confirm" not in handler.get(f"/desk/cases/{case}").source  # not offered to whoever proposed
    done = press(head, case, "confirm")
    assert "案件已经结束。" in done.text
    assert world.case(case).state is State.CONCLUDED
    history = done.source.partition('<ol class="history">')[2].partition("</ol>")[0]
    told = ("收到异议", "受理", "指定经办人", "开始核查", "核查记录", "当事人陈述", "办理单位回复", "提出处理意见")
    told += ("退回处理意见", "提出处理意见", "确认处理意见", "办理结果")
    assert sorted(re.findall(r"<strong>(.*?)</strong>", history)) == sorted(told)
    assert "走访了&lt;b&gt;两家&lt;/b&gt;企业" in done.source


def test_the_page_that_was_read_is_what_is_confirmed(world: World, staff: Staff, case: int) -> None:
    """SECURITY 51: the open page holds 异议成立, and what waits by now is 异议不成立."""
    world.bring(case, State.PROPOSED, DAY, Conclusion.UPHELD)
    head = staff("head")
    form = head.get(f"/desk/cases/{case}").form("/confirm")
    world.act(investigation.return_proposal, case, "handler", "改一下", now=DAY)
    texts = ("经走访核实", "评选通知第三部分", "谢谢监督")
    world.act(investigation.propose, case, "handler", Conclusion.DISMISSED, *texts, now=DAY)
    page = head.send(form)
    assert (page.status, "您看的意见刚才已经被换过" in page.text, "异议不成立" in page.text) == (409, True, True)
    assert world.case(case).state is State.PROPOSED
    again = head.send(page.form("/confirm"))  # the new one stands on the page, with its own version
    assert again.status == 303
    assert world.case(case).conclusion is Conclusion.DISMISSED


def test_a_declined_case_and_one_handed_up(world: World, staff: Staff, case: int) -> None:
    other, _ = world.file(6, world.nominees[3], FILED)
    page = press(staff("handler"), case, "decline", ground="no_facts", text="没有写明时间地点")
    assert "没有写明时间地点" in page.text
    assert world.case(case).state is State.RECEIVED
    assert "/confirm_decline" not in staff("handler").get(f"/desk/cases/{case}").source  # not who proposed it
    assert "已不予受理" not in staff("office").get("/desk/").text
    page = press(staff("head"), case, "confirm_decline")
    assert "案件已经结束。" in page.text
    assert world.case(case).state is State.DECLINED
    assert "已不予受理" in staff("office").get("/desk/").text  # the superior is told
    press(staff("head"), other, "hand_up", text="涉及本单位")
    assert world.case(other).handler_unit_id == world.office
    assert "2026-0002" in numbers(staff("office").get("/desk/"))


def test_the_objector_is_nowhere_on_the_desk_nor_in_the_record(
    world: World, staff: Staff, clock: MovingClock, case: int
) -> None:
    world.act(warnings_of, case, "handler", now=DAY)
    world.run(following.supplement, 1, "补充的内容", now=at(DAY))
    world.run(following.withdraw, 1, "情况已经弄清", now=at(DAY))
    press(staff("handler"), case, "accept")
    paths = ["/desk/", "/desk/?state=accepted", "/desk/?mine=1", f"/desk/cases/{case}"]
    for login in ("handler", "head", "office"):
        for path in paths:
            source = staff(login).get(path).source
            assert not any(mark in source for mark in (NAME, CONTACT, "标记人", "09:00")), (login, path)
    for path in ("/office/", "/office/cases", "/office/periods/6", "/nominees/3", "/office/record"):
        source = staff("office").get(path).source
        assert not any(mark in source for mark in (NAME, CONTACT)), path
    assert "补充的内容" in staff("handler").get(f"/desk/cases/{case}").text
    page = staff("handler").post(f"/desk/cases/{case}/note", {"text": ""})
    assert NAME not in page.source
    assert NAME not in staff("auditor").get("/office/record").source


def warnings_of(work: Work, _case: int) -> int:
    return warnings.warn_due(work)


# --- the queue -----------------------------------------------------------------------------------


def test_an_empty_queue_says_so(world: World, staff: Staff) -> None:
    for login in ("handler", "head", "office"):
        assert "这里没有案件。" in staff(login).get("/desk/").text
    for query in ("?state=accepted", "?mine=1", "?state=nonsense", "?state=²"):
        assert staff("handler").get(f"/desk/{query}").status == 200


def test_the_queue_has_the_most_urgent_first_with_its_badges_and_filters(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    period = world.round_two("2026-09-18", conclude=6)
    first, second, third = (world.file(period, world.nominees[place], FILED)[0] for place in range(3))
    world.bring(first, State.CONCLUDED, "2026-09-18 Fri 10:00")
    world.bring(third, State.ACCEPTED, "2026-09-18 Fri 10:00")
    clock.to("2026-09-21 Mon 23:59:59")
    assert "已转市级专班" not in staff("head").get("/desk/").text
    clock.to("2026-09-22 Tue 00:00")  # the second working day after filing is over: Sunday the 20th works
    page = staff("head").get("/desk/")
    assert numbers(page) == ["2026-0002", "2026-0003", "2026-0001"]  # what is over stands last
    assert page.text.count("已转市级专班") == 2  # the third was accepted, and left since
    assert numbers(staff("head").get("/desk/?state=accepted")) == ["2026-0003"]
    assert numbers(staff("head").get("/desk/?state=lapsed")) == []
    assert numbers(staff("handler").get("/desk/?mine=1")) == []
    press(staff("head"), second, "assign", chosen=str(world.people["handler"]))
    assert numbers(staff("handler").get("/desk/?mine=1")) == ["2026-0002"]
    assert numbers(staff("stranger").get("/desk/")) == []
    assert "接办或者受理已转市级专班的案件：2件（麒麟区拟推荐对象公示）" in staff("office").get("/office/").text
    assert "市评选工作组办公室" in press(staff("office"), second, "take_over", text="逾期未受理").text
    assert numbers(staff("head").get("/desk/")) == ["2026-0003", "2026-0001"]
    clock.to("2026-10-09 Fri 10:00")  # the sixth working day after the window
    assert "今天为止" in staff("head").get("/desk/").text
    clock.to("2026-10-10 Sat 00:00")
    assert numbers(staff("head").get("/desk/?state=lapsed")) == ["2026-0003"]
