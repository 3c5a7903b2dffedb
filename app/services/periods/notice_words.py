"""What a 公示公告 says beside its entries and can change behind it: organiser, contact block, who signs.

It is kept at closing, so that the archive copy stays the notice as it hung.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.domain.papers.issuing import PaperKind, issue
from app.domain.programmes.contacts import LINES
from app.models import Period
from app.services.shared.issuers import parties_of


def words_of_notice(session: Session, period: Period) -> dict[str, Any]:
    """Return the words of now as plain data: `organiser`, `signatories`, `contact` by the keys of LINES."""
    organiser = period.organiser
    issued = issue(PaperKind.NOTICE, period.round_number, parties_of(session, period.programme, organiser))
    return {
        "organiser": organiser.name,
        "signatories": list(issued.signatories),
        "contact": {line: getattr(organiser, line) for line in LINES},
    }
