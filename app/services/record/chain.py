"""The audit record (R32): every act one row, written at once, chained by its seal, never changed or removed."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, insert, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from app.domain.cases.states import Actor
from app.domain.record.leaves import LeafContent, moment_as_hashed
from app.domain.record.salts import new_salt
from app.models import ActSeal, AuditRow, Base, Case, Nominee, Period, Programme, Unit, UnsealedAct, User

GENESIS = "0" * 64
CLOCK = "clock"
OBJECTOR = "objector"
STRANGER = "stranger"
COMMAND_LINE = "cli"
_HEAD = select(ActSeal.number, ActSeal.hash, AuditRow.at).join(ActSeal.act).order_by(ActSeal.number.desc()).limit(1)
# Ids in the order of the rows: acts of one transaction are sealed in the order in which they were told.
_WRITE = insert(AuditRow).returning(AuditRow.id, sort_by_parameter_order=True)
_LEFT_TO_SEAL = insert(UnsealedAct)


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
    """Write acts, unsealed, in the caller's transaction. Writers don't wait for each other; the sealer follows."""
    session.flush()
    rows = [_row(now, act) for act in acts]
    if rows:
        connection = session.connection()
        ids = connection.scalars(_WRITE, rows).all()
        connection.execute(_LEFT_TO_SEAL, [{"act_id": each} for each in ids])


def _row(now: dt.datetime, act: Act) -> dict[str, Any]:
    details = json.dumps(act.details, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    salt = new_salt().hex()
    content = LeafContent(salt, moment_as_hashed(now), act.actor, act.action, act.subject, details)
    return {
        "at": now,
        "actor": act.actor,
        "action": act.action,
        "subject": act.subject,
        "details": details,
        "salt": salt,
        "leaf": content.hash.hex(),
    }


def content_of(row: AuditRow | Row[Any]) -> LeafContent:
    """Return what the leaf of an act is made of."""
    return LeafContent(row.salt, moment_as_hashed(row.at), row.actor, row.action, row.subject, row.details)


def chained(previous: str, number: int, content: LeafContent) -> str:
    """Return the hash of an act at its place in the chain."""
    whole = [previous, number, content.at, content.actor, content.action, content.subject, content.details]
    return hashlib.sha256(json.dumps(whole, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Head:
    """The last act of the chain at some moment. Kept elsewhere, it tells later whether the chain was cut or remade."""

    number: int
    hash: str
    at: dt.datetime | None = None

    def __str__(self) -> str:
        return f"{self.number}:{self.hash}"


_AT_ONCE = 500  # rows in memory where all are read
_HEADS = re.compile(r"(?<!\w)([1-9]\d{0,8}):([0-9a-f]{64})(?!\w)")


def heads_in(text: str) -> list[Head]:
    """Every `number:hash` that a text holds: what was typed, a file of kept lines, the manifest of a backup."""
    return [Head(int(number), hash_) for number, hash_ in _HEADS.findall(text)]


def head(session: Session) -> Head:
    """Return the head of the chain as it stands, without the acts that are not sealed; number 0 while it is empty."""
    row = session.execute(_HEAD).first()
    return Head(row.number, row.hash, row.at) if row else Head(0, GENESIS)


def head_of_day(session: Session, end: dt.datetime) -> Head:
    """Return the head of the chain as it stood at `end`; number 0 where it was empty."""
    row = session.execute(_HEAD.where(AuditRow.at < end)).first()
    return Head(row.number, row.hash, row.at) if row else Head(0, GENESIS)


def published(head: Head, key: bytes) -> str:
    """Return what the public reads of a head: bound to it, and of use to nobody who guesses at what was done (R19).

    The head itself would let anybody try out which act, at which second, makes its last row.
    """
    return hmac.new(key, f"gongshi head of the day {head}".encode(), hashlib.sha256).hexdigest()


def every_row(session: Session, up_to: int) -> Iterator[AuditRow]:
    """Yield every sealed act up to this number, in their order, each with its seal; read in pieces."""
    query = select(AuditRow).join(AuditRow.seal).where(ActSeal.number <= up_to).order_by(ActSeal.number)
    query = query.options(contains_eager(AuditRow.seal))
    yield from session.scalars(query, execution_options={"yield_per": _AT_ONCE})


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
    yield from session.scalars(_in_order(sought).limit(most), execution_options={"yield_per": _AT_ONCE})


def _in_order(sought: RecordSearch) -> Select[AuditRow]:
    order = AuditRow.id if sought.oldest_first else AuditRow.id.desc()
    return select(AuditRow).where(*_matches(sought)).order_by(order).options(joinedload(AuditRow.seal))


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
