"""The difference between this machine's clock and the database's is measured (R1)."""

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app import clock
from app.services.upkeep.clocks import clock_ahead, clocks_disagree


@pytest.mark.parametrize("seconds", [0, 30, -30])
def test_a_difference_is_measured_on_a_database_with_a_clock_of_its_own(session: Session, seconds: int) -> None:
    off_by = dt.timedelta(seconds=seconds)
    ahead = clock_ahead(session, lambda: clock.now() + off_by)
    expected = off_by if session.get_bind().dialect.name == "postgresql" else dt.timedelta()
    assert abs(ahead - expected) < dt.timedelta(seconds=1)


def test_a_slow_answer_is_no_difference(session: Session) -> None:
    looks = iter([clock.now() - dt.timedelta(seconds=9), clock.now() + dt.timedelta(seconds=9)])
    assert clock_ahead(session, lambda: next(looks)) == dt.timedelta()


@pytest.mark.parametrize(("seconds", "apart"), [(2, False), (-2, False), (2.001, True), (-2.001, True)])
def test_two_seconds_are_tolerated(seconds: float, apart: bool) -> None:
    assert clocks_disagree(dt.timedelta(seconds=seconds)) is apart
