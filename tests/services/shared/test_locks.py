"""Each decision rests on rows that were read after the lock was taken (SECURITY 52)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendars.china import ChinaCalendar
from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.refusals import AlreadyClosed, AlreadyDone, MoveRefused, NotYourCase, Refusal
from app.models import Case, Disqualification, Objection, Period
from app.services.cases import investigation
from app.services.nominees import reversal
from app.services.objections import following
from app.services.periods import scheduling
from app.services.shared.work import Work
from tests.refusing import NOT_LATER, refuses
from tests.world import World, at, at_once

FILED = "2026-09-18 Fri 09:00"
DAY = "2026-09-21 Mon 10:00"
# SQLite lets one session write at a time: nobody else commits while another has a transaction open.
pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@contextmanager
def having_read(world: World, *rows: tuple[type, int]) -> Iterator[Session]:
    """Open a session that has read these rows and their relations, and keeps them while others act."""
    with world.database.writer() as session:
        read = [session.get_one(model, row_id) for model, row_id in rows]
        for row in read:
            for relationship in row.__mapper__.relationships:
                getattr(row, relationship.key)
        yield session


def test_security_52_a_case_confirmed_by_another_session_is_not_confirmed_again(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.PROPOSED, FILED)
    with having_read(world, (Case, case)) as session:
        world.act(investigation.confirm, case, "head", 1, now=DAY)
        with pytest.raises(MoveRefused):
            investigation.confirm(Work(session, at(DAY), world.actor("head"), world.keyring), case, 1)


def test_security_52_who_was_recused_by_another_session_is_refused(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    handler = world.actor("handler")
    with having_read(world, (Case, case)) as session:
        world.act(investigation.recuse, case, "head", handler.user_id, "与推荐对象是亲属", now=DAY)
        with pytest.raises(NotYourCase):
            investigation.accept(Work(session, at(DAY), handler, world.keyring), case)


def test_an_objection_withdrawn_in_another_session_counts_as_withdrawn(world: World) -> None:
    case, receipt = world.file(world.round_two(), world.nominees[0], FILED)
    objection = world.do(following.find_by_receipt, world.keyring, receipt)
    head = world.actor("head")
    with having_read(world, (Objection, objection), (Case, case)) as session:
        world.run(following.withdraw, objection, "情况已经弄清", now=at(DAY))
        work = Work(session, at(DAY), head, world.keyring)
        investigation.decline(work, case, DeclineGround.WITHDRAWN, "异议人撤回")
    assert world.case(case).decline_proposed_ground is DeclineGround.WITHDRAWN


def test_a_period_taken_back_by_another_session_is_not_taken_back_again(world: World) -> None:
    period, office, now = world.round_two(), world.actor("office"), at("2026-09-17 Thu 12:00")
    with having_read(world, (Period, period)) as session:
        world.run(scheduling.cancel, period, "改期", by=office, now=now)
        with pytest.raises(AlreadyClosed):
            scheduling.cancel(Work(session, now, office), period, "改期")


def test_a_deadline_extended_by_another_session_is_extended_from_there(world: World) -> None:
    period, office, now, day = world.round_two(), world.actor("office"), at(DAY), dt.date(2026, 9, 30)
    with having_read(world, (Period, period)) as session:
        world.run(scheduling.extend_deadline, period, day, "核查需要时间", ChinaCalendar(), by=office, now=now)
        with refuses(NOT_LATER):
            scheduling.extend_deadline(Work(session, now, office), period, day, "核查需要时间", ChinaCalendar())


def test_security_52_a_reversal_confirmed_by_another_session_is_not_confirmed_again(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.PROPOSED, FILED, Conclusion.UPHELD)
    world.act(investigation.confirm, case, "head", 1, now=DAY)
    with world.database.reader() as session:
        row = session.scalars(select(Disqualification.id)).one()
    text = "经复核，原结论认定的事实不清，撤销原决定。"
    world.act(reversal.propose_reversal, row, "office", text, now=DAY)
    with having_read(world, (Disqualification, row)) as session:
        world.act(reversal.confirm_reversal, row, "office2", 1, now=DAY)
        with pytest.raises(AlreadyDone):
            reversal.confirm_reversal(Work(session, at(DAY), world.actor("office2"), world.keyring), row, 1)


# --- each act on a case against itself and its neighbours, at one moment ---------------------------------------------

PROPOSAL = (Conclusion.DISMISSED, "经走访核实", "评选通知第三部分", "谢谢监督")
DECLINING = (DeclineGround.NO_FACTS, "没有线索")
Act = tuple[Callable[..., None], str, tuple[Any, ...]]
ACCEPT: Act = (investigation.accept, "handler", ())
CONFIRM: Act = (investigation.confirm, "head", (1,))
CONFIRM_OFFICE: Act = (investigation.confirm, "office", (1,))
CONFIRM_DECLINE: Act = (investigation.confirm_decline, "head", (1,))
TAKE_OVER: Act = (investigation.take_over, "office", ("单位没有进展",))
TAKE_OVER_2: Act = (investigation.take_over, "office2", ("单位没有进展",))
RETURN: Act = (investigation.return_proposal, "handler", ("再核实",))

RETURN_DECLINE: Act = (investigation.return_decline, "head", ("有线索",))
TWO_OF_THEM = ("handler", "head")
BOTH_INVESTIGATE: list[Act] = [(investigation.investigate, who, ()) for who in TWO_OF_THEM]
BOTH_ASK: list[Act] = [(investigation.ask_supplement, who, ("请说明时间",)) for who in TWO_OF_THEM]
BOTH_PROPOSE: list[Act] = [(investigation.propose, who, PROPOSAL) for who in TWO_OF_THEM]

# state, whether a decline waits, who acts at once, how many of them are done, the states that may come of it
RACES: list[tuple[State, bool, list[Act], int, str]] = [
    (State.RECEIVED, False, [ACCEPT, (investigation.accept, "head", ())], 1, "accepted"),
    (State.RECEIVED, True, [CONFIRM_DECLINE, (investigation.confirm_decline, "office", (1,))], 1, "declined"),
    (State.RECEIVED, True, [CONFIRM_DECLINE, ACCEPT], 1, "accepted declined"),
    (State.RECEIVED, True, [RETURN_DECLINE, CONFIRM_DECLINE], 1, "received declined"),
    (State.RECEIVED, False, [TAKE_OVER, TAKE_OVER_2], 1, "received"),
    (State.ACCEPTED, False, BOTH_INVESTIGATE, 1, "investigating"),
    (State.ACCEPTED, False, BOTH_ASK, 1, "awaiting_supplement"),
    (State.ACCEPTED, False, [TAKE_OVER, (investigation.hand_up, "head", ("不便办理",))], 1, "accepted"),
    (State.INVESTIGATING, False, BOTH_PROPOSE, 1, "proposed"),
    (State.PROPOSED, False, [CONFIRM, CONFIRM_OFFICE, CONFIRM, CONFIRM_OFFICE], 1, "concluded"),
    (State.PROPOSED, False, [CONFIRM, RETURN], 1, "concluded investigating"),
]


@pytest.mark.parametrize(("state", "to_decline", "acts", "done", "states"), RACES)
def test_security_52_one_of_those_who_act_at_once_wins(
    world: World, state: State, to_decline: bool, acts: list[Act], done: int, states: str
) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    if state is not State.RECEIVED:
        world.bring(case, state, FILED)
    if to_decline:
        world.act(investigation.decline, case, "handler", *DECLINING, now=FILED)
    before = len(world.acts())
    jobs = [lambda a=act: world.act(a[0], case, a[1], *a[2], now=DAY) for act in acts]  # type: ignore[misc]
    outcomes = at_once(jobs)
    assert outcomes.count(None) == done, outcomes
    assert all(outcome is None or isinstance(outcome, Refusal) for outcome in outcomes), outcomes
    assert world.case(case).state in states.split()
    assert len(world.acts()) == before + done


def test_of_the_last_two_of_the_office_who_are_recused_at_once_one_stays(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    for login in ("handler", "handler2", "head"):
        world.act(investigation.recuse, case, login, world.people[login], "是亲属", now=FILED)
    jobs = [
        lambda who=login: world.act(investigation.recuse, case, who, world.people[who], "是亲属", now=DAY)  # type: ignore[misc]
        for login in ("office", "office2")
    ]
    assert at_once(jobs).count(None) == 0  # with either of them the case would have nobody to conclude it
