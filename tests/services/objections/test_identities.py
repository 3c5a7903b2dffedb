"""Who filed stays sealed until two people of the office open it together; every look is on the record (R19)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.domain.cases.states import Actor
from app.domain.refusals import AlreadyDone, MissingText, NotAllowed, NotYourCase, SamePerson
from app.models import AuditRow, Identity, IdentityRequest, Period
from app.sealing import SealBroken
from app.services.cases import investigation
from app.services.objections import identities
from app.services.objections.identities import Objector
from app.services.record.verifying import verify
from app.services.shared.stored_rows import Selection
from tests.world import World, at, at_once

FILED, ASKED, GRANTED, READ = (f"2026-09-18 Fri {time}" for time in ("09:00", "10:00", "10:30", "11:00"))
WHO = Objector("赵小禾", "", "13000000001")
REASON = "核实是否本人提出"


@pytest.fixture
def filed(world: World) -> World:
    world.file(world.round_two(), world.nominees[2], FILED)
    return world


def ask(world: World, login: str = "office", reason: str = REASON, now: str = ASKED) -> None:
    world.run(identities.ask, 1, reason, by=world.actor(login), now=at(now))


def decide(world: World, granted: bool = True, login: str = "office2", now: str = GRANTED) -> None:
    world.run(identities.decide, 1, granted, by=world.actor(login), now=at(now))


def read(world: World, login: str = "office", login_session: str = "monday", now: str = READ) -> Objector:
    return world.run(identities.read, 1, login_session, by=world.actor(login), now=at(now))


def listed(session: Session, actor: Actor) -> list[int]:
    return [row.id for row in identities.stored_requests(session, actor).every(Selection())]


def test_security_17_one_asks_with_a_reason_another_lets_them_and_each_look_is_recorded(filed: World) -> None:
    ask(filed)
    decide(filed)
    assert read(filed) == read(filed) == WHO
    about = [(actor, action) for actor, action, subject in filed.acts() if subject == "case:1"]
    office, office2 = f"user:{filed.people['office']}", f"user:{filed.people['office2']}"
    assert about == [
        ("objector", "objection.filed"),
        (office, "identity.asked"),
        (office2, "identity.granted"),
        (office, "identity.read"),
        (office, "identity.read"),
    ]
    with filed.database.reader() as session:
        details = session.scalar(select(AuditRow.details).where(AuditRow.action == "identity.asked"))
        assert json.loads(details or "") == {"objection": 1, "reason": REASON}
        assert verify(session).holds


def test_security_17_without_a_reason_or_the_other_persons_word_there_is_nothing_to_read(filed: World) -> None:
    with pytest.raises(MissingText):
        ask(filed, reason="看看")
    ask(filed)
    before = filed.everything()
    for refused, how in (
        (NotAllowed, lambda: read(filed)),
        (SamePerson, lambda: decide(filed, login="office")),
        (AlreadyDone, lambda: ask(filed)),
        (NotYourCase, lambda: read(filed, login="office2")),
    ):
        with pytest.raises(refused):
            how()
    assert filed.everything() == before
    decide(filed, granted=False)
    with pytest.raises(NotAllowed):
        read(filed)
    with pytest.raises(AlreadyDone):
        decide(filed)
    ask(filed, now="2026-09-18 Fri 12:00")  # may be asked again


@pytest.mark.parametrize("login", ["handler", "head", "auditor", "stranger"])
def test_security_16_nobody_outside_of_the_office_asks_decides_or_reads(filed: World, login: str) -> None:
    ask(filed)
    decide(filed)
    before = filed.everything()
    for step in (ask, decide, read):
        with pytest.raises(NotAllowed):
            step(filed, login=login)
    assert filed.everything() == before


def test_security_17_it_lasts_one_login_session(filed: World) -> None:
    ask(filed)
    decide(filed)
    assert read(filed, login_session="monday") == WHO
    with pytest.raises(NotAllowed):
        read(filed, login_session="tuesday")
    assert read(filed, login_session="monday", now="2026-09-18 Fri 20:00") == WHO


@pytest.mark.parametrize(("now", "holds"), [("2026-09-19 Sat 10:29:59", True), ("2026-09-19 Sat 10:30:00", False)])
def test_security_17_a_grant_is_used_within_a_day(filed: World, now: str, holds: bool) -> None:
    ask(filed)
    decide(filed)
    if holds:
        assert read(filed, now=now) == WHO
    else:
        with pytest.raises(NotAllowed):
            read(filed, now=now)


def test_who_is_recused_neither_asks_nor_lets_nor_reads(filed: World) -> None:
    ask(filed)
    decide(filed)
    filed.act(investigation.recuse, 1, "office", filed.people["office"], "是亲属", now=GRANTED)
    for step in (ask, read):
        with pytest.raises(NotYourCase):
            step(filed)
    with filed.database.reader() as session:
        assert listed(session, filed.actor("office")) == []
        assert listed(session, filed.actor("office2")) == [1]


def test_the_first_that_wait_for_somebody_are_told_and_all_are_counted(filed: World) -> None:
    with filed.database.reader() as session:
        period = session.scalars(select(Period.id).order_by(Period.id.desc())).first()
    filed.file(period, filed.nominees[3], FILED, contact="13000000002")

    def waiting(login: str, most: int) -> tuple[list[int], int]:
        with filed.database.reader() as session:
            found, count = identities.waiting_for(session, filed.actor(login), most)
            return [row.objection_id for row in found], count

    for objection in (1, 2):
        filed.run(identities.ask, objection, REASON, by=filed.actor("office"), now=at(ASKED))
    assert waiting("office2", 1) == ([1], 2)
    assert waiting("office2", 5) == ([1, 2], 2)
    assert waiting("office", 5) == ([], 0)  # one's own
    filed.act(investigation.recuse, 1, "office2", filed.people["office2"], "亲属", now=READ)
    assert waiting("office2", 5) == ([2], 1)
    filed.run(identities.decide, 2, True, by=filed.actor("office2"), now=at(GRANTED))
    assert waiting("office2", 5) == ([], 0)


def test_two_let_them_at_once_and_one_decision_stands(filed: World) -> None:
    ask(filed)
    answers = at_once([lambda: decide(filed), lambda: decide(filed, granted=False)])
    assert sorted(type(answer) for answer in answers if isinstance(answer, Exception)) == [AlreadyDone]


# --- the seal ------------------------------------------------------------------------------------


def test_security_15_an_identity_moved_to_another_objection_does_not_open(world: World) -> None:
    period = world.round_two()
    for number in (1, 2):
        world.file(period, world.nominees[number], FILED, name=f"赵小{number}")
    with world.database.writer() as session:
        first, second = session.scalars(select(Identity).order_by(Identity.objection_id)).all()
        first.sealed, second.sealed = second.sealed, first.sealed
        session.commit()
    with pytest.raises(SealBroken):
        world.objectors()


def test_the_database_wants_two_people_too(filed: World) -> None:
    row = {"objection_id": 1, "reason": REASON, "asked_by": 1, "asked_at": at(ASKED), "decided_at": at(ASKED)}
    with filed.database.writer() as session, pytest.raises(Exception, match="two_people"):
        session.execute(insert(IdentityRequest).values(**row, decided_by=1, granted=True))
