"""Passwords and codes of tests, typed as staff types them."""

from __future__ import annotations

import datetime as dt

import pyotp
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.refusals import Refusal
from app.sealing import Keyring
from app.services.accounts import logins
from app.services.accounts.logins import HalfWay, KnownBrowser
from app.services.shared.work import Work
from tests.web.browsing import MovingClock
from tests.world import SECRET, World, at

PASSWORD = "correct horse battery"


NOW = at("2026-09-18 Fri 09:00")


# One database is enough where its way of waiting and counting does not matter.
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def code(clock: MovingClock, steps: int = 0) -> str:
    return pyotp.TOTP(SECRET).at(clock() + dt.timedelta(seconds=30 * steps))


def half(world: World, login: str = "office") -> HalfWay:
    return HalfWay(world.people[login], 0, NOW)


def tries(
    world: World, keyring: Keyring, clock: MovingClock, login: str, password: str, browser: KnownBrowser | None = None
) -> str:
    """Try the password. Returns "in", or the name of the refusal."""
    try:
        world.run(logins.check_password, login, password, browser, now=clock(), keyring=keyring)
    except Refusal as refusal:
        return type(refusal).__name__
    return "in"


def enters(world: World, keyring: Keyring, clock: MovingClock, typed: str, login: str = "office") -> str:
    """Try the code, and begin a session if it is right."""

    def enter(session: Session) -> str:
        work = Work(session, clock(), keyring=keyring)
        return logins.let_in(work, logins.check_code(work, half(world, login), typed, None), None, "").token

    try:
        world.do(enter)
    except Refusal as refusal:
        return type(refusal).__name__
    return "in"


def count(world: World, table: type) -> int:
    with world.database.reader() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0
