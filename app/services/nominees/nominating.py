"""Nominees entered by hand, their plain facts until somebody outside has seen them, and their order of preference."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain.cases.states import Actor, Conclusion, State
from app.domain.imports.fields import NAMESAKES
from app.domain.imports.lists import KnownNominee, is_other_person, named
from app.domain.nominees.annexes import Rank
from app.domain.nominees.misprints import LONGEST
from app.domain.nominees.names import clean_name
from app.domain.periods.rounds import Kind
from app.domain.refusals import (
    BadValue,
    KnownAlready,
    NothingChanged,
    NotYourCase,
    WrongState,
)
from app.domain.shared.privacy import require_publishable
from app.models import (
    Case,
    Disqualification,
    Dossier,
    Entry,
    Nominee,
    Period,
    Programme,
    Quota,
    Reversal,
    Unit,
    UnitKind,
)
from app.sealing import Keyring
from app.services.nominees import changes, marks
from app.services.nominees.dossiers import make_dossier, person_hashes
from app.services.programmes.locking import lock_programme_before_award
from app.services.record.chain import on_programme
from app.services.shared import leavers
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

ENTERED = exists().where(Entry.nominee_id == Nominee.id, Entry.period_id == Period.id, Period.cancelled_at.is_(None))
OUT = exists().where(
    Disqualification.nominee_id == Nominee.id,
    ~exists().where(Reversal.disqualification_id == Disqualification.id, Reversal.confirmed_at.is_not(None)),
)
# Of a period that is not closed: some case of it may be open, and a unit is not told of every one (R19).
_NOT_CLOSED = exists().where(
    Entry.nominee_id == Nominee.id,
    Entry.period_id == Period.id,
    Period.cancelled_at.is_(None),
    Period.closed_at.is_(None),
)
# A nominee that had left already is not disqualified again (R26), but the finding stands (R27).
_FOUND_AFTER_LEAVING = exists().where(
    Entry.nominee_id == Nominee.id,
    Case.entry_id == Entry.id,
    or_(Case.conclusion == Conclusion.UPHELD, Case.state == State.LAPSED),
    ~exists().where(Disqualification.nominee_id == Nominee.id, Disqualification.period_id == Entry.period_id),
)


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
    """The facts that may be changed freely before the first period."""

    unit: str
    post: str
    category: str
    trade: str


@use_case
def nominate(work: Work, programme_id: int, kind: Kind, recommender_id: int, given: Particulars) -> Nominee:
    """Nominate one nominee, at the end of a unit's list.

    Raises NotYourCase, KnownAlready, BadValue, PrivateData, MissingText.
    """
    lock_programme_before_award(work.session, programme_id)
    recommender = find_recommender(work.session, recommender_id, work.actor)
    nominee = add_nominee(work.session, work.keyring, programme_id, kind, recommender, given, work.actor)
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


def find_recommender(session: Session, recommender_id: int, actor: Actor) -> Unit:
    """Return a recommending unit in whose name this person may nominate. Raises NotYourCase."""
    unit = session.get(Unit, recommender_id)
    theirs = actor.is_office or actor.unit_id == recommender_id
    if unit is None or unit.kind is not UnitKind.RECOMMENDER or unit.retired_at is not None or not theirs:
        raise NotYourCase
    return unit


def recommenders(session: Session, programme_id: int, actor: Actor) -> Sequence[Unit]:
    """List the units with places in a programme in whose name this person may nominate."""
    query = (
        select(Unit)
        .join(Quota, Quota.unit_id == Unit.id)
        .where(Quota.programme_id == programme_id, Unit.retired_at.is_(None))
        .order_by(Quota.id)
    )
    return session.scalars(query if actor.is_office else query.where(Unit.id == actor.unit_id)).all()


def add_nominee(
    session: Session,
    keyring: Keyring,
    programme_id: int,
    kind: Kind,
    recommender: Unit,
    given: Particulars,
    actor: Actor,
) -> Nominee:
    """Check and add a new nominee with its dossier, for the caller to place and commit."""
    programme = session.get_one(Programme, programme_id)
    name = checked_text(clean_name(given.name), "名称（姓名）", (1, LONGEST["name"]), "name")
    deeds = checked_text(given.deeds, "简要事迹", programme.rules.deeds_bounds, "deeds")
    require_publishable(f"{name}的内容", "deeds", name, given.unit, given.post, deeds)
    sealed = given.sealed or {}
    hashes = person_hashes(keyring, sealed)
    _require_unknown(session, programme_id, kind, hashes, actor)
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
        session.add(make_dossier(keyring, nominee.id, sealed))
    marks.renew(session, keyring, [nominee.id])
    return nominee


def own_unit(session: Session, recommender: Unit, name: str) -> Unit:
    """Return the unit a nominee belongs to.

    It is the recommending unit itself, the unit of that name below it, or a new one.
    """
    name = checked_text(clean_name(name), "所在单位", (1, LONGEST["unit"]), "unit")
    if name == recommender.name:
        return recommender
    known = session.scalar(
        select(Unit).where(Unit.parent_id == recommender.id, Unit.name == name, Unit.retired_at.is_(None))
    )
    return known or Unit(kind=UnitKind.OWN, name=name, parent=recommender)


def list_standing(session: Session, programme_id: int, unit_id: int) -> list[KnownNominee]:
    """List everybody who is recommended in a programme, as this unit's list meets them.

    A nominee who withdrew may be nominated again, but not to escape an objection: not before every period that showed
    it is closed, and not once a case was upheld against it or lapsed.
    """
    own, recommender = aliased(Unit), aliased(Unit)
    rows: Any = session.execute(
        select(Nominee, own.name, recommender.name, Dossier.person_hash, ENTERED)
        .join(own, Nominee.unit_id == own.id)
        .join(recommender, Nominee.recommender_id == recommender.id)
        .outerjoin(Dossier, Dossier.nominee_id == Nominee.id)
        .where(
            Nominee.programme_id == programme_id,
            or_(Nominee.withdrawn_at.is_(None), OUT, _NOT_CLOSED, _FOUND_AFTER_LEAVING),
        )
    )
    return [
        KnownNominee(
            nominee_id=nominee.id,
            kind=nominee.kind,
            name=nominee.name,
            unit=unit,
            recommender=recommends,
            ours=nominee.recommender_id == unit_id,
            entered=shown,
            person_hash=hash_,
        )
        for nominee, unit, recommends, hash_, shown in rows
    ]


def _require_unknown(session: Session, programme_id: int, kind: Kind, hashes: Sequence[str], actor: Actor) -> None:
    """Raise KnownAlready for a person or collective that already stands in the programme, with any unit.

    `hashes` are those of the ID number or code, one for each key of the ring; none where there is no number. A unit is
    told who it is only if the nominee is its own. Otherwise anybody who has a number could ask whose it is.
    """
    known = session.scalar(
        select(Nominee)
        .join(Dossier)
        .where(Nominee.programme_id == programme_id, Dossier.person_hash.in_(hashes))
        .order_by(Nominee.id)
        .limit(1)
    )
    if known is not None:
        field = "id_number" if kind is Kind.INDIVIDUAL else "credit_code"
        if not (actor.is_office or known.recommender_id == actor.unit_id):
            raise KnownAlready(field)
        raise KnownAlready(field, known.name, known.recommender.name)


def _require_unnamed(
    session: Session,
    programme_id: int,
    recommender: Unit,
    kind: Kind,
    name_and_unit: tuple[str, str],
    hashes: Sequence[str],
) -> None:
    """Raise BadValue where only the name could tell two nominees apart.

    So nobody who is out comes back by leaving the number empty. Two people with the same name and unit are told apart
    if both have a number. Nothing tells two such collectives apart.
    """
    wanted = named(kind, *name_and_unit)
    for one in list_standing(session, programme_id, recommender.id):
        if named(one.kind, one.name, one.unit) == wanted and not is_other_person(one, kind, hashes):
            also = f"；{NAMESAKES}" if kind is Kind.INDIVIDUAL else ""
            raise BadValue("name", f"名单里已经有“{one.name}”（也可能已被取消参评资格），同一对象只能推荐一次{also}。")


# --- before anybody outside has seen them ----------------------------------------------------------


@use_case
def edit(work: Work, nominee_id: int, facts: PlainFacts) -> None:
    """Change plain facts before the first period. Raises WrongState, NoLongerStands, NothingChanged, PrivateData."""
    nominee = changes.lock_nominee(work.session, nominee_id, work.actor)
    changes.require_standing(work.session, nominee, work.now)
    require_unshown(work.session, nominee)
    require_publishable(f"{nominee.name}的内容", "post", facts.unit, facts.post)
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
    marks.renew(work.session, work.keyring, [nominee.id])
    work.did("nominee.edited", nominee, fields=changed)


def require_unshown(session: Session, nominee: Nominee) -> None:
    """Raise WrongState once a period has the nominee on its list, open or not."""
    for entry in changes.entries_of(session, nominee.id):
        raise WrongState(
            f"已经列入“{entry.period.title}”，内容不能直接修改。错字请用“更正”，事迹有变化请用“事迹变更”。"
        )


# --- the order of preference -----------------------------------------------------------------------


def list_in_order(
    session: Session, programme_id: int, recommender_id: int, kind: Kind, now: dt.datetime
) -> list[Nominee]:
    """List a unit's nominees of a kind that still stand, most preferred first."""
    nominees = session.scalars(
        select(Nominee).where(*_list_of(programme_id, recommender_id, kind)).order_by(Nominee.position, Nominee.id)
    ).all()
    left = leavers.describe_left(session, nominees, now)
    return [nominee for nominee in nominees if nominee.id not in left]


@use_case
def reorder(work: Work, programme_id: int, recommender_id: int, kind: Kind, places: Mapping[int, int]) -> None:
    """Give every nominee of the list its place: `places` by nominee, each from 1 to their number once.

    Raises NotYourCase, BadValue, NothingChanged.
    """
    lock_programme_before_award(work.session, programme_id)
    find_recommender(work.session, recommender_id, work.actor)
    nominees = list_in_order(work.session, programme_id, recommender_id, kind, work.now)
    if places.keys() != {nominee.id for nominee in nominees} or sorted(places.values()) != _one_to(len(nominees)):
        raise BadValue("place", f"请把1到{len(nominees)}每个数字用一次，不重复、不跳号。")
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
