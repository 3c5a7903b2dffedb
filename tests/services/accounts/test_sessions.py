"""How long a session of staff lives, and what ends it (SECURITY 24)."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.refusals import LoginRefused, StepTooLate, TooManyFailures, WrongPassword
from app.models import StaffSession, User
from app.sealing import Keyring
from app.services.accounts import logins, sessions
from app.services.shared.work import Work
from tests.services.accounts.logging_in import NOW, ON_SQLITE, PASSWORD, count, tries
from tests.web.browsing import MovingClock
from tests.world import World

pytestmark = pytest.mark.usefixtures("passwords_for_all")


def begin(world: World, keyring: Keyring, clock: MovingClock, login: str = "handler", replaces: str = "") -> str:
    def enter(session: Session) -> str:
        user = session.get_one(User, world.people[login])
        return logins.let_in(Work(session, clock(), keyring=keyring), user, None, replaces).token

    return world.do(enter)


def lives(world: World, clock: MovingClock, token: str) -> bool:
    return world.do(sessions.find, token, clock()) is not None


@ON_SQLITE
def test_security_24_a_session_idles_half_an_hour_and_lasts_twelve(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    used, left = begin(world, keyring, clock), begin(world, keyring, clock)
    session_id = world.do(sessions.find, used, clock()).id
    for minutes in range(0, 12 * 60, 20):
        assert lives(world, clock, used), minutes
        assert lives(world, clock, left) is (minutes < 30), minutes
        world.run(sessions.note_seen, session_id, now=clock())
        clock.forward(minutes=20)
    assert not lives(world, clock, used)


@ON_SQLITE
def test_security_24_the_token_itself_is_kept_nowhere(world: World, keyring: Keyring, clock: MovingClock) -> None:
    tokens = [begin(world, keyring, clock) for _ in range(3)]
    assert len(set(tokens)) == 3
    with world.database.reader() as session:
        kept = " ".join(map(repr, session.execute(select(StaffSession.__table__))))
    assert not any(token in kept for token in tokens)
    for token in ("", "x", tokens[0][:-1], tokens[0] + "="):
        assert not lives(world, clock, token)


@ON_SQLITE
def test_a_page_writes_the_time_once_a_minute(world: World, keyring: Keyring, clock: MovingClock) -> None:
    token = begin(world, keyring, clock)
    seen = []
    for _ in range(4):
        found = world.do(sessions.find, token, clock())
        world.run(sessions.note_seen, found.id, now=clock())
        seen.append((world.do(sessions.find, token, clock()).last_seen_at - NOW).total_seconds())
        clock.forward(seconds=30)
    assert seen == [0, 0, 60, 60]


def test_security_24_logging_out_ends_one_session_and_elsewhere_all_others(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    first, second, third = (begin(world, keyring, clock) for _ in range(3))
    others = begin(world, keyring, clock, "head")
    handler = world.people["handler"]
    here = world.do(sessions.find, first, clock()).id
    assert len(world.do(sessions.living, handler, clock())) == 3
    world.run(sessions.log_out, world.do(sessions.find, third, clock()).id, handler, now=clock())
    assert [lives(world, clock, token) for token in (first, second, third, others)] == [True, True, False, True]
    assert world.run(sessions.log_out_elsewhere, here, handler, now=clock()) == 1
    assert [lives(world, clock, token) for token in (first, second, others)] == [True, False, True]
    assert [row.id for row in world.do(sessions.living, handler, clock())] == [here]
    acts = [act for _, act, _ in world.acts()]
    assert acts == [*["user.logged_in"] * 4, "user.logged_out", "user.logged_out_elsewhere"]


def test_security_24_a_browser_that_logs_in_again_has_one_session(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    before = begin(world, keyring, clock)
    after = begin(world, keyring, clock, "head", replaces=before)
    assert (lives(world, clock, before), lives(world, clock, after)) == (False, True)
    clock.forward(hours=12)
    begin(world, keyring, clock)
    assert count(world, StaffSession) == 2  # rows of the handler's sessions long over are gone


@ON_SQLITE
def test_an_unattended_screen_is_no_place_for_guessing(world: World, keyring: Keyring, clock: MovingClock) -> None:
    handler = world.people["handler"]
    for _ in range(5):
        with pytest.raises(WrongPassword):
            world.run(logins.prove_identity, handler, "wrong", now=clock())
    with pytest.raises(TooManyFailures):
        world.run(logins.prove_identity, handler, PASSWORD, now=clock())
    assert tries(world, keyring, clock, "handler", PASSWORD) == "in"
    with pytest.raises((LoginRefused, StepTooLate)):
        world.run(logins.check_password, "handler", "", None, now=clock())
