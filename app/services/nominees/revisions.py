"""Changed deeds (事迹变更): a new edition, whose latest round needs a window of its own (R9)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from app.domain.refusals import NothingChanged, WrongState
from app.domain.refusals.base import begin, end
from app.domain.shared.privacy import require_publishable
from app.models import Nominee, Revision
from app.services.nominees import changes, marks
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

REASON = (2, 500)


@use_case
def revise(work: Work, nominee_id: int, deeds: str, reason: str) -> Revision:
    """Give a nominee new deeds, by the recommending unit or the office.

    Never while a period shows the old ones or is about to. Raises WrongState, NoLongerStands, NothingChanged,
    PrivateData, MissingText.
    """
    nominee = changes.lock_nominee(work.session, nominee_id, work.actor)
    changes.require_standing(work.session, nominee, work.now)
    require_not_shown(work.session, nominee, work.now)
    deeds = checked_text(deeds, "简要事迹", nominee.programme.rules.deeds_bounds, "deeds")
    reason = checked_text(reason, "变更的理由", REASON, "reason")
    if deeds == nominee.deeds:
        raise NothingChanged("简要事迹", "deeds")
    require_publishable(f"{nominee.name}变更后的事迹", "deeds", deeds)
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
    marks.renew_shown(work.session, [nominee.id])
    details = {"edition": row.edition, "reason": reason}
    work.did("nominee.revised", nominee, **details)
    return row


def require_not_shown(session: Session, nominee: Nominee, now: dt.datetime) -> None:
    """Raise WrongState while a period with this nominee is open or scheduled."""
    for entry in changes.current_entries(session, nominee.id, now):
        period = entry.period
        if now < period.opens_at:
            raise WrongState(
                f"“{period.title}”已经安排在{begin(period.opens_at)}开始。请市级专班先撤回这次安排，再变更事迹。"
            )
        raise WrongState(
            f"“{period.title}”正在进行。请等{end(period.closes_at)}公示结束后再变更事迹；只是错字的，请用“更正”。"
        )
