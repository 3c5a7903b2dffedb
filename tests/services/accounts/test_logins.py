"""Coming in: failures are counted before they are judged, codes are taken once, sessions end when they should."""

from __future__ import annotations

import datetime as dt

import pyotp
import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.refusals import LoginRefused, Refusal, StepTooLate, TooManyFailures, WrongCode, WrongPassword
from app.models import LoginFailure, RecoveryCode, SecondFactor, StaffSession, User
from app.sealing import Keyring, SealBroken
from app.services.accounts import logins, passwords, second_factor, sessions
from app.services.accounts.logins import HalfWay, KnownBrowser
from app.services.shared.work import Work
from app.services.upkeep import keys
from tests.web.browsing import MovingClock
from tests.world import SECRET, World, at, at_once

PASSWORD = "correct horse battery"
NOW = at("2026-09-18 Fri 09:00")
# Where nothing hangs on how a database waits or counts, one is enough.
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def passwords_for_all(world: World, quick_hashes: None) -> None:
    """Everybody's password is PASSWORD."""
    with world.database.writer() as session:
        session.execute(update(User).values(password_hash=passwords.hashed(PASSWORD)))
        session.commit()


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock(NOW)


@pytest.fixture
def ring(world: World) -> Keyring:
    return world.ring


def code(clock: MovingClock, steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(clock() + dt.timedelta(seconds=30 * steps))


def half(world: World, login: str = "office") -> HalfWay:
    return HalfWay(world.people[login], 0, NOW)


def tries(
    world: World, ring: Keyring, clock: MovingClock, login: str, password: str, browser: KnownBrowser | None = None
) -> str:
    """A try at the password: "in", or the name of the refusal."""
    try:
        world.run(logins.check_password, login, password, browser, now=clock(), keyring=ring)
    except Refusal as refusal:
        return type(refusal).__name__
    return "in"


def enters(world: World, ring: Keyring, clock: MovingClock, typed: str, login: str = "office") -> str:
    """A try at the code, with a session where it is right."""

    def enter(session: Session) -> str:
        work = Work(session, clock(), keyring=ring)
        return logins.let_in(work, logins.check_code(work, half(world, login), typed, None), None, "").token

    try:
        world.do(enter)
    except Refusal as refusal:
        return type(refusal).__name__
    return "in"


def change(world: World, login: str, **values: object) -> None:
    with world.database.writer() as session:
        session.execute(update(User).where(User.login == login).values(**values))
        session.commit()


def count(world: World, table: type) -> int:
    with world.database.reader() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


# --- failures ------------------------------------------------------------------------------------


def test_security_23_failed_logins_slow_one_account_and_no_other(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    for login in ("handler", "nobody"):  # an account that exists, and one that does not: the same
        assert [tries(world, ring, clock, login, "wrong") for _ in range(6)] == ["LoginRefused"] * 5 + [
            "TooManyFailures"
        ]
        assert tries(world, ring, clock, login, PASSWORD) == "TooManyFailures"
    assert tries(world, ring, clock, "head", PASSWORD) == "in"
    clock.forward(seconds=60)
    assert tries(world, ring, clock, "nobody", PASSWORD) == "LoginRefused"
    assert tries(world, ring, clock, "handler", PASSWORD) == "in"


@ON_SQLITE
def test_security_23_whoever_knocks_all_day_keeps_nobody_out_of_their_own_browser(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    own = KnownBrowser(world.people["handler"], "a mark")
    anothers = KnownBrowser(world.people["head"], "a mark")
    for _ in range(60):
        assert tries(world, ring, clock, "handler", "wrong") in ("LoginRefused", "TooManyFailures")
        clock.forward(seconds=30)
    assert tries(world, ring, clock, "handler", PASSWORD) == "TooManyFailures"
    assert tries(world, ring, clock, "handler", PASSWORD, anothers) == "TooManyFailures"
    assert tries(world, ring, clock, "handler", PASSWORD, own) == "in"
    # And a browser of one's own is no place for guessing.
    found = [tries(world, ring, clock, "handler", "wrong", own) for _ in range(6)]
    assert found == ["LoginRefused"] * 5 + ["TooManyFailures"]


@ON_SQLITE
def test_security_23_a_try_too_early_does_not_lengthen_the_wait(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    for _ in range(5):
        tries(world, ring, clock, "handler", "wrong")
    for _ in range(59):
        clock.forward(seconds=1)
        with pytest.raises(TooManyFailures) as refused:
            world.run(logins.check_password, "handler", PASSWORD, None, now=clock())
        assert "请在1分钟后再试" in str(refused.value)
    clock.forward(seconds=1)
    assert tries(world, ring, clock, "handler", PASSWORD) == "in"


@ON_SQLITE
def test_security_23_a_failure_survives_a_fault_before_it_was_judged(
    world: World, ring: Keyring, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls_over(_stored: str | None, _password: str) -> bool:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(passwords, "fits", falls_over)
        for _ in range(5):
            with pytest.raises(MemoryError):
                world.run(logins.check_password, "handler", PASSWORD, None, now=clock())
    assert count(world, LoginFailure) == 5
    assert tries(world, ring, clock, "handler", PASSWORD) == "TooManyFailures"


def test_security_23_many_at_once_get_no_more_tries_than_one_after_another(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    jobs = [lambda: tries(world, ring, clock, "handler", "wrong") for _ in range(12)]
    found = at_once(jobs)
    assert sorted(map(str, found)) == ["LoginRefused"] * 5 + ["TooManyFailures"] * 7


@ON_SQLITE
def test_a_right_password_is_no_failure_and_a_login_forgets_what_failed(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    assert [tries(world, ring, clock, "office", PASSWORD) for _ in range(8)] == ["in"] * 8
    for _ in range(4):
        tries(world, ring, clock, "office", "wrong")
    assert tries(world, ring, clock, "office", PASSWORD) == "in"
    assert count(world, LoginFailure) == 4  # the password alone forgets nothing: the code is guessed next
    assert enters(world, ring, clock, code(clock)) == "in"
    assert count(world, LoginFailure) == 0


@ON_SQLITE
def test_security_23_guessing_codes_is_slowed_like_guessing_passwords(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    for _ in range(2):  # giving the right password in between buys nothing
        assert tries(world, ring, clock, "office", PASSWORD) == "in"
        assert [enters(world, ring, clock, "000000") for _ in range(2)] == ["WrongCode"] * 2
    assert enters(world, ring, clock, "000000") == "WrongCode"
    assert enters(world, ring, clock, code(clock)) == "TooManyFailures"
    assert tries(world, ring, clock, "office", PASSWORD) == "TooManyFailures"
    clock.forward(seconds=61)
    assert enters(world, ring, clock, code(clock)) == "in"


@ON_SQLITE
def test_security_23_the_table_of_failures_holds_no_name_and_is_swept(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    tries(world, ring, clock, "a password typed as a name", "wrong")
    assert not any("typed" in row for row in world.everything()["login_failures"])
    clock.forward(hours=1)
    tries(world, ring, clock, "handler", "wrong")
    assert count(world, LoginFailure) == 1


@ON_SQLITE
def test_security_23_the_time_of_the_answer_is_that_of_one_hash_whoever_is_named(
    world: World, ring: Keyring, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override] # as argon2 names it
            verified.append(str(hash)[:10])
            return super().verify(hash, password)  # type: ignore[return-value] # True, or it raises

    monkeypatch.setattr(passwords, "_hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    change(world, "head", disabled_at=NOW)
    for login in ("handler", "nobody", "head", ""):
        verified.clear()
        assert tries(world, ring, clock, login, "wrong") == "LoginRefused"
        assert verified == ["$argon2id$"], login


# --- codes ---------------------------------------------------------------------------------------


@ON_SQLITE
@pytest.mark.parametrize(("steps", "expected"), [(-2, "WrongCode"), (-1, "in"), (0, "in"), (1, "in"), (2, "WrongCode")])
def test_a_clock_may_be_one_step_off(
    world: World, ring: Keyring, clock: MovingClock, steps: int, expected: str
) -> None:
    assert enters(world, ring, clock, code(clock, steps)) == expected


@ON_SQLITE
def test_security_22_a_code_is_taken_once(world: World, ring: Keyring, clock: MovingClock) -> None:
    now = code(clock)
    assert [enters(world, ring, clock, now) for _ in range(2)] == ["in", "WrongCode"]
    assert enters(world, ring, clock, code(clock, -1)) == "WrongCode"  # nor one from before it
    clock.forward(seconds=30)
    assert enters(world, ring, clock, now) == "WrongCode"  # still shown on a slow telephone
    spaced = code(clock)
    assert enters(world, ring, clock, f" {spaced[:3]} {spaced[3:]} ") == "in"


def test_security_22_two_at_once_with_the_same_code_one_gets_in(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    same = code(clock)
    assert sorted(map(str, at_once([lambda: enters(world, ring, clock, same)] * 4))) == ["WrongCode"] * 3 + ["in"]


@ON_SQLITE
@pytest.mark.parametrize("typed", ["", "1", "000000", "٠٠٠٠٠٠", "12345", "1234567", "a" * 6, "0" * 16, "9" * 400])
def test_what_is_no_code_opens_nothing(world: World, ring: Keyring, clock: MovingClock, typed: str) -> None:
    assert enters(world, ring, clock, typed) == "WrongCode"
    assert count(world, StaffSession) == 0


def test_a_recovery_code_opens_once_and_only_its_owners_account(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    codes = world.run(second_factor.renew_recovery_codes, world.people["office"], now=NOW)
    assert len(set(codes)) == 10
    assert enters(world, ring, clock, codes[0], "office2") == "WrongCode"
    found = at_once([lambda: enters(world, ring, clock, codes[0].replace("-", " "))] * 3)
    assert sorted(map(str, found)) == ["WrongCode", "WrongCode", "in"]
    assert {act for _, act, _ in world.acts()[-4:]} == {
        "user.recovery_code_used",
        "user.logged_in",
        "user.login_failed",
    }
    with world.database.reader() as session:
        assert second_factor.recovery_codes_left(session, world.people["office"]) == 9
        hashes = set(session.scalars(select(RecoveryCode.code_hash)))
    assert not any(code in row for code in codes for row in hashes)
    fresh = world.run(second_factor.renew_recovery_codes, world.people["office"], now=NOW)
    assert enters(world, ring, clock, codes[1]) == "WrongCode"
    assert enters(world, ring, clock, fresh[0]) == "in"


@ON_SQLITE
def test_the_code_must_follow_the_password_within_five_minutes(world: World, ring: Keyring, clock: MovingClock) -> None:
    clock.forward(minutes=5)
    assert enters(world, ring, clock, code(clock)) == "StepTooLate"
    clock.forward(seconds=-1)
    assert enters(world, ring, clock, code(clock)) == "in"


@ON_SQLITE
def test_a_password_changed_in_between_ends_the_login(world: World, ring: Keyring, clock: MovingClock) -> None:
    for values in ({"session_epoch": 1}, {"session_epoch": 0, "disabled_at": NOW}):
        change(world, "office", **values)
        assert enters(world, ring, clock, code(clock)) == "StepTooLate"


# --- setting up ----------------------------------------------------------------------------------


def test_a_new_telephone_counts_once_it_is_confirmed_and_the_old_one_until_then(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    office = world.people["office"]
    world.run(second_factor.propose, office, now=clock())
    secret = world.do(second_factor.proposed, ring, office, clock())
    assert secret is not None
    assert secret != SECRET
    assert enters(world, ring, clock, code(clock)) == "in"
    for typed in (code(clock), "", "000000"):
        with pytest.raises(WrongCode):
            world.run(second_factor.confirm, office, typed, now=clock())
    clock.forward(minutes=5)
    new = pyotp.TOTP(secret)
    assert len(world.run(second_factor.confirm, office, new.at(clock()), now=clock())) == 10
    assert world.do(second_factor.proposed, ring, office, clock()) is None
    clock.forward(seconds=60)
    with pytest.raises(WrongCode):
        world.do(second_factor.take, ring, office, code(clock), clock())
    assert world.do(second_factor.take, ring, office, new.at(clock()), clock()) == "code"


@ON_SQLITE
def test_security_22_the_code_that_confirmed_opens_nothing_more(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    handler = world.people["handler"]
    world.run(second_factor.propose, handler, now=clock())
    secret = world.do(second_factor.proposed, ring, handler, clock())
    confirming = pyotp.TOTP(str(secret)).at(clock())
    world.run(second_factor.confirm, handler, confirming, now=clock())
    assert enters(world, ring, clock, confirming, "handler") == "WrongCode"


@ON_SQLITE
def test_a_secret_that_was_shown_too_long_ago_is_no_longer_to_be_had(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    handler = world.people["handler"]
    world.run(second_factor.propose, handler, now=clock())
    secret = str(world.do(second_factor.proposed, ring, handler, clock()))
    clock.forward(minutes=15)
    assert world.do(second_factor.proposed, ring, handler, clock()) is None
    with pytest.raises(WrongCode):
        world.run(second_factor.confirm, handler, pyotp.TOTP(secret).at(clock()), now=clock())


@ON_SQLITE
def test_a_secret_is_sealed_for_its_account(world: World, ring: Keyring, clock: MovingClock) -> None:
    kept = " ".join(world.everything()["second_factors"])
    assert SECRET not in kept
    with world.database.writer() as session:
        factors = session.scalars(select(SecondFactor).order_by(SecondFactor.user_id)).all()
        factors[0].sealed_secret = factors[1].sealed_secret
        session.commit()
    with pytest.raises(SealBroken):
        world.run(logins.check_code, half(world), code(clock), None, now=clock())


@ON_SQLITE
def test_security_15_the_codes_go_on_under_a_new_key(world: World, clock: MovingClock) -> None:
    codes = world.run(second_factor.renew_recovery_codes, world.people["office"], now=NOW)
    new = Keyring("a new key, thirty-two bytes long!", [world.key.decode()])
    world.run(keys.rotate, now=NOW, keyring=new)
    assert enters(world, new, clock, code(clock)) == "in"
    assert enters(world, new, clock, codes[0]) == "in"  # a hash can't be made anew: the retired key still finds it
    with pytest.raises(SealBroken):
        world.run(logins.check_code, half(world), code(clock, 1), None, now=clock())


# --- sessions ------------------------------------------------------------------------------------


def begin(world: World, ring: Keyring, clock: MovingClock, login: str = "handler", replaces: str = "") -> str:
    def enter(session: Session) -> str:
        user = session.get_one(User, world.people[login])
        return logins.let_in(Work(session, clock(), keyring=ring), user, None, replaces).token

    return world.do(enter)


def lives(world: World, clock: MovingClock, token: str) -> bool:
    return world.do(sessions.find, token, clock()) is not None


@ON_SQLITE
def test_security_24_a_session_idles_half_an_hour_and_lasts_twelve(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    used, left = begin(world, ring, clock), begin(world, ring, clock)
    session_id = world.do(sessions.find, used, clock()).id
    for minutes in range(0, 12 * 60, 20):
        assert lives(world, clock, used), minutes
        assert lives(world, clock, left) is (minutes < 30), minutes
        world.run(sessions.note_seen, session_id, now=clock())
        clock.forward(minutes=20)
    assert not lives(world, clock, used)


@ON_SQLITE
def test_security_24_the_token_itself_is_kept_nowhere(world: World, ring: Keyring, clock: MovingClock) -> None:
    tokens = [begin(world, ring, clock) for _ in range(3)]
    assert len(set(tokens)) == 3
    with world.database.reader() as session:
        kept = " ".join(map(repr, session.execute(select(StaffSession.__table__))))
    assert not any(token in kept for token in tokens)
    for token in ("", "x", tokens[0][:-1], tokens[0] + "="):
        assert not lives(world, clock, token)


@ON_SQLITE
def test_a_page_writes_the_time_once_a_minute(world: World, ring: Keyring, clock: MovingClock) -> None:
    token = begin(world, ring, clock)
    seen = []
    for _ in range(4):
        found = world.do(sessions.find, token, clock())
        world.run(sessions.note_seen, found.id, now=clock())
        seen.append((world.do(sessions.find, token, clock()).last_seen_at - NOW).total_seconds())
        clock.forward(seconds=30)
    assert seen == [0, 0, 60, 60]


def test_security_24_logging_out_ends_one_session_and_elsewhere_all_others(
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    first, second, third = (begin(world, ring, clock) for _ in range(3))
    others = begin(world, ring, clock, "head")
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
    world: World, ring: Keyring, clock: MovingClock
) -> None:
    before = begin(world, ring, clock)
    after = begin(world, ring, clock, "head", replaces=before)
    assert (lives(world, clock, before), lives(world, clock, after)) == (False, True)
    clock.forward(hours=12)
    begin(world, ring, clock)
    assert count(world, StaffSession) == 2  # rows of the handler's sessions long over are gone


@ON_SQLITE
def test_an_unattended_screen_is_no_place_for_guessing(world: World, ring: Keyring, clock: MovingClock) -> None:
    handler = world.people["handler"]
    for _ in range(5):
        with pytest.raises(WrongPassword):
            world.run(logins.prove_identity, handler, "wrong", now=clock())
    with pytest.raises(TooManyFailures):
        world.run(logins.prove_identity, handler, PASSWORD, now=clock())
    assert tries(world, ring, clock, "handler", PASSWORD) == "in"
    with pytest.raises((LoginRefused, StepTooLate)):
        world.run(logins.check_password, "handler", "", None, now=clock())
