"""Waits after failures, limits of a session, accepted codes, duties after a login."""

import datetime as dt

import pytest

from app.domain.accounts.logins import (
    RECOVERY_CODES,
    SECOND_STEP_WITHIN,
    SECRET_SHOWN_FOR,
    SEEN_EVERY,
    Duty,
    code_steps,
    first_duty,
    next_try,
    session_lives,
)
from app.domain.cases.states import Role
from tests.days import at

NOW = at("2026-09-18 Fri 09:00")
MINUTE, SECOND = dt.timedelta(minutes=1), dt.timedelta(seconds=1)

# Failures, the latest just now: minutes until the next try.
WAITS = [(0, 0), (1, 0), (4, 0), (5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (10, 15), (500, 15)]


@pytest.mark.parametrize(("failures", "minutes"), WAITS)
def test_the_more_failures_the_longer_the_wait_and_never_for_ever(failures: int, minutes: int) -> None:
    assert next_try([NOW] * failures, NOW) == NOW + minutes * MINUTE


def test_a_wait_counts_from_the_latest_failure_and_is_over_on_the_second() -> None:
    failures = [NOW - 3 * MINUTE, NOW - 2 * MINUTE, NOW, NOW - 4 * MINUTE, NOW - 5 * MINUTE]  # in any order
    over = NOW + MINUTE
    assert next_try(failures, over - SECOND) == over
    for moment in (over, over + SECOND, over + 30 * MINUTE):
        assert next_try(failures, moment) == moment


def test_after_an_hour_a_failure_no_longer_counts() -> None:
    hour = 60 * MINUTE
    failures = [NOW - hour, *[NOW] * 4]
    assert next_try(failures, NOW) == NOW
    failures = [NOW - hour + SECOND, *[NOW] * 4]
    assert next_try(failures, NOW) == NOW + MINUTE


def test_who_keeps_guessing_gets_a_dozen_tries_an_hour() -> None:
    failures: list[dt.datetime] = []
    moment, end = NOW, NOW + 10 * 60 * MINUTE
    while moment < end:
        failures.append(moment)
        moment = next_try(failures, moment)
    last_hour = [failure for failure in failures if failure >= end - 60 * MINUTE]
    assert len(last_hour) <= 12


# Begun and last seen, minutes ago: whether it lives.
SESSIONS = [
    (0, 0, True),
    (29.99, 29.99, True),
    (30, 30, False),
    (300, 29.99, True),
    (719.99, 0, True),
    (720, 0, False),
    (720, 30, False),
]


@pytest.mark.parametrize(("begun", "seen", "lives"), SESSIONS)
def test_a_session_ends_after_half_an_hour_without_a_page_and_after_twelve_hours(
    begun: float, seen: float, lives: bool
) -> None:
    assert session_lives(NOW - begun * MINUTE, NOW - seen * MINUTE, NOW) is lives


def test_a_code_is_taken_one_step_early_or_late() -> None:
    step = int(NOW.timestamp()) // 30
    assert list(code_steps(NOW)) == list(code_steps(NOW + 29 * SECOND)) == [step - 1, step, step + 1]
    assert list(code_steps(NOW + 30 * SECOND)) == [step, step + 1, step + 2]


def test_the_figures_of_a_login() -> None:
    assert (RECOVERY_CODES, SEEN_EVERY, SECOND_STEP_WITHIN, SECRET_SHOWN_FOR) == (10, MINUTE, 5 * MINUTE, 15 * MINUTE)


PASSWORD, FACTOR = Duty.CHOOSE_PASSWORD, Duty.SET_UP_SECOND_FACTOR
# Must change the password, has a second factor, demonstration: the first duty of those who can conclude, and of
# the auditor.
DUTIES = [
    (False, False, False, FACTOR, None),
    (False, True, False, None, None),
    (True, False, False, PASSWORD, PASSWORD),
    (True, True, False, PASSWORD, PASSWORD),
    (False, False, True, None, None),
    (False, True, True, None, None),
    (True, False, True, PASSWORD, PASSWORD),
    (True, True, True, PASSWORD, PASSWORD),
]


@pytest.mark.parametrize(("change", "has", "demonstration", "deciding", "auditor"), DUTIES)
def test_first_a_password_of_ones_own_then_the_second_factor_of_whoever_can_conclude(
    change: bool, has: bool, demonstration: bool, deciding: Duty | None, auditor: Duty | None
) -> None:
    found = {
        role: first_duty(role, must_change_password=change, has_second_factor=has, demonstration=demonstration)
        for role in Role
    }
    assert found == {role: auditor if role is Role.AUDITOR else deciding for role in Role}
