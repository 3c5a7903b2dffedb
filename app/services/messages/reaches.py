"""Addresses of people and of units for messages, confirmed by a code, with the times of sending (R28)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.states import Role
from app.domain.messages.channels import PERSONAL, OutgoingChannel, fault_of_address, mask_address
from app.domain.messages.hours import Times
from app.domain.messages.wording import NoticeKind
from app.domain.refusals import BadValue, CodeRefused, CodeTooSoon, NoChannel, NotYourCase
from app.models import Reach
from app.sealing import Keyring
from app.services.accounts import units
from app.services.messages.codes import CODE_LASTS, MOST_TRIES, is_code, seal_context, unseal_address
from app.services.messages.outbox import queue_rows
from app.services.messages.planning import new_dispatch
from app.services.record.chain import on_person, on_unit
from app.services.shared.locks import lock_row_if_any
from app.services.shared.work import Work, use_case

NEXT_CODE_AFTER = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class AddressOwner:
    """The owner of an address: the unit `unit_id`, or with 0 the acting person."""

    unit_id: int = 0


@dataclass(frozen=True, slots=True)
class ReachShown:
    """An address as its owner's page shows it."""

    id: int
    channel: OutgoingChannel
    masked: str
    times: Times
    confirmed: bool
    stopped: bool
    bounced: bool


def list_shown(
    session: Session, keyring: Keyring, *, user_id: int | None = None, unit_id: int | None = None
) -> list[ReachShown]:
    """List the addresses of a person or of a unit, masked. The caller has checked the right to see a unit's."""
    whose = Reach.user_id == user_id if user_id is not None else Reach.unit_id == unit_id
    return [describe(keyring, reach) for reach in session.scalars(select(Reach).where(whose).order_by(Reach.channel))]


def describe(keyring: Keyring, reach: Reach) -> ReachShown:
    """Return one address as its owner's page shows it."""
    return ReachShown(
        reach.id,
        reach.channel,
        mask_address(reach.channel, unseal_address(keyring, reach)),
        reach.times,
        reach.confirmed_at is not None,
        reach.stopped_at is not None,
        reach.bounced_at is not None,
    )


@use_case
def set_address(
    work: Work,
    whose: AddressOwner,
    channel: OutgoingChannel,
    address: str,
    times: Times,
    there: frozenset[OutgoingChannel],
) -> int:
    """Set the address of a channel, over the one there, and send it a code. Returns its id.

    Raises NoChannel, BadValue, NotYourCase. `there` are the channels of this installation.
    """
    if channel not in there or (not whose.unit_id and channel not in PERSONAL):
        raise NoChannel
    require_sound_address(channel, address)
    owner = _find_owner(work, whose)
    reach = work.session.scalar(select(Reach).filter_by(channel=channel, **owner))
    if reach is None:
        reach = Reach(channel=channel, sealed=b"", times=times, made_at=work.now, code_at=work.now, **owner)
        work.session.add(reach)
        work.session.flush()
    elif work.now < reach.code_at + NEXT_CODE_AFTER:
        raise CodeTooSoon
    reach.sealed, reach.times = work.keyring.seal(address, seal_context(reach.id)), times
    reach.confirmed_at = reach.stopped_at = reach.bounced_at = None
    reach.owners = reach.entered_by = None
    send_code(work.session, reach, work.now)
    work.did("reach.set", _subject_of(reach), channel=channel)
    return reach.id


@use_case
def send_code_again(work: Work, reach_id: int) -> None:
    """Send another code to an address that is not confirmed. Raises CodeTooSoon, NotYourCase."""
    reach = _lock_own(work, reach_id)
    if reach.confirmed_at is None:
        if work.now < reach.code_at + NEXT_CODE_AFTER:
            raise CodeTooSoon
        send_code(work.session, reach, work.now)


def confirm_address(work: Work, reach_id: int, code: str) -> None:
    """Confirm an address with the code that was sent there. Raises CodeRefused, NotYourCase."""
    if not _try_code(work, reach_id, code):
        raise CodeRefused


@use_case
def _try_code(work: Work, reach_id: int, code: str) -> bool:
    """Try a code. Commits in either case: a wrong try counts."""
    reach = _lock_own(work, reach_id)
    if not take_code(work, reach, code):
        return False
    reach.owners = reach.user is not None and not reach.user.is_given_out
    work.did("reach.confirmed", _subject_of(reach), channel=reach.channel)
    return True


@use_case
def choose_times(work: Work, reach_id: int, times: Times) -> None:
    """Choose when an address is told."""
    reach = _lock_own(work, reach_id)
    reach.times = times
    work.did("reach.times_chosen", _subject_of(reach), times=times)


@use_case
def stop_address(work: Work, reach_id: int) -> None:
    """Stop using an address."""
    reach = _lock_own(work, reach_id)
    reach.stopped_at = work.now
    work.did("reach.stopped", _subject_of(reach), channel=reach.channel)


def require_sound_address(channel: OutgoingChannel, address: str) -> None:
    """Raise BadValue beside the field where an address is none of this channel."""
    if fault := fault_of_address(channel, address):
        raise BadValue("address", fault)


def send_code(session: Session, reach: Reach, now: dt.datetime) -> None:
    """Have a new code sent to an address."""
    reach.code_at, reach.code_tries = now, 0
    queue_rows(session, [new_dispatch(reach, NoticeKind.CODE, now, now)])


def take_code(work: Work, reach: Reach, code: str) -> bool:
    """Confirm with a code, if it is right and still valid. A wrong one counts as an attempt."""
    still = reach.stopped_at is None and work.now < reach.code_at + CODE_LASTS and reach.code_tries < MOST_TRIES
    if still and is_code(work.keyring, reach, code.strip()):
        reach.confirmed_at = work.now
        return True
    reach.code_tries += 1
    return False


def _find_owner(work: Work, whose: AddressOwner) -> dict[str, int]:
    if not whose.unit_id:
        return {"user_id": work.actor.user_id}
    require_may_set(work, whose.unit_id)
    return {"unit_id": whose.unit_id}


def require_may_set(work: Work, unit_id: int) -> None:
    """Raise NotYourCase unless this person may change the unit's contact: office, its head, or the head above it."""
    if work.actor.role not in (Role.OFFICE, Role.HEAD):
        raise NotYourCase
    units.visible(work.session, unit_id, work.actor)


def _lock_own(work: Work, reach_id: int) -> Reach:
    reach = lock_row_if_any(work.session, Reach, reach_id)
    if reach is None or reach.objection_id is not None:
        raise NotYourCase
    if reach.unit_id is not None:
        require_may_set(work, reach.unit_id)
    elif reach.user_id != work.actor.user_id:
        raise NotYourCase
    return reach


def _subject_of(reach: Reach) -> str:
    return on_unit(reach.unit_id) if reach.unit_id is not None else on_person(reach.user_id or 0)
