"""A vacated place and who takes it: a replacement starts at round 1, with nothing passed (R9)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import OPEN_STATES, Actor
from app.domain.cases.verdict import GROUND_NAMES, Ground
from app.domain.refusals import AlreadyDone, WrongState
from app.models import Case, Disqualification, Entry, Nominee, Period
from app.services.nominees import changes
from app.services.nominees.fates import fates_of
from app.services.nominees.nominating import Particulars, enter
from app.services.shared.work import Work, use_case


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A place that somebody left: why and since when, and who was named for it."""

    nominee: Nominee
    why: str
    since: dt.datetime
    replacement: Nominee | None


@use_case
def replace(work: Work, nominee_id: int, given: Particulars) -> Nominee:
    """Name who takes the place of one who left: same kind, same unit, same place in the order.

    One replacement a nominee: if that one leaves too, its own place is the one to fill. Raises WrongState, AlreadyDone
    and what `nominating.enter` raises.
    """
    left = changes.lock_nominee(work.session, nominee_id, work.actor)
    require_vacant(work.session, left, work.now)
    nominee = enter(work.session, work.keyring, left.programme_id, left.kind, left.recommender, given, work.actor)
    nominee.position, nominee.replaces_id = left.position, left.id
    work.did("nominee.replaced", left, nominees=[nominee.id])
    work.did("nominee.entered", nominee, replaces=left.id)
    return nominee


def require_vacant(session: Session, left: Nominee, now: dt.datetime) -> None:
    """Raise WrongState for a nominee who still stands, AlreadyDone where a replacement is named."""
    if (named := replacement_of(session, left.id)) is not None:
        name = named.name
        raise AlreadyDone(f"这个名额已经由{name}递补。{name}退出或者被取消资格后，请在{name}的页面办理递补。")
    if not changes.has_left(session, left, now):
        raise WrongState(f"{left.name}仍在参评，名额没有空出来，不能递补。")


def replacement_of(session: Session, nominee_id: int) -> Nominee | None:
    """Return who was named for this nominee's place, whatever became of them."""
    return session.scalar(select(Nominee).where(Nominee.replaces_id == nominee_id))


def vacancies(session: Session, programme_id: int, actor: Actor, now: dt.datetime) -> list[Vacancy]:
    """List every place of a programme that somebody left and this person may see, in the order of the list."""
    fates = fates_of(session, programme_id, actor, now)
    left = [nominee for nominee in fates.nominees if nominee.id in fates.out or nominee.withdrawn_at is not None]
    unsettled = _unsettled(session, [nominee.id for nominee in left], now)
    named = {nominee.replaces_id: nominee for nominee in fates.nominees if nominee.replaces_id is not None}
    found = []
    for nominee in left:
        stands = [row for row in fates.disqualifications.get(nominee.id, []) if row.stands]
        why, since = _why(nominee, stands, unsettled.get(nominee.id))
        found.append(Vacancy(nominee, why, since, named.get(nominee.id)))
    return found


def _why(nominee: Nominee, stands: list[Disqualification], unsettled: dt.datetime | None) -> tuple[str, dt.datetime]:
    """Return what opened the place, and when: the earliest of the reasons."""
    reasons = [(row.effective_at, f"取消：{GROUND_NAMES[row.ground]}") for row in stands]
    if unsettled is not None:
        reasons.append((unsettled, f"取消：{GROUND_NAMES[Ground.LAPSED]}"))
    if nominee.withdrawn_at is not None:
        reasons.append((nominee.withdrawn_at, "退出推荐"))
    since, why = min(reasons)
    return why, since


def _unsettled(session: Session, nominee_ids: list[int], now: dt.datetime) -> dict[int, dt.datetime]:
    """Return the deadlines that put a nominee out and that nothing has settled yet, by nominee (R26)."""
    rows = session.execute(
        select(Entry.nominee_id, Period.conclude_by)
        .join(Period, Entry.period_id == Period.id)
        .join(Case, Case.entry_id == Entry.id)
        .where(
            Entry.nominee_id.in_(nominee_ids),
            Case.state.in_(OPEN_STATES),
            Period.settled_at.is_(None),
            Period.conclude_by <= now,
        )
        .order_by(Period.conclude_by.desc())
    )
    return dict(rows.all())


def family_of(session: Session, nominee: Nominee) -> tuple[Nominee | None, Nominee | None]:
    """Return whom a nominee replaces, and by whom it was replaced."""
    rows = session.scalars(
        select(Nominee)
        .where(or_(Nominee.id == nominee.replaces_id, Nominee.replaces_id == nominee.id))
        .options(joinedload(Nominee.unit))
    ).all()
    before = next((row for row in rows if row.id == nominee.replaces_id), None)
    after = next((row for row in rows if row.replaces_id == nominee.id), None)
    return before, after
