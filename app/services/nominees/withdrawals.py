"""A nominee withdraws, or its unit withdraws it: for good, with a reason, and its cases go on (R9, R18, R26)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.cases.states import Actor, Role
from app.domain.periods.rounds import Kind
from app.domain.refusals import NotAllowed
from app.models import Correction, Entry, Nominee
from app.services.nominees import changes
from app.services.record.chain import Act, by_user, on_nominee, on_period, record
from app.services.shared.texts import checked_text

REASON = (2, 500)
BY = (Role.HEAD, Role.OFFICE)
_ALL_GONE = "名单上的推荐对象都已退出推荐。"


def withdraw(session: Session, nominee_id: int, reason: str, actor: Actor, now: dt.datetime) -> Nominee:
    """By the head of the recommending unit, or the office. What is public stays in sight, marked; the rest stays out.

    Cases are concluded or lapse as if nothing had happened. Raises NoLongerStands, NotAllowed, MissingText.
    """
    nominee = changes.held(session, nominee_id, actor)
    if actor.role not in BY:
        raise NotAllowed("退出推荐由推荐单位负责人或者市工作专班办理。")
    changes.require_standing(session, nominee, now)
    nominee.withdraw_reason = checked_text(reason, "退出的理由", REASON)
    nominee.withdrawn_at, nominee.withdrawn_by = now, actor.user_id
    acts = [
        Act(by_user(actor.user_id), "nominee.withdrawn", on_nominee(nominee.id), {"reason": nominee.withdraw_reason})
    ]
    for entry in changes.in_sight(session, nominee.id, now):
        if now < entry.period.opens_at:
            acts += _taken_off(session, entry, actor, now)
    record(session, now, acts)
    session.commit()
    return nominee


def _taken_off(session: Session, entry: Entry, actor: Actor, now: dt.datetime) -> list[Act]:
    """Nobody is made public who left before the window opened (R5): off the list, the others move up.

    A period that nobody is left on is taken back.
    """
    period, kind, position, who = entry.period, entry.kind, entry.position, entry.nominee_id
    session.execute(update(Correction).where(Correction.entry_id == entry.id).values(entry_id=None))
    session.delete(entry)
    session.flush()
    if kind is Kind.COLLECTIVE:
        period.collectives -= 1
    else:
        period.individuals -= 1
    # In two steps: no two entries of a period ever have one position, not even for a moment.
    behind = update(Entry).where(Entry.period_id == period.id)
    session.execute(behind.where(Entry.position > position).values(position=-Entry.position))
    session.execute(behind.where(Entry.position < 0).values(position=-Entry.position - 1))
    left = session.scalars(select(Entry.recommender).where(Entry.period_id == period.id).order_by(Entry.position)).all()
    period.recommenders = list(dict.fromkeys(name for name in left if name))
    acts = [Act(by_user(actor.user_id), "period.entry_withdrawn", on_period(period.id), {"nominees": [who]})]
    if not left:
        period.cancelled_at, period.cancel_reason = now, _ALL_GONE
        acts.append(Act(by_user(actor.user_id), "period.cancelled", on_period(period.id), {"reason": _ALL_GONE}))
    return acts
