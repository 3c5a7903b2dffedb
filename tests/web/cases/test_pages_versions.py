"""The versions of a proposal on the case's page; what was replaced in between is not confirmed (R22, SECURITY 51)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.cases.states import Conclusion, DeclineGround, State
from app.services.cases import investigation, second_looks
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
Staff = Callable[[str], Browser]
UPHELD = (Conclusion.UPHELD, "查实了两处不符", "通知第三部分", "异议属实")
DISMISSED = (Conclusion.DISMISSED, "查明没有不符", "通知第四部分", "谢谢监督")


@pytest.fixture
def case(world: World, clock: MovingClock) -> int:
    case_id, _ = world.file(world.round_two(), world.nominees[2], FILED)
    clock.to(DAY)
    return case_id


def test_security_51_the_conclusion_that_was_read_is_what_is_confirmed(world: World, staff: Staff, case: int) -> None:
    """B reads 异议成立; A replaces it by 异议不成立; B presses the button of the open page."""
    world.bring(case, State.INVESTIGATING, DAY)
    world.act(investigation.propose, case, "handler", *UPHELD, now=DAY)
    head = staff("head")
    form = head.get(f"/desk/cases/{case}").form("/confirm")
    world.act(investigation.return_proposal, case, "handler", "改一下", now=DAY)
    world.act(investigation.propose, case, "handler", *DISMISSED, now=DAY)
    before = world.everything()
    page = head.send(form)
    assert (page.status, "您看的意见刚才已经被换过" in page.text, "查明没有不符" in page.text) == (409, True, True)
    assert world.everything() == before
    for forged in ("", "x", "0", "1", "3", "²", "-2", str(10**30)):
        assert head.send(form, version=forged).status == 409
    assert world.everything() == before
    assert head.send(page.form("/confirm")).status == 303  # the new one, which now was read
    assert world.case(case).conclusion is Conclusion.DISMISSED


def test_security_51_the_ground_that_was_read_is_what_a_case_is_declined_for(
    world: World, staff: Staff, case: int
) -> None:
    world.act(investigation.decline, case, "handler", DeclineGround.OUT_OF_SCOPE, "与参评无关", now=DAY)
    head = staff("head")
    form = head.get(f"/desk/cases/{case}").form("/confirm_decline")
    world.act(investigation.decline, case, "handler", DeclineGround.NO_FACTS, "没有线索可查", now=DAY)
    page = head.send(form)
    assert (page.status, "您看的意见刚才已经被换过" in page.text, "没有线索可查" in page.text) == (409, True, True)
    assert world.case(case).state is State.RECEIVED
    assert head.send(page.form("/confirm_decline")).status == 303
    assert world.case(case).decline_reason == "没有线索可查"


def test_a_returned_proposal_comes_back_filled_in_to_whoever_goes_on(world: World, staff: Staff, case: int) -> None:
    world.bring(case, State.INVESTIGATING, DAY)
    world.act(investigation.propose, case, "handler", *UPHELD, now=DAY)
    world.act(investigation.return_proposal, case, "head", "依据写全", now=DAY)
    handler = staff("handler")
    page = handler.get(f"/desk/cases/{case}")
    assert "您提出的意见被退回了，原来写的已经填在下面，改好再提出。 退回的理由：依据写全" in page.text
    fields = page.form("/propose").fields
    assert {name: fields[name] for name in ("conclusion", "findings", "grounds", "answer")} == {
        "conclusion": "upheld",
        "findings": "查实了两处不符",
        "grounds": "通知第三部分",
        "answer": "异议属实",
    }
    other = staff("head").get(f"/desk/cases/{case}")
    assert other.form("/propose").fields["findings"] == "查实了两处不符"
    assert "麒麟区handler提出的意见被退回了，原来写的已经填在下面" in other.text
    assert handler.send(page.form("/propose"), grounds="通知第三部分第二条").status == 303
    assert world.version(case) == 2


def test_security_51_a_second_look_answers_the_wishes_that_were_read(
    world: World, staff: Staff, clock: MovingClock, case: int
) -> None:
    second, _ = world.file(6, world.nominees[2], FILED, contact="13000000002")
    world.act(investigation.join, second, "handler", case, now="2026-09-19 Sat 09:00")
    world.bring(case, State.CONCLUDED, DAY)
    clock.to(DAY)
    world.run(second_looks.ask, 1, "没有问到在场的人", now=at(DAY))
    office = staff("office")
    form = office.get(f"/desk/cases/{case}").form("/confirm_look")
    world.run(second_looks.ask, 2, "台账第三页是后补的", now=at(DAY))
    page = office.send(form, text="核查充分，结论正确")
    assert (page.status, "刚才又有异议人申请复核" in page.text, "台账第三页是后补的" in page.text) == (409, True, True)
    assert page.form("/confirm_look").fields["text"] == "核查充分，结论正确"
    assert office.send(page.form("/confirm_look")).status == 303


def test_every_version_is_on_the_page_for_whoever_sees_the_case(world: World, staff: Staff, case: int) -> None:
    world.bring(case, State.INVESTIGATING, DAY)
    world.act(investigation.propose, case, "handler", *UPHELD, now=DAY)
    world.act(investigation.return_proposal, case, "head", "依据写全", now=DAY)
    world.act(investigation.propose, case, "handler", *DISMISSED, now=DAY)
    for login in ("handler", "head", "office"):
        text = staff(login).get(f"/desk/cases/{case}").text
        assert "意见的各个版本（2）" in text
        assert "第1版：异议成立 已退回 麒麟区handler于2026年9月21日" in text
        for said in ("退回的理由： 依据写全", "查实了两处不符", "第2版：异议不成立 待确认", "查明没有不符"):
            assert said in text, said
    assert staff("stranger").get(f"/desk/cases/{case}").status == 404
