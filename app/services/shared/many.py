"""The same act on many things: each in a transaction of its own, so that one that is refused holds no other up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.states import Actor, require_office
from app.domain.refusals import NothingChosen, Refusal
from app.models import Period
from app.services.cases import investigation
from app.services.periods.closing import close_period


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of each, by id: done, or refused and why."""

    done: list[int]
    refused: dict[int, Refusal]


def close_each(session: Session, period_ids: Iterable[int], actor: Actor, now: dt.datetime) -> Outcome:
    """Close these periods one by one (R30). Raises NothingChosen, NotAllowed."""
    require_office(actor)
    there = session.scalars(select(Period.id).where(Period.id.in_(set(period_ids)))).all()
    return _each(session, there, "一次公示", lambda period_id: close_period(session, period_id, actor, now))


def accept_each(session: Session, case_ids: Iterable[int], actor: Actor, now: dt.datetime) -> Outcome:
    """受理 these cases one by one. Raises NothingChosen, and NotYourCase before anything is done."""
    case_ids = _visible(session, case_ids, actor, now)
    return _each(session, case_ids, "一个案件", lambda case_id: investigation.accept(session, case_id, actor, now))


def assign_each(session: Session, case_ids: Iterable[int], assignee_id: int, actor: Actor, now: dt.datetime) -> Outcome:
    """指定经办人, one person for all of these cases. Raises NothingChosen, and NotYourCase before anything is done."""
    case_ids = _visible(session, case_ids, actor, now)

    def assign(case_id: int) -> None:
        investigation.assign(session, case_id, actor, assignee_id, now)

    return _each(session, case_ids, "一个案件", assign)


def _visible(session: Session, case_ids: Iterable[int], actor: Actor, now: dt.datetime) -> list[int]:
    """The cases, every one of which this person may see: who names another's is told of none (R21)."""
    seen = [investigation.visible_case(session, case_id, actor, now).id for case_id in sorted(set(case_ids))]
    session.rollback()  # each is read anew, and locked, when its turn comes
    return seen


def _each(session: Session, ids: Iterable[int], what: str, act: Callable[[int], None]) -> Outcome:
    done, refused = [], {}
    for each in sorted(set(ids)):
        try:
            act(each)
        except Refusal as refusal:
            session.rollback()
            refused[each] = refusal
        else:
            done.append(each)
    if not done and not refused:
        raise NothingChosen(what)
    return Outcome(done, refused)
