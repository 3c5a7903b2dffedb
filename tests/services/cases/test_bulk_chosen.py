"""Cases with the same findings, chosen one by one: each is proposed and confirmed for itself by two people (R22)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.cases.letters import LetterKind
from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.refusals import (
    BadValue,
    MoveRefused,
    NotAllowed,
    NothingChosen,
    NotYourCase,
    ProposalReplaced,
    SamePerson,
)
from app.models import AuditRow, Case, Letter
from app.services.accounts import staffing
from app.services.cases import bulk, investigation
from app.services.shared.bulk import BulkOutcome
from app.services.shared.work import Work
from tests.world import World, at

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
TEXTS = ("查阅档案，走访群众", "评选通知第三部分", "经核实，异议不成立")


def cases_of(world: World, number: int = 4) -> list[int]:
    period = world.round_two()
    return [world.file(period, world.nominees[each % 5], FILED, contact=f"139{each:08d}")[0] for each in range(number)]


def propose(
    world: World, cases: list[int], by: str = "handler", conclusion: Conclusion = Conclusion.DISMISSED
) -> BulkOutcome:
    return world.run(bulk.propose_each, cases, conclusion, TEXTS, by=world.actor(by), now=at(DAY))


def confirm(world: World, read: dict[int, int], by: str = "head") -> BulkOutcome:
    return world.run(bulk.confirm_each, read, by=world.actor(by), now=at(DAY))


def acts(world: World, case: int) -> list[str]:
    with world.database.reader() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.subject == f"case:{case}").order_by(AuditRow.id))
        return [row.action for row in rows if row.action.startswith("case.")]


# --- refused -------------------------------------------------------------------------------------


def test_a_case_of_somebody_else_among_them_stops_all(world: World) -> None:
    cases = cases_of(world, 2)
    before = world.everything()
    for by in ("stranger", "auditor"):
        with pytest.raises(NotYourCase):
            propose(world, cases, by)
        with pytest.raises(NotYourCase):
            confirm(world, dict.fromkeys(cases, 1), by)
    with pytest.raises(NotYourCase):
        propose(world, [cases[0], 999])
    with pytest.raises(NothingChosen):
        propose(world, [])
    with pytest.raises(NothingChosen):
        confirm(world, {})
    assert world.everything() == before


def test_what_is_refused_for_one_case_is_named_and_the_others_go_on(world: World) -> None:
    cases = cases_of(world, 5)
    waiting, proposed, recused, asked, free = cases
    world.act(investigation.decline, waiting, "head", DeclineGround.NO_FACTS, "没有线索", now=DAY)
    world.bring(proposed, State.PROPOSED, DAY)
    world.act(investigation.recuse, recused, "head", world.people["handler"], "是亲属", now=DAY)
    world.bring(asked, State.ACCEPTED, DAY)
    world.act(investigation.ask_supplement, asked, "head", "请补充", now=DAY)
    with pytest.raises(NotYourCase):  # a recused person is told of no case
        propose(world, cases)
    outcome = propose(world, [waiting, proposed, asked, free])
    assert outcome.done == [free]
    assert {case: type(why) for case, why in outcome.refused.items()} == {
        waiting: NotAllowed,
        proposed: MoveRefused,
        asked: MoveRefused,
    }
    assert world.case(waiting).decline_proposed_ground is DeclineGround.NO_FACTS  # it is not dropped unseen
    assert world.case(asked).state is State.AWAITING_SUPPLEMENT


def test_an_upheld_objection_is_no_matter_for_many(world: World) -> None:
    cases = cases_of(world, 2)
    before = world.everything()
    outcome = propose(world, cases, conclusion=Conclusion.UPHELD)
    assert (outcome.done, {type(why) for why in outcome.refused.values()}) == ([], {BadValue})
    assert world.everything() == before
    world.bring(cases[0], State.PROPOSED, DAY, Conclusion.UPHELD)
    refused = confirm(world, {cases[0]: 1}, "handler2").refused
    assert "单独办理" in str(refused[cases[0]])
    assert world.case(cases[0]).state is State.PROPOSED


def test_security_51_what_was_replaced_since_it_was_read_is_not_confirmed(world: World) -> None:
    cases = cases_of(world, 3)
    propose(world, cases)
    world.act(investigation.return_proposal, cases[1], "head", "再问一家", now=DAY)
    world.act(investigation.propose, cases[1], "handler", Conclusion.DISMISSED, "另有情况", *TEXTS[1:], now=DAY)
    outcome = confirm(world, dict.fromkeys(cases, 1))
    assert outcome.done == [cases[0], cases[2]]
    assert isinstance(outcome.refused[cases[1]], ProposalReplaced)
    assert world.case(cases[1]).state is State.PROPOSED
    assert confirm(world, {cases[1]: 2}).done == [cases[1]]


def test_security_50_one_person_confirms_none_of_them(world: World) -> None:
    cases = cases_of(world, 2)
    propose(world, cases)
    own = confirm(world, dict.fromkeys(cases, 1), "handler")
    assert {type(why) for why in own.refused.values()} == {SamePerson}
    world.run(staffing.invite_again, [world.people["handler2"]], by=world.actor("head"), now=at(DAY))
    given_out = confirm(world, dict.fromkeys(cases, 1), "handler2")
    assert given_out.done == []
    assert all("同意启用" in str(why) for why in given_out.refused.values())


# --- each for itself -----------------------------------------------------------------------------


def test_each_case_has_its_own_record_letters_and_answer(world: World) -> None:
    cases = cases_of(world, 3)
    world.bring(cases[1], State.ACCEPTED, DAY)
    world.bring(cases[2], State.INVESTIGATING, DAY)
    assert propose(world, cases).done == cases
    for case in cases:
        assert acts(world, case) == ["case.accept", "case.investigate", "case.propose"]
        found = world.case(case)
        assert (found.state, found.findings, found.grounds, found.answer) == (State.PROPOSED, *TEXTS)
    assert confirm(world, dict.fromkeys(cases, 1)).done == cases
    with world.database.reader() as session:
        letters = session.scalars(select(Letter)).all()
    for case in cases:
        assert acts(world, case)[-1] == "case.confirm"
        assert world.case(case).conclusion is Conclusion.DISMISSED
        kinds = {letter.kind for letter in letters if letter.case_id == case}
        assert kinds >= {LetterKind.ACCEPTANCE, LetterKind.ANSWER}
    assert len({letter.number for letter in letters if letter.kind is LetterKind.ANSWER}) == 3


def test_declines_are_confirmed_together_with_conclusions(world: World) -> None:
    first, second = cases_of(world, 2)
    world.act(investigation.decline, first, "handler", DeclineGround.NO_FACTS, "没有线索", now=DAY)
    world.bring(second, State.PROPOSED, DAY)
    assert confirm(world, {first: 1, second: 1}).done == sorted([first, second])
    assert (world.case(first).state, world.case(second).state) == (State.DECLINED, State.CONCLUDED)


def test_what_can_not_be_done_is_said_before_it_is_tried(world: World) -> None:
    waiting, proposed, free = cases_of(world, 3)
    world.act(investigation.decline, waiting, "handler", DeclineGround.NO_FACTS, "没有线索", now=DAY)
    world.run(investigation.accept, proposed, begin=True, by=world.actor("handler"), now=at(DAY))
    world.act(investigation.propose, proposed, "handler", Conclusion.UPHELD, *TEXTS, now=DAY)

    def said(case: int, by: str) -> tuple[str, str]:
        def read(work: Work) -> tuple[str, str]:
            found = work.session.get_one(Case, case)
            return bulk.why_not_propose(found, work.actor, work.now), bulk.why_not_confirm(work, found)

        return world.run(read, by=world.actor(by), now=at(DAY))

    assert said(free, "handler")[0] == ""
    assert "不予受理的意见正等待确认" in said(waiting, "head")[0]
    assert said(waiting, "head")[1] == ""
    assert "提出的人不能自己确认" in said(waiting, "handler")[1]
    assert "单独办理" in said(proposed, "head")[1]
    assert said(free, "office")[0] != ""  # a unit handles it
