"""Feeds for everybody without a name; a private calendar that tells no more than its owner's pages (R5, R19, R36)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.cases.states import State
from app.domain.refusals import NotThere
from app.models import Nominee, StaffCalendar, User
from app.sealing import Keyring
from app.services.cases import investigation
from app.services.messages import feeds
from app.services.periods import scheduling
from tests.world import World, at

FILED = "2026-09-18 Fri 10:00"
NEXT_DAY = "2026-09-19 Sat 00:00"


@pytest.fixture
def period(world: World) -> int:
    return world.round_two()


def made(world: World, login: str) -> str:
    return world.run(feeds.make_calendar, by=world.actor(login), now=at(FILED))


def deadlines(world: World, token: str, now: str, keyring: Keyring | None = None) -> list[str]:
    with world.database.reader() as session:
        return [each.key for each in feeds.list_of_staff(session, keyring or world.keyring, token, at(now))]


@pytest.mark.parametrize("token", ["", "x", "x" * 500, "../../etc", "\x00", "令牌"])
def test_an_address_that_nobody_made_opens_nothing(world: World, period: int, token: str) -> None:
    made(world, "handler")
    with pytest.raises(NotThere):
        deadlines(world, token, NEXT_DAY)


def test_a_revoked_or_replaced_address_is_dead_and_revoking_twice_is_one_act(world: World, period: int) -> None:
    handler = world.actor("handler")
    first, second = made(world, "handler"), made(world, "handler")
    rows = len(world.acts())
    for _ in range(2):
        world.run(feeds.revoke_calendar, by=handler, now=at(FILED))
    assert [act for _, act, _ in world.acts(rows)] == ["calendar_feed.revoked"]
    for token in (first, second):
        with pytest.raises(NotThere):
            deadlines(world, token, NEXT_DAY)


def test_an_address_dies_with_the_account_and_is_kept_as_a_hash_alone(world: World, period: int) -> None:
    token = made(world, "handler")
    with world.database.writer() as session:
        assert token not in session.scalars(select(StaffCalendar.token_hash)).one()
        session.get_one(User, world.people["handler"]).disabled_at = at(FILED)
        session.commit()
    with pytest.raises(NotThere):
        deadlines(world, token, NEXT_DAY)


def test_an_auditor_s_calendar_opens_nothing(world: World, period: int) -> None:
    with pytest.raises(NotThere):
        deadlines(world, made(world, "auditor"), NEXT_DAY)


def test_an_address_outlives_the_key_that_it_was_made_with(world: World, period: int) -> None:
    token = made(world, "handler")
    world.file(period, world.nominees[0], FILED)
    new = "a new key, thirty-two bytes long!"
    assert len(deadlines(world, token, NEXT_DAY, Keyring(new, [world.key.decode()]))) == 1
    with pytest.raises(NotThere):
        deadlines(world, token, NEXT_DAY, Keyring(new))


def test_a_unit_s_calendar_shows_a_new_case_when_its_day_is_over_and_the_office_s_only_its_own(
    world: World, period: int
) -> None:
    """A program that asks every minute must not tell the minute of an arrival (R19)."""
    unit, office = made(world, "handler"), made(world, "office")
    world.file(period, world.nominees[0], FILED)
    world.file(period, world.nominees[1], FILED, against_handler=True)
    assert deadlines(world, unit, "2026-09-18 Fri 23:59:59") == []
    assert deadlines(world, unit, NEXT_DAY) == ["case-1"]
    assert deadlines(world, office, FILED) == ["case-2"]  # a complaint against the unit, told to the office alone


def test_who_is_recused_or_of_another_unit_sees_nothing_of_a_case_and_one_that_ended_is_gone(
    world: World, period: int
) -> None:
    case, _ = world.file(period, world.nominees[0], FILED)
    tokens = {login: made(world, login) for login in ("head", "handler", "handler2", "stranger")}
    saturday = "2026-09-19 Sat 10:00"
    world.act(investigation.recuse, case, "head", world.people["handler2"], "亲属关系", now=saturday)
    seen = {login: deadlines(world, token, saturday) for login, token in tokens.items()}
    assert seen == {"head": ["case-1"], "handler": ["case-1"], "handler2": [], "stranger": []}
    world.bring(case, State.CONCLUDED, saturday)
    assert deadlines(world, tokens["handler"], saturday) == []


# --- for everybody


def test_a_programme_that_is_not_there_has_no_feed(world: World) -> None:
    with world.database.reader() as session, pytest.raises(NotThere):
        feeds.list_of_programme(session, 99, at(FILED))


def test_a_feed_has_window_and_deadline_of_each_period_without_a_name(world: World, period: int) -> None:
    with world.database.reader() as session:
        _, happenings = feeds.list_of_programme(session, world.programme, at(FILED))
        names = session.scalars(select(Nominee.name)).all()
    told = {each.key: (each.starts, each.ends) for each in happenings}
    assert told[f"period-{period}-window"] == (at("2026-09-18 Fri 00:00"), at("2026-09-24 Thu 00:00"))
    assert told[f"period-{period}-deadline"] == (at("2026-09-30 Wed 00:00"), None)
    everything = "".join(each.title + each.text for each in happenings)
    assert [name for name in names if name in everything] == []


def test_a_period_to_come_is_told_and_one_taken_back_is_not(world: World, period: int) -> None:
    world.past_round_one(world.others)
    thursday = "2026-09-17 Thu 11:00"
    other = world.schedule(2, world.luoping, world.others, "2026-09-22", 3, thursday)

    def keys() -> set[str]:
        with world.database.reader() as session:
            return {each.key for each in feeds.list_of_programme(session, world.programme, at(FILED))[1]}

    assert f"period-{other}-window" in keys()
    world.run(scheduling.cancel, other, "另行安排。", by=world.actor("office"), now=at(FILED))
    assert not {f"period-{other}-window", f"period-{other}-deadline"} & keys()
