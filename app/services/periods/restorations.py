"""Disqualifications of a period that two people of the office reversed, with their dates and effects (R29)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.calendar.workdays import local_date
from app.domain.cases.verdict import GROUND_NAMES, Ground
from app.domain.periods.rounds import Kind
from app.domain.shared.wording import end_moment, full_day
from app.models import Disqualification, Nominee, Period, Reversal


@dataclass(frozen=True, slots=True)
class Restoration:
    """One disqualification and its reversal. `since`: from when the nominee was out. `after_closing`: the closing
    report, stored before the reversal, still names the nominee among those who are out."""

    name: str
    kind: Kind
    ground: Ground
    since: dt.datetime
    reversed_at: dt.datetime
    after_closing: bool
    replaced_by: str = ""

    @property
    def sentence(self) -> str:
        """Say both decisions, their days, and what holds now."""
        began = end_moment(self.since) if self.ground is Ground.LAPSED else full_day(local_date(self.since))
        said = (
            f"{self.name}因{GROUND_NAMES[self.ground]}，自{began}起被取消参评资格；经市级专班复查，该取消决定已于"
            f"{full_day(local_date(self.reversed_at))}撤销，参评资格自撤销之日起恢复。"
        )
        if self.after_closing:
            said += "撤销在本次公示办结以后，办结时的名单和数字不变，以本项为准。"
        if self.replaced_by:
            said += f"该名额此前已由{self.replaced_by}递补，由推荐单位确定其中一个参评。"
        return said


def restorations_of(session: Session, period: Period) -> list[Restoration]:
    """List what was reversed of a period's disqualifications, in the order of the reversals.

    A reversal that nobody confirmed yet is not one.
    """
    rows = session.scalars(
        select(Disqualification)
        .join(Reversal, Reversal.disqualification_id == Disqualification.id)
        .where(Disqualification.period_id == period.id, Reversal.confirmed_at.is_not(None))
        .order_by(Reversal.confirmed_at, Disqualification.id)
        .options(joinedload(Disqualification.nominee), joinedload(Disqualification.reversal))
    ).all()
    named = {
        row.replaces_id: row.name
        for row in session.execute(
            select(Nominee.replaces_id, Nominee.name).where(Nominee.replaces_id.in_([row.nominee_id for row in rows]))
        )
    }
    found = []
    for row in rows:
        reversed_at = row.reversal.confirmed_at if row.reversal else None
        assert reversed_at is not None  # noqa: S101 - the query asked for it
        after = period.closed_at is not None and reversed_at > period.closed_at
        found.append(
            Restoration(
                row.nominee.name,
                row.nominee.kind,
                row.ground,
                row.effective_at,
                reversed_at,
                after,
                named.get(row.nominee_id, ""),
            )
        )
    return found
