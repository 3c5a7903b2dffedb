"""Which imports wait to be read: asked at every tick, without what reads them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from app.models import Document, Import, ImportState, ScanState


def find_due(session: Session) -> Sequence[int]:
    """Find the imports to be read that no scanner holds back, the earliest first."""
    return session.scalars(select(Import.id).where(due()).order_by(Import.id)).all()


def due() -> ColumnElement[bool]:
    """Return the condition under which an import is read."""
    waits_for_scan = exists().where(Document.import_id == Import.id, Document.scan == ScanState.WAITING)
    return (Import.state == ImportState.WAITING) & ~waits_for_scan
