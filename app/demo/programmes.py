"""Sets up the demonstration's programmes: texts, timetable, places, nominees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.demo import annexes, people
from app.demo.cast import HOURS, Cast
from app.demo.words import AGENCY, CIVIL, INSTITUTION
from app.domain.nominees.annexes import Rank
from app.domain.periods.rounds import Kind
from app.domain.programmes.plan import Places, ProgrammePlan, StageDays
from app.models import Nominee, Unit, UnitKind
from app.notices.offered import built_in
from app.sealing import Keyring
from app.services.nominees import marks
from app.services.nominees.dossiers import make_dossier
from app.services.programmes import setting_up
from app.services.shared.work import Work

HONOURS = "提升人民群众获得感幸福感安全感"
ByUnit = dict[int, list[Nominee]]


def number(day: dt.date, running: int, kind: str = "") -> str:
    """Return the 文号 (reference number) of a paper of that year."""
    return f"演示{kind}〔{day.year}〕{running}号"


def set_up(
    session: Session,
    cast: Cast,
    title: str,
    notice_number: str,
    stages: Sequence[StageDays],
    now: dt.datetime,
    *,
    most: int | None = None,
) -> int:
    """Set up a programme with the places of annex 1, at most `most` of each kind a unit. Returns its id."""
    places = []
    for quota in people.quotas():
        collectives, individuals = quota.collectives, quota.individuals
        if most is not None:
            collectives, individuals = min(collectives, most), min(individuals, most)
        places.append(Places(cast.units[quota.recommender], collectives, individuals, quota.field, quota.group))
    notice = built_in()
    plan = ProgrammePlan(
        title=title,
        notice_number=notice_number,
        collective_honour=f"{HONOURS}{notice.kind_names[Kind.COLLECTIVE]}",
        individual_honour=f"{HONOURS}{notice.kind_names[Kind.INDIVIDUAL]}",
        lapse_clause=notice.clauses.lapse,
        upheld_clause=notice.clauses.upheld,
        revocation_clause=notice.clauses.revocation,
        signatory="市实施群众满意度提升“四个工程”工作专班",
        stages=stages,
        places=places,
        demonstration=True,
    )
    return setting_up.create(Work(session, now), plan).id


def recommend(
    session: Session, keyring: Keyring, cast: Cast, programme_id: int, seed: int, most: int | None = None
) -> ByUnit:
    """Create all nominees with their dossiers. `most` limits the nominees of each kind a unit, for a small
    programme."""
    by_unit: ByUnit = {}
    for quota in people.quotas():
        unit_id = cast.units[quota.recommender]
        owns = _own_units(session, unit_id)
        made: list[Nominee] = []
        for kind, persons in _by_kind(people.nominees(quota, seed), most):
            for position, (number, person) in enumerate(persons, start=1):
                nominee = _nominee(programme_id, kind, unit_id, position, person)
                nominee.unit_id = owns.get(person.workplace) or _own_unit(session, person.workplace, unit_id)
                owns[person.workplace] = nominee.unit_id
                session.add(nominee)
                session.flush()
                session.add(make_dossier(keyring, nominee.id, annexes.fields_of(person, quota, number)))
                made.append(nominee)
        marks.renew(session, keyring, [nominee.id for nominee in made])
        by_unit[unit_id] = made
    session.commit()
    return by_unit


def _by_kind(
    made_up: Iterable[people.DemoNominee], most: int | None
) -> list[tuple[Kind, list[tuple[int, people.DemoNominee]]]]:
    """Pair each nominee with its number in the whole list, which its form is generated from."""
    numbered = list(enumerate(made_up, start=1))
    return [(kind, [each for each in numbered if each[1].kind == kind][:most]) for kind in Kind]


def _own_units(session: Session, unit_id: int) -> dict[str, int]:
    rows = session.execute(select(Unit.name, Unit.id).where(Unit.parent_id == unit_id))
    return {name: own_id for name, own_id in rows}  # noqa: C416 - rows are no pairs to the type checker


def _own_unit(session: Session, name: str, parent_id: int) -> int:
    own = Unit(kind=UnitKind.OWN, name=name, parent_id=parent_id, hours=HOURS)
    session.add(own)
    session.flush()
    return own.id


def _nominee(programme_id: int, kind: Kind, recommender_id: int, position: int, person: people.DemoNominee) -> Nominee:
    return Nominee(
        programme_id=programme_id,
        kind=kind,
        name=person.name,
        recommender_id=recommender_id,
        position=position,
        post=person.post,
        category=person.category,
        trade=person.trade,
        rank=rank_of(person),
        deeds=person.deeds,
    )


def rank_of(person: people.DemoNominee) -> Rank:
    if "处级" in person.post:
        return Rank.COUNTY
    return Rank.BELOW if person.category in (AGENCY, INSTITUTION, CIVIL) else Rank.NONE
