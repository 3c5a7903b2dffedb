"""The audit record (R32): every act one row, chained by hash, never changed or removed."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, or_, select, text
from sqlalchemy.orm import Session

from app.domain.cases.states import Actor
from app.models import AuditRow, Base, Case, Nominee, Period, Programme, Unit, User

GENESIS = "0" * 64
CLOCK = "clock"
OBJECTOR = "objector"
STRANGER = "stranger"
COMMAND_LINE = "cli"
# The key of the advisory lock. Its value does not matter; every writer of the chain uses the same one.
_CHAIN_LOCK = text(f"SELECT pg_advisory_xact_lock({0x676F6E67})")
_HEAD = select(AuditRow.id, AuditRow.hash, AuditRow.at).order_by(AuditRow.id.desc()).limit(1)
_APPEND = insert(AuditRow)


@dataclass(frozen=True, slots=True)
class Act:
    """One act for the record: who acted, what they did, and on which subject.

    `details` holds no objector's name, contact or text (R19).
    """

    actor: str
    action: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)


def by_user(user_id: int) -> str:
    return f"user:{user_id}"


def name_of_actor(actor: Actor | None) -> str:
    """Return the name of an actor in the record.

    None stands for whoever runs the server and its command line.
    """
    return by_user(actor.user_id) if actor else COMMAND_LINE


def on_case(case_id: int) -> str:
    return f"case:{case_id}"


def on_period(period_id: int) -> str:
    return f"period:{period_id}"


def on_programme(programme_id: int) -> str:
    return f"programme:{programme_id}"


def on_unit(unit_id: int) -> str:
    return f"unit:{unit_id}"


def on_person(user_id: int) -> str:
    return f"user:{user_id}"


def on_nominee(nominee_id: int) -> str:
    return f"nominee:{nominee_id}"


_KINDS: dict[type[Base], Callable[[int], str]] = {
    Case: on_case,
    Nominee: on_nominee,
    Period: on_period,
    Programme: on_programme,
    Unit: on_unit,
    User: on_person,
}


def subject_of(subject: Base | str) -> str:
    """Return the name of a row in the record. A name is returned as it is."""
    return subject if isinstance(subject, str) else _KINDS[type(subject)](subject.id)  # type: ignore[attr-defined]


def record(session: Session, now: dt.datetime, acts: Iterable[Act]) -> None:
    """Append acts to the chain, in the caller's transaction, as its last statements before commit.

    Writers wait for each other here: on SQLite since BEGIN IMMEDIATE, on PostgreSQL from this lock on.
    """
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_CHAIN_LOCK)
    last = connection.execute(_HEAD).first()
    number, previous = (last.id, last.hash) if last else (0, GENESIS)
    rows = []
    for act in acts:
        number += 1
        details = json.dumps(act.details, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        row: dict[str, Any] = {
            "id": number,
            "at": now,
            "actor": act.actor,
            "action": act.action,
            "subject": act.subject,
            "details": details,
            "previous_hash": previous,
        }
        row["hash"] = previous = _hash(row)
        rows.append(row)
    if rows:
        connection.execute(_APPEND, rows)


def moment_as_hashed(at: dt.datetime) -> str:
    """Return the instant of a row as its hash holds it."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")


def _hash(row: dict[str, Any]) -> str:
    content = [
        row["previous_hash"],
        row["id"],
        moment_as_hashed(row["at"]),
        row["actor"],
        row["action"],
        row["subject"],
        row["details"],
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """The last row of the chain at some moment. Kept elsewhere, it tells later whether the chain was cut or remade."""

    number: int
    hash: str
    at: dt.datetime | None = None

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


_HEADS = re.compile(r"(?<!\w)([1-9]\d{0,8}):([0-9a-f]{64})(?!\w)")


def heads_in(text: str) -> list[Head]:
    """Every `number:hash` that a text holds: what was typed, a file of kept lines, the manifest of a backup."""
    return [Head(int(number), hash_) for number, hash_ in _HEADS.findall(text)]


def head(session: Session) -> Head:
    """Return the head of the chain as it stands; number 0 while it is empty."""
    row = session.execute(_HEAD).first()
    return Head(row.id, row.hash, row.at) if row else Head(0, GENESIS)


def head_of_day(session: Session, end: dt.datetime) -> Head:
    """Return the head of the chain as it stood at `end`; number 0 where it was empty."""
    row = session.execute(_HEAD.where(AuditRow.at < end)).first()
    return Head(row.id, row.hash, row.at) if row else Head(0, GENESIS)


def published(head: Head, key: bytes) -> str:
    """Return what the public reads of a head: bound to it, and of use to nobody who guesses at what was done (R19).

    The head itself would let anybody try out which act, at which second, makes its last row.
    """
    return hmac.new(key, f"gongshi head of the day {head}".encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk over the chain found. `broken_at` is the first row that doesn't fit, None if all do."""

    rows: int
    head: str
    broken_at: int | None = None
    problem: str = ""

    @property
    def holds(self) -> bool:
        return self.broken_at is None


def verify(session: Session, kept: Iterable[Head] = ()) -> Verification:
    """Recompute every hash from the first row on: an edited, removed or moved row is found.

    Rows cut off at the end leave a whole shorter chain, and a chain made anew from some row on is whole too: both
    are found against heads that were `kept` elsewhere.
    """
    previous, count = GENESIS, 0
    # Sorted with the lowest number last, so that pop() returns the next one. The head of an empty chain proves nothing.
    wanted = sorted({(one.number, one.hash) for one in kept if one.number}, reverse=True)
    columns = AuditRow.__table__.columns
    result = session.execute(select(*columns).order_by(AuditRow.id), execution_options={"yield_per": 1000})
    for row in result.mappings():
        if row["id"] != count + 1:
            return Verification(count, previous, count + 1, "缺少一行")
        if row["previous_hash"] != previous:
            return Verification(count, previous, count + 1, "与上一行不衔接")
        if _hash(dict(row)) != row["hash"]:
            return Verification(count, previous, count + 1, "内容被改动")
        while wanted and wanted[-1][0] == row["id"]:
            if wanted.pop()[1] != row["hash"]:
                return Verification(count, previous, count + 1, "与另存的校验值不符")
        previous, count = row["hash"], row["id"]
    if wanted:
        return Verification(count, previous, count + 1, f"缺失，另存的校验值是第{wanted[0][0]}条的")
    return Verification(count, previous)


def every_row(session: Session, up_to: int) -> Iterator[AuditRow]:
    """Yield every row up to this number, oldest first, read in pieces."""
    query = select(AuditRow).where(AuditRow.id <= up_to).order_by(AuditRow.id)
    yield from session.scalars(query, execution_options={"yield_per": 500})


def rows_about(session: Session, subject: str) -> Sequence[AuditRow]:
    """Everything recorded about one subject, oldest first."""
    return session.scalars(select(AuditRow).where(AuditRow.subject == subject).order_by(AuditRow.id)).all()


@dataclass(frozen=True, slots=True)
class RecordSearch:
    """What is looked for in the record; what is empty narrows nothing. `actors` are any of these, none when empty.

    `since` and `before` are instants, the second not included. `words` stand in a row's details, or one of `codes`
    does. `subjects` are any of these, none when empty.
    """

    actors: frozenset[str] | None = None
    action: str = ""
    subject: str = ""
    subjects: frozenset[str] | None = None
    words: str = ""
    codes: frozenset[str] = frozenset()
    since: dt.datetime | None = None
    before: dt.datetime | None = None
    oldest_first: bool = False


def page_of_rows(session: Session, sought: RecordSearch, page: int, per_page: int) -> tuple[Sequence[AuditRow], int]:
    """One page of the rows that match, and how many do."""
    total = session.scalar(select(func.count()).select_from(AuditRow).where(*_matches(sought))) or 0
    return session.scalars(_in_order(sought).limit(per_page).offset((page - 1) * per_page)).all(), total


def rows_one_by_one(session: Session, sought: RecordSearch, most: int) -> Iterator[AuditRow]:
    """Yield the first `most` rows that match. They are read in pieces, never all of them in memory."""
    yield from session.scalars(_in_order(sought).limit(most), execution_options={"yield_per": 500})


def _in_order(sought: RecordSearch) -> Select[AuditRow]:
    return (
        select(AuditRow).where(*_matches(sought)).order_by(AuditRow.id if sought.oldest_first else AuditRow.id.desc())
    )


def _matches(sought: RecordSearch) -> list[ColumnElement[bool]]:
    matches: list[ColumnElement[bool]] = []
    if sought.actors is not None:
        matches.append(AuditRow.actor.in_(sought.actors))
    if sought.action:
        matches.append(AuditRow.action == sought.action)
    if sought.subject:
        matches.append(AuditRow.subject == sought.subject)
    if sought.subjects is not None:
        matches.append(AuditRow.subject.in_(sought.subjects))
    if sought.words:
        quoted = [f'"{code}"' for code in sorted(sought.codes)]
        matches.append(or_(*(AuditRow.details.icontains(each, autoescape=True) for each in (sought.words, *quoted))))
    if sought.since is not None:
        matches.append(AuditRow.at >= sought.since)
    if sought.before is not None:
        matches.append(AuditRow.at < sought.before)
    return matches
