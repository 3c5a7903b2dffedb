"""A nominee withdraws, or its unit withdraws it: for good, with a reason, and its cases go on (R9, R18, R26)."""

from __future__ import annotations

from sqlalchemy import select, update

from app.domain.cases.states import Role
from app.domain.periods.rounds import Kind
from app.domain.refusals import NotAllowed
from app.models import Correction, Entry, Nominee
from app.services.nominees import changes
from app.services.shared.locks import lock_row
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

REASON = (2, 500)
BY = (Role.HEAD, Role.OFFICE)
_ALL_GONE = "名单上的推荐对象都已退出推荐。"


@use_case
def withdraw(work: Work, nominee_id: int, reason: str) -> Nominee:
    """Withdraw a nominee, by the head of the recommending unit or by the office.

    What is public stays in sight, marked. What is not public yet stays out. Cases are concluded or lapse as if nothing
    had happened. Raises NoLongerStands, NotAllowed, MissingText.
    """
    nominee = changes.lock_nominee(work.session, nominee_id, work.actor)
    if work.actor.role not in BY:
        raise NotAllowed("退出推荐由推荐单位负责人或者市级专班办理。")
    nominee = lock_row(
        work.session, Nominee, nominee.id
    )  # a disqualification takes the same lock: one of the two comes first
    changes.require_standing(work.session, nominee, work.now)
    nominee.withdraw_reason = checked_text(reason, "退出的理由", REASON, "reason")
    nominee.withdrawn_at, nominee.withdrawn_by = work.now, work.actor.user_id
    work.did("nominee.withdrawn", nominee, reason=nominee.withdraw_reason)
    for entry in changes.current_entries(work.session, nominee.id, work.now):
        if work.now < entry.period.opens_at:
            _take_off(work, entry)
    return nominee


def _take_off(work: Work, entry: Entry) -> None:
    """Take an entry off a list that is not public yet. The others move up.

    A nominee who left before the window opened is not made public (R5). A period that nobody is left on is taken back.
    """
    period, kind, position, who = entry.period, entry.kind, entry.position, entry.nominee_id
    work.session.execute(update(Correction).where(Correction.entry_id == entry.id).values(entry_id=None))
    work.session.delete(entry)
    work.session.flush()
    if kind is Kind.COLLECTIVE:
        period.collectives -= 1
    else:
        period.individuals -= 1
    # In two steps: no two entries of a period ever have one position, not even for a moment.
    behind = update(Entry).where(Entry.period_id == period.id)
    work.session.execute(behind.where(Entry.position > position).values(position=-Entry.position))
    work.session.execute(behind.where(Entry.position < 0).values(position=-Entry.position - 1))
    left = work.session.scalars(
        select(Entry.recommender).where(Entry.period_id == period.id).order_by(Entry.position)
    ).all()
    period.recommenders = list(dict.fromkeys(name for name in left if name))
    work.did("period.entry_withdrawn", period, nominees=[who])
    if not left:
        period.cancelled_at, period.cancel_reason = work.now, _ALL_GONE
        work.did("period.cancelled", period, reason=_ALL_GONE)
