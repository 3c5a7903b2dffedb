"""Logins: failures are counted before the password is checked, codes are accepted once, sessions end in time."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from app.domain.refusals import TooManyFailures
from app.models import LoginFailure, RecoveryCode, StaffSession, User
from app.sealing import Keyring
from app.services.accounts import logins, passwords, second_factor
from app.services.accounts.logins import KnownBrowser
from tests.services.accounts.logging_in import NOW, ON_SQLITE, PASSWORD, code, count, enters, tries
from tests.web.browsing import MovingClock
from tests.world import World, at_once

pytestmark = pytest.mark.usefixtures("passwords_for_all")


def change(world: World, login: str, **values: object) -> None:
    with world.database.writer() as session:
        session.execute(update(User).where(User.login == login).values(**values))
        session.commit()


# --- failures ------------------------------------------------------------------------------------


def test_security_23_failed_logins_slow_one_account_and_no_other(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    for login in ("handler", "nobody"):  # an account that exists, and one that does not: the same
        assert [tries(world, keyring, clock, login, "wrong") for _ in range(6)] == ["LoginRefused"] * 5 + [
            "TooManyFailures"
        ]
        assert tries(world, keyring, clock, login, PASSWORD) == "TooManyFailures"
    assert tries(world, keyring, clock, "head", PASSWORD) == "in"
    clock.forward(seconds=60)
    assert tries(world, keyring, clock, "nobody", PASSWORD) == "LoginRefused"
    assert tries(world, keyring, clock, "handler", PASSWORD) == "in"


@ON_SQLITE
def test_security_23_whoever_knocks_all_day_keeps_nobody_out_of_their_own_browser(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    own = KnownBrowser(world.people["handler"], "a mark")
    anothers = KnownBrowser(world.people["head"], "a mark")
    for _ in range(60):
        assert tries(world, keyring, clock, "handler", "wrong") in ("LoginRefused", "TooManyFailures")
        clock.forward(seconds=30)
    assert tries(world, keyring, clock, "handler", PASSWORD) == "TooManyFailures"
    assert tries(world, keyring, clock, "handler", PASSWORD, anothers) == "TooManyFailures"
    assert tries(world, keyring, clock, "handler", PASSWORD, own) == "in"
    # And a browser of one's own is no place for guessing.
    found = [tries(world, keyring, clock, "handler", "wrong", own) for _ in range(6)]
    assert found == ["LoginRefused"] * 5 + ["TooManyFailures"]


@ON_SQLITE
def test_security_23_a_try_too_early_does_not_lengthen_the_wait(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    for _ in range(5):
        tries(world, keyring, clock, "handler", "wrong")
    for _ in range(59):
        clock.forward(seconds=1)
        with pytest.raises(TooManyFailures) as refused:
            world.run(logins.check_password, "handler", PASSWORD, None, now=clock())
        assert "请在1分钟后再试" in str(refused.value)
    clock.forward(seconds=1)
    assert tries(world, keyring, clock, "handler", PASSWORD) == "in"


@ON_SQLITE
def test_security_23_a_failure_survives_a_fault_before_it_was_judged(
    world: World, keyring: Keyring, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls_over(_stored: str | None, _password: str) -> bool:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(passwords, "fits", falls_over)
        for _ in range(5):
            with pytest.raises(MemoryError):
                world.run(logins.check_password, "handler", PASSWORD, None, now=clock())
    assert count(world, LoginFailure) == 5
    assert tries(world, keyring, clock, "handler", PASSWORD) == "TooManyFailures"


def test_security_23_many_at_once_get_no_more_tries_than_one_after_another(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    jobs = [lambda: tries(world, keyring, clock, "handler", "wrong") for _ in range(12)]
    found = at_once(jobs)
    assert sorted(map(str, found)) == ["LoginRefused"] * 5 + ["TooManyFailures"] * 7


@ON_SQLITE
def test_a_right_password_is_no_failure_and_a_login_forgets_what_failed(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    assert [tries(world, keyring, clock, "office", PASSWORD) for _ in range(8)] == ["in"] * 8
    for _ in range(4):
        tries(world, keyring, clock, "office", "wrong")
    assert tries(world, keyring, clock, "office", PASSWORD) == "in"
    assert count(world, LoginFailure) == 4  # the password alone forgets nothing: the code is guessed next
    assert enters(world, keyring, clock, code(clock)) == "in"
    assert count(world, LoginFailure) == 0


@ON_SQLITE
def test_security_23_guessing_codes_is_slowed_like_guessing_passwords(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    for _ in range(2):  # giving the right password in between resets nothing
        assert tries(world, keyring, clock, "office", PASSWORD) == "in"
        assert [enters(world, keyring, clock, "000000") for _ in range(2)] == ["WrongCode"] * 2
    assert enters(world, keyring, clock, "000000") == "WrongCode"
    assert enters(world, keyring, clock, code(clock)) == "TooManyFailures"
    assert tries(world, keyring, clock, "office", PASSWORD) == "TooManyFailures"
    clock.forward(seconds=61)
    assert enters(world, keyring, clock, code(clock)) == "in"


@ON_SQLITE
def test_security_23_the_table_of_failures_holds_no_name_and_is_swept(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    tries(world, keyring, clock, "a password typed as a name", "wrong")
    assert not any("typed" in row for row in world.everything()["login_failures"])
    clock.forward(hours=1)
    tries(world, keyring, clock, "handler", "wrong")
    assert count(world, LoginFailure) == 1


@ON_SQLITE
def test_security_23_the_time_of_the_answer_is_that_of_one_hash_whoever_is_named(
    world: World, keyring: Keyring, clock: MovingClock, monkeypatch: pytest.MonkeyPatch
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
        assert tries(world, keyring, clock, login, "wrong") == "LoginRefused"
        assert verified == ["$argon2id$"], login


# --- codes ---------------------------------------------------------------------------------------


@ON_SQLITE
@pytest.mark.parametrize(("steps", "expected"), [(-2, "WrongCode"), (-1, "in"), (0, "in"), (1, "in"), (2, "WrongCode")])
def test_a_clock_may_be_one_step_off(
    world: World, keyring: Keyring, clock: MovingClock, steps: int, expected: str
) -> None:
    assert enters(world, keyring, clock, code(clock, steps)) == expected


@ON_SQLITE
def test_security_22_a_code_is_taken_once(world: World, keyring: Keyring, clock: MovingClock) -> None:
    now = code(clock)
    assert [enters(world, keyring, clock, now) for _ in range(2)] == ["in", "WrongCode"]
    assert enters(world, keyring, clock, code(clock, -1)) == "WrongCode"  # nor one from before it
    clock.forward(seconds=30)
    assert enters(world, keyring, clock, now) == "WrongCode"  # still shown on a slow telephone
    spaced = code(clock)
    assert enters(world, keyring, clock, f" {spaced[:3]} {spaced[3:]} ") == "in"


def test_security_22_two_at_once_with_the_same_code_one_gets_in(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    same = code(clock)
    assert sorted(map(str, at_once([lambda: enters(world, keyring, clock, same)] * 4))) == ["WrongCode"] * 3 + ["in"]


@ON_SQLITE
@pytest.mark.parametrize("typed", ["", "1", "000000", "٠٠٠٠٠٠", "12345", "1234567", "a" * 6, "0" * 16, "9" * 400])
def test_what_is_no_code_opens_nothing(world: World, keyring: Keyring, clock: MovingClock, typed: str) -> None:
    assert enters(world, keyring, clock, typed) == "WrongCode"
    assert count(world, StaffSession) == 0


def test_a_recovery_code_opens_once_and_only_its_owners_account(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    codes = world.run(second_factor.renew_recovery_codes, world.people["office"], now=NOW)
    assert len(set(codes)) == 10
    assert enters(world, keyring, clock, codes[0], "office2") == "WrongCode"
    found = at_once([lambda: enters(world, keyring, clock, codes[0].replace("-", " "))] * 3)
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
    assert enters(world, keyring, clock, codes[1]) == "WrongCode"
    assert enters(world, keyring, clock, fresh[0]) == "in"


@ON_SQLITE
def test_the_code_must_follow_the_password_within_five_minutes(
    world: World, keyring: Keyring, clock: MovingClock
) -> None:
    clock.forward(minutes=5)
    assert enters(world, keyring, clock, code(clock)) == "StepTooLate"
    clock.forward(seconds=-1)
    assert enters(world, keyring, clock, code(clock)) == "in"


@ON_SQLITE
def test_a_password_changed_in_between_ends_the_login(world: World, keyring: Keyring, clock: MovingClock) -> None:
    for values in ({"session_epoch": 1}, {"session_epoch": 0, "disabled_at": NOW}):
        change(world, "office", **values)
        assert enters(world, keyring, clock, code(clock)) == "StepTooLate"


# --- setting up ----------------------------------------------------------------------------------


# --- sessions ------------------------------------------------------------------------------------
