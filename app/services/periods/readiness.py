"""What a unit lacks to receive objections, and where its cases will go: said before a period is saved (R13, R21)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.cases.hands import Staffed, first_hand
from app.domain.cases.states import TWO
from app.models import Unit
from app.services.accounts.units import chain_of_command


@dataclass(frozen=True, slots=True)
class Readiness:
    """What a unit lacks, in words, and which unit gets its cases if the period is scheduled now."""

    lacks: tuple[str, ...]
    cases_go_to: Unit
    elsewhere: bool

    @property
    def words(self) -> str:
        """Return what is lacking as one sentence, "" where nothing is."""
        said = [f"缺{'、'.join(self.lacks)}"] if self.lacks else []
        return "；".join([*said, *([f"异议将由{self.cases_go_to.name}办理"] if self.elsewhere else [])])


def readiness(session: Session, units: Iterable[Unit], now: dt.datetime) -> dict[int, Readiness]:
    """Return what each of these units lacks, by its id."""
    found = {}
    for unit in units:
        chain = chain_of_command(session, unit)
        first = first_hand([Staffed(each.id, len(each.hands(now))) for each in chain])
        lacks = [f"可以登录的账号（现有{len(unit.hands(now))}个，至少{TWO}个）"] if len(unit.hands(now)) < TWO else []
        lacks += ["电话"] if not unit.phone else []
        lacks += ["地址"] if not unit.address else []
        goes_to = next(each for each in chain if each.id == first)
        found[unit.id] = Readiness(tuple(lacks), goes_to, first != unit.id)
    return found
