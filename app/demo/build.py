"""Builds the demonstration, relative to today: last year's programme is over, this year's runs, next year's is to
come."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendars.china import ChinaCalendar, estimated_notice
from app.channels.gateways import Gateways
from app.database import Database
from app.demo import earlier, next_year, this_year
from app.demo.addresses import give_addresses, send_each_day
from app.demo.cases import Script, keep_phrases
from app.demo.cast import assemble
from app.demo.clearing import Clearing
from app.demo.diary import Diary
from app.demo.staging import Staging
from app.demo.timetable import EARLIER_START, LOOK_AHEAD
from app.domain.calendar.workdays import local_date, midnight, nth_workday_before
from app.models import Programme
from app.sealing import Keyring
from app.services.calendar import availability, calendars
from app.services.cases import warnings
from app.services.record.sealer import seal_all
from app.services.shared.files import Vault
from app.services.shared.work import Work

_BEGUN_BEFORE = 40  # working days


def is_empty(database: Database) -> bool:
    with database.reader() as session:
        return session.scalar(select(Programme.id).limit(1)) is None


def build(
    database: Database, keyring: Keyring, now: dt.datetime, vault: Vault, gateways: Gateways | None = None
) -> None:
    """Fill an empty database. Works on any day: for a year without a holiday notice an estimated one is loaded.

    With gateways, which end in a folder, the messages of the last weeks have left by them.
    """
    today = local_date(now)
    start = midnight(today - EARLIER_START)
    diary = Diary(database, until=now)
    with database.writer() as session:
        _estimate_what_is_missing(session, today, start)
        calendar = calendars.calendar_of(session, demonstration=True)
        cast = assemble(session, start)
        give_addresses(session, keyring, start)
        for instant in (start, now):  # available without a break, so that no window can be extended for an outage
            availability.record_heartbeat(Work(session, instant), now - start)
    clearing = Clearing(keyring, vault, cast.of_the_office.handler)
    staging, script = (
        Staging(diary, cast, calendar, keyring, clearing),
        Script(diary, cast.hands, keyring, vault, gateways),
    )
    begun, planned = (midnight(nth_workday_before(today, days, calendar)) for days in (_BEGUN_BEFORE, 1))
    diary.note(start, lambda session, at: earlier.begin(session, staging, at))
    diary.note(start, lambda session, at: keep_phrases(session, cast.of_the_office.handler, at))
    diary.note(begun, lambda session, at: this_year.begin(session, staging, script, now, at))
    diary.note(planned, lambda session, at: next_year.begin(session, cast, at))
    _watch_the_clock(diary, calendar, today)
    if gateways is not None:
        send_each_day(diary, keyring, gateways, calendar)
    diary.live()
    seal_all(database)


def _estimate_what_is_missing(session: Session, today: dt.date, start: dt.datetime) -> None:
    horizon = calendars.calendar_of(session, demonstration=True).horizon
    needed = today + LOOK_AHEAD
    years = range(horizon.year + 1, needed.year + 1)
    notices = tuple(estimated_notice(year) for year in years)
    if notices:
        calendars.store_notices(Work(session, start), notices)
        session.commit()


def _watch_the_clock(diary: Diary, calendar: ChinaCalendar, today: dt.date) -> None:
    """Note the sending of due warnings on every morning of the last weeks."""
    for back in range(25):
        date = today - dt.timedelta(days=back)
        if calendar.day(date).works:
            diary.note(midnight(date) + dt.timedelta(hours=8, seconds=30), lambda s, at: warnings.warn_due(Work(s, at)))
