"""Rules of login: waits after failed tries, limits of a session, and what must be done before any page.

The figures are those of OWASP ASVS 5.0 (V6, V7) for an application with personal data.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from enum import StrEnum

from app.domain.cases.states import Role

# --- failed logins -------------------------------------------------------------------------------

FAILURES_BEFORE_WAIT = 5
FAILURES_COUNT_FOR = dt.timedelta(hours=1)
# After the fifth failure, the sixth, … The last holds for all later failures: no account is locked for good.
_WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))


def next_try(failures: Iterable[dt.datetime], now: dt.datetime) -> dt.datetime:
    """Return the instant from which another attempt is accepted: `now`, or later after too many recent failures.

    An attempt that comes too early is not counted as a failure, so a stranger who keeps trying does not lengthen the
    wait.
    """
    recent = [failure for failure in failures if failure > now - FAILURES_COUNT_FOR]
    step = len(recent) - FAILURES_BEFORE_WAIT
    if step < 0:
        return now
    return max(now, max(recent) + _WAITS[min(step, len(_WAITS) - 1)])


# --- sessions ------------------------------------------------------------------------------------

IDLE = dt.timedelta(minutes=30)
LONGEST = dt.timedelta(hours=12)
# "last seen" is written at most this often, since not every page view needs a write
SEEN_EVERY = dt.timedelta(minutes=1)
SECOND_STEP_WITHIN = dt.timedelta(minutes=5)  # between password and code
SECRET_SHOWN_FOR = dt.timedelta(minutes=15)  # a new second factor must be confirmed within


def session_lives(created_at: dt.datetime, last_seen_at: dt.datetime, now: dt.datetime) -> bool:
    """Return whether a session is still valid: it ends after half an hour without a page, or after twelve hours."""
    return now < last_seen_at + IDLE and now < created_at + LONGEST


# --- the second factor ---------------------------------------------------------------------------

CODE_SECONDS = 30
CODE_DRIFT = 1  # a telephone's clock may be one step off, either way
RECOVERY_CODES = 10


def code_steps(now: dt.datetime) -> range:
    """Return the time steps whose code is taken at `now` (RFC 6238)."""
    step = int(now.timestamp()) // CODE_SECONDS
    return range(step - CODE_DRIFT, step + CODE_DRIFT + 1)


def must_have_second_factor(role: Role, *, demonstration: bool) -> bool:
    """Tell whether a second factor is required: of all who can conclude a case (R22), but not in a demonstration."""
    return role is not Role.AUDITOR and not demonstration


# --- what comes before anything else -------------------------------------------------------------


class Duty(StrEnum):
    """What somebody who logged in has to do before any page is shown."""

    CHOOSE_PASSWORD = "choose_password"  # noqa: S105 - a duty's name
    SET_UP_SECOND_FACTOR = "set_up_second_factor"


def first_duty(role: Role, *, must_change_password: bool, has_second_factor: bool, demonstration: bool) -> Duty | None:
    """Return the first duty. Changing a handed-out password comes first: whoever gave it out still knows it."""
    if must_change_password:
        return Duty.CHOOSE_PASSWORD
    if must_have_second_factor(role, demonstration=demonstration) and not has_second_factor:
        return Duty.SET_UP_SECOND_FACTOR
    return None
