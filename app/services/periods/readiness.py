"""What a unit lacks to receive objections, and where its cases will go: said before a period is saved (R13, R21)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.domain.cases.states import PEOPLE_TO_CONCLUDE
from app.domain.programmes.contacts import LINES, missing_lines
from app.domain.refusals import ContactMissing
from app.models import Nominee, Unit, UnitKind, User
from app.services.accounts.units import chain_of_command, contact_of, first_handler

# Own units without any are alike where they stand under the same unit.
_HAS_ACCOUNT = Unit.id.in_(select(User.unit_id))


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a unit lacks, in words, and which unit gets its cases if the period is scheduled now.

    `stops` is a unit without which no period can be scheduled, because it receives the objections or stands over all,
    and has no complete contact block; `stopped_for` are the lines it lacks (R13).
    """

    lacks: tuple[str, ...]
    cases_go_to: Unit
    elsewhere: bool
    stops: Unit | None = None
    stopped_for: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Return what is lacking as one sentence, "" where nothing is."""
        said = [f"缺{'、'.join(self.lacks)}"] if self.lacks else []
        said += [f"异议将由{self.cases_go_to.name}办理"] if self.elsewhere else []
        return "；".join([*said, *([str(self.refusal)] if self.refusal else [])])

    @property
    def refusal(self) -> ContactMissing | None:
        """Why no period can be scheduled; None where one can."""
        return ContactMissing(self.stops.name, self.stopped_for) if self.stops else None


def readiness(session: Session, units: Iterable[Unit], now: dt.datetime) -> dict[int, Readiness]:
    """Return what each of these units lacks, by its id."""
    return _read(session, [unit.id for unit in units], now)


def _read(session: Session, unit_ids: Sequence[int], now: dt.datetime) -> dict[int, Readiness]:
    wanted = select(Unit).where(Unit.id.in_(unit_ids)).order_by(Unit.id).options(selectinload(Unit.people))
    return {unit.id: _of_unit(session, unit, now) for unit in session.scalars(wanted).all()}


def find_stops(session: Session, unit_ids: Collection[int], now: dt.datetime) -> dict[int, Unit | None]:
    """Return, by id, the unit without which nothing of these units can be scheduled; see `Readiness.stops`.

    An own unit without a single account receives no objection itself. So one is judged for all under the same unit,
    and none where nobody who could receive objections lacks anything.
    """
    if not any(_lines_missing(unit) for unit in _who_could_receive(session)):
        return dict.fromkeys(unit_ids)
    alike = _put_together(session, unit_ids)
    judged = _read(session, [ids[0] for ids in alike], now)
    return {unit_id: judged[ids[0]].stops for ids in alike for unit_id in ids}


def _who_could_receive(session: Session) -> Sequence[Unit]:
    """Return the units with an account, and the office, which receives what no unit below can (R21)."""
    return session.scalars(select(Unit).where(or_(Unit.kind == UnitKind.OFFICE, _HAS_ACCOUNT))).all()


def _put_together(session: Session, unit_ids: Collection[int]) -> list[list[int]]:
    """Return these units, own units without any account together where they stand under the same unit."""
    unstaffed = _unstaffed(session) if len(unit_ids) > 1 else {}
    found: dict[tuple[int, int], list[int]] = {}
    for unit_id in unit_ids:
        found.setdefault((unstaffed[unit_id], 0) if unit_id in unstaffed else (0, unit_id), []).append(unit_id)
    return list(found.values())


def _unstaffed(session: Session) -> dict[int, int]:
    """Return the own units without any account, by id, each with the unit above it."""
    rows = session.execute(select(Unit.id, Unit.parent_id).where(Unit.kind == UnitKind.OWN, ~_HAS_ACCOUNT))
    return {unit_id: parent_id or 0 for unit_id, parent_id in rows}


def own_units(session: Session, programme_id: int, now: dt.datetime) -> dict[int, str]:
    """Say of each recommending unit where the cases of its own units in round 1 will go, by its id (R21)."""
    belong = Unit.id.in_(select(Nominee.unit_id).where(Nominee.programme_id == programme_id))
    wanted = select(func.min(Unit.id), Unit.parent_id, func.count()).where(Unit.kind == UnitKind.OWN, belong)
    staffed, others = wanted.where(_HAS_ACCOUNT).group_by(Unit.id), wanted.where(~_HAS_ACCOUNT).group_by(Unit.parent_id)
    alike: list[Any] = sorted(row for query in (staffed, others) for row in session.execute(query))
    judged = _read(session, [unit_id for unit_id, _, _ in alike], now)
    goes: dict[int, Counter[str]] = {}
    for unit_id, parent_id, units in alike:
        to = judged[unit_id].cases_go_to.name if judged[unit_id].elsewhere else ""
        goes.setdefault(parent_id or 0, Counter())[to] += units
    return {parent: "；".join(_share(to, count) for to, count in each.items()) for parent, each in goes.items()}


def _share(goes_to: str, count: int) -> str:
    if not goes_to:
        return f"{count}家所在单位的异议由本单位办理"
    return f"{count}家所在单位没有两个可以登录的账号，异议由{goes_to}办理"


def require_receiving_office(session: Session, organiser: Unit, now: dt.datetime) -> None:
    """Raise ContactMissing unless whoever receives the objections of a period can be reached, and the office (R13)."""
    if refusal := _of_unit(session, organiser, now).refusal:
        raise refusal


def _of_unit(session: Session, unit: Unit, now: dt.datetime) -> Readiness:
    goes_to = first_handler(session, unit, now)
    lacks = (*_lacks_people(session, unit, now), *_lines_missing(unit))
    elsewhere = goes_to.id != unit.id
    for receiving in (goes_to, chain_of_command(session, unit)[-1]):
        if missing := _lines_missing(receiving):
            return Readiness(lacks, goes_to, elsewhere, receiving, missing)
    return Readiness(lacks, goes_to, elsewhere)


def _lacks_people(session: Session, unit: Unit, now: dt.datetime) -> list[str]:
    """Say what keeps a unit from concluding a case with its own people (R22)."""
    hands = unit.hands(now)
    waiting = [user for user in unit.people if user.waits_for_agreement and user.can_log_in(now)]
    also = f"，另有{len(waiting)}个账号待上一级同意" if waiting else ""
    if len(hands) < PEOPLE_TO_CONCLUDE:
        there = f"现有{len(hands)}个" if hands else "现在没有"
        return [f"可以登录的账号（{there}，至少{PEOPLE_TO_CONCLUDE}个{also}）"]
    deciders = unit.deciders(now)
    if len(deciders) < PEOPLE_TO_CONCLUDE:
        giver = session.get_one(User, min(deciders))
        return [f"互相独立的两个人（账号都由{giver.name}开设或者重置，请上一级的另一人在“待同意的账号”里同意）"]
    return []


def _lines_missing(unit: Unit) -> tuple[str, ...]:
    return tuple(LINES[line][0] for line in missing_lines(contact_of(unit)))
