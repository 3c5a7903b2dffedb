"""What every change of a nominee checks first: who may change it, that the programme runs, and what stands now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor
from app.domain.refusals import NoLongerStands, NotReady
from app.models import Entry, Nominee, Period
from app.services.nominees.access import find_recommended
from app.services.programmes.locking import lock_programme_before_award
from app.services.shared import leavers


def lock_nominee(session: Session, nominee_id: int, actor: Actor) -> Nominee:
    """Lock a nominee's programme and return the nominee, to change it.

    Two people who change it, or schedule it, take turns. Raises NotYourCase, Archived, Awarded.
    """
    nominee = find_recommended(session, nominee_id, actor)
    lock_programme_before_award(session, nominee.programme_id)
    session.refresh(nominee)
    return nominee


def require_standing(session: Session, nominee: Nominee, now: dt.datetime) -> None:
    """Raise NoLongerStands for a nominee who is out at `now`, or has withdrawn."""
    if how := leavers.describe_left(session, [nominee], now).get(nominee.id):
        raise NoLongerStands(nominee.name, how)


def require_all_ready(what: str, nominees: Sequence[Nominee], reasons: Mapping[int, Sequence[str]]) -> None:
    """Raise NotReady with everybody who has a reason, so that whoever chose them can go on without."""
    if held_up := [(each.id, each.name, reasons[each.id]) for each in nominees if reasons.get(each.id)]:
        raise NotReady(what, held_up)


def has_left(session: Session, nominee: Nominee, now: dt.datetime) -> bool:
    return bool(leavers.describe_left(session, [nominee], now))


def entries_of(session: Session, nominee_id: int) -> list[Entry]:
    """List a nominee's entries in periods that were not taken back, the one that opened last at the end."""
    return list(
        session.scalars(
            select(Entry)
            .join(Period, Entry.period_id == Period.id)
            .where(Entry.nominee_id == nominee_id, Period.cancelled_at.is_(None))
            .order_by(Period.opens_at, Entry.id)
            .options(joinedload(Entry.period).joinedload(Period.organiser))
        )
    )


def current_entries(session: Session, nominee_id: int, now: dt.datetime) -> list[Entry]:
    """List the nominee's entries that the public sees now, or will see."""
    return [entry for entry in entries_of(session, nominee_id) if now < entry.period.closes_at]
