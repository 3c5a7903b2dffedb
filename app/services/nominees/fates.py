"""What became of a programme's nominees: their disqualifications, and who is out now (R26, R29)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.domain.cases.states import Actor
from app.models import Disqualification, Nominee
from app.services.nominees.access import nominees_visible_to, of_programme
from app.services.shared.leavers import find_disqualified


@dataclass(frozen=True, slots=True)
class Fates:
    """A programme's nominees, every disqualification of each, reversed ones too, and who is out now (R26)."""

    nominees: Sequence[Nominee]
    disqualifications: dict[int, list[Disqualification]]
    out: set[int]

    @property
    def touched(self) -> set[int]:
        """Everyone who is out or once was."""
        return self.out | self.disqualifications.keys()


def fates_of(session: Session, programme_id: int, actor: Actor, now: dt.datetime) -> Fates:
    """Return what became of the nominees that a person may see.

    A nominee who lapsed at a deadline that is not settled yet is out already.
    """
    nominees = of_programme(session, programme_id, actor)
    disqualifications: dict[int, list[Disqualification]] = {}
    rows = session.scalars(
        select(Disqualification)
        .join(Nominee)
        .where(Nominee.programme_id == programme_id, nominees_visible_to(actor))
        .order_by(Disqualification.id)
        .options(selectinload(Disqualification.reversal))
    )
    for row in rows:
        disqualifications.setdefault(row.nominee_id, []).append(row)
    out = find_disqualified(session, [nominee.id for nominee in nominees], now)
    return Fates(nominees, disqualifications, out)
