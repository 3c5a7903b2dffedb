"""What handlers do to a case, what they may not, and what is put on record (R20-R24, R27)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.cases.states import OPEN_STATES, Conclusion, DeclineGround, Role, State
from app.domain.refusals import (
    AlreadyDone,
    MissingText,
    MoveRefused,
    NotAllowed,
    NotYourCase,
    ProposalReplaced,
    SamePerson,
    TooLateToConclude,
)
from app.models import Case, CaseNote, Disqualification, Message, Nominee, Objection, User
from app.services.accounts import making
from app.services.cases import investigation, queue
from app.services.cases.choices import list_joinable_leads
from app.services.cases.visibility import cases_visible_to
from app.services.objections import following
from app.services.record.verifying import verify
from tests.services.cases.proposing import DAY, FILED, PROPOSAL, a_case
from tests.world import PASSWORD_HASH, World, at, at_once, contact

LAST = "2026-09-29 Tue 23:59:59.999999"
DEADLINE = "2026-09-30 Wed 00:00"

# Every use case with texts that are right, and the states in which it may be done.
USE_CASES: list[tuple[Callable[..., None], tuple[Any, ...], str]] = [
    (investigation.accept, (), "received"),
    (investigation.decline, (DeclineGround.NO_FACTS, "没有线索"), "received"),
    (investigation.investigate, (), "accepted"),
    (investigation.ask_supplement, ("请说明时间地点",), "accepted investigating"),
    (investigation.resume, (), "awaiting_supplement"),
    (investigation.note, ("已电话了解",), "received accepted investigating awaiting_supplement proposed"),
    (investigation.hear, ("当事人否认",), "accepted investigating awaiting_supplement proposed"),
    (investigation.reply, ("正在核查",), "received accepted investigating awaiting_supplement proposed"),
    (investigation.propose, PROPOSAL, "investigating"),
    (investigation.confirm, (1,), "proposed"),
    (investigation.return_proposal, ("请补充依据",), "proposed"),
    (investigation.hand_up, ("本单位不便办理",), "received accepted investigating awaiting_supplement"),
]


def said(world: World) -> list[tuple[int, str, str]]:
    with world.database.reader() as session:
        rows = session.execute(select(Message.objection_id, Message.kind, Message.text).order_by(Message.id))
        return [tuple(row) for row in rows]


# --- refused: wrong state, wrong person, too late, no text ------------------------------------------


@pytest.mark.walk
def test_what_is_refused_changes_nothing(world: World) -> None:
    period = world.round_two()
    everyone = [State.RECEIVED, State.ACCEPTED, State.INVESTIGATING, State.AWAITING_SUPPLEMENT, State.PROPOSED]
    cases = {state: a_case(world, state, period) for state in [*everyone, State.CONCLUDED]}
    before = world.everything()
    for use_case, texts, right in USE_CASES:
        for state, case in cases.items():
            with pytest.raises(NotYourCase):
                world.act(use_case, case, "stranger", *texts, now=DAY)
            with pytest.raises(NotYourCase):
                world.act(use_case, case, "auditor", *texts, now=DAY)
            if state not in right.split():
                with pytest.raises(MoveRefused):
                    world.act(use_case, case, "head", *texts, now=DAY)
            if state is not State.CONCLUDED:
                with pytest.raises(TooLateToConclude):  # nothing has settled it: the deadline alone decides
                    world.act(use_case, case, "head", *texts, now=DEADLINE)
        case = cases[State(right.split()[0])]
        if use_case not in (investigation.confirm, investigation.return_proposal):
            with pytest.raises(NotAllowed):  # the office watches
                world.act(use_case, case, "office", *texts, now=FILED)
    with pytest.raises(SamePerson):
        world.act(investigation.confirm, cases[State.PROPOSED], "handler", 1, now=DAY)
    with pytest.raises(NotYourCase):
        world.act(investigation.accept, 999, "head", now=DAY)
    assert world.everything() == before


def test_a_text_the_record_needs_may_not_be_missing(world: World) -> None:
    period = world.round_two()
    cases = {state: a_case(world, state, period) for state in (State.RECEIVED, State.INVESTIGATING, State.PROPOSED)}
    received, investigating, proposed = cases.values()
    before = world.everything()
    long, reason = "字" * 2001, "字" * 501
    table: list[tuple[Callable[..., None], int, tuple[Any, ...]]] = [
        (investigation.note, received, ("",)),
        (investigation.note, received, (long,)),
        (investigation.reply, received, (" \n",)),
        (investigation.hear, investigating, ("",)),
        (investigation.decline, received, (DeclineGround.NO_FACTS, "无")),
        (investigation.decline, received, (DeclineGround.NO_FACTS, reason)),
        (investigation.hand_up, received, ("",)),
        (investigation.ask_supplement, investigating, ("",)),
        (investigation.recuse, received, (world.people["head"], "")),
        (investigation.return_proposal, proposed, ("",)),
        *[(investigation.propose, investigating, (*PROPOSAL[:n], "", *PROPOSAL[n + 1 :])) for n in (1, 2, 3)],
        *[(investigation.propose, investigating, (*PROPOSAL[:n], long, *PROPOSAL[n + 1 :])) for n in (1, 2, 3)],
    ]
    for use_case, case, texts in table:
        with pytest.raises(MissingText):
            world.act(use_case, case, "head", *texts, now=DAY)
    assert world.everything() == before


# --- the whole way -------------------------------------------------------------------------------


def test_a_case_from_arrival_to_conclusion_with_every_act_on_record(world: World) -> None:
    period = world.round_two()
    rows = len(world.acts())
    case, _ = world.file(period, world.nominees[0], FILED)
    steps: list[tuple[Callable[..., None], str, tuple[Any, ...]]] = [
        (investigation.assign, "head", (world.people["handler"],)),
        (investigation.accept, "handler", ()),
        (investigation.investigate, "handler", ()),
        (investigation.note, "handler2", ("已电话了解",)),
        (investigation.hear, "handler", ("当事人否认",)),
        (investigation.reply, "handler", ("正在核查",)),
        (investigation.propose, "handler", PROPOSAL),
        (investigation.return_proposal, "office", ("请补充依据",)),
        (investigation.propose, "handler2", (Conclusion.PARTLY_UPHELD, *PROPOSAL[1:])),
        (investigation.confirm, "handler", (2,)),
    ]
    for use_case, login, texts in steps:
        world.act(use_case, case, login, *texts, now=LAST)
    done = world.case(case)
    assert (done.state, done.conclusion, done.decided_at) == (State.CONCLUDED, Conclusion.PARTLY_UPHELD, at(LAST))
    assert (done.proposed_by, done.confirmed_by) == (world.people["handler2"], world.people["handler"])
    assert said(world) == [(1, "reply", "正在核查"), (1, "answer", "部分成立，不影响参评资格。谢谢监督")]
    with world.database.reader() as session:
        notes = session.execute(select(CaseNote.kind, CaseNote.text, CaseNote.written_by).order_by(CaseNote.id))
        assert [tuple(note) for note in notes] == [
            ("note", "已电话了解", world.people["handler2"]),
            ("statement", "当事人否认", world.people["handler"]),
        ]
        assert verify(session).holds
    names = ["assign", "accept", "investigate", "note", "hear", "reply", "propose", "return", "propose", "confirm"]
    acts = [(f"user:{world.people[login]}", name) for (_, login, _), name in zip(steps, names, strict=True)]
    assert world.acts(rows) == [
        ("objector", "objection.filed", f"case:{case}"),
        *[(actor, f"case.{name}", f"case:{case}") for actor, name in acts],
    ]
    assert world.disqualifications() == []


def test_a_declined_case_tells_its_ground_and_withdrawal_must_be_true(world: World) -> None:
    period = world.round_two()
    case, second = a_case(world, State.RECEIVED, period), a_case(world, State.RECEIVED, period)
    with pytest.raises(NotAllowed, match="异议人没有撤回"):
        world.decline(case, DeclineGround.WITHDRAWN, "已经撤回", now=DAY)
    world.decline(case, DeclineGround.NO_FACTS, "没有线索", now=DAY)
    world.run(following.withdraw, 2, "不追究了", now=at(DAY))
    world.decline(second, DeclineGround.WITHDRAWN, "已经撤回", now=DAY)
    assert said(world) == [
        (1, "answer", "不予受理。依据：没有具体事实或者线索。理由：没有线索"),
        (2, "answer", "不予受理。依据：受理前异议人已经撤回。理由：已经撤回"),
    ]
    assert [world.case(number).decline_ground for number in (case, second)] == ["no_facts", "withdrawn"]


def test_an_upheld_objection_disqualifies_at_once_and_names_its_clause(world: World) -> None:
    case = a_case(world, State.RECEIVED)
    rows = len(world.acts())
    world.bring(case, State.CONCLUDED, LAST, Conclusion.UPHELD)
    assert world.disqualifications() == [(world.nominees[0], case, "upheld", at(LAST), at(LAST))]
    with world.database.reader() as session:
        assert session.scalars(select(Disqualification.clause)).all() == [
            "第七部分（二）：未按规定程序和要求推荐的，经核实后取消推荐评选资格"
        ]
    assert world.acts(rows)[-2:] == [
        (f"user:{world.people['head']}", "case.confirm", f"case:{case}"),
        (f"user:{world.people['head']}", "nominee.disqualified", f"nominee:{world.nominees[0]}"),
    ]


def test_a_supplement_is_asked_for_once_and_silence_does_not_decide(world: World) -> None:
    case = a_case(world, State.AWAITING_SUPPLEMENT)
    world.act(investigation.resume, case, "handler", now=DAY)
    assert (world.case(case).state, world.case(case).resume_state) == (State.ACCEPTED, None)
    world.act(investigation.investigate, case, "handler", now=DAY)
    with pytest.raises(NotAllowed, match="已经要求过了"):
        world.act(investigation.ask_supplement, case, "handler", "再问一次", now=DAY)
    assert said(world) == [(1, "question", "请说明时间地点")]


# --- joining (R23) -------------------------------------------------------------------------------


def test_joined_objections_are_decided_once_and_each_gets_the_answer(world: World) -> None:
    period = world.round_two()
    case, lead, done = (a_case(world, s, period) for s in (State.RECEIVED, State.INVESTIGATING, State.CONCLUDED))
    worded = a_case(world, State.PROPOSED, period)
    elsewhere, _ = world.file(period, world.nominees[1], FILED)
    before = world.everything()
    for not_a_lead in (case, done, worded, elsewhere, 999):
        with pytest.raises(NotAllowed, match="只能并入"):
            world.act(investigation.join, case, "handler", not_a_lead, now=DAY)
    assert world.everything() == before
    world.act(investigation.join, case, "handler", lead, now=DAY)
    assert (world.case(case).state, world.case(case).joined_into_id) == (State.JOINED, lead)
    for use_case, texts in ((investigation.accept, ()), (investigation.note, ("记录",))):
        with pytest.raises(MoveRefused):
            world.act(use_case, case, "handler", *texts, now=DAY)
    world.run(following.withdraw, 2, "不追究了", now=at(DAY))  # the lead's own objection; the joined one stands
    with pytest.raises(NotAllowed, match="没有全部撤回"):
        world.act(investigation.propose, lead, "handler", Conclusion.WITHDRAWN, *PROPOSAL[1:], now=DAY)
    world.act(investigation.propose, lead, "handler", *PROPOSAL, now=DAY)
    world.act(investigation.confirm, lead, "head", 1, now=DAY)
    with world.database.reader() as session:
        assert session.scalars(select(Objection.case_id).order_by(Objection.id).limit(2)).all() == [lead, lead]
    answers = [(objection, text) for objection, kind, text in said(world) if kind == "answer"]
    assert answers[-2:] == [(1, "异议不成立。谢谢监督"), (2, "异议不成立。谢谢监督")]


def test_nothing_is_joined_into_a_case_whose_decline_waits_to_be_confirmed(world: World) -> None:
    """Whoever confirms has read what was proposed, and the objections it was about (R22, SECURITY 51)."""
    period = world.round_two()
    case, lead = (a_case(world, State.RECEIVED, period) for _ in range(2))
    world.act(investigation.decline, lead, "handler", DeclineGround.NO_FACTS, "没有线索", now=DAY)
    with pytest.raises(NotAllowed, match="只能并入"):
        world.act(investigation.join, case, "handler2", lead, now=DAY)
    world.act(investigation.return_decline, lead, "head", "有线索", now=DAY)
    world.act(investigation.join, case, "handler2", lead, now=DAY)


def test_whoever_is_recused_from_the_lead_joins_nothing_into_it(world: World) -> None:
    period = world.round_two()
    case, lead = (a_case(world, State.ACCEPTED, period) for _ in range(2))
    for login in ("handler", "office"):
        world.act(investigation.recuse, lead, login, world.people[login], "本人是其亲属", now=DAY)
    before = world.everything()
    with pytest.raises(NotAllowed, match="只能并入"):
        world.act(investigation.join, case, "handler", lead, now=DAY)
    assert world.everything() == before
    with world.database.reader() as session:
        row = session.get_one(Case, case)
        offered = {
            login: [
                each.id for each in list_joinable_leads(session, row, cases_visible_to(world.actor(login), at(DAY)))
            ]
            for login in ("handler", "office", "head", "stranger")
        }
    assert offered == {"handler": [], "office": [], "head": [lead], "stranger": []}


def test_whoever_is_recused_from_a_case_does_not_read_it_in_the_one_it_is_joined_into(world: World) -> None:
    period = world.round_two()
    case, lead = (a_case(world, State.ACCEPTED, period) for _ in range(2))
    world.act(investigation.recuse, case, "handler", world.people["handler"], "本人是其亲属", now=DAY)
    world.act(investigation.assign, lead, "head", world.people["handler"], now=DAY)
    world.act(investigation.join, case, "head", lead, now=DAY)
    assert world.case(lead).assignee_id is None
    with pytest.raises(NotYourCase):
        world.act(investigation.note, lead, "handler", "查", now=DAY)
    world.act(investigation.note, lead, "handler2", "查", now=DAY)


def test_two_cases_joined_into_each_other_at_once_leave_one_that_is_decided(world: World) -> None:
    period = world.round_two()
    pair = [a_case(world, State.ACCEPTED, period) for _ in range(2)]
    jobs = [
        lambda: world.act(investigation.join, pair[0], "handler", pair[1], now=DAY),
        lambda: world.act(investigation.join, pair[1], "head", pair[0], now=DAY),
    ]
    outcomes = at_once(jobs)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "NotAllowed"]
    assert sorted(world.case(case).state for case in pair) == [State.ACCEPTED, State.JOINED]


# --- who: recusal, assigning, handing up, taking over (R21) ---------------------------------------------


def test_a_recused_person_does_not_find_the_case(world: World) -> None:
    case = a_case(world, State.RECEIVED)
    handler, handler2, head, stranger = (world.people[p] for p in ("handler", "handler2", "head", "stranger"))
    world.act(investigation.assign, case, "head", handler, now=DAY)
    for login, user in (("handler2", handler), ("head", stranger), ("office", world.people["office2"]), ("head", 999)):
        with pytest.raises(NotAllowed, match="只有单位负责人"):
            world.act(investigation.recuse, case, login, user, "是亲属", now=DAY)
    world.act(investigation.recuse, case, "handler", handler, "本人是其亲属", now=DAY)
    assert world.case(case).assignee_id is None
    with pytest.raises(NotYourCase):
        world.act(investigation.note, case, "handler", "记录", now=DAY)
    with pytest.raises(AlreadyDone):
        world.act(investigation.recuse, case, "head", handler, "是亲属", now=DAY)
    world.act(investigation.recuse, case, "office", handler2, "是亲属", now=DAY)
    for user in (handler, handler2, stranger, world.people["office"], 999):
        with pytest.raises(NotAllowed, match="在岗"):
            world.act(investigation.assign, case, "head", user, now=DAY)
    world.act(investigation.assign, case, "head", head, now=DAY)
    assert world.case(case).assignee_id == head


def test_a_case_handed_up_is_the_offices_alone(world: World) -> None:
    case = a_case(world, State.INVESTIGATING)
    with pytest.raises(NotAllowed, match="单位负责人"):
        world.act(investigation.hand_up, case, "handler", "本单位不便办理", now=DAY)
    world.act(investigation.hand_up, case, "head", "本单位不便办理", now=DAY)
    with pytest.raises(NotYourCase):
        world.act(investigation.note, case, "head", "记录", now=DAY)
    with pytest.raises(NotAllowed, match="已经由市级专班办理"):
        world.act(investigation.hand_up, case, "office", "本单位不便办理", now=DAY)
    world.act(investigation.propose, case, "office", *PROPOSAL, now=DAY)
    with pytest.raises(SamePerson):
        world.act(investigation.confirm, case, "office", 1, now=DAY)
    world.act(investigation.confirm, case, "office2", 1, now=DAY)
    assert (world.case(case).state, world.case(case).handler_unit_id) == (State.CONCLUDED, world.office)


def test_the_office_steps_in_after_two_working_days_without_a_decision(world: World) -> None:
    """Filed on Friday the 18th; Sunday the 20th and Monday work."""
    period = world.round_two()
    sat_on, taken = a_case(world, State.RECEIVED, period), a_case(world, State.RECEIVED, period)
    before = world.everything()
    with pytest.raises(NotAllowed, match="请先接办"):
        world.act(investigation.accept, sat_on, "office", now="2026-09-21 Mon 23:59:59.999999")
    assert world.everything() == before
    world.act(investigation.accept, sat_on, "office", now="2026-09-22 Tue 00:00")
    world.act(investigation.take_over, taken, "office", "逾期未受理", now="2026-09-22 Tue 00:00")
    assert [world.case(case).handler_unit_id for case in (sat_on, taken)] == [world.office, world.office]
    assert [world.case(case).state for case in (sat_on, taken)] == [State.ACCEPTED, State.RECEIVED]
    assert [act for _, act, _ in world.acts()][-3:] == ["case.take_over", "case.accept", "case.take_over"]
    with pytest.raises(NotAllowed, match="已经由市级专班办理"):
        world.act(investigation.take_over, taken, "office", "再接一次", now="2026-09-22 Tue 00:00")


# --- a case always has a hand ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", sorted(OPEN_STATES - {State.RECEIVED}))
def test_the_office_takes_over_what_a_unit_accepted_and_left(world: World, state: State) -> None:
    case = a_case(world, state)
    world.act(investigation.take_over, case, "office", "该单位没有进展", now=FILED)  # at any time, with a reason
    assert (world.case(case).handler_unit_id, world.case(case).state) == (world.office, state)
    with pytest.raises(NotYourCase):
        world.act(investigation.note, case, "handler", "记录", now=DAY)


def test_a_case_whose_whole_unit_is_recused_or_disabled_is_the_offices_at_once(world: World) -> None:
    period = world.round_two()
    recused, disabled = a_case(world, State.ACCEPTED, period), a_case(world, State.RECEIVED, period)
    for login in ("handler", "handler2", "head"):
        world.act(investigation.recuse, recused, login, world.people[login], "是亲属", now=FILED)
    queued = {row.case.id: row for row in world.do(queue.list_all_cases, world.actor("office"), at(FILED))}
    assert [(queued[case].escalated, queued[case].has_hands) for case in (recused, disabled)] == [
        (True, True),
        (False, True),
    ]
    for login in ("handler", "handler2", "head"):
        world.run(making.disable, login, now=at(FILED))
    world.act(investigation.accept, disabled, "office", now=FILED)
    world.act(investigation.take_over, recused, "office", "无人可以办理", now=FILED)
    assert [world.case(case).handler_unit_id for case in (recused, disabled)] == [world.office, world.office]


def test_nobody_of_the_office_is_recused_with_whom_the_last_two_would_go(world: World) -> None:
    case = a_case(world, State.ACCEPTED)
    world.act(investigation.take_over, case, "office", "接办", now=FILED)
    before = world.everything()
    with pytest.raises(NotAllowed, match="先给市级专班增加一个账号"):
        world.act(investigation.recuse, case, "office", world.people["office"], "是亲属", now=FILED)
    assert world.everything() == before


@pytest.mark.parametrize(("two_of_them", "handler"), [(False, "qilin"), (True, "own")])
def test_a_case_of_round_one_goes_to_the_first_unit_with_two_people(
    world: World, two_of_them: bool, handler: str
) -> None:
    """Own units have no account, as in the demonstration: their cases could be handled by nobody (R21)."""
    with world.database.writer() as session:
        own = session.get_one(Nominee, world.nominees[0]).unit
        for line, text in contact(3).items():
            setattr(own, line, text)
        for login in ("own1", "own2") if two_of_them else ("own1",):
            session.add(User(login=login, name=login, role=Role.HEAD, unit=own, password_hash=PASSWORD_HASH))
        session.commit()
        units = {"own": own.id, "qilin": world.qilin}
    period = world.schedule(1, units["own"], world.nominees[:1], "2026-09-18", 3, "2026-09-17 Thu 10:00")
    case, _ = world.file(period, world.nominees[0], FILED)
    assert world.case(case).handler_unit_id == units[handler]


# --- a decline, and every confirmation, is two people's (R22) ---------------------------------------------------


def test_one_person_does_not_decline_a_case_and_the_superiors_are_told(world: World) -> None:
    case = a_case(world, State.RECEIVED)
    world.act(investigation.decline, case, "handler", DeclineGround.NO_FACTS, "没有线索", now=DAY)
    assert (world.case(case).state, said(world)) == (State.RECEIVED, [])
    with pytest.raises(SamePerson):
        world.act(investigation.confirm_decline, case, "handler", 1, now=DAY)
    world.act(investigation.return_decline, case, "head", "有线索可查", now=DAY)
    with pytest.raises(NotAllowed, match="没有待确认的不予受理意见"):
        world.act(investigation.confirm_decline, case, "head", 1, now=DAY)
    world.decline(case, DeclineGround.NO_FACTS, "确实没有线索", now=DAY)
    done = world.case(case)
    assert (done.state, done.decline_reason) == (State.DECLINED, "确实没有线索")
    assert (done.proposed_by, done.decline_confirmed_by) == (world.people["handler"], world.people["head"])
    told = {(unit, occasion) for _, unit, occasion in world.outbox()}
    assert {("市评选工作组办公室", "decline_proposed"), ("市评选工作组办公室", "declined")} <= told


def test_a_proposal_replaced_after_it_was_read_is_not_confirmed(world: World) -> None:
    """One reads 异议成立, the other replaces it by 异议不成立: the open page confirms nothing (SECURITY 51)."""
    case = a_case(world, State.INVESTIGATING)
    world.act(investigation.propose, case, "handler", Conclusion.UPHELD, *PROPOSAL[1:], now=DAY)
    read = world.version(case)
    world.act(investigation.return_proposal, case, "handler", "改一下", now=DAY)
    world.act(investigation.propose, case, "handler", *PROPOSAL, now=DAY)
    before = world.everything()
    with pytest.raises(ProposalReplaced):
        world.act(investigation.confirm, case, "head", read, now=DAY)
    assert world.everything() == before
    world.act(investigation.confirm, case, "head", world.version(case), now=DAY)


def test_a_decline_replaced_after_it_was_read_is_not_confirmed(world: World) -> None:
    case = a_case(world, State.RECEIVED)
    world.act(investigation.decline, case, "handler", DeclineGround.OUT_OF_SCOPE, "与参评无关", now=DAY)
    read = world.version(case)
    world.act(investigation.decline, case, "handler", DeclineGround.NO_FACTS, "没有线索", now=DAY)
    with pytest.raises(ProposalReplaced):
        world.act(investigation.confirm_decline, case, "head", read, now=DAY)
    world.act(investigation.accept, case, "head", now=DAY)
    assert world.case(case).decline_proposed_ground is None
