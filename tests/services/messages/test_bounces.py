"""Mail that came back marks its message and its address, once, and no other address (R28)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Delivery, Outcome, Reply
from app.domain.messages.hours import Times
from app.models import Dispatch, Reach
from app.services.messages import bounces, dispatching, fates, reaches
from app.services.messages.reaches import AddressOwner
from tests.services.messages.reaching import plan, reach_of
from tests.world import World, at

FILED = "2026-09-18 Fri 10:00"
LATER = at(FILED) + dt.timedelta(hours=1)
WORDS = "550 5.1.1\nno such user"
MAIL = OutgoingChannel.MAIL


@pytest.fixture
def sent(world: World) -> str:
    """A message to the office that left. Its token."""
    reach_of(world, "office", MAIL, "office@example.com")
    world.file(world.round_two(), world.nominees[0], FILED)
    plan(world, at(FILED))
    claimed = world.run(dispatching.settle_and_claim, None, "", now=at(FILED))
    assert claimed is not None
    world.run(dispatching.settle, (claimed, Outcome(Reply.TAKEN)), now=at(FILED))
    return claimed.token


def fate(world: World) -> tuple[Delivery, str]:
    with world.database.reader() as session:
        row = session.scalars(select(Dispatch).where(Dispatch.outbox_id.is_not(None))).one()
        return row.fate, row.words


def bounced(world: World) -> bool:
    with world.database.reader() as session:
        return session.scalars(select(Reach)).one().bounced_at is not None


@pytest.mark.parametrize("token", ["", "f" * 32, "'; --"])
def test_what_did_not_leave_here_marks_nothing(world: World, sent: str, token: str) -> None:
    before = world.everything()
    assert not world.run(bounces.mark_bounced, token, WORDS, now=LATER)
    assert world.everything() == before


@pytest.mark.parametrize("state", [Delivery.WAITING, Delivery.SENDING])
def test_what_has_not_left_yet_cannot_come_back(world: World, sent: str, state: Delivery) -> None:
    with world.database.writer() as session:
        row = session.scalars(select(Dispatch)).one()
        row.fate, row.ended_at = state, None
        session.commit()
    assert not world.run(bounces.mark_bounced, sent, WORDS, now=LATER)
    assert (fate(world)[0], bounced(world)) == (state, False)


def test_it_is_noted_once_in_one_line_and_the_address_is_used_no_more(world: World, sent: str) -> None:
    assert world.run(bounces.mark_bounced, sent, WORDS, now=LATER)
    assert fate(world) == (Delivery.BOUNCED, "550 5.1.1 no such user")
    assert bounced(world)
    assert not world.run(bounces.mark_bounced, sent, "again", now=LATER)
    assert fate(world)[1] == "550 5.1.1 no such user"
    with world.database.reader() as session:
        assert fates.count_given_up(session, LATER) == 1
        there = fates.list_unreachable(session, fates.list_units(session), [MAIL], LATER)
        assert world.office in {unit.id for unit in there}


def test_an_address_set_anew_meanwhile_is_not_blamed_for_the_old_one(world: World, sent: str) -> None:
    world.run(
        reaches.set_address,
        AddressOwner(),
        MAIL,
        "right@example.com",
        Times.AT_ONCE,
        frozenset({MAIL}),
        by=world.actor("office"),
        now=LATER,
    )
    assert world.run(bounces.mark_bounced, sent, WORDS, now=LATER + dt.timedelta(minutes=1))
    assert (fate(world)[0], bounced(world)) == (Delivery.BOUNCED, False)
