"""For whom a list of tasks is read, and what all of its parts count with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from app.calendars.china import ChinaCalendar
from app.domain.calendar.workdays import (
    Calendar,
    last_day_before,
    local_date,
    midnight,
    nth_workday_before,
    workdays_between,
)
from app.domain.cases.states import Actor
from app.domain.messages.channels import OutgoingChannel
from app.domain.refusals import BeyondHorizon
from app.models import User
from app.sealing import Keyring
from app.services.accounts.deputies import list_absent
from app.services.accounts.two_people import persons
from app.services.calendar.calendars import calendar_of

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class TaskReader:
    """Who reads their tasks, when, and over which channels messages leave.

    `own` narrows the tasks about cases to those that wait for this person: named as the handler, standing in for
    whoever is, or as the second person.
    """

    session: Session
    keyring: Keyring
    actor: Actor
    now: dt.datetime
    channels: Collection[OutgoingChannel] = ()
    own: bool = False

    @cached_property
    def agreed(self) -> bool:
        """Tell whether the account proposes and confirms: nobody has still to agree to it (R22)."""
        return not self.session.get_one(User, self.actor.user_id).waits_for_agreement

    def is_second_to(self, proposer_id: int) -> bool:
        """Tell whether this person may confirm what that account proposed: another one stands behind it (R22)."""
        me = persons(self.session, self.actor.user_id)
        return self.agreed and me.isdisjoint(persons(self.session, proposer_id))

    @cached_property
    def absent(self) -> frozenset[int]:
        """Return the people for whom this person stands in now, by account."""
        user_id = self.actor.user_id
        return frozenset(user.id for user in list_absent(self.session, [user_id], self.now).get(user_id, ()))

    @cached_property
    def calendar(self) -> ChinaCalendar:
        return calendar_of(self.session)

    @property
    def horizon(self) -> dt.date:
        """Return the last day that the notices in force reach (R3)."""
        return self.calendar.horizon

    @property
    def today(self) -> dt.date:
        return local_date(self.now)

    def count_left(self, due: dt.datetime | None, calendar: Calendar | None = None) -> int | None:
        """Count the working days after today until `due`. None without it, and where no calendar reaches it (R3)."""
        if due is None or due <= self.now:
            return None
        try:
            return workdays_between(self.today + _ONE_DAY, last_day_before(due), calendar or self.calendar)
        except BeyondHorizon:
            return None

    @cached_property
    def since(self) -> dt.datetime:
        """Return the moment from which on nobody was at work: 24:00 of the last working day before today."""
        try:
            return midnight(nth_workday_before(self.today, 1, self.calendar) + _ONE_DAY)
        except BeyondHorizon:
            return midnight(self.today)
