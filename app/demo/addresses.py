"""E-mail addresses of the demonstration's logins. Mail to them lands in the file mailbox (R28)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.hours import Times
from app.models import Reach, User
from app.sealing import Keyring
from app.services.messages import reaches
from app.services.messages.codes import code_of
from app.services.messages.reaches import Whose
from app.services.shared.work import Work

_PEOPLE = {"office": Times.AT_ONCE, "office2": Times.MORNING, "head": Times.AT_ONCE, "handler": Times.AT_ONCE}


def give_addresses(session: Session, keyring: Keyring, at: dt.datetime) -> None:
    """Give each login of the demonstration a confirmed e-mail address."""
    for login, times in _PEOPLE.items():
        user = session.scalars(select(User).where(User.login == login)).one()
        work = Work(session, at, user.actor, keyring)
        address = f"{login}@example.com"
        reach_id = reaches.set_address(work, Whose(), OutgoingChannel.MAIL, address, times, frozenset(OutgoingChannel))
        reaches.confirm(work, reach_id, code_of(keyring, session.get_one(Reach, reach_id)))
