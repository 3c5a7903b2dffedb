"""Spends answered challenges in the transaction that files (R17), and hashes contacts and texts.

An answered challenge is spent in the same commit as its objection, so a failed filing spends nothing. Earlier filings
of the contact are not read here, since the answer would reveal them to strangers.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert
from sqlalchemy.exc import IntegrityError

from app.domain.objections.contacts import plain_contact
from app.domain.objections.receipt import keyed_hash
from app.domain.objections.sameness import plain_text
from app.domain.refusals import AnswerSpent
from app.models import SpentAnswer
from app.services.shared.work import Work, use_case

# How long an answer is remembered: longer than any challenge is good for.
REMEMBERED_FOR = dt.timedelta(hours=1)
_FORGET = delete(SpentAnswer).where(SpentAnswer.spent_at < bindparam("before"))
_SPEND = insert(SpentAnswer)


@dataclass(frozen=True, slots=True)
class Guard:
    """What a filing must pass: the answered challenge that let it through, if any, and that lets no second through."""

    answer: str = ""


def contact_hash(key: bytes, contact: str) -> str:
    """Hash a contact, however it was written. The hash tells nothing of the contact."""
    return keyed_hash(key, "contact", plain_contact(contact))


def text_hash(key: bytes, facts: str) -> str:
    """Hash a text, whatever its spaces and punctuation. The hash tells nothing of the text."""
    return keyed_hash(key, "text", plain_text(facts))


def hold_back(connection: Connection, guard: Guard, now: dt.datetime) -> None:
    """Spend the filing's answered challenge. Raises AnswerSpent if it was used before."""
    if guard.answer:
        _spend(connection, guard.answer, now)


@use_case
def spend_answer(work: Work, answer: str) -> None:
    """Spend an answered challenge by itself, before a file is taken. Raises AnswerSpent if it was used before."""
    _spend(work.session.connection(), answer, work.now)


def _spend(connection: Connection, answer: str, now: dt.datetime) -> None:
    connection.execute(_FORGET, {"before": now - REMEMBERED_FOR})
    try:
        connection.execute(_SPEND, {"nonce": answer, "spent_at": now})
    except IntegrityError:
        raise AnswerSpent from None
