"""States on the record which list is public: at the opening, at each correction and at the end (R5, R9, R38)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import Session

from app.domain.record.listings import LISTED_ACTS, ListStage, entry_digest, list_digest
from app.domain.record.salts import new_salt
from app.models import Entry, Period, StatedList
from app.services.periods.corrected_text import EntryView, read_entries
from app.services.record.chain import CLOCK
from app.services.shared.locks import lock_row
from app.services.shared.work import Work, use_case


def find_due(session: Session, now: dt.datetime) -> Sequence[int]:
    """Return the ids of the periods whose opening or end is not stated yet.

    A period that was over before lists were stated is left out: nobody can say any more what was public.
    """
    there = Period.cancelled_at.is_(None)
    opened, closed = _stated(ListStage.OPENED), _stated(ListStage.CLOSED)
    opening = select(Period.id).where(there, Period.opens_at <= now, Period.closes_at > now, ~opened)
    ending = select(Period.id).where(there, Period.closes_at <= now, opened, ~closed)
    return [*session.scalars(opening.order_by(Period.id)), *session.scalars(ending.order_by(Period.id))]


@use_case
def state(work: Work, period_id: int) -> None:
    """State the list of a period, where its opening or its end is due. Twice does nothing."""
    period = lock_row(work.session, Period, period_id)
    if period.cancelled_at is not None or work.now < period.opens_at:
        return
    stated = of_period(work.session, period_id)
    if not stated and period.window.contains(work.now):
        _write(work, period, ListStage.OPENED, stated)
    elif stated and stated[-1].listing is not ListStage.CLOSED and work.now >= period.closes_at:
        _write(work, period, ListStage.CLOSED, stated)


def before_correction(work: Work, period_ids: Iterable[int]) -> None:
    """State what is public before it is corrected, where nobody has yet."""
    for period_id in sorted(set(period_ids)):
        state(work, period_id)


def after_correction(work: Work, period_ids: Iterable[int]) -> None:
    """State the lists that a correction has changed in sight. A list that is not public yet is stated when it opens."""
    work.session.flush()
    for period_id in sorted(set(period_ids)):
        period = lock_row(work.session, Period, period_id)
        if period.cancelled_at is None and period.window.contains(work.now):
            _write(work, period, ListStage.CORRECTED, of_period(work.session, period_id))


def of_period(session: Session, period_id: int) -> list[StatedList]:
    """Return the lists of a period as they were stated, oldest first."""
    query = select(StatedList).where(StatedList.period_id == period_id).order_by(StatedList.ordinal)
    return list(session.scalars(query))


def is_stated(session: Session, period_id: int) -> bool:
    """Tell whether the record states a list of this period."""
    return bool(session.scalar(select(exists().where(StatedList.period_id == period_id))))


def entries_with_salts(session: Session, period: Period, now: dt.datetime) -> list[tuple[EntryView, bytes]]:
    """Return the entries of a list as they read at `now`, with their salts, in its order.

    The public may have them inside the window only: check the window first (R5). Entries of an older version have no
    salt before their list is stated: they are left out.
    """
    entries = session.scalars(select(Entry).where(Entry.period_id == period.id).order_by(Entry.position)).all()
    salts = {entry.id: entry.salt for entry in entries}
    shown = read_entries(session, entries, now)
    return [(view, salt) for view in shown if (salt := salts[view.id]) is not None]


def _write(work: Work, period: Period, listing: ListStage, stated: Sequence[StatedList]) -> None:
    digests = _digests(work, period, period.closes_at if listing is ListStage.CLOSED else work.now)
    whole = list_digest(digests)
    before = _assembled(stated)
    changed = [[place, digest.hex()] for place, digest in enumerate(digests) if before.get(place) != digest.hex()]
    work.session.add(
        StatedList(
            period_id=period.id,
            ordinal=len(stated) + 1,
            listing=listing,
            stated_at=work.now,
            digest=whole,
            digests=changed,
        )
    )
    work.did_by(
        CLOCK,
        LISTED_ACTS[listing],
        period,
        list=whole,
        entries=len(digests),
        opens_at=period.opens_at.isoformat(),
        closes_at=period.closes_at.isoformat(),
    )


def _digests(work: Work, period: Period, as_of: dt.datetime) -> list[bytes]:
    old = work.session.scalars(select(Entry).where(Entry.period_id == period.id, Entry.salt.is_(None))).all()
    for entry in old:
        entry.salt = new_salt()
    return [entry_digest(salt, asdict(view)) for view, salt in entries_with_salts(work.session, period, as_of)]


def _assembled(stated: Sequence[StatedList]) -> dict[int, str]:
    """Return the last digest of each place of a list."""
    return {place: digest for each in stated for place, digest in each.digests}


def _stated(listing: ListStage) -> Exists:
    return exists().where(StatedList.period_id == Period.id, StatedList.listing == listing)
