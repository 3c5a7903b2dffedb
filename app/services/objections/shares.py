"""What holds back a flood of objections, inside the transaction that files one (R17).

A contact's share is counted in the database, so it holds on every worker and after every restart; an answered
challenge is spent in the same commit as the objection it let through, so a filing that fails spends nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, text
from sqlalchemy.exc import IntegrityError

from app.domain.objections.receipt import keyed_hash
from app.domain.objections.sameness import Allowance, full_until, plain_contact, plain_text
from app.domain.refusals import AnswerSpent, TooManyFromContact
from app.models import Objection, SpentAnswer

# How long an answer is remembered: longer than any challenge is good for.
REMEMBERED_FOR = dt.timedelta(hours=1)
_FILED_BY_CONTACT = (
    select(Objection.filed_at)
    .where(Objection.contact_hash == bindparam("contact"), Objection.filed_at > bindparam("since"))
    .order_by(Objection.filed_at.desc())
    .limit(bindparam("most"))
)
_FORGET = delete(SpentAnswer).where(SpentAnswer.spent_at < bindparam("before"))
_SPEND = insert(SpentAnswer)
# Two filings of one contact at one moment would each count without the other; SQLite lets one writer in at a time.
_CONTACT_LOCK = text("SELECT pg_advisory_xact_lock(:number)")


@dataclass(frozen=True, slots=True)
class Guard:
    """What a filing must pass: the contact's allowances, and the answered challenge that let it through, if any."""

    allowances: Sequence[Allowance] = ()
    answer: str = ""


def contact_hash(key: bytes, contact: str) -> str:
    """Hash a contact, however it was written. The hash tells nothing of the contact."""
    return keyed_hash(key, "contact", plain_contact(contact))


def text_hash(key: bytes, facts: str) -> str:
    """Hash a text, whatever its spaces and punctuation. The hash tells nothing of the text."""
    return keyed_hash(key, "text", plain_text(facts))


def hold_back(connection: Connection, guard: Guard, contact: str, now: dt.datetime) -> None:
    """Let a filing of the contact (its hash) pass, or raise TooManyFromContact or AnswerSpent."""
    if guard.allowances:
        _hold_to_share(connection, guard.allowances, contact, now)
    if guard.answer:
        _spend(connection, guard.answer, now)


def _hold_to_share(connection: Connection, allowances: Sequence[Allowance], contact: str, now: dt.datetime) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(_CONTACT_LOCK, {"number": int.from_bytes(bytes.fromhex(contact)[:8], signed=True)})
    filed = connection.scalars(
        _FILED_BY_CONTACT,
        {
            "contact": contact,
            "since": now - max(allowance.per for allowance in allowances),
            "most": max(allowance.amount for allowance in allowances),
        },
    ).all()
    come_back = full_until(filed, allowances, now)
    if come_back is not None:
        raise TooManyFromContact(come_back)


def _spend(connection: Connection, answer: str, now: dt.datetime) -> None:
    connection.execute(_FORGET, {"before": now - REMEMBERED_FOR})
    try:
        connection.execute(_SPEND, {"nonce": answer, "spent_at": now})
    except IntegrityError:
        raise AnswerSpent from None
