"""The units and logins of the demonstration: the office, the fourteen recommending units, two people in each."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.demo import people
from app.demo.cases import Hands
from app.domain.cases.states import ROLE_NAMES, Actor, Role
from app.models import Unit, UnitKind
from app.services.accounts import making
from app.services.shared.work import Work

PASSWORD = "gongshi-yanshi-2026"  # noqa: S105 - the demonstration's, printed on the terminal
HOST_UNIT = "麒麟区"
LOGINS = (
    ("office", ROLE_NAMES[Role.OFFICE]),
    ("office2", ROLE_NAMES[Role.OFFICE] + "（第二人）"),
    ("head", f"{HOST_UNIT} {ROLE_NAMES[Role.HEAD]}"),
    ("handler", f"{HOST_UNIT} {ROLE_NAMES[Role.HANDLER]}"),
    ("auditor", ROLE_NAMES[Role.AUDITOR]),
)
HOURS = "工作日 8:30-12:00，14:00-17:30"


@dataclass(frozen=True, slots=True)
class Cast:
    """The office, the recommending units by name in the order of annex 1, and who acts for each unit by its id."""

    office: int
    units: dict[str, int]
    hands: dict[int, Hands]

    @property
    def of_the_office(self) -> Hands:
        return self.hands[self.office]


def assemble(session: Session, now: dt.datetime) -> Cast:
    """Create the units and the people."""
    office = Unit(
        kind=UnitKind.OFFICE,
        name="市实施群众满意度提升“四个工程”工作专班",
        phone="0874-0000000",
        address="演示市文昌街1号市级行政中心",
        email="office@example.com",
        hours=HOURS,
    )
    session.add(office)
    session.flush()

    def person(login: str, name: str, role: Role, unit: Unit) -> Actor:
        # The password printed on the terminal is meant to be used: its owner need not change it.
        return making.add_user(Work(session, now), login, name, role, unit, PASSWORD, must_change_password=False).actor

    hands = {
        office.id: Hands(person("office", "周工", Role.OFFICE, office), person("office2", "郑工", Role.OFFICE, office))
    }
    person("auditor", "监督员", Role.AUDITOR, office)
    units: dict[str, int] = {}
    for number, quota in enumerate(people.quotas(), start=1):
        unit = _recommending(session, quota.recommender, number, office)
        units[unit.name] = unit.id
        suffix = "" if unit.name == HOST_UNIT else f"{number:02d}"
        hands[unit.id] = Hands(
            person(f"handler{suffix}", "经办", Role.HANDLER, unit), person(f"head{suffix}", "负责人", Role.HEAD, unit)
        )
    return Cast(office.id, units, hands)


def _recommending(session: Session, name: str, number: int, office: Unit) -> Unit:
    unit = Unit(
        kind=UnitKind.RECOMMENDER,
        name=name,
        parent=office,
        phone=f"0874-00000{number:02d}",
        address=f"{name}评选推荐工作办公室",
        email=f"unit{number:02d}@example.com",
        hours=HOURS,
    )
    session.add(unit)
    session.flush()
    return unit
