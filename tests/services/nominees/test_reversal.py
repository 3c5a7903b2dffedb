"""A disqualification that was an error, reversed by two people; the first decision stays (R29)."""

from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, State
from app.domain.refusals import AccountNotAgreed, AlreadyDone, MissingText, ProposalReplaced, SamePerson
from app.models import Disqualification, Period
from app.services.accounts import staffing, two_people
from app.services.cases import settlement
from app.services.nominees import reversal
from app.services.periods import closing
from app.services.record.verifying import verify
from app.services.shared import leavers
from tests.standing import cleared
from tests.world import World, at

FILED = "2026-09-18 Fri 09:00"
DAY = "2026-09-21 Mon 10:00"
LAST = "2026-09-29 Tue 23:59:59.999999"
DEADLINE = "2026-09-30 Wed 00:00"
LATER = "2026-10-08 Thu 09:00"
DECISION = "经复查，原决定所据事实有误，予以撤销。"


def out_at(world: World, now: str) -> set[int]:
    with world.database.reader() as session:
        return leavers.find_disqualified(session, world.nominees, at(now))


def lapsed(world: World) -> int:
    """Round 2, its first nominee out at the deadline by two cases. Returns the period."""
    period = world.round_two()
    for _ in range(2):
        world.file(period, world.nominees[0], FILED)
    world.run(settlement.settle_due, now=at(DEADLINE))
    return period


def test_one_person_alone_reverses_nothing(world: World) -> None:
    lapsed(world)
    with pytest.raises(AlreadyDone):
        world.act(reversal.confirm_reversal, 1, "office", 1, now=LATER)
    for decision in ("", "短", "字" * 2001):
        with pytest.raises(MissingText):
            world.run(reversal.propose_reversal, 1, decision, by=world.actor("office"), now=at(LATER))
    world.run(reversal.propose_reversal, 1, DECISION, by=world.actor("office"), now=at(LATER))
    before = world.everything()
    with pytest.raises(AlreadyDone):
        world.run(reversal.propose_reversal, 1, DECISION, by=world.actor("office2"), now=at(LATER))
    with pytest.raises(SamePerson):
        world.act(reversal.confirm_reversal, 1, "office", 1, now=LATER)
    assert world.everything() == before
    assert out_at(world, LATER) == {world.nominees[0]}


def test_two_people_reverse_and_the_first_decision_stays_in_sight(world: World, tmp_path: Path) -> None:
    period = lapsed(world)
    decided = world.disqualifications()
    world.run(reversal.propose_reversal, 1, DECISION, by=world.actor("office"), now=at(LATER))
    world.act(reversal.confirm_reversal, 1, "office2", 1, now=LATER)
    with pytest.raises(AlreadyDone):
        world.act(reversal.confirm_reversal, 1, "office2", 1, now=LATER)
    assert out_at(world, LATER) == set()
    assert world.disqualifications() == decided
    with world.database.reader() as session:
        row = session.scalars(select(Disqualification)).one()
        assert row.reversal is not None
        assert (row.stands, row.reversal.decision) == (False, DECISION)
        cases = closing.cases_of(session, session.get_one(Period, period))
        assert [case.state for case in cases] == [State.LAPSED, State.LAPSED]
        assert closing.who_is_out(session, session.get_one(Period, period), cases, at(LATER)) == {}
        assert verify(session).holds
    subject = f"nominee:{world.nominees[0]}"
    assert [act for act in world.acts() if act[2] == subject][2:] == [  # after conditions and 初审
        ("clock", "nominee.disqualified", subject),
        (f"user:{world.people['office']}", "disqualification.reversal_proposed", subject),
        (f"user:{world.people['office2']}", "disqualification.reversed", subject),
    ]
    world.run(closing.close_period, period, by=world.actor("office"), now=at(LATER))
    cleared(world, tmp_path, world.nominees, LATER)
    world.schedule(3, world.office, world.nominees, "2026-10-09", 3, LATER)  # in again


def test_each_of_two_grounds_is_reversed_for_itself(world: World) -> None:
    """An upheld case reversed before the deadline stays reversed after it, whether settlement has run or not."""
    period = world.round_two()
    nominee = world.nominees[0]
    upheld, _ = world.file(period, nominee, FILED)
    world.bring(upheld, State.CONCLUDED, DAY, Conclusion.UPHELD)
    world.run(reversal.propose_reversal, 1, DECISION, by=world.actor("office"), now=at(DAY))
    world.act(reversal.confirm_reversal, 1, "office2", 1, now=DAY)
    assert [out_at(world, now) for now in (DAY, LAST, DEADLINE, LATER)] == [set()] * 4
    world.file(period, nominee, "2026-09-23 Wed 12:00")
    assert [out_at(world, now) for now in (LAST, DEADLINE)] == [set(), {nominee}]
    world.run(settlement.settle_due, now=at(DEADLINE))
    assert out_at(world, LATER) == {nominee}


def test_security_50_an_account_that_a_colleague_reset_reverses_nothing(world: World) -> None:
    lapsed(world)
    world.run(staffing.invite_again, [world.people["office2"]], by=world.actor("office"), now=at(LATER))
    before = world.everything()
    with pytest.raises(AccountNotAgreed):
        world.act(reversal.propose_reversal, 1, "office2", DECISION, now=LATER)
    assert world.everything() == before
    world.act(reversal.propose_reversal, 1, "office", DECISION, now=LATER)
    with pytest.raises(AccountNotAgreed):
        world.act(reversal.confirm_reversal, 1, "office2", 1, now=LATER)
    world.run(two_people.agree, world.people["office2"], by=world.actor("auditor"), now=at(LATER))
    world.act(reversal.confirm_reversal, 1, "office2", 1, now=LATER)
    assert out_at(world, LATER) == set()


def test_security_51_a_reversal_that_was_not_read_is_not_confirmed(world: World) -> None:
    lapsed(world)
    world.act(reversal.propose_reversal, 1, "office", DECISION, now=LATER)
    before = world.everything()
    for version in (0, 2):
        with pytest.raises(ProposalReplaced):
            world.act(reversal.confirm_reversal, 1, "office2", version, now=LATER)
    assert world.everything() == before


def test_what_a_clock_that_ran_ahead_carried_out_is_reversed_no_earlier(world: World) -> None:
    world.file(world.round_two(), world.nominees[0], FILED)
    world.run(settlement.settle_due, now=at(LATER))
    world.run(reversal.propose_reversal, 1, DECISION, by=world.actor("office"), now=at(DEADLINE))
    world.act(reversal.confirm_reversal, 1, "office2", 1, now=DEADLINE)
    with world.database.reader() as session:
        row = session.scalars(select(Disqualification)).one()
        assert row.reversal is not None
        assert (row.carried_out_at, row.reversal.proposed_at, row.reversal.confirmed_at) == (at(LATER),) * 3
