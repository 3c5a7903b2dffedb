"""Cases chosen on the desk: one form proposes for all, one page confirms what was read in each (R22)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.cases.phrases import PhraseKind
from app.domain.cases.states import Conclusion, DeclineGround, State
from app.services.cases import investigation, phrases
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World, at

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
TEXTS = {"findings": "查阅档案，走访群众", "grounds": "评选通知第三部分", "answer": "经核实，异议不成立"}
Staff = Callable[[str], Browser]


@pytest.fixture
def cases(world: World, clock: MovingClock) -> list[int]:
    period = world.round_two()
    found = [world.file(period, world.nominees[each], FILED, contact=f"139{each:08d}")[0] for each in range(3)]
    clock.to(DAY)
    return found


def many(browser: Browser, what: str, cases: list[int], **fields: str) -> Page:
    chosen = {"chosen": [str(each) for each in cases], "shown": [str(each) for each in cases]}
    return browser.post(f"/desk/{what}-many", chosen | fields)


def propose(browser: Browser, cases: list[int], **fields: str) -> Page:
    return many(browser, "propose", cases, **({"step": "propose", "conclusion": "dismissed"} | TEXTS | fields))


# --- refused -------------------------------------------------------------------------------------


def test_nothing_chosen_and_a_case_of_somebody_else(world: World, staff: Staff, cases: list[int]) -> None:
    before = world.everything()
    for what, step in (("propose", ""), ("confirm", ""), ("confirm", "confirm")):
        page = many(staff("handler"), what, [], step=step)
        assert (page.status, "请至少选一个案件。" in page.text) == (422, True), (what, step)
    for what in ("propose", "confirm"):
        assert many(staff("stranger"), what, cases).status == 404
        assert many(staff("handler"), what, [*cases, 999], step=what, **TEXTS, conclusion="dismissed").status == 404
    assert world.everything() == before


def test_a_form_with_something_missing_keeps_what_was_typed_and_what_was_ticked(
    world: World, staff: Staff, cases: list[int]
) -> None:
    before = world.everything()
    page = staff("handler").post(
        "/desk/propose-many",
        {"step": "propose", "shown": [str(each) for each in cases], "chosen": str(cases[1]), "findings": "查了三天"},
    )
    assert (page.status, page.error_of("conclusion")) == (422, "请选一项结论。")
    assert page.form("/propose-many").fields["findings"] == "查了三天"
    assert page.source.count('name="chosen"') == 3  # what was unticked can be ticked again
    assert page.source.count(" checked") == 1
    phrase = world.run(phrases.add, PhraseKind.FINDINGS, "可以再用的一段话", by=world.actor("head"), now=at(DAY))
    page = many(staff("handler"), "propose", cases, findings="查了三天", insert=f"findings:p{phrase}")
    assert (page.status, page.form("/propose-many").fields["findings"]) == (200, "查了三天\n可以再用的一段话")
    with pytest.raises(AssertionError):
        assert world.everything() == before  # the phrase alone is new
    assert {world.case(each).state for each in cases} == {State.RECEIVED}


def test_what_can_not_be_proposed_for_is_told_before_and_after_and_the_rest_goes_on(
    world: World, staff: Staff, cases: list[int]
) -> None:
    world.bring(cases[0], State.PROPOSED, DAY)
    page = many(staff("head"), "propose", cases)
    assert "不能一并提出的（1件）" in page.text
    assert page.source.count('name="chosen"') == 2
    page = propose(staff("head"), cases)  # pressed where the first was free a moment ago
    assert page.status == 200
    assert "2件已经提出。" in page.text
    assert "没有提出的（1件）" in page.text
    assert "案件目前是「待确认」" in page.text
    assert [world.case(each).proposed_by for each in cases[1:]] == [world.people["head"]] * 2
    page = propose(staff("handler"), [cases[0]], conclusion="withdrawn")
    assert "没有提出的（1件）" in page.text


def test_security_51_a_proposal_replaced_since_is_shown_anew_and_not_confirmed(
    world: World, staff: Staff, cases: list[int]
) -> None:
    assert propose(staff("handler"), cases).status == 303
    page = many(staff("head"), "confirm", cases)
    read = page.source.split('name="read" value="')[1:]
    shown = [each.partition('"')[0] for each in read]
    assert shown == [f"{each}:1" for each in cases]
    world.act(investigation.return_proposal, cases[2], "handler2", "再问一家", now=DAY)
    world.act(investigation.propose, cases[2], "handler", Conclusion.DISMISSED, "另有情况", "依据", "答复", now=DAY)
    chosen = {"chosen": [str(each) for each in cases], "shown": [str(each) for each in cases]}
    page = staff("head").post("/desk/confirm-many", chosen | {"step": "confirm", "read": shown})
    assert [world.case(each).state for each in cases] == [State.CONCLUDED, State.CONCLUDED, State.PROPOSED]
    assert "2件已经确认。" in page.text
    assert "您看的意见刚才已经被换过" in page.text
    assert "另有情况" in page.text
    assert f'value="{cases[2]}:2"' in page.source
    assert " checked" not in page.source  # what was refused is ticked by whoever has read it anew


# --- from the desk -------------------------------------------------------------------------------


def test_two_people_end_three_cases_from_the_desk(world: World, staff: Staff, cases: list[int]) -> None:
    world.act(investigation.decline, cases[2], "handler", DeclineGround.NO_FACTS, "没有线索", now=DAY)
    handler, head = staff("handler"), staff("head")
    assert "待我确认（" not in handler.get("/desk/").text
    sent = propose(handler, cases[:2])
    assert "提出处理意见：2件已办好，请另一人确认。" in handler.follow(sent).text
    page = head.get("/desk/")
    assert page.text.index("待我确认（3）") < page.text.index("筛选")
    page = many(head, "confirm", cases)
    assert page.text.count("查阅档案，走访群众") == 1  # one wording, written once
    assert "异议不成立（2件）" in page.text
    assert "不予受理（1件）" in page.text
    form = page.form("/confirm-many")
    versions = [f"{each}:1" for each in cases]
    sent = head.post(form.action, {"step": "confirm", "chosen": [str(each) for each in cases], "read": versions})
    assert "确认：3件已经办结，异议人能看到答复。" in head.follow(sent).text
    assert [world.case(each).state for each in cases] == [State.CONCLUDED, State.CONCLUDED, State.DECLINED]


def test_accepted_and_begun_in_one_press_for_one_case_and_for_many(
    world: World, staff: Staff, cases: list[int]
) -> None:
    handler = staff("handler")
    form = handler.get(f"/desk/cases/{cases[0]}").form("/accept")
    assert "受理并开始核查：已办好。" in handler.follow(handler.send(form, begin="1")).text
    assert "受理：已办好。" in handler.follow(handler.post(f"/desk/cases/{cases[1]}/accept", {})).text
    assert [world.case(each).state for each in cases[:2]] == [State.INVESTIGATING, State.ACCEPTED]
    assert '<div class="panel wanted"><h3>提出处理意见</h3>' in handler.get(f"/desk/cases/{cases[0]}").source
    page = handler.post("/desk/accept-many", {"chosen": str(cases[2]), "begin": "1"})
    assert "受理并开始核查：1件已办好。" in handler.follow(page).text
    assert world.case(cases[2]).state is State.INVESTIGATING
    acts = [act for _, act, subject in world.acts() if subject == f"case:{cases[2]}"]
    assert acts[-2:] == ["case.accept", "case.investigate"]
