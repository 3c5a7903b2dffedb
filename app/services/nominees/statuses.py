"""The status of nominees at a moment, read from what is stored; `app/domain/nominees/statuses.py` judges it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from app.domain.award.decision import ProceedingKind
from app.domain.nominees.statuses import Status, StatusFacts, status_of
from app.models import (
    Honour,
    Nominee,
    Proceeding,
    Programme,
    Revocation,
)
from app.services.shared import leavers
from app.services.shared.leavers import is_out_unsettled, is_written_out
from app.services.shared.stored_rows import Selection, StoredRows


def find_statuses(session: Session, nominee_ids: Collection[int], now: dt.datetime) -> dict[int, Status]:
    """Return the status of each of these nominees, by id. They may be of several programmes."""
    belongs = {
        row.id: row.programme_id
        for row in session.execute(select(Nominee.id, Nominee.programme_id).where(Nominee.id.in_(nominee_ids)))
    }
    programmes, left = {*belongs.values()}, leavers.find_departures(session, [*belongs], now)
    decided = {
        row.programme_id: row.recorded_at
        for row in session.execute(
            select(Proceeding.programme_id, Proceeding.recorded_at).where(
                Proceeding.programme_id.in_(programmes), Proceeding.kind == ProceedingKind.DECISION
            )
        )
    }
    archived = {
        row.id: row.archived_at
        for row in session.execute(select(Programme.id, Programme.archived_at).where(Programme.id.in_(programmes)))
    }
    revoked = {
        row.nominee_id: row.confirmed_at
        for row in session.execute(
            select(Honour.nominee_id, Revocation.confirmed_at)
            .join(Revocation, Revocation.honour_id == Honour.id, isouter=True)
            .where(Honour.nominee_id.in_(belongs))
        )
    }
    return {
        nominee_id: status_of(
            StatusFacts(
                left=left.get(nominee_id),
                decided_at=decided.get(programme_id),
                honoured=nominee_id in revoked,
                revoked_at=revoked.get(nominee_id),
                archived_at=archived.get(programme_id),
            ),
            now,
        )
        for nominee_id, programme_id in belongs.items()
    }


def status_in_sql(session: Session, now: dt.datetime) -> ColumnElement[str]:
    """Return the status of a Nominee, joined with its Programme; the counterpart of `statuses.status_of`."""
    decided = Programme.id.in_(
        select(Proceeding.programme_id).where(Proceeding.kind == ProceedingKind.DECISION, Proceeding.recorded_at <= now)
    )
    honoured = Nominee.id.in_(select(Honour.nominee_id))
    taken_back = select(Honour.nominee_id).join(Revocation, Revocation.honour_id == Honour.id)
    revoked = Nominee.id.in_(taken_back.where(Revocation.confirmed_at <= now))
    return case(
        (and_(decided, honoured, revoked), Status.REVOKED.value),
        (and_(decided, honoured), Status.HONOURED.value),
        (is_written_out(), Status.DISQUALIFIED.value),
        (Nominee.withdrawn_at.is_not(None), Status.WITHDRAWN.value),
        (is_out_unsettled(session, now), Status.DISQUALIFIED.value),
        (decided, Status.NOT_CHOSEN.value),
        (Programme.archived_at <= now, Status.ENDED.value),
        else_=Status.RUNNING.value,
    )


def statuses_among(rows: StoredRows[Any], programme: Programme, total: int, now: dt.datetime) -> set[Status]:
    """Return the statuses that any nominee of a list of one programme has. `total`: how many there are.

    Looked at are the few who left or whom the award names. All others have the same one.
    """
    session, status = rows.session, status_in_sql(rows.session, now)
    few = Nominee.id.in_(leavers.left_in_sql(session, now, select(Honour.nominee_id)))
    counted = rows.query_of(Selection([few])).with_only_columns(status, func.count()).group_by(status)
    found = {Status(name): count for name, count in session.execute(counted)}
    others = {_status_of_others(session, programme, now)} if total > sum(found.values()) else set()
    return found.keys() | others


def _status_of_others(session: Session, programme: Programme, now: dt.datetime) -> Status:
    """Return the status of whoever has not left and is not named by an award."""
    decided = select(Proceeding.recorded_at).where(
        Proceeding.programme_id == programme.id, Proceeding.kind == ProceedingKind.DECISION
    )
    return status_of(StatusFacts(decided_at=session.scalar(decided), archived_at=programme.archived_at), now)
