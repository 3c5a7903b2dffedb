"""The other way in which an owner comes in (R22): a code to an address that the office holds.

An account that somebody else made or reset becomes its owner's own by it, as by the agreement of the next level
(`two_people`). Which address counts is said by `domain.accounts.proving`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.domain.accounts.proving import HeldAddress, proves_owner
from app.domain.cases.states import require_office
from app.domain.messages.channels import PERSONAL, OutgoingChannel, mask_address
from app.domain.messages.codes import gets_another
from app.domain.messages.hours import Times
from app.domain.messages.wording import NoticeKind
from app.domain.refusals import (
    AlreadyDone,
    BadValue,
    CodeRefused,
    CodeTooSoon,
    NoChannel,
    NotAllowed,
    NotYourCase,
    TooManyCodes,
)
from app.models import Dispatch, Reach, Unit, User
from app.sealing import Keyring
from app.services.accounts import staffing
from app.services.accounts.two_people import may_agree
from app.services.messages.codes import CODE_LASTS, seal_address, sent_lately, unseal_address
from app.services.messages.reaches import NEXT_CODE_AFTER, require_sound_address, send_code, take_code
from app.services.record.chain import by_user
from app.services.shared.locks import lock_row, lock_row_if_any
from app.services.shared.work import Work, use_case


@dataclass(frozen=True, slots=True)
class ProvingAddress:
    """An address as the owner's page offers it. `asked`: a code is on its way, and may be entered."""

    id: int
    channel: OutgoingChannel
    masked: str
    asked: bool


def list_proving_addresses(session: Session, keyring: Keyring, user_id: int, now: dt.datetime) -> list[ProvingAddress]:
    """List the addresses by which the owner of an account can make it their own. None where it is so already."""
    user = session.get_one(User, user_id)
    if not user.is_given_out:
        return []
    return [
        ProvingAddress(
            reach.id,
            reach.channel,
            mask_address(reach.channel, unseal_address(keyring, reach)),
            _code_is_valid(session, reach, user, now),
        )
        for reach in session.scalars(select(Reach).where(Reach.user_id == user_id).order_by(Reach.channel))
        if _proves_owner(session, keyring, reach, user)
    ]


@use_case
def enter_address(
    work: Work, user_id: int, channel: OutgoingChannel | None, address: str, available: frozenset[OutgoingChannel]
) -> None:
    """Enter an address that the office knows to be a person's own (登记本人地址).

    Whoever gave out the account cannot. An address that its owner confirmed is not written over. Raises NotYourCase,
    NotAllowed, NoChannel, BadValue, AlreadyDone. `available` are the channels of this installation.
    """
    require_office(work.actor)
    if channel is None or channel not in available or channel not in PERSONAL:
        raise NoChannel
    require_sound_address(channel, address)
    staffing.visible(work.session, user_id, work.actor)
    user = lock_row(work.session, User, user_id)
    if not may_agree(work.session, work.actor, user):
        raise NotAllowed("须由市级专班里没有开设、没有重置过这个账号的人登记，也不能给自己登记。")
    if _is_used_by_others(work.session, work.keyring, user, channel, address):
        raise BadValue("address", "这个地址是单位共用的，或者是别人在用的。请填只有本人看得到的。")
    mine = select(Reach).where(Reach.user_id == user_id, Reach.channel == channel).with_for_update(of=Reach)
    reach = work.session.scalar(mine.execution_options(populate_existing=True))
    if reach is not None and reach.owners and reach.confirmed_at is not None and reach.stopped_at is None:
        raise AlreadyDone("本人已经确认过这个渠道的地址，不用再登记。")
    if reach is None:
        begun = {"times": Times.AT_ONCE, "made_at": work.now, "code_at": work.now}
        reach = Reach(user_id=user_id, channel=channel, **begun)
    seal_address(work.session, work.keyring, reach, address)
    reach.entered_by = work.actor.user_id
    work.did("reach.entered", user, channel=channel)


@use_case
def ask_code(work: Work, reach_id: int, available: frozenset[OutgoingChannel]) -> None:
    """Have a code sent to an address of one's own that proves who one is.

    Raises NotYourCase, NoChannel, CodeTooSoon, TooManyCodes.
    """
    reach, _ = _lock_own(work, reach_id)
    if reach.channel not in available:
        raise NoChannel
    codes = _count_recent_codes(work, reach)
    if not gets_another(codes):
        raise TooManyCodes("，或者请上一级同意启用")
    if codes and work.now < reach.code_at + NEXT_CODE_AFTER:
        raise CodeTooSoon
    send_code(work.session, reach, work.now)
    work.did("user.proof_asked", f"user:{work.actor.user_id}", channel=reach.channel)


def prove_ownership(work: Work, reach_id: int, code: str) -> None:
    """Make an account its owner's own by the code that was sent. Raises CodeRefused, NotYourCase."""
    if not _try_code(work, reach_id, code):
        raise CodeRefused


@use_case
def _try_code(work: Work, reach_id: int, code: str) -> bool:
    """Try a code. Commits in either case: a wrong try counts."""
    reach, user = _lock_own(work, reach_id)
    if not take_code(work, reach, code if _code_is_valid(work.session, reach, user, work.now) else ""):
        return False
    reach.owners, reach.bounced_at = True, None
    user.agreed_at, user.agreed_by = work.now, None
    work.did_by(by_user(user.id), "user.proved", user, given_by=user.password_given_by, channel=reach.channel)
    return True


def _lock_own(work: Work, reach_id: int) -> tuple[Reach, User]:
    """Lock an address of the actor's and the account. Raises NotYourCase for one that proves nothing."""
    user = lock_row(work.session, User, work.actor.user_id)
    reach = lock_row_if_any(work.session, Reach, reach_id)
    mine = reach is not None and reach.user_id == user.id and user.is_given_out
    if reach is None or not mine or not _proves_owner(work.session, work.keyring, reach, user):
        raise NotYourCase
    return reach, user


def _code_is_valid(session: Session, reach: Reach, user: User, now: dt.datetime) -> bool:
    """Whether a code was sent since the account was given out last, and is still good."""
    given_at = user.password_given_at
    fresh = (given_at is None or reach.code_at >= given_at) and now < reach.code_at + CODE_LASTS
    return (
        fresh and session.scalars(select(_select_codes(reach).where(Dispatch.told_at == reach.code_at).exists())).one()
    )


def _proves_owner(session: Session, keyring: Keyring, reach: Reach, user: User) -> bool:
    confirmed = bool(reach.owners) and reach.confirmed_at is not None
    clerk = None if reach.entered_by is None else session.get_one(User, reach.entered_by)
    held = HeldAddress(
        in_use=reach.stopped_at is None and reach.bounced_at is None,
        of_others=_is_used_by_others(session, keyring, user, reach.channel, unseal_address(keyring, reach)),
        confirmed_by_owner=confirmed,
        entered_for=None if clerk is None or clerk.waits_for_agreement else clerk.speaks_for,
    )
    return proves_owner(held, user.persons)


def _is_used_by_others(session: Session, keyring: Keyring, user: User, channel: OutgoingChannel, address: str) -> bool:
    """Whether a unit near this person, or another person of it, uses the address as well."""
    near = {unit.id: unit for unit in _list_units_near(user)}
    theirs = select(User.id).where(User.unit_id.in_(near), User.id != user.id)
    givers = [giver.id for giver in user.givers]
    others = select(Reach).where(
        Reach.channel == channel,
        or_(Reach.unit_id.in_(near), Reach.user_id.in_(theirs), Reach.user_id.in_(givers)),
    )
    used = {_normalise(unseal_address(keyring, reach)) for reach in session.scalars(others)}
    public = {_normalise(line) for unit in near.values() for line in (unit.email, unit.phone)}
    return _normalise(address) in used | public


def _list_units_near(user: User) -> Iterator[Unit]:
    """Yield the person's unit and those above it, and the units of those who may have given out the account."""
    unit: Unit | None = user.unit
    while unit is not None:
        yield unit
        unit = unit.parent
    yield from (giver.unit for giver in user.givers)


def _normalise(address: str) -> str:
    """Return an address as it is compared: a mailbox in small letters, a number by its digits."""
    return address.strip().lower() if "@" in address else "".join(sign for sign in address if sign.isdecimal())


def _count_recent_codes(work: Work, reach: Reach) -> int:
    """Count the codes that were sent to an address lately, whatever for."""
    return sent_lately(work.session, Reach.id == reach.id, work.now)


def _select_codes(reach: Reach) -> Select[int]:
    return select(Dispatch.id).where(Dispatch.reach_id == reach.id, Dispatch.notice == NoticeKind.CODE)
