"""Who has left a programme at a given moment: out by a disqualification or a passed deadline, or withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.domain.cases.states import OPEN_STATES
from app.domain.cases.verdict import grounds_against
from app.models import Case, Disqualification, Entry, Nominee, Period

OUT, WITHDRAWN = "已取消参评资格", "已退出"


def disqualified(session: Session, nominee_ids: Sequence[int], now: dt.datetime) -> set[int]:
    """Return who is out at `now`: by a standing disqualification, or by a deadline not settled yet (R26).

    Open cases are read first. So a settlement committed meanwhile is seen as the disqualifications that it wrote.
    """
    unsettled = session.execute(
        select(Case, Period.conclude_by)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(
            Entry.nominee_id.in_(nominee_ids),
            Case.state.in_(OPEN_STATES),  # a concluded one has its own row below, and maybe a reversal
            Period.settled_at.is_(None),
            Period.conclude_by <= now,
        )
        .options(selectinload(Case.entry))
    ).all()
    lapsing = {
        case.entry.nominee_id for case, conclude_by in unsettled if grounds_against([case.outcome], conclude_by, now)
    }
    rows = session.scalars(
        select(Disqualification)
        .where(Disqualification.nominee_id.in_(nominee_ids))
        .options(selectinload(Disqualification.reversal))
    )
    return lapsing | {row.nominee_id for row in rows if row.stands}


def left(session: Session, nominees: Iterable[Nominee], now: dt.datetime) -> dict[int, str]:
    """Return how each of these nominees left, in words, by id.

    A nominee who has not left is not in it.
    """
    these = list(nominees)
    gone = {nominee.id: WITHDRAWN for nominee in these if nominee.withdrawn_at is not None}
    return gone | dict.fromkeys(disqualified(session, [nominee.id for nominee in these], now), OUT)
