"""Addresses for tests: confirmed ones, and planning as a worker does."""

from __future__ import annotations

import datetime as dt

from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.hours import Times
from app.models import Reach
from app.services.calendar.calendars import calendar_of
from app.services.messages import planning
from app.services.messages.codes import seal_context
from app.services.messages.planning import SendingSetup
from app.services.messages.reaches import ReachShown
from tests.world import World, at

MADE = at("2026-09-01 Tue 09:00")


def reach_of(
    world: World,
    whose: str | int,
    channel: OutgoingChannel,
    address: str,
    times: Times = Times.AT_ONCE,
    *,
    confirmed: bool = True,
) -> int:
    """An address of a person (by login) or of a unit (by id). Returns its id."""
    owner = {"user_id": world.people[whose]} if isinstance(whose, str) else {"unit_id": whose}
    with world.database.writer() as session:
        reach = Reach(channel=channel, sealed=b"", times=times, made_at=MADE, code_at=MADE, **owner)
        reach.confirmed_at = MADE if confirmed else None
        session.add(reach)
        session.flush()
        reach.sealed = world.keyring.seal(address, seal_context(reach.id))
        session.commit()
        return reach.id


def plan(world: World, now: dt.datetime, channels: frozenset[OutgoingChannel] = frozenset(OutgoingChannel)) -> None:
    """Plan everything there is."""
    with world.database.reader() as session:
        means = SendingSetup(channels, calendar_of(session))
    while world.run(planning.plan_dispatches, means, now=now):
        pass


def in_use(shown: ReachShown) -> bool:
    """Tell whether messages go to an address."""
    return shown.confirmed and not shown.stopped and not shown.bounced
