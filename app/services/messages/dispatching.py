"""Sends messages one after another: each is claimed in one commit and settled in the next (R28).

A worker claims a message before it contacts the gateway. If the worker is killed in between, the message may have
arrived: after `CLAIMED_FOR` another worker sends it once more, and not a third time. No message is lost, and none
arrives three times.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select, update
from sqlalchemy.orm import joinedload

from app.domain.cases.states import Role
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import (
    CLAIM_LASTS,
    MOST_UNSURE,
    SENDER_STOPPED,
    Delivery,
    Outcome,
    Reply,
    decide_next_step,
)
from app.domain.messages.hours import is_still_useful
from app.domain.messages.wording import CaseEvent, MessageText, NoticeKind, write_code, write_news, write_warnings
from app.models import Case, Dispatch, OutboxRow, Reach, Recusal
from app.services.messages.codes import CODE_LASTS, derive_code, make_stop_token, unseal_address
from app.services.shared.work import Work, use_case

_LOOKED_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker sends now. `stamp` tells its claim from a later one."""

    ids: tuple[int, ...]
    stamp: dt.datetime
    channel: OutgoingChannel
    address: str
    message: MessageText
    token: str


@use_case
def settle_and_claim(work: Work, ended: tuple[Claimed, Outcome] | None, public_url: str) -> Claimed | None:
    """Settle the message just sent and claim the next due one, in one commit. Returns None if nothing is due."""
    if ended is not None:
        _settle(work, *ended)
    for row in _lock_due(work):
        if row.fate is Delivery.SENDING and not _take_back(work, row):
            continue
        if not _is_still_useful(work, row):
            _end(work, row, Delivery.DROPPED)
            continue
        return _claim(work, row, public_url)
    return None


@use_case
def settle(work: Work, ended: tuple[Claimed, Outcome]) -> None:
    """Settle a message without claiming another."""
    _settle(work, *ended)


def _lock_due(work: Work) -> Sequence[Dispatch]:
    return work.session.scalars(
        select(Dispatch)
        .where(Dispatch.fate.in_((Delivery.WAITING, Delivery.SENDING)), Dispatch.due_at <= work.now)
        .order_by(Dispatch.due_at, Dispatch.id)
        .limit(_LOOKED_AT_ONCE)
        .with_for_update(of=Dispatch, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def _take_back(work: Work, row: Dispatch) -> bool:
    """Take a message back from a dead worker. Returns False if it may have arrived twice, and then ends it."""
    row.unsure += 1
    if row.unsure < MOST_UNSURE:
        return True
    _end(work, row, Delivery.FAILED, SENDER_STOPPED)
    return False


def _claim(work: Work, first: Dispatch, public_url: str) -> Claimed:
    rows = [first, *_lock_same_digest(work, first)]
    stamp = work.now + CLAIM_LASTS
    for row in rows:
        row.fate, row.due_at, row.tries = Delivery.SENDING, stamp, row.tries + 1
    reach = first.reach
    return Claimed(
        tuple(row.id for row in rows),
        stamp,
        first.channel,
        unseal_address(work.keyring, reach),
        _write_message(work, rows, public_url),
        first.token,
    )


def _lock_same_digest(work: Work, first: Dispatch) -> list[Dispatch]:
    """Return the other dispatches that go into the same morning's message."""
    if not first.digest or first.unsure:
        return []
    others = work.session.scalars(
        select(Dispatch)
        .where(
            Dispatch.reach_id == first.reach_id,
            Dispatch.digest,
            Dispatch.fate == Delivery.WAITING,
            Dispatch.due_at <= work.now,
            Dispatch.id != first.id,
        )
        .order_by(Dispatch.id)
        .with_for_update(of=Dispatch, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
    return [row for row in others if _is_still_useful(work, row)]


def _write_message(work: Work, rows: Sequence[Dispatch], public_url: str) -> MessageText:
    first = rows[0]
    if first.notice is NoticeKind.CODE:
        return write_code(derive_code(work.keyring, first.reach))
    if first.notice is NoticeKind.NEWS:
        stop_at = f"{public_url}/stop/{make_stop_token(work.keyring, first.reach_id)}"
        return write_news(f"{public_url}/receipt", stop_at)
    told = [CaseEvent(row.case.number, row.reminder, row.deadline) for row in map(_outbox_row, rows)]
    page = f"/desk/cases/{_outbox_row(first).case_id}" if len(told) == 1 else "/desk/"
    return write_warnings(told, public_url + page)


def _outbox_row(row: Dispatch) -> OutboxRow:
    assert row.outbox is not None  # noqa: S101 - a CHECK holds it
    return row.outbox


def _is_still_useful(work: Work, row: Dispatch) -> bool:
    """Tell whether a message is still of use when it is due: the person may have left, or the case may be over."""
    reach = work.session.get_one(Reach, row.reach_id, options=[joinedload(Reach.user)], populate_existing=True)
    if row.notice is NoticeKind.CODE:
        asked_since = reach.confirmed_at is None or reach.confirmed_at < reach.code_at
        return asked_since and work.now < reach.code_at + CODE_LASTS
    if reach.confirmed_at is None or reach.stopped_at is not None:
        return False
    if row.notice is NoticeKind.NEWS:
        return True
    told = _outbox_row(row)
    if reach.user is not None:
        recused = exists().where(Recusal.case_id == told.case_id, Recusal.user_id == reach.user_id)
        gone = not reach.user.can_log_in(work.now) or reach.user.role is Role.AUDITOR
        if gone or reach.user.unit_id != told.unit_id or work.session.scalar(select(recused)):
            return False
    state = work.session.scalars(select(Case.state).where(Case.id == told.case_id)).one()
    return is_still_useful(told.reminder, state, told.deadline, work.now)


def _settle(work: Work, claimed: Claimed, outcome: Outcome) -> None:
    """Write the result of an attempt, unless another worker has taken over the claim meanwhile."""
    rows = work.session.scalars(
        select(Dispatch)
        .where(Dispatch.id.in_(claimed.ids), Dispatch.fate == Delivery.SENDING, Dispatch.due_at == claimed.stamp)
        .with_for_update(of=Dispatch)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        row.unsure += outcome.said is Reply.UNSURE
        row.words = outcome.words
        after = decide_next_step(outcome, row.tries, row.unsure, work.now)
        if after.due_at is not None:
            row.fate, row.due_at = after.fate, after.due_at
        else:
            _end(work, row, after.fate, outcome.words)


def _end(work: Work, row: Dispatch, fate: Delivery, words: str = "") -> None:
    row.fate, row.ended_at, row.words = fate, work.now, words
    if fate is Delivery.SENT and row.outbox_id is not None:
        first = update(OutboxRow).where(OutboxRow.id == row.outbox_id, OutboxRow.sent_at.is_(None))
        work.session.execute(first.values(sent_at=work.now).execution_options(synchronize_session=False))
