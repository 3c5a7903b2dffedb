"""The list of a programme's nominees: rows of the database, with what became of each and what blocks its next round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, false, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from app.domain.cases.states import Actor
from app.domain.cases.verdict import GROUND_NAMES, Ground
from app.domain.nominees.statuses import Status
from app.models import Disqualification, Nominee, Programme, Reversal, Review, ReviewStage, Unit
from app.sealing import Keyring
from app.services.nominees import gates
from app.services.nominees.access import nominees_visible_to
from app.services.nominees.gates import NomineeStanding
from app.services.nominees.statuses import status_in_sql, statuses_among
from app.services.shared.leavers import find_disqualified
from app.services.shared.stored_rows import StoredRows

OWN_UNIT = aliased(Unit, name="own_unit")
RECOMMENDER = aliased(Unit, name="recommender")
# The unit a nominee belongs to, as lists show it: nothing where the nominee is that unit.
OWN_UNIT_SHOWN = case((OWN_UNIT.name != Nominee.name, OWN_UNIT.name), else_="")
ORDER = (Nominee.recommender_id, Nominee.kind, Nominee.position, Nominee.id)
REVERSED = "取消资格的决定已撤销"


@dataclass(frozen=True, slots=True)
class ListedNominee:
    """One nominee as the list shows it. `disqualifications` holds those that were reversed too (R29)."""

    nominee: Nominee
    standing: NomineeStanding
    disqualifications: Sequence[Disqualification]
    is_out: bool

    @property
    def id(self) -> int:
        return self.nominee.id

    @property
    def status(self) -> Status:
        return self.standing.status

    @property
    def why_out(self) -> str:
        """Return the ground of a disqualification, that it was reversed, or nothing."""
        standing = next((row.ground for row in self.disqualifications if row.stands), Ground.LAPSED)
        if self.is_out:
            return GROUND_NAMES[standing]
        return REVERSED if self.disqualifications else ""


def stored_nominees(
    session: Session, keyring: Keyring, programme: Programme, actor: Actor, now: dt.datetime
) -> StoredRows[ListedNominee]:
    """Return a programme's nominees that this person may see, unit by unit in their order of preference.

    Of a case that this person may not see, nothing is told (R19).
    """
    bare = (
        select(Nominee.id)
        .join(Programme, Nominee.programme_id == Programme.id)
        .where(Nominee.programme_id == programme.id, nominees_visible_to(actor))
    )

    def load(ids: Sequence[int]) -> list[ListedNominee]:
        found = session.scalars(
            select(Nominee)
            .where(Nominee.id.in_(ids))
            .options(joinedload(Nominee.recommender), joinedload(Nominee.unit), joinedload(Nominee.programme))
        ).all()
        standings = gates.find_standings(session, keyring, programme, found, now, actor)
        written, out = _disqualifications(session, ids), find_disqualified(session, ids, now)
        return [ListedNominee(one, standings[one.id], written.get(one.id, ()), one.id in out) for one in found]

    return StoredRows(session, Nominee.id, with_units(bare), ORDER, load, lambda row: row.id, bare=bare)


def with_units(nominees: Select[Any]) -> Select[Any]:
    """Join the unit of each of these nominees and the one that recommends it, for columns that name them."""
    own = nominees.join(OWN_UNIT, Nominee.unit_id == OWN_UNIT.id)
    return own.join(RECOMMENDER, Nominee.recommender_id == RECOMMENDER.id)


@dataclass(frozen=True, slots=True)
class NomineesThere:
    """How many nominees a list has in all, and which recommending units, by id, and statuses are among them."""

    total: int
    recommenders: set[int]
    statuses: set[Status]


def find_there(rows: StoredRows[Any], programme: Programme, now: dt.datetime) -> NomineesThere:
    """Look at the nominees of a programme's list for what it offers to narrow it by."""
    recommenders = rows.counts_by(Nominee.recommender_id)
    total = sum(recommenders.values())
    return NomineesThere(total, {*recommenders}, statuses_among(rows, programme, total, now))


def was_out(session: Session, now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on Nominee that it is disqualified, or once was (R29)."""
    is_out = status_in_sql(session, now) == Status.DISQUALIFIED.value
    return or_(Nominee.id.in_(select(Disqualification.nominee_id)), is_out)


def is_reviewed(stage: ReviewStage, wanted: str) -> ColumnElement[bool]:
    """Return the condition that the review which counts at this stage is `none`, `passed` or `refused`."""
    return review_state(stage) == wanted


def review_state(stage: ReviewStage) -> ColumnElement[str]:
    """Return the review that counts at a stage, the last one recorded, as `none`, `passed` or `refused`."""
    last = (
        select(Review.passed)
        .where(Review.nominee_id == Nominee.id, Review.stage == stage)
        .order_by(Review.id.desc())
        .limit(1)
        .correlate(Nominee)
        .scalar_subquery()
    )
    return case((last.is_(None), "none"), (last.is_(True), "passed"), else_="refused")


def has_ground(word: str) -> ColumnElement[bool]:
    """Return the condition that the word stands in why a nominee is out, or in that it is not any more."""
    grounds = [ground for ground, name in GROUND_NAMES.items() if word in name]
    standing = (
        select(Disqualification.nominee_id)
        .outerjoin(Reversal, Reversal.disqualification_id == Disqualification.id)
        .where(Reversal.confirmed_at.is_(None))
    )
    found = Nominee.id.in_(standing.where(Disqualification.ground.in_(grounds))) if grounds else false()
    if word not in REVERSED:
        return found
    return or_(found, Nominee.id.in_(select(Disqualification.nominee_id)) & Nominee.id.not_in(standing))


def standings_of_all(
    rows: StoredRows[Any], keyring: Keyring, programme: Programme, actor: Actor, now: dt.datetime
) -> Mapping[int, NomineeStanding]:
    """Return the standing of every nominee of the list: for the filters that ask what is sealed in the dossiers."""
    ids = rows.source.with_only_columns(Nominee.id)
    wanted = select(Nominee).where(Nominee.id.in_(ids)).options(joinedload(Nominee.programme))
    found = rows.session.scalars(wanted).all()
    return gates.find_standings(rows.session, keyring, programme, found, now, actor)


def _disqualifications(session: Session, ids: Sequence[int]) -> dict[int, list[Disqualification]]:
    found: dict[int, list[Disqualification]] = {}
    rows = session.scalars(
        select(Disqualification)
        .where(Disqualification.nominee_id.in_(ids))
        .order_by(Disqualification.id)
        .options(selectinload(Disqualification.reversal))
    )
    for row in rows:
        found.setdefault(row.nominee_id, []).append(row)
    return found
