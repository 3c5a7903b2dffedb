"""A vacated place and who takes it: a replacement starts at round 1, with nothing passed (R9)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor
from app.domain.cases.verdict import GROUND_NAMES, Departure
from app.domain.refusals import AlreadyDone, WrongState
from app.models import Nominee
from app.services.nominees import changes
from app.services.nominees.access import nominees_visible_to
from app.services.nominees.nominating import Particulars, add_nominee
from app.services.shared.leavers import find_departures, has_left
from app.services.shared.stored_rows import of_ids
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
    and what `nominating.add_nominee` raises.
    """
    left = changes.lock_nominee(work.session, nominee_id, work.actor)
    require_vacant(work.session, left, work.now)
    nominee = add_nominee(work.session, work.keyring, left.programme_id, left.kind, left.recommender, given, work.actor)
    nominee.position, nominee.replaces_id = left.position, left.id
    work.did("nominee.replaced", left, nominees=[nominee.id])
    work.did("nominee.entered", nominee, replaces=left.id)
    return nominee


def require_vacant(session: Session, left: Nominee, now: dt.datetime) -> None:
    """Raise WrongState for a nominee who still stands, AlreadyDone where a replacement is named."""
    if (named := find_replacement(session, left.id)) is not None:
        name = named.name
        raise AlreadyDone(f"这个名额已经由{name}递补。{name}退出或者被取消资格后，请在{name}的页面办理递补。")
    if not changes.has_left(session, left, now):
        raise WrongState(f"{left.name}仍在参评，名额没有空出来，不能递补。")


def find_replacement(session: Session, nominee_id: int) -> Nominee | None:
    """Return the replacement named for this nominee's place, whether or not it still stands."""
    return session.scalar(select(Nominee).where(Nominee.replaces_id == nominee_id))


def list_vacancies(session: Session, programme_id: int, actor: Actor, now: dt.datetime) -> list[Vacancy]:
    """List every place of a programme that somebody left and this person may see, in the order of the list."""
    visible = Nominee.programme_id == programme_id, nominees_visible_to(actor)
    gone = session.scalars(
        select(Nominee)
        .where(*visible, has_left(session, now))
        .order_by(Nominee.recommender_id, Nominee.kind, Nominee.position, Nominee.id)
        .options(joinedload(Nominee.recommender), joinedload(Nominee.programme))
    ).all()
    left = find_departures(session, [nominee.id for nominee in gone], now)
    named = {
        nominee.replaces_id: nominee
        for nominee in session.scalars(select(Nominee).where(*visible, of_ids(Nominee.replaces_id, left)))
    }
    return [
        Vacancy(nominee, _why(departed), departed.since, named.get(nominee.id))
        for nominee in gone
        if (departed := left.get(nominee.id)) is not None
    ]


def _why(departed: Departure) -> str:
    return f"取消：{GROUND_NAMES[departed.ground]}" if departed.ground else "退出推荐"


def find_predecessor_and_successor(session: Session, nominee: Nominee) -> tuple[Nominee | None, Nominee | None]:
    """Return whom a nominee replaces, and by whom it was replaced."""
    later = Nominee.replaces_id == nominee.id
    # "id = NULL OR …" would have SQLite read every nominee.
    either = later if nominee.replaces_id is None else or_(Nominee.id == nominee.replaces_id, later)
    rows = session.scalars(select(Nominee).where(either).options(joinedload(Nominee.unit))).all()
    before = next((row for row in rows if row.id == nominee.replaces_id), None)
    after = next((row for row in rows if row.replaces_id == nominee.id), None)
    return before, after
