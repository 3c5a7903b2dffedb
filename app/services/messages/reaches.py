"""Addresses of people and of units for messages, confirmed by a code, with the times of sending (R28)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.states import Actor, Role
from app.domain.messages.channels import PERSONAL, OutgoingChannel, fault_of_address, mask_address
from app.domain.messages.codes import gets_another
from app.domain.messages.hours import Times
from app.domain.messages.wording import NoticeKind
from app.domain.refusals import BadValue, CodeRefused, CodeTooSoon, NoChannel, NotYourCase, TooManyCodes
from app.models import Reach, Unit, User
from app.sealing import Keyring
from app.services.accounts import units
from app.services.messages.codes import CODE_LASTS, MOST_TRIES, is_code, seal_address, sent_lately, unseal_address
from app.services.messages.outbox import queue_rows
from app.services.messages.planning import new_dispatch
from app.services.record.chain import on_person, on_unit
from app.services.shared.locks import lock_row, lock_row_if_any
from app.services.shared.work import Work, use_case

NEXT_CODE_AFTER = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class AddressOwner:
    """The owner of an address: the unit `unit_id`, or with None the acting person."""

    unit_id: int | None = None


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
    is_theirs = Reach.user_id == user_id if user_id is not None else Reach.unit_id == unit_id
    reaches = session.scalars(select(Reach).where(is_theirs).order_by(Reach.channel))
    return [describe(keyring, reach) for reach in reaches]


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
    owner: AddressOwner,
    channel: OutgoingChannel,
    address: str,
    times: Times,
    available: frozenset[OutgoingChannel],
) -> int:
    """Set the address of a channel, over the one before, and send it a code. Returns its id.

    Raises NoChannel, BadValue, NotYourCase, CodeTooSoon, TooManyCodes. `available` are the channels of this
    installation.
    """
    if channel not in available or (owner.unit_id is None and channel not in PERSONAL):
        raise NoChannel
    require_sound_address(channel, address)
    columns = _lock_owner(work, owner)
    existing = select(Reach).filter_by(channel=channel, **columns).with_for_update(of=Reach)
    reach = work.session.scalar(existing.execution_options(populate_existing=True))
    if reach is None:
        reach = Reach(channel=channel, times=times, made_at=work.now, code_at=work.now, **columns)
    else:
        _require_another_code(work, reach)
    reach.times = times
    seal_address(work.session, work.keyring, reach, address)
    send_code(work.session, reach, work.now)
    work.did("reach.set", _subject_of(reach), channel=channel)
    return reach.id


@use_case
def send_code_again(work: Work, reach_id: int) -> None:
    """Send another code to an address that is not confirmed. Raises CodeTooSoon, TooManyCodes, NotYourCase."""
    reach = _lock_own(work, reach_id)
    if reach.confirmed_at is None:
        _require_another_code(work, reach)
        send_code(work.session, reach, work.now)
        work.did("reach.code_asked", _subject_of(reach), channel=reach.channel)


def _require_another_code(work: Work, reach: Reach) -> None:
    """Raise CodeTooSoon or TooManyCodes. The codes of a day count per owner and channel, whatever the address was."""
    if work.now < reach.code_at + NEXT_CODE_AFTER:
        raise CodeTooSoon
    if not gets_another(sent_lately(work.session, Reach.id == reach.id, work.now)):
        raise TooManyCodes


def confirm_address(work: Work, reach_id: int, code: str) -> None:
    """Confirm an address with the code that was sent to it. Raises CodeRefused, NotYourCase."""
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


def require_of(session: Session, actor: Actor, owner: AddressOwner, reach_id: int) -> None:
    """Raise NotYourCase unless the address is this owner's. Where a page names both, the one must be the other's."""
    of_owner = Reach.unit_id == owner.unit_id if owner.unit_id is not None else Reach.user_id == actor.user_id
    if session.scalar(select(Reach.id).where(Reach.id == reach_id, of_owner)) is None:
        raise NotYourCase


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


def _lock_owner(work: Work, owner: AddressOwner) -> dict[str, int]:
    """Lock the owner, so that of two who set an address at once the second changes what the first one wrote."""
    if owner.unit_id is None:
        lock_row(work.session, User, work.actor.user_id)
        return {"user_id": work.actor.user_id}
    require_may_set(work, owner.unit_id)
    lock_row(work.session, Unit, owner.unit_id)
    return {"unit_id": owner.unit_id}


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
