"""Run every invariant over live data, read-only (R37): `gongshi check`, the tick of every night, tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.database import Database
from app.services.record.checks import (
    accounts,
    award,
    calendar,
    cases,
    data_requests,
    entries,
    everywhere,
    files,
    groups,
    letters,
    messages,
    nominees,
    objections,
    periods,
    record,
    registrations,
    second_looks,
    verdicts,
)
from app.services.record.checks.registry import INVARIANTS, Invariant, LiveData, WrongMarks, places

SUBJECTS = (
    calendar, periods, entries, nominees, objections, registrations, cases, groups, verdicts, letters, second_looks,
    messages, award, accounts, files, data_requests, record,
    everywhere,
)  # fmt: skip
# Whoever has so many rows that break one rule needs no more of them named to find the cause.
MOST_NAMED = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """A row that breaks a rule: by the invariant's name, the rule's number, the table and the row's id."""

    name: str
    rule: str
    table: str
    row: int


def all_invariants() -> list[Invariant]:
    """List every invariant, by rule and name."""
    return sorted(INVARIANTS.values(), key=lambda each: (int(each.rule.removeprefix("R")), each.name))


def check(
    session: Session,
    now: dt.datetime,
    wrong_marks: WrongMarks | None = None,
    invariants: Sequence[Invariant] | None = None,
) -> list[Finding]:
    """Return what breaks a rule at `now`, by rule and name; of one invariant the first hundred rows at most.

    All invariants are asked unless some are given. `wrong_marks` is as for `LiveData`.
    """
    live = LiveData(session, now, wrong_marks)
    asked = all_invariants() if invariants is None else invariants
    return [finding for each in asked for finding in _findings(live, each)]


def check_database(database: Database, now: dt.datetime, wrong_marks: WrongMarks | None = None) -> list[Finding]:
    """Check one moment of a database, while others go on writing; see `check`."""
    with database.snapshot() as connection, Session(connection) as session:
        return check(session, now, wrong_marks)


def _findings(live: LiveData, one: Invariant) -> list[Finding]:
    found = []
    for table, row in places(live, one.wrong(live)):
        found.append(Finding(one.name, one.rule, table, row))
        if len(found) == MOST_NAMED:
            break
    return found
