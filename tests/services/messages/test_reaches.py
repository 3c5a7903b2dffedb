"""Addresses of people and units: whose they are, which count, the codes that confirm them (R28)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.codes import MOST_CODES
from app.domain.messages.hours import Times
from app.domain.refusals import BadValue, CodeRefused, CodeTooSoon, NoChannel, NotYourCase, Refusal, TooManyCodes
from app.models import AuditRow, Reach
from app.sealing import Keyring
from app.services.messages import dispatching, reaches
from app.services.messages.codes import MOST_TRIES, derive_code
from app.services.messages.reaches import AddressOwner
from app.services.upkeep import keys
from tests.services.messages.reaching import in_use, reach_of
from tests.world import World, at, at_once

NOW = at("2026-09-18 Fri 09:00")
MINUTE = dt.timedelta(minutes=1)
EVERYWHERE = frozenset(OutgoingChannel)
MAIL, SMS, WECOM, DINGTALK = OutgoingChannel
ADDRESS = "zhangsan@example.com"


def set_address(
    world: World,
    login: str,
    channel: OutgoingChannel = MAIL,
    address: str = ADDRESS,
    *,
    unit: int | None = None,
    now: dt.datetime = NOW,
    there: frozenset[OutgoingChannel] = EVERYWHERE,
) -> int:
    by = world.actor(login)
    return world.run(reaches.set_address, AddressOwner(unit), channel, address, Times.AT_ONCE, there, by=by, now=now)


def code(world: World, reach: int) -> str:
    with world.database.reader() as session:
        return derive_code(world.keyring, session.get_one(Reach, reach))


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 1_000_000:06d}"


def confirm(world: World, login: str, reach: int, typed: str, now: dt.datetime = NOW) -> None:
    world.run(reaches.confirm_address, reach, typed, by=world.actor(login), now=now)


def own(world: World, login: str) -> list[tuple[str, bool, bool]]:
    with world.database.reader() as session:
        shown = reaches.list_shown(session, world.keyring, user_id=world.people[login])
        return [(each.masked, each.confirmed, in_use(each)) for each in shown]


# --- whose, and which


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        (MAIL, "zhangsan"),
        (MAIL, "a@example.com\nBcc: b@example.com"),
        (MAIL, "a@example.com,b@example.com"),
        (MAIL, "张三@example.com"),
        (MAIL, "a" * 190 + "@example.com"),
        (SMS, "0874-3123456"),
        (SMS, "1300000000"),
        (SMS, "13000000001 "),
        (SMS, "１３０００００００００"),
    ],
)
def test_what_is_no_address_of_the_channel_is_refused(world: World, channel: OutgoingChannel, address: str) -> None:
    before = world.everything()
    with pytest.raises(BadValue):
        set_address(world, "handler", channel, address)
    assert world.everything() == before


@pytest.mark.parametrize(
    ("channel", "unit", "there"),
    [
        (SMS, False, frozenset({MAIL})),
        (MAIL, False, frozenset()),
        (WECOM, False, EVERYWHERE),
        (DINGTALK, False, EVERYWHERE),
    ],
)
def test_a_channel_that_is_not_there_or_a_robot_for_oneself_is_refused(
    world: World, channel: OutgoingChannel, unit: bool, there: frozenset[OutgoingChannel]
) -> None:
    with pytest.raises(NoChannel):
        set_address(world, "handler", channel, "13000000001", there=there)


@pytest.mark.parametrize("login", ["handler", "auditor", "stranger"])
def test_a_unit_s_address_is_set_by_its_heads_and_the_office_alone(world: World, login: str) -> None:
    with pytest.raises(Refusal):
        set_address(world, login, unit=world.qilin)
    for allowed, later in (("head", NOW), ("office", NOW + MINUTE)):
        assert set_address(world, allowed, unit=world.qilin, now=later)


def test_nobody_touches_somebody_else_s_address(world: World) -> None:
    theirs, units = set_address(world, "handler"), set_address(world, "head", SMS, "13900000000", unit=world.qilin)
    before = world.everything()
    stranger = world.actor("stranger")
    for reach in (theirs, units, 999):
        for use_case, arguments in (
            (reaches.confirm_address, (code(world, theirs),)),
            (reaches.send_code_again, ()),
            (reaches.choose_times, (Times.MORNING,)),
            (reaches.stop_address, ()),
        ):
            with pytest.raises(Refusal):
                world.run(use_case, reach, *arguments, by=stranger, now=NOW)
    assert world.everything() == before
    with pytest.raises(NotYourCase):
        confirm(world, "head", theirs, code(world, theirs))  # not one's superior either


# --- codes


def test_a_wrong_code_counts_and_five_spend_the_right_one(world: World) -> None:
    reach = set_address(world, "handler")
    for _ in range(MOST_TRIES):
        with pytest.raises(CodeRefused):
            confirm(world, "handler", reach, wrong(code(world, reach)))
    with pytest.raises(CodeRefused):
        confirm(world, "handler", reach, code(world, reach))
    world.run(reaches.send_code_again, reach, by=world.actor("handler"), now=NOW + MINUTE)
    confirm(world, "handler", reach, code(world, reach), NOW + MINUTE)
    assert own(world, "handler") == [("zh***@example.com", True, True)]


def test_of_wrong_codes_typed_at_once_each_counts(world: World) -> None:
    reach = set_address(world, "handler")
    handler, false = world.actor("handler"), wrong(code(world, reach))
    at_once([lambda: world.run(reaches.confirm_address, reach, false, by=handler, now=NOW)] * 6)
    with world.database.reader() as session:
        assert session.get_one(Reach, reach).code_tries == 6


@pytest.mark.parametrize(("minutes", "good"), [(29, True), (30, False)])
def test_a_code_is_good_for_half_an_hour(world: World, minutes: int, good: bool) -> None:
    reach = set_address(world, "handler")
    now = NOW + minutes * MINUTE
    if good:
        confirm(world, "handler", reach, code(world, reach), now)
    else:
        with pytest.raises(CodeRefused):
            confirm(world, "handler", reach, code(world, reach), now)


def test_one_code_a_minute_and_none_for_what_is_confirmed(world: World) -> None:
    reach, handler = set_address(world, "handler"), world.actor("handler")
    with pytest.raises(CodeTooSoon):
        set_address(world, "handler", address="li@example.com", now=NOW + MINUTE / 2)
    with pytest.raises(CodeTooSoon):
        world.run(reaches.send_code_again, reach, by=handler, now=NOW + MINUTE / 2)
    confirm(world, "handler", reach, code(world, reach))
    before = world.everything()
    world.run(reaches.send_code_again, reach, by=handler, now=NOW + 2 * MINUTE)
    assert world.everything() == before


@pytest.mark.parametrize("whose", ["own", "unit"])
def test_six_codes_a_day_leave_for_an_owner_and_channel_also_over_a_change_of_address(world: World, whose: str) -> None:
    """Nobody troubles a stranger's number with codes all day, nor many strangers' one after another."""
    unit = world.qilin if whose == "unit" else None
    reach = set_address(world, "head", unit=unit)
    for minute in range(1, MOST_CODES):
        now = NOW + minute * MINUTE
        if minute % 2:
            set_address(world, "head", address=f"a{minute}@example.com", unit=unit, now=now)
        else:
            world.run(reaches.send_code_again, reach, by=world.actor("head"), now=now)
    later, day_after = NOW + 9 * MINUTE, NOW + 24 * 60 * MINUTE
    before = world.everything()
    with pytest.raises(TooManyCodes):
        world.run(reaches.send_code_again, reach, by=world.actor("head"), now=later)
    with pytest.raises(TooManyCodes):
        set_address(world, "head", address="another@example.com", unit=unit, now=later)
    assert world.everything() == before
    set_address(world, "head", SMS, "13900000000", unit=unit, now=later)  # another channel has its own
    set_address(world, "handler", now=later)  # and another person
    world.run(reaches.send_code_again, reach, by=world.actor("head"), now=day_after)


def test_another_address_makes_the_code_of_the_one_before_worthless(world: World) -> None:
    reach = set_address(world, "handler")
    first = code(world, reach)
    assert set_address(world, "handler", address="li@example.com", now=NOW + MINUTE) == reach
    with pytest.raises(CodeRefused):
        confirm(world, "handler", reach, first, NOW + MINUTE)
    claimed = world.run(dispatching.settle_and_claim, None, "", now=NOW + MINUTE)
    assert claimed is not None
    assert claimed.address == "li@example.com"


def test_a_code_on_its_way_stays_good_while_the_key_is_replaced(world: World) -> None:
    reach = set_address(world, "handler")
    right, new = code(world, reach), Keyring("a new key, thirty-two bytes long!", [world.key.decode()])
    world.run(keys.rotate, now=NOW, keyring=new)
    world.run(reaches.confirm_address, reach, right, by=world.actor("handler"), keyring=new, now=NOW + MINUTE)
    with world.database.reader() as session:
        assert session.get_one(Reach, reach).confirmed_at == NOW + MINUTE


# --- what is kept, and what is said of it


def test_an_address_is_sealed_and_on_no_record(world: World) -> None:
    set_address(world, "handler")
    with world.database.reader() as session:
        assert ADDRESS.encode() not in session.scalars(select(Reach.sealed)).one()
        assert not any(ADDRESS in row.details for row in session.scalars(select(AuditRow)))


def test_who_stops_an_address_is_told_nothing_there_until_it_is_set_anew(world: World) -> None:
    reach, handler = set_address(world, "handler"), world.actor("handler")
    confirm(world, "handler", reach, code(world, reach))
    world.run(reaches.choose_times, reach, Times.MORNING, by=handler, now=NOW)
    world.run(reaches.stop_address, reach, by=handler, now=NOW)
    assert own(world, "handler") == [("zh***@example.com", True, False)]
    with pytest.raises(CodeRefused):
        confirm(world, "handler", reach, code(world, reach))
    set_address(world, "handler", now=NOW + MINUTE)
    assert own(world, "handler") == [("zh***@example.com", False, False)]


def test_addresses_of_a_unit_are_a_matter_of_their_own(world: World) -> None:
    reach_of(world, "head", MAIL, "head@example.com")
    reach_of(world, world.qilin, WECOM, "robot-key-1234")
    with world.database.reader() as session:
        shown = reaches.list_shown(session, world.keyring, unit_id=world.qilin)
        assert [(each.channel, each.masked) for each in shown] == [(WECOM, "rob****1234")]
    assert own(world, "head") == [("he***@example.com", True, True)]
