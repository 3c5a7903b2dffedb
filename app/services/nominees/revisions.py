"""Changed deeds (事迹变更): a new edition, whose latest round needs a window of its own (R9)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import NothingChanged, StillShown
from app.models import Nominee, Revision
from app.services.nominees import changes
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

REASON = (2, 500)


def deeds_bounds(notice: AwardNotice) -> tuple[int, int]:
    """The fewest and the most characters of the deeds."""
    return 1, notice.deeds_limit


@use_case
def revise(work: Work, nominee_id: int, deeds: str, reason: str) -> Revision:
    """New deeds, by the recommending unit or the office, never while a period shows the old ones or is about to.

    Raises StillShown, NoLongerStands, NothingChanged, PrivateData, MissingText.
    """
    nominee = changes.held(work.session, nominee_id, work.actor)
    changes.require_standing(work.session, nominee, work.now)
    require_unseen(work.session, nominee, work.now)
    deeds = checked_text(deeds, "简要事迹", deeds_bounds(nominee.programme.rules))
    reason = checked_text(reason, "变更的理由", REASON)
    if deeds == nominee.deeds:
        raise NothingChanged("简要事迹")
    changes.require_publishable(f"{nominee.name}变更后的事迹", deeds)
    row = Revision(
        nominee_id=nominee.id,
        edition=nominee.edition + 1,
        before=nominee.deeds,
        after=deeds,
        reason=reason,
        revised_by=work.actor.user_id,
        revised_at=work.now,
    )
    work.session.add(row)
    nominee.deeds, nominee.edition = deeds, row.edition
    details = {"edition": row.edition, "reason": reason}
    work.did("nominee.revised", nominee, **details)
    return row


def require_unseen(session: Session, nominee: Nominee, now: dt.datetime) -> None:
    """Raises StillShown while a period with this nominee is open or scheduled."""
    for entry in changes.in_sight(session, nominee.id, now):
        raise StillShown(entry.period.title, entry.period.opens_at, entry.period.closes_at, now)
