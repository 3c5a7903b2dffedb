"""What the office sees of messages: given up first, of an objector nothing, and whom nobody reaches (R28)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Delivery, Outcome, Reply
from app.domain.refusals import AlreadyDone, NotThere, Refusal
from app.models import Dispatch, Reach, Recusal, User
from app.services.cases.visibility import cases_visible_to
from app.services.messages import dispatching, fates, followers
from app.services.messages.followers import MessageChoice
from app.services.shared.stored_rows import Selection
from tests.services.messages.reaching import plan, reach_of
from tests.world import World, at

FILED = "2026-09-18 Fri 10:00"
NOW = at(FILED)
MAIL, SMS, WECOM, DINGTALK = OutgoingChannel


@pytest.fixture
def failed(world: World) -> int:
    """A message to the office that was given up."""
    reach_of(world, "office", MAIL, "office@example.com")
    world.file(world.round_two(), world.nominees[0], FILED)
    plan(world, NOW)
    claimed = world.run(dispatching.settle_and_claim, None, "", now=NOW)
    assert claimed is not None
    world.run(dispatching.settle, (claimed, Outcome(Reply.NEVER, "550 no such user")), now=NOW)
    return claimed.ids[0]


def fate_of(world: World, dispatch_id: int) -> Delivery:
    with world.database.reader() as session:
        return session.get_one(Dispatch, dispatch_id).fate


def unreachable(world: World, channels: frozenset[OutgoingChannel] = frozenset(OutgoingChannel)) -> set[int]:
    with world.database.reader() as session:
        return {unit.id for unit in fates.list_unreachable(session, fates.list_units(session), channels, NOW)}


# --- dead letters sent again


@pytest.mark.parametrize("login", ["auditor", "head", "handler", "stranger"])
def test_only_the_office_sends_again(world: World, failed: int, login: str) -> None:
    with pytest.raises(Refusal):
        world.run(fates.send_again, failed, by=world.actor(login), now=NOW)
    assert fate_of(world, failed) is Delivery.FAILED


def test_what_is_not_there_or_not_given_up_is_not_sent_again(world: World, failed: int) -> None:
    office = world.actor("office")
    with pytest.raises(NotThere):
        world.run(fates.send_again, 999, by=office, now=NOW)
    world.run(fates.send_again, failed, by=office, now=NOW)
    with pytest.raises(AlreadyDone):
        world.run(fates.send_again, failed, by=office, now=NOW)
    claimed = world.run(dispatching.settle_and_claim, None, "", now=NOW)
    assert claimed is not None
    with pytest.raises(AlreadyDone):
        world.run(fates.send_again, failed, by=office, now=NOW)


def test_a_dead_letter_begins_anew_with_every_try_and_is_on_the_record(world: World, failed: int) -> None:
    world.run(fates.send_again, failed, by=world.actor("office"), now=NOW)
    with world.database.reader() as session:
        row = session.get_one(Dispatch, failed)
        assert (row.fate, row.tries, row.unsure, row.due_at, row.ended_at) == (Delivery.WAITING, 0, 0, NOW, None)
        assert fates.count_given_up(session, NOW) == 0
    assert world.acts()[-1] == (f"user:{world.people['office']}", "message.sent_again", f"message:{failed}")
    claimed = world.run(dispatching.settle_and_claim, None, "", now=NOW)
    assert claimed is not None
    world.run(dispatching.settle, (claimed, Outcome(Reply.TAKEN)), now=NOW)
    assert fate_of(world, failed) is Delivery.SENT


def test_sent_again_after_the_deadline_it_tells_nothing_any_more(world: World, failed: int) -> None:
    late = at("2026-10-09 Fri 09:00")
    world.run(fates.send_again, failed, by=world.actor("office"), now=late)
    assert world.run(dispatching.settle_and_claim, None, "", now=late) is None
    assert fate_of(world, failed) is Delivery.DROPPED


# --- the list


def listed_for(world: World, session: Session, now: dt.datetime, login: str = "office") -> list[fates.MessageFate]:
    openable = cases_visible_to(world.actor(login), now)
    return list(fates.stored_messages(session, openable, now).every(Selection()))


def test_whoever_is_recused_from_a_case_has_no_link_to_it_in_the_list(world: World, failed: int) -> None:
    with world.database.writer() as session:
        session.add(Recusal(case_id=1, user_id=world.people["office"], reason="亲属", recused_at=NOW))
        session.commit()
        assert [(each.case_id, each.case_number) for each in listed_for(world, session, NOW)] == [(None, "2026-0001")]
        assert [each.case_id for each in listed_for(world, session, NOW, "office2")] == [1]


def test_what_is_counted_as_given_up_is_on_the_list_and_no_longer_than_it(world: World, failed: int) -> None:
    for now, there in ((NOW, 1), (NOW + dt.timedelta(days=29), 1), (NOW + dt.timedelta(days=31), 0)):
        with world.database.reader() as session:
            listed = listed_for(world, session, now)
            assert (fates.count_given_up(session, now), len([each for each in listed if each.given_up])) == (
                there,
                there,
            )


def test_given_up_comes_before_newer_ones_and_of_an_objector_s_nothing_tells_whose_it_is(
    world: World, failed: int
) -> None:
    with world.database.writer() as session:
        telling = MessageChoice(frozenset(OutgoingChannel), wants_news=True)
        followers.keep_address(session, world.keyring, 1, "13000000001", telling, NOW + dt.timedelta(minutes=5))
        session.commit()
    with world.database.reader() as session:
        first, second = listed_for(world, session, NOW + dt.timedelta(minutes=6))
    assert (first.id, first.fate, first.words) == (failed, Delivery.FAILED, "550 no such user")
    assert (first.recipient, first.occasion) == ("市评选工作组办公室office（市评选工作组办公室）", "arrival")
    assert first.case_id == 1
    assert (second.recipient, second.case_number, second.case_id, second.words) == ("异议人", "", None, "")


# --- whom nobody reaches


def test_without_a_channel_nobody_is_named(world: World) -> None:
    assert unreachable(world, frozenset()) == set()


def test_a_unit_counts_as_reached_by_an_address_in_use_on_a_channel_there_is(world: World) -> None:
    everybody = {world.office, world.qilin, world.luoping}
    assert unreachable(world) == everybody
    reach_of(world, world.qilin, WECOM, "robot-key-1234")
    assert unreachable(world) == everybody - {world.qilin}
    assert unreachable(world, frozenset({MAIL, SMS, DINGTALK})) == everybody
    reach_of(world, "stranger", MAIL, "stranger@example.com", confirmed=False)
    assert world.luoping in unreachable(world)


@pytest.mark.parametrize("spoilt", ["stopped_at", "bounced_at", "confirmed_at"])
def test_an_address_that_was_ended_or_came_back_reaches_nobody(world: World, spoilt: str) -> None:
    reach_of(world, "head", MAIL, "head@example.com")
    assert world.qilin not in unreachable(world)
    with world.database.writer() as session:
        session.execute(update(Reach).values({spoilt: None if spoilt == "confirmed_at" else NOW}))
        session.commit()
    assert world.qilin in unreachable(world)


def test_who_cannot_log_in_and_an_auditor_are_told_nothing_and_reach_nobody(world: World) -> None:
    reach_of(world, "head", MAIL, "head@example.com")
    reach_of(world, "auditor", MAIL, "auditor@example.com")
    with world.database.writer() as session:
        session.scalars(select(User).where(User.login == "head")).one().disabled_at = NOW
        session.commit()
    assert {world.qilin, world.office} <= unreachable(world)
