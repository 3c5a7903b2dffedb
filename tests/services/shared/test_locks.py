"""Nothing is decided on what a session read before it got the lock (SECURITY 52)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendars.china import ChinaCalendar
from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.refusals import AlreadyClosed, AlreadyDone, MoveRefused, NotYourCase
from app.models import Case, Disqualification, Objection, Period
from app.services.cases import investigation
from app.services.nominees import reversal
from app.services.objections import following
from app.services.periods import scheduling
from app.services.shared.work import Work
from tests.refusing import NOT_LATER, refuses
from tests.world import World, at

FILED = "2026-09-18 Fri 09:00"
DAY = "2026-09-21 Mon 10:00"
# SQLite lets one session write at a time: nobody else commits while another has a transaction open.
pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@contextmanager
def having_read(world: World, *rows: tuple[type, int]) -> Iterator[Session]:
    """A session that has read these rows, with what they are related to, and keeps them while others act."""
    with world.database.writer() as session:
        read = [session.get_one(model, row_id) for model, row_id in rows]
        for row in read:
            for relationship in row.__mapper__.relationships:
                getattr(row, relationship.key)
        yield session


def test_a_case_confirmed_by_another_session_is_not_confirmed_again(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.PROPOSED, FILED)
    with having_read(world, (Case, case)) as session:
        world.act(investigation.confirm, case, "head", 1, now=DAY)
        with pytest.raises(MoveRefused):
            investigation.confirm(Work(session, at(DAY), world.actor("head"), world.keyring), case, 1)


def test_who_was_recused_by_another_session_is_refused(world: World) -> None:
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


def test_a_reversal_confirmed_by_another_session_is_not_confirmed_again(world: World) -> None:
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
