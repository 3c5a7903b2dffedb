"""E-mail addresses of the demonstration's logins. Mail to them lands in the file mailbox (R28)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.calendars.china import ChinaCalendar
from app.channels.gateways import Gateways
from app.demo.diary import Diary
from app.domain.calendar.workdays import local_date, midnight
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Outcome
from app.domain.messages.hours import Times
from app.models import Reach, User
from app.sealing import Keyring
from app.services.messages import dispatching, followers, planning, reaches
from app.services.messages.codes import derive_code
from app.services.messages.dispatching import Claimed
from app.services.messages.planning import SendingSetup
from app.services.messages.reaches import AddressOwner
from app.services.shared.work import Work

# When the demonstration's senders look: after the morning's warnings, after its digest, in the afternoon.
_SENT_AT = (dt.timedelta(hours=8, minutes=1), dt.timedelta(hours=8, minutes=31), dt.timedelta(hours=15))
_DAYS = 25
_URL = "http://127.0.0.1:8000"
_PEOPLE = {"office": Times.AT_ONCE, "office2": Times.MORNING, "head": Times.AT_ONCE, "handler": Times.AT_ONCE}


def give_addresses(session: Session, keyring: Keyring, at: dt.datetime) -> None:
    """Give each login of the demonstration a confirmed e-mail address."""
    for login, times in _PEOPLE.items():
        user = session.scalars(select(User).where(User.login == login)).one()
        work = Work(session, at, user.actor, keyring)
        address = f"{login}@example.com"
        reach_id = reaches.set_address(
            work, AddressOwner(), OutgoingChannel.MAIL, address, times, frozenset(OutgoingChannel)
        )
        reaches.confirm_address(work, reach_id, derive_code(keyring, session.get_one(Reach, reach_id)))


def confirm_contact(session: Session, keyring: Keyring, objection_id: int, at: dt.datetime) -> None:
    """Have an objector type the code that came."""
    reach = session.scalars(select(Reach).where(Reach.objection_id == objection_id)).one()
    followers.confirm(Work(session, at, keyring=keyring), objection_id, derive_code(keyring, reach))


def send_each_day(diary: Diary, keyring: Keyring, gateways: Gateways, calendar: ChinaCalendar) -> None:
    """Note when the messages of the last weeks leave."""
    today = local_date(diary.until)
    for back in range(_DAYS):
        for time in _SENT_AT:
            at = midnight(today - back * dt.timedelta(days=1)) + time
            diary.note(at, lambda session, now: _send(Work(session, now, keyring=keyring), gateways, calendar))


def _send(work: Work, gateways: Gateways, calendar: ChinaCalendar) -> None:
    """Do at one moment what a sender does all the time."""
    while planning.plan_dispatches(work, SendingSetup(gateways.available, calendar)):
        pass
    ended: tuple[Claimed, Outcome] | None = None
    while (claimed := dispatching.settle_and_claim(work, ended, _URL)) is not None:
        ended = (claimed, gateways.send(claimed.channel, claimed.address, claimed.message, claimed.token))
