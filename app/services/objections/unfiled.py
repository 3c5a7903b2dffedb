"""How much lies on the disk that nobody has filed: files of forms under way, and drafts (SECURITY 49).

Strangers write it, so it has a ceiling over the whole portal, counted in the database: it holds over all processes and
hosts. At the ceiling the oldest makes room, if its owner has had an hour to file it.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from app.domain.refusals import UnfiledFull
from app.models import Draft, Evidence
from app.services.record.chain import CLOCK
from app.services.shared.work import Work

SAFE_FOR = dt.timedelta(hours=1)  # in which nobody's files make room for others'
_LOCK = 4_902  # of PostgreSQL's advisory locks: one for all who add files
_AT_ONCE = 50
_SIZE = Evidence.stored_size + func.coalesce(Evidence.copy_size, 0)


def unfiled_bytes(session: Session) -> int:
    """Return the bytes of all files and drafts that belong to no objection."""
    files = session.scalar(select(func.coalesce(func.sum(_SIZE), 0)).where(Evidence.objection_id.is_(None)))
    drafts = session.scalar(select(func.coalesce(func.sum(func.length(Draft.sealed)), 0)))
    return int(files or 0) + int(drafts or 0)


def make_room(work: Work, needed: int, ceiling: int) -> list[str]:
    """Make room for `needed` bytes under the ceiling, in the caller's transaction. Raises UnfiledFull.

    Returns the names of files whose rows are gone: they are deleted from the store once the caller has committed. Who
    adds files waits here for the others, so that two at once do not both find the last room. On SQLite every writer
    waits since BEGIN IMMEDIATE.
    """
    if work.session.connection().dialect.name == "postgresql":
        work.session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    over = unfiled_bytes(work.session) + needed - ceiling
    gone: list[str] = []
    while over > 0:
        old = Evidence.objection_id.is_(None), Evidence.received_at <= work.now - SAFE_FOR
        oldest = select(Evidence.id).where(*old).order_by(Evidence.received_at, Evidence.id).limit(_AT_ONCE)
        rows = work.session.execute(
            select(Evidence.id, Evidence.name, Evidence.copy_name, _SIZE.label("size")).where(Evidence.id.in_(oldest))
        ).all()
        if not rows:
            raise UnfiledFull
        for row in sorted(rows, key=lambda each: each.id):
            if over <= 0:
                break
            work.session.execute(delete(Evidence).where(Evidence.id == row.id))
            gone += [name for name in (row.name, row.copy_name) if name is not None]
            over -= row.size
    if gone:
        work.did_by(CLOCK, "evidence.displaced", "evidence", files=len(gone))
    return gone
