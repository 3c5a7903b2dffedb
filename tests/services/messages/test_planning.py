"""Who is told of what, and when: handlers, superiors, office; nobody recused, no unit of a complaint against itself."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.domain.accounts.deputies import DeputyDays
from app.domain.calendar.workdays import SHANGHAI
from app.domain.cases.states import State
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.hours import Times
from app.models import Dispatch, OutboxRow, Reach, User
from app.services.accounts import standing_in
from app.services.cases import investigation, settlement, warnings
from app.services.objections import following
from tests.services.messages.reaching import plan, reach_of
from tests.world import World, at

FRIDAY = "2026-09-18 Fri 10:00"
NEXT_DAY = "2026-09-19 Sat 00:00"  # from then on a unit knows of what came on Friday
PEOPLE = ("office", "office2", "auditor", "head", "handler", "handler2", "stranger")


@pytest.fixture
def period(world: World) -> int:
    period = world.round_two()
    for login in PEOPLE:
        reach_of(world, login, OutgoingChannel.MAIL, f"{login}@example.com")
    return period


def told(world: World, occasion: str) -> dict[str, str]:
    """Who is told of an occasion, and when the message may leave."""
    with world.database.reader() as session:
        rows = session.execute(
            select(User.login, Reach.unit_id, Dispatch.due_at)
            .select_from(Dispatch)
            .join(Reach, Dispatch.reach_id == Reach.id)
            .outerjoin(User, Reach.user_id == User.id)
            .join(OutboxRow, Dispatch.outbox_id == OutboxRow.id)
            .where(OutboxRow.reminder == occasion)
        )
        return {login or f"unit {unit}": f"{due.astimezone(SHANGHAI):%m-%d %H:%M}" for login, unit, due in rows}


def test_an_arrival_is_told_to_the_office_at_once_and_to_the_unit_in_the_morning(world: World, period: int) -> None:
    """The unit may know the day and not the minute (SECURITY 43); the Sunday works."""
    world.file(period, world.nominees[0], "2026-09-19 Sat 10:00")
    morning = "09-20 08:00"
    plan(world, at("2026-09-19 Sat 10:00"))
    assert told(world, "arrival") == dict.fromkeys(("office", "office2"), morning)
    plan(world, at("2026-09-20 Sun 00:00"))
    assert told(world, "arrival") == dict.fromkeys(("office", "office2", "head", "handler", "handler2"), morning)
    world.file(period, world.nominees[1], "2026-09-20 Sun 10:00")
    plan(world, at("2026-09-20 Sun 10:00"))
    assert told(world, "arrival")["office"] == "09-20 10:00"
    plan(world, at("2026-09-21 Mon 00:00"))
    assert told(world, "arrival")["head"] == "09-21 08:00"


def test_no_warning_of_any_kind_tells_a_unit_of_a_case_on_the_day_it_came_in(world: World, period: int) -> None:
    """The office takes a case over an hour after it came in: the unit hears of both on the next working day."""
    case, _ = world.file(period, world.nominees[0], FRIDAY)
    world.act(investigation.take_over, case, "office", "办理单位人手不足。", now="2026-09-18 Fri 11:00")
    plan(world, at("2026-09-18 Fri 11:00"))
    assert set(told(world, "taken_over")) == {"office", "office2"}
    plan(world, at(NEXT_DAY))
    assert set(told(world, "taken_over")) == {"office", "office2", "head"}


def test_of_a_complaint_against_itself_the_unit_hears_nothing(world: World, period: int) -> None:
    reach_of(world, world.qilin, OutgoingChannel.WECOM, "robot-key-1234")
    world.file(period, world.nominees[0], FRIDAY, against_handler=True)
    plan(world, at(FRIDAY))
    assert set(told(world, "arrival")) == {"office", "office2"}


def test_a_recused_person_is_not_told_nor_the_mailbox_they_read(world: World, period: int) -> None:
    reach_of(world, world.qilin, OutgoingChannel.WECOM, "robot-key-1234")
    case, _ = world.file(period, world.nominees[0], FRIDAY)
    world.act(investigation.recuse, case, "head", world.people["handler"], "亲属关系", now=FRIDAY)
    plan(world, at(NEXT_DAY))
    assert set(told(world, "arrival")) == {"office", "office2", "head", "handler2"}


def test_who_has_the_case_is_told_and_a_colleague_is_not(world: World, period: int) -> None:
    reach_of(world, world.qilin, OutgoingChannel.WECOM, "robot-key-1234")
    case, _ = world.file(period, world.nominees[0], FRIDAY)
    world.bring(case, State.INVESTIGATING, FRIDAY)
    world.act(investigation.assign, case, "head", world.people["handler2"], now=FRIDAY)
    world.run(warnings.warn_due, now=at("2026-09-25 Fri 09:00"))
    plan(world, at("2026-09-25 Fri 09:00"))
    assert set(told(world, "two_days")) == {"office", "office2", "head", "handler2", f"unit {world.qilin}"}


def stands_in(world: World, absent: str, deputy: str, first: str, last: str) -> None:
    days = DeputyDays(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    args = world.people[absent], world.people[deputy], days, "出差"
    world.run(standing_in.name_deputy, *args, by=world.actor("office"), now=at(FRIDAY))


@pytest.mark.parametrize(
    ("last", "recused", "expected"),
    [
        ("2026-09-25", "", {"head", "handler", "handler2"}),
        ("2026-09-24", "", {"head", "handler2"}),  # the deputy's last day is over
        ("2026-09-25", "handler", {"head", "handler2"}),  # the deputy's own recusal stays theirs
    ],
)
def test_a_deputy_is_told_at_their_own_address_of_what_waits_for_whoever_is_away(
    world: World, period: int, last: str, recused: str, expected: set[str]
) -> None:
    case, _ = world.file(period, world.nominees[0], FRIDAY)
    world.act(investigation.assign, case, "head", world.people["handler2"], now=FRIDAY)
    if recused:
        world.act(investigation.recuse, case, "head", world.people[recused], "亲属关系", now=FRIDAY)
    stands_in(world, "handler2", "handler", "2026-09-19", last)
    world.run(warnings.warn_due, now=at("2026-09-25 Fri 09:00"))
    plan(world, at("2026-09-25 Fri 09:00"))
    assert set(told(world, "two_days")) == {"office", "office2"} | expected


def test_a_deputy_of_a_head_is_told_what_heads_are_told(world: World, period: int) -> None:
    stands_in(world, "head", "handler", "2026-09-18", "2026-09-21")
    case, _ = world.file(period, world.nominees[0], FRIDAY)
    world.act(investigation.take_over, case, "office", "办理单位人手不足。", now="2026-09-18 Fri 11:00")
    plan(world, at(NEXT_DAY))
    assert set(told(world, "taken_over")) == {"office", "office2", "head", "handler"}


def test_the_last_warning_cannot_be_switched_off_and_waits_for_no_digest(world: World) -> None:
    period = world.round_two()
    reach_of(world, "head", OutgoingChannel.MAIL, "head@example.com", Times.DEADLINES)
    reach_of(world, "handler", OutgoingChannel.MAIL, "handler@example.com", Times.MORNING)
    world.file(period, world.nominees[0], FRIDAY)
    for moment in (FRIDAY, NEXT_DAY, "2026-09-24 Thu 08:00", "2026-09-28 Mon 08:00", "2026-09-29 Tue 08:00"):
        world.run(warnings.warn_due, now=at(moment))
        plan(world, at(moment))
    assert told(world, "arrival") == {"handler": "09-20 08:30"}
    assert told(world, "one_day") == {"handler": "09-28 08:30"}
    assert told(world, "last_morning") == {"handler": "09-29 08:00", "head": "09-29 08:00"}


def test_nothing_but_deadlines_leaves_at_night(world: World, period: int) -> None:
    _, receipt = world.file(period, world.nominees[0], FRIDAY)
    objection = world.do(following.find_by_receipt, world.keyring, receipt)
    world.run(following.supplement, objection, "又想起一件事。", now=at("2026-09-18 Fri 23:00"))
    plan(world, at("2026-09-18 Fri 23:00"))
    assert told(world, "supplement")["office"] == "09-20 08:00"
    world.run(settlement.settle_due, now=at("2026-09-30 Wed 00:00"))
    plan(world, at("2026-09-30 Wed 00:00"))
    assert told(world, "lapsed") == dict.fromkeys(("office", "office2", "head", "handler", "handler2"), "09-30 08:00")


def test_planning_again_or_at_once_makes_no_second_message(world: World, period: int) -> None:
    world.file(period, world.nominees[0], FRIDAY)
    for moment in (FRIDAY, FRIDAY, NEXT_DAY, NEXT_DAY):
        plan(world, at(moment))
    with world.database.reader() as session:
        assert len(session.scalars(select(Dispatch)).all()) == 5


def test_what_no_channel_takes_is_on_the_desks_alone(world: World, period: int) -> None:
    world.file(period, world.nominees[0], FRIDAY)
    plan(world, at(NEXT_DAY), frozenset())
    with world.database.reader() as session:
        assert session.scalars(select(Dispatch)).all() == []
        assert session.scalars(select(OutboxRow.planned_at)).all() == [at(NEXT_DAY)] * 2
