"""Nominees entered by hand, their plain facts until somebody outside has seen them, and their order of preference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.domain.cases.states import Actor
from app.domain.imports.lists import named
from app.domain.nominees.annexes import Rank
from app.domain.nominees.misprints import LONGEST
from app.domain.periods.rounds import Kind
from app.domain.refusals import KnownAlready, NamedAlready, NotAnOrder, NothingChanged, NotYourCase, ShownBefore
from app.models import Dossier, Nominee, Programme, Quota, Unit, UnitKind
from app.sealing import Keyring
from app.services.imports.checks import standing_in
from app.services.nominees import changes, leavers
from app.services.nominees.access import take_turns
from app.services.nominees.dossiers import dossier, person_hash
from app.services.record.chain import on_programme
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case


@dataclass(frozen=True, slots=True)
class Particulars:
    """What is filled in of a nominee by hand. `sealed` goes into the dossier, by the keys of FIELD_NAMES."""

    name: str
    unit: str
    deeds: str
    post: str = ""
    category: str = ""
    trade: str = ""
    rank: Rank = Rank.UNKNOWN
    sealed: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class PlainFacts:
    """What is changed freely before the first period."""

    unit: str
    post: str
    category: str
    trade: str


@use_case
def nominate(work: Work, programme_id: int, kind: Kind, recommender_id: int, given: Particulars) -> Nominee:
    """One nominee at the end of a unit's list.

    Raises NotYourCase, KnownAlready, NamedAlready, PrivateData, MissingText.
    """
    take_turns(work.session, programme_id)
    recommender = recommending(work.session, recommender_id, work.actor)
    nominee = enter(work.session, work.keyring, programme_id, kind, recommender, given, work.actor)
    nominee.position = 1 + (
        work.session.scalar(
            select(func.max(Nominee.position)).where(
                *_list_of(programme_id, recommender_id, kind), Nominee.id != nominee.id
            )
        )
        or 0
    )
    work.did("nominee.entered", nominee)
    return nominee


def recommending(session: Session, recommender_id: int, actor: Actor) -> Unit:
    """A recommending unit in whose name this person may nominate. Raises NotYourCase."""
    unit = session.get(Unit, recommender_id)
    theirs = actor.is_office or actor.unit_id == recommender_id
    if unit is None or unit.kind is not UnitKind.RECOMMENDER or unit.retired_at is not None or not theirs:
        raise NotYourCase
    return unit


def recommenders(session: Session, programme_id: int, actor: Actor) -> Sequence[Unit]:
    """The units with places in a programme in whose name this person may nominate."""
    query = (
        select(Unit)
        .join(Quota, Quota.unit_id == Unit.id)
        .where(Quota.programme_id == programme_id, Unit.retired_at.is_(None))
        .order_by(Quota.id)
    )
    return session.scalars(query if actor.is_office else query.where(Unit.id == actor.unit_id)).all()


def enter(
    session: Session,
    ring: Keyring,
    programme_id: int,
    kind: Kind,
    recommender: Unit,
    given: Particulars,
    actor: Actor,
) -> Nominee:
    """The row of a new nominee and its dossier, checked, for the caller to place and commit."""
    programme = session.get_one(Programme, programme_id)
    name = checked_text(given.name, "名称（姓名）", (1, LONGEST["name"]))
    deeds = checked_text(given.deeds, "简要事迹", (1, programme.rules.deeds_limit))
    changes.require_publishable(f"{name}的内容", name, given.unit, given.post, deeds)
    sealed = given.sealed or {}
    hashes = [hash_ for key in ring.hash_keys if (hash_ := person_hash(key, sealed))]
    _require_unknown(session, programme_id, hashes, actor)
    _require_unnamed(session, programme_id, recommender, kind, (name, given.unit), hashes)
    nominee = Nominee(
        programme_id=programme_id,
        kind=kind,
        name=name,
        unit=own_unit(session, recommender, given.unit),
        recommender=recommender,
        position=1,
        post=given.post.strip(),
        category=given.category,
        trade=given.trade,
        deeds=deeds,
        rank=given.rank,
    )
    session.add(nominee)
    session.flush()
    if any(sealed.values()):
        session.add(dossier(ring, nominee.id, sealed))
    return nominee


def own_unit(session: Session, recommender: Unit, name: str) -> Unit:
    """The unit a nominee belongs to: the recommending unit itself, one below it of that name, or a new one."""
    name = checked_text(name, "所在单位", (1, LONGEST["unit"]))
    if name == recommender.name:
        return recommender
    known = session.scalar(
        select(Unit).where(Unit.parent_id == recommender.id, Unit.name == name, Unit.retired_at.is_(None))
    )
    return known or Unit(kind=UnitKind.OWN, name=name, parent=recommender)


def _require_unknown(session: Session, programme_id: int, hashes: Sequence[str], actor: Actor) -> None:
    """Raises KnownAlready for a person or collective that already stands in the programme, with any unit.

    `hashes` are those of the ID number or code, one for each key of the ring; none where there is no number. A unit is
    told who it is only of its own: or whoever has a number could ask whose it is.
    """
    known = session.scalar(
        select(Nominee)
        .join(Dossier)
        .where(Nominee.programme_id == programme_id, Dossier.person_hash.in_(hashes))
        .order_by(Nominee.id)
        .limit(1)
    )
    if known is not None:
        if not (actor.is_office or known.recommender_id == actor.unit_id):
            raise KnownAlready
        raise KnownAlready(known.name, known.recommender.name)


def _require_unnamed(
    session: Session,
    programme_id: int,
    recommender: Unit,
    kind: Kind,
    name_and_unit: tuple[str, str],
    hashes: Sequence[str],
) -> None:
    """Raises NamedAlready where only the name could tell two apart: who is out never comes back by leaving the number
    free. Two people of one name and unit are told apart by both their numbers, two collectives by nothing.
    """
    wanted = named(kind, *name_and_unit)
    for one in standing_in(session, programme_id, recommender.id):
        told_apart = kind is Kind.INDIVIDUAL and hashes and one.person_hash
        if named(one.kind, one.name, one.unit) == wanted and not told_apart:
            raise NamedAlready(one.name, numbered=kind is Kind.INDIVIDUAL)


# --- before anybody outside has seen them ----------------------------------------------------------


@use_case
def edit(work: Work, nominee_id: int, facts: PlainFacts) -> None:
    """Change plain facts before the first period. Raises ShownBefore, NoLongerStands, NothingChanged, PrivateData."""
    nominee = changes.held(work.session, nominee_id, work.actor)
    changes.require_standing(work.session, nominee, work.now)
    require_unshown(work.session, nominee)
    changes.require_publishable(f"{nominee.name}的内容", facts.unit, facts.post)
    unit = own_unit(work.session, nominee.recommender, facts.unit)
    wanted = {
        "unit": unit,
        "post": facts.post.strip(),
        "category": facts.category,
        "trade": facts.trade,
    }
    changed = [name for name, value in wanted.items() if getattr(nominee, name) != value]
    if not changed:
        raise NothingChanged("填写的内容")
    for name in changed:
        setattr(nominee, name, wanted[name])
    work.did("nominee.edited", nominee, fields=changed)


def require_unshown(session: Session, nominee: Nominee) -> None:
    """Raises ShownBefore once a period has the nominee on its list, open or not."""
    for entry in changes.entries_of(session, nominee.id):
        raise ShownBefore(entry.period.title)


# --- the order of preference -----------------------------------------------------------------------


def in_order(session: Session, programme_id: int, recommender_id: int, kind: Kind, now: dt.datetime) -> list[Nominee]:
    """A unit's nominees of a kind that still stand, most preferred first."""
    nominees = session.scalars(
        select(Nominee).where(*_list_of(programme_id, recommender_id, kind)).order_by(Nominee.position, Nominee.id)
    ).all()
    gone = leavers.left(session, nominees, now)
    return [nominee for nominee in nominees if nominee.id not in gone]


@use_case
def reorder(work: Work, programme_id: int, recommender_id: int, kind: Kind, places: Mapping[int, int]) -> None:
    """Give every nominee of the list its place: `places` by nominee, each from 1 to their number once.

    Raises NotYourCase, NotAnOrder, NothingChanged.
    """
    take_turns(work.session, programme_id)
    recommending(work.session, recommender_id, work.actor)
    nominees = in_order(work.session, programme_id, recommender_id, kind, work.now)
    if places.keys() != {nominee.id for nominee in nominees} or sorted(places.values()) != _one_to(len(nominees)):
        raise NotAnOrder(len(nominees))
    if all(nominee.position == places[nominee.id] for nominee in nominees):
        raise NothingChanged("排序")
    for nominee in nominees:
        nominee.position = places[nominee.id]
    details = {"unit": recommender_id, "kind": kind.value, "nominees": sorted(places, key=lambda each: places[each])}
    work.did("nominees.reordered", on_programme(programme_id), **details)


def _one_to(count: int) -> Sequence[int]:
    return list(range(1, count + 1))


def _list_of(programme_id: int, recommender_id: int, kind: Kind) -> tuple[ColumnElement[bool], ...]:
    return (
        Nominee.programme_id == programme_id,
        Nominee.recommender_id == recommender_id,
        Nominee.kind == kind,
    )
