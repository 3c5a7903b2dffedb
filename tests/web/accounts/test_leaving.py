"""Who is away names a deputy; whose account ends hands over, in one press, what the page showed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.services.cases import investigation
from tests.web.browsing import Browser, MovingClock
from tests.world import World

Staff = Callable[[str], Browser]
NOW = "2026-09-19 Sat 09:00"
AWAY = {"first": "2026-09-19", "last": "2026-09-22", "reason": "出差"}


@pytest.fixture(autouse=True)
def saturday(clock: MovingClock) -> None:
    clock.to(NOW)


def assigned(world: World, to: str = "handler") -> int:
    case, _ = world.file(world.round_two(), world.nominees[0], "2026-09-18 Fri 09:00")
    world.act(investigation.assign, case, "head", world.people[to], now=NOW)
    return case


def test_a_deputy_sees_what_is_in_the_hands_of_who_is_away_until_the_last_day(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    assigned(world)
    handler, deputy = staff("handler"), staff("handler2")
    assert "我代理的" not in deputy.get("/desk/").text
    for sent, field, words in (
        ({}, "deputy", "请选择由谁代理。"),
        ({"deputy": world.people["handler2"], **AWAY, "last": "2026-09-18"}, "last", "不能早于开始的日期"),
        ({"deputy": world.people["stranger"], **AWAY}, "deputy", "请选择同一单位在用的账号"),
        ({"deputy": world.people["handler2"], **AWAY, "reason": ""}, "reason", "请填写原因"),
    ):
        refused = handler.post("/account/deputies", sent)
        assert (refused.status, words in refused.error_of(field)) == (422, True), (sent, refused.text)
    shown = handler.follow(handler.post("/account/deputies", {"deputy": world.people["handler2"], **AWAY}))
    assert "由麒麟区handler2代理（出差） 2026年9月19日至2026年9月22日 24:00" in shown.text
    page = deputy.get("/desk/")
    assert "您代理麒麟区handler，到2026年9月22日 24:00为止。" in page.text
    assert "在其名下的1件案件" in page.text
    assert "没有符合条件的内容" not in deputy.get("/desk/?mine=2").text
    clock.to("2026-09-23 Wed 00:00")
    assert "您代理" not in deputy.get("/desk/").text


def test_a_head_names_one_for_somebody_who_fell_ill_and_ends_it(world: World, staff: Staff) -> None:
    head, who = staff("head"), world.people["handler"]
    sent = {"deputy": world.people["handler2"], **AWAY}
    shown = head.follow(head.post(f"/people/{who}/deputies", sent))
    ending = next(form for form in shown.forms if form.action.endswith("/end"))
    assert staff("stranger").post(ending.action).status == 404
    assert "现在没有请人代理" in head.follow(head.send(ending)).text
    assert head.post(ending.action).status == 409
    assert staff("stranger").post(f"/people/{who}/deputies", sent).status == 404


def test_before_an_account_ends_the_page_shows_what_is_open_and_one_press_hands_it_over(
    world: World, staff: Staff
) -> None:
    case, head, who = assigned(world), staff("head"), world.people["handler"]
    assert "移交并停用" in head.get(f"/people/{who}").text
    page = head.follow(head.post("/people/disable", {"chosen": [who]}))
    number = world.case(case).number
    assert f"案件 {number}：麒麟区第1中队" in page.text
    form = page.form("/people/disable")
    before = world.everything()
    refused = head.send(form, **{f"to-{who}": world.people["stranger"]})
    assert (refused.status, "请给麒麟区handler选择同一单位在用的账号接手" in refused.text) == (422, True)
    assert world.everything() == before
    done = head.follow(head.send(refused.form("/people/disable"), **{f"to-{who}": world.people["handler2"]}))
    assert "已停用1个账号，原有登录全部退出，手上的事项已经移交。" in done.text
    assert world.case(case).assignee_id == world.people["handler2"]
    assert "移交并停用" not in head.get(f"/people/{who}").text


def test_who_has_nothing_open_is_disabled_at_once_and_nobody_of_others_is_shown(world: World, staff: Staff) -> None:
    head = staff("head")
    done = head.follow(head.post("/people/disable", {"chosen": [world.people["handler"]]}))
    assert "已停用1个账号，原有登录全部退出。" in done.text
    for ids in (str(world.people["stranger"]), "x", "9" * 30):
        assert head.get(f"/people/leaving?chosen={ids}").status == 404
    assert "还没有选择人员" in head.get("/people/leaving").text


def test_units_stand_in_one_order_in_every_filter(world: World, staff: Staff) -> None:
    options = "".join(
        staff("office").get(path).source.split(">推荐单位</label>")[1].split("</select>")[0]
        for path in (f"/nominees/?programme={world.programme}", "/units/")
    )
    assert options.index("麒麟区") < options.index("罗平县"), "the order of annex 1, not of sound"
