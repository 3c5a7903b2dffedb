"""An owner comes in over another way: a code to an address that the office holds (R22, SECURITY 50).

Every address that whoever gave out the account could have set or could read is tried, and none of them is enough.
"""

from __future__ import annotations

import re

import pytest

from app.domain.cases.states import Role
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.codes import MOST_CODES
from app.domain.messages.hours import Times
from app.domain.refusals import (
    AccountNotAgreed,
    AlreadyDone,
    BadValue,
    CodeRefused,
    CodeTooSoon,
    NoChannel,
    NotAllowed,
    NotYourCase,
    TooManyCodes,
)
from app.models import Reach, User
from app.services.accounts import two_people
from app.services.cases import investigation
from app.services.messages import dispatching, proving, reaches
from app.services.messages.reaches import AddressOwner
from tests.services.accounts.test_two_people import DAY, PROPOSAL, a_case, made, refused, reset
from tests.services.messages.reaching import reach_of
from tests.world import State, World, at

THERE = frozenset({OutgoingChannel.MAIL, OutgoingChannel.SMS})
MAIL, SMS = OutgoingChannel.MAIL, OutgoingChannel.SMS
NUMBER, MAILBOX = "13900000001", "zhangsan@example.com"
NOW = at(DAY)


def enter(world: World, login: str, address: str, by: str = "office2", channel: OutgoingChannel = SMS) -> int:
    """The office enters an address for a person. Returns its id."""
    world.act(proving.enter_address, world.people[login], by, channel, address, THERE, now=DAY)
    with world.database.reader() as session:
        return session.query(Reach).filter_by(user_id=world.people[login], channel=channel).one().id


def code_sent(world: World, address: str, now: str = DAY) -> str:
    """The code of the message that waits, as its reader sees it."""
    claimed = world.run(dispatching.settle_and_claim, None, "", now=at(now))
    assert claimed is not None
    assert claimed.address == address
    found = re.search(r"\d{6}", claimed.message.text)
    assert found is not None
    return found[0]


def set_and_confirm(world: World, login: str, address: str, now: str, channel: OutgoingChannel = SMS) -> int:
    """What whoever is logged in does on 接收提醒."""
    by = world.actor(login)
    reach = world.run(reaches.set_address, AddressOwner(), channel, address, Times.AT_ONCE, THERE, by=by, now=at(now))
    world.act(reaches.confirm_address, reach, login, code_sent(world, address, now), now=now)
    return reach


def ways(world: World, login: str, now: str = DAY) -> list[int]:
    with world.database.reader() as session:
        return [way.id for way in proving.list_proving_addresses(session, world.keyring, world.people[login], at(now))]


def no_way(world: World, login: str, reach: int) -> None:
    """This address is not offered, and no code is sent to it."""
    assert ways(world, login) == []
    before = world.everything()
    with pytest.raises(NotYourCase):
        world.act(proving.ask_code, reach, login, THERE, now=DAY)
    with pytest.raises(NotYourCase):
        world.act(proving.prove_ownership, reach, login, "123456", now=DAY)
    assert world.everything() == before


# --- what whoever gave out the account may try -----------------------------------------------------


def test_security_50_a_head_who_resets_the_handler_and_sets_a_number_of_his_own_is_not_the_handler(
    world: World,
) -> None:
    case = a_case(world, State.INVESTIGATING)
    reset(world, "handler", by="head")
    no_way(world, "handler", set_and_confirm(world, "handler", NUMBER, "2026-09-18 Fri 09:30"))
    reset(world, "handler", by="head", now="2026-09-18 Fri 10:00")  # so that it was there before the reset
    no_way(world, "handler", reaches_of(world, "handler")[0])
    refused(world, AccountNotAgreed, investigation.propose, case, "handler", *PROPOSAL)


def test_security_50_a_number_set_while_the_account_waited_proves_nothing_after_an_agreement_either(
    world: World,
) -> None:
    reset(world, "handler", by="head")
    reach = set_and_confirm(world, "handler", NUMBER, "2026-09-18 Fri 09:30")
    world.run(two_people.agree, world.people["handler"], by=world.actor("office"), now=at("2026-09-18 Fri 10:00"))
    reset(world, "handler", by="head", now="2026-09-18 Fri 11:00")
    no_way(world, "handler", reach)


def test_security_50_an_address_that_is_written_over_proves_nothing_any_more(world: World) -> None:
    mine = set_and_confirm(world, "handler", NUMBER, "2026-09-17 Thu 09:00")
    reset(world, "handler", by="head")
    assert ways(world, "handler") == [mine]
    set_and_confirm(world, "handler", "13900000009", "2026-09-18 Fri 09:30")
    no_way(world, "handler", mine)


def test_security_50_what_the_office_entered_and_the_head_wrote_over_proves_nothing(world: World) -> None:
    reset(world, "handler", by="head")
    reach = enter(world, "handler", NUMBER)
    later = "2026-09-21 Mon 09:05"
    by = world.actor("handler")
    world.run(reaches.set_address, AddressOwner(), SMS, "13900000009", Times.AT_ONCE, THERE, by=by, now=at(later))
    no_way(world, "handler", reach)


def test_security_50_an_address_entered_by_who_stood_behind_the_giver_proves_nothing(world: World) -> None:
    made(world, "invented", Role.OFFICE, world.office, by="office")
    made(world, "two", Role.HEAD, world.qilin, by="invented")
    world.run(two_people.agree, world.people["invented"], by=world.actor("auditor"), now=at(DAY))
    for login in ("office", "invented"):
        with pytest.raises(NotAllowed):
            enter(world, "two", NUMBER, by=login)
    other = enter(world, "two", "13900000002", by="office2")
    assert ways(world, "two") == [other]


@pytest.mark.parametrize("whose", ["unit", "head", "above", "public"])
def test_security_50_an_address_that_others_read_proves_nothing(world: World, whose: str) -> None:
    owner: str | int = {"unit": world.qilin, "head": "head", "above": world.office, "public": world.luoping}[whose]
    shared = MAILBOX
    if whose == "public":
        with world.database.reader() as session:
            shared = session.get_one(User, world.people["head"]).unit.email.upper()
    else:
        reach_of(world, owner, MAIL, "ZhangSan@Example.com")
    reset(world, "handler", by="head")
    with pytest.raises(BadValue) as told:
        enter(world, "handler", shared, channel=MAIL)
    assert told.value.field == "address"
    mine = reach_of(world, "handler", MAIL, shared)
    with world.database.writer() as session:
        session.get_one(Reach, mine).owners = True
        session.commit()
    no_way(world, "handler", mine)


def test_security_50_whoever_of_the_office_gave_out_the_account_enters_no_address_for_it(world: World) -> None:
    reset(world, "handler", by="office")
    for by in ("office", "handler"):  # the account in doubt does not enter one for another either
        with pytest.raises(NotAllowed):
            enter(world, "handler", NUMBER, by=by)
    made(world, "invented", Role.OFFICE, world.office, by="office")
    with pytest.raises(NotAllowed):
        enter(world, "handler", NUMBER, by="invented")
    assert ways(world, "handler") == []


def test_security_50_what_somebody_entered_before_he_reset_the_account_himself_proves_nothing(world: World) -> None:
    reach = enter(world, "handler", NUMBER, by="office")
    reset(world, "handler", by="office")
    no_way(world, "handler", reach)


@pytest.mark.parametrize("by", ["head", "auditor", "handler2"])
def test_nobody_but_the_office_enters_an_address(world: World, by: str) -> None:
    reset(world, "handler", by="head")
    with pytest.raises(NotAllowed):
        enter(world, "handler", NUMBER, by=by)


def test_a_code_from_before_another_reset_proves_nothing(world: World) -> None:
    reset(world, "handler", by="head")
    reach = enter(world, "handler", NUMBER)
    world.act(proving.ask_code, reach, "handler", THERE, now=DAY)
    code = code_sent(world, NUMBER)
    reset(world, "handler", by="head", now="2026-09-21 Mon 09:01")
    with pytest.raises(CodeRefused):
        world.act(proving.prove_ownership, reach, "handler", code, now="2026-09-21 Mon 09:02")


def test_whoever_guesses_has_six_codes_a_day_with_five_tries_each(world: World) -> None:
    reset(world, "handler", by="head")
    reach = enter(world, "handler", NUMBER)
    for hour in range(MOST_CODES):
        world.act(proving.ask_code, reach, "handler", THERE, now=f"2026-09-21 Mon 1{hour}:00")
        code = code_sent(world, NUMBER, f"2026-09-21 Mon 1{hour}:00")
        for guess in range(5):
            with pytest.raises(CodeRefused):
                world.act(proving.prove_ownership, reach, "handler", f"00000{guess}", now=f"2026-09-21 Mon 1{hour}:01")
        with pytest.raises(CodeRefused):  # the right one comes too late
            world.act(proving.prove_ownership, reach, "handler", code, now=f"2026-09-21 Mon 1{hour}:02")
    with pytest.raises(TooManyCodes):
        world.act(proving.ask_code, reach, "handler", THERE, now="2026-09-21 Mon 16:00")
    with pytest.raises(TooManyCodes):  # the page of one's addresses sends codes as well: they count together
        world.act(reaches.send_code_again, reach, "handler", now="2026-09-21 Mon 16:00")
    world.act(proving.ask_code, reach, "handler", THERE, now="2026-09-22 Tue 10:00")


# --- the owner --------------------------------------------------------------------------------------


def test_a_code_to_what_the_office_entered_makes_an_account_its_owner_s(world: World) -> None:
    case = a_case(world, State.INVESTIGATING)
    made(world, "newcomer", Role.HANDLER, world.qilin, by="head")
    reach = enter(world, "newcomer", NUMBER)
    assert ways(world, "newcomer") == [reach]
    refused(world, AccountNotAgreed, investigation.propose, case, "newcomer", *PROPOSAL)
    world.act(proving.ask_code, reach, "newcomer", THERE, now=DAY)
    with pytest.raises(CodeTooSoon):
        world.act(proving.ask_code, reach, "newcomer", THERE, now=DAY)
    before = len(world.acts())
    world.act(proving.prove_ownership, reach, "newcomer", code_sent(world, NUMBER), now=DAY)
    newcomer = f"user:{world.people['newcomer']}"
    assert world.acts()[before:] == [(newcomer, "user.proved", newcomer)]
    world.act(investigation.propose, case, "newcomer", *PROPOSAL, now=DAY)
    world.act(investigation.confirm, case, "head", 1, now=DAY)  # who made the account is another person
    assert ways(world, "newcomer") == []


def test_a_code_to_one_s_own_address_of_before_the_reset_makes_the_account_one_s_own(world: World) -> None:
    case = a_case(world, State.INVESTIGATING)
    mine = set_and_confirm(world, "handler", NUMBER, "2026-09-17 Thu 09:00")
    reset(world, "handler", by="head")
    assert ways(world, "handler") == [mine]
    world.act(proving.ask_code, mine, "handler", THERE, now=DAY)
    world.act(proving.prove_ownership, mine, "handler", code_sent(world, NUMBER), now=DAY)
    world.act(investigation.propose, case, "handler", *PROPOSAL, now=DAY)


def test_an_address_of_the_owner_is_not_written_over_by_the_office(world: World) -> None:
    set_and_confirm(world, "handler", NUMBER, "2026-09-17 Thu 09:00")
    with pytest.raises(AlreadyDone):
        enter(world, "handler", "13900000009")
    reset(world, "handler2", by="head")
    theirs = set_and_confirm(world, "handler2", "13900000007", "2026-09-18 Fri 09:30")  # whoever has the slip
    assert enter(world, "handler2", "13900000008") == theirs
    assert ways(world, "handler2") == [theirs]


def test_nothing_is_asked_of_an_account_that_is_its_owner_s_and_no_channel_sends_nothing(world: World) -> None:
    reach = enter(world, "handler", NUMBER)
    no_way(world, "handler", reach)
    reset(world, "handler", by="head")
    with pytest.raises(NoChannel):
        world.act(proving.ask_code, reach, "handler", frozenset({MAIL}), now=DAY)
    with pytest.raises(NotYourCase):
        world.act(proving.ask_code, reach, "handler2", THERE, now=DAY)
    with pytest.raises(NoChannel):
        enter(world, "handler", "robotkey123", channel=OutgoingChannel.WECOM)


def reaches_of(world: World, login: str) -> list[int]:
    with world.database.reader() as session:
        return [row.id for row in session.query(Reach).filter_by(user_id=world.people[login])]
