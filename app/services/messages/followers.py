"""Messages to objectors: news without content (R36), and the code that confirms a contact (R14).

An objector's address is one sealed row beside the objection. It is purged together with the identity.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.domain.calendar.workdays import Calendar, end_of
from app.domain.messages.channels import OutgoingChannel, fault_of_address
from app.domain.messages.codes import gets_another
from app.domain.messages.fate import Delivery
from app.domain.messages.hours import Times, find_next_workday, move_into_hours
from app.domain.messages.wording import NoticeKind
from app.domain.objections.contacts import contacts_in
from app.domain.refusals import CodeRefused, CodeTooSoon, NotThere
from app.models import Dispatch, Objection, Reach, Registration
from app.sealing import Keyring
from app.services.messages.codes import find_stopped_reach, seal_address, sent_lately
from app.services.messages.outbox import queue_rows
from app.services.messages.planning import is_usable, new_dispatch
from app.services.messages.reaches import NEXT_CODE_AFTER, ReachShown, describe, send_code, take_code
from app.services.record.chain import OBJECTOR, on_case
from app.services.shared.locks import lock_row
from app.services.shared.work import Work, use_case

# An objector who did not tick the box gets only the code that confirms the contact.
_NEWS, _CODE_ALONE = Times.AT_ONCE, Times.DEADLINES
_BATCH = 500  # ids in one statement: well below what either database takes


def find_channel(contact: str, available: frozenset[OutgoingChannel]) -> tuple[OutgoingChannel, str] | None:
    """Return the channel and the address of a contact. Returns None where no channel reaches it, as a fixed line."""
    found = contacts_in(contact)
    for channel in (OutgoingChannel.MAIL, OutgoingChannel.SMS):
        for each in found:
            if channel in available and not fault_of_address(channel, each.written):
                return channel, each.written
    return None


@dataclass(frozen=True, slots=True)
class MessageChoice:
    """How an objector can be told: the channels of this installation, and the objector's choice (R14, R36).

    Whoever files on the web gets a code at once. For a registered objection the clerk has seen the person or the signed
    paper, so a code is sent only when the objector asks for one on the receipt's page.
    """

    channels: frozenset[OutgoingChannel]
    wants_news: bool = False
    code_at_once: bool = True


def keep_address(
    session: Session, keyring: Keyring, objection_id: int, contact: str, telling: MessageChoice, now: dt.datetime
) -> None:
    """Keep the address of an objection that is being filed, in its transaction, and send it a code."""
    way = find_channel(contact, telling.channels)
    if way is None:
        return
    channel, address = way
    times = _NEWS if telling.wants_news else _CODE_ALONE
    reach = Reach(objection_id=objection_id, channel=channel, times=times, made_at=now, code_at=now)
    seal_address(session, keyring, reach, address)
    if telling.code_at_once:
        _send_code_within_limit(session, reach, now)


def _send_code_within_limit(session: Session, reach: Reach, now: dt.datetime) -> None:
    """Have a code sent, unless the contact got the daily limit of codes.

    Anybody can type a stranger's number. The page says the same in either case, so that it does not reveal what others
    filed under a contact (R17).
    """
    contact = select(Objection.contact_hash).where(Objection.id == reach.objection_id).scalar_subquery()
    to_contact = Reach.objection_id.in_(select(Objection.id).where(Objection.contact_hash == contact))
    if gets_another(sent_lately(session, to_contact, now)):
        send_code(session, reach, now)
    else:
        reach.code_at = now  # as if one had left: the page reads it


def find_shown(session: Session, keyring: Keyring, objection_id: int) -> ReachShown | None:
    """Return an objector's address as their own page shows it, None without one."""
    reach = _find(session, objection_id)
    return describe(keyring, reach) if reach is not None else None


def code_was_asked_for(session: Session, objection_id: int) -> bool:
    """Tell whether a code was asked for, by filing on the web or on the page. Whether it was sent is not told (R17)."""
    reach = _require(session, objection_id)
    registered = session.scalar(select(exists().where(Registration.objection_id == objection_id)))
    return not registered or reach.code_at > reach.made_at


def confirm(work: Work, objection_id: int, code: str) -> None:
    """Confirm the contact with the code. Raises CodeRefused."""
    if not _try_code(work, objection_id, code):
        raise CodeRefused


@use_case
def _try_code(work: Work, objection_id: int, code: str) -> bool:
    """Try a code. Commits in either case, since a wrong attempt counts."""
    reach = _lock(work.session, objection_id)
    was_confirmed = reach.confirmed_at is not None
    if not take_code(work, reach, code):
        return False
    if not was_confirmed:
        _did(work, "contact.confirmed", reach)
    return True


@use_case
def send_code_again(work: Work, objection_id: int) -> None:
    """Send another code. Raises CodeTooSoon."""
    reach = _lock(work.session, objection_id)
    if reach.confirmed_at is not None:
        return
    if code_was_asked_for(work.session, objection_id) and work.now < reach.code_at + NEXT_CODE_AFTER:
        raise CodeTooSoon
    _send_code_within_limit(work.session, reach, work.now)
    _did(work, "contact.code_asked", reach)


@use_case
def choose_news(work: Work, objection_id: int, wants_news: bool) -> None:
    """Begin or end the messages, from the receipt's page."""
    reach = _lock(work.session, objection_id)
    was_wanted = reach.times is _NEWS and reach.stopped_at is None
    reach.times = _NEWS if wants_news else _CODE_ALONE
    if wants_news:
        reach.stopped_at = None
    if wants_news is not was_wanted:
        _did(work, "contact.news_wanted" if wants_news else "contact.news_ended", reach)


@use_case
def stop_by_link(work: Work, token: str) -> None:
    """End the messages by the link that stands in each of them. Raises NotThere for a link that was not made here."""
    reach = lock_row(work.session, Reach, _find_by_link(work.session, work.keyring, token).id)
    if reach.stopped_at is None:
        reach.stopped_at = work.now
        _did(work, "contact.stopped", reach)


def has_stopped(session: Session, keyring: Keyring, token: str) -> bool:
    """Tell whether the messages that a link ends have ended. Raises NotThere for a link that was not made here."""
    return _find_by_link(session, keyring, token).stopped_at is not None


def _find_by_link(session: Session, keyring: Keyring, token: str) -> Reach:
    reach_id = find_stopped_reach(keyring, token)
    reach = session.get(Reach, reach_id) if reach_id is not None else None
    if reach is None or reach.objection_id is None:
        raise NotThere("没有这个退订链接，可能抄漏了几个字符。")
    return reach


def tell_objectors_of_news(work: Work, objection_ids: Iterable[int]) -> None:
    """Tell the objectors who wish it that there is news. A message that already waits is not repeated.

    Who wishes it is asked once, at the end of the transaction, for all whom it concerns.
    """
    work.at_end(_tell, objection_ids)


def _tell(session: Session, objection_ids: Sequence[int], now: dt.datetime) -> None:
    told_already = exists().where(
        Dispatch.reach_id == Reach.id, Dispatch.notice == NoticeKind.NEWS, Dispatch.fate == Delivery.WAITING
    )
    wishing: list[Reach] = []
    for start in range(0, len(objection_ids), _BATCH):
        theirs = Reach.objection_id.in_(objection_ids[start : start + _BATCH])
        wishing += session.scalars(select(Reach).where(theirs, Reach.times == _NEWS, is_usable(), ~told_already))
    if not wishing:
        return
    due = move_into_hours(now, _calendar_of(session))
    queue_rows(session, [new_dispatch(reach, NoticeKind.NEWS, now, due) for reach in wishing])


def find_unconfirmed(session: Session, case_id: int, now: dt.datetime) -> set[int]:
    """Return the objections that came by the web and whose contact was not confirmed within one working day (R14)."""
    rows = session.execute(
        select(Objection.id, Objection.filed_at)
        .join(Reach, Reach.objection_id == Objection.id)
        .where(
            Objection.case_id == case_id,
            Reach.confirmed_at.is_(None),
            ~exists().where(Registration.objection_id == Objection.id),
        )
    ).all()
    days = _calendar_of(session) if rows else None
    return {
        objection_id for objection_id, filed_at in rows if days and now >= end_of(find_next_workday(filed_at, days))
    }


def _calendar_of(session: Session) -> Calendar:
    from app.services.calendar.calendars import calendar_of  # with it come the holidays of a hundred years

    return calendar_of(session)


def _find(session: Session, objection_id: int) -> Reach | None:
    return session.scalar(select(Reach).where(Reach.objection_id == objection_id))


def _require(session: Session, objection_id: int) -> Reach:
    reach = _find(session, objection_id)
    if reach is None:
        raise NotThere("没有可以确认的联系方式。")
    return reach


def _did(work: Work, action: str, reach: Reach) -> None:
    """Note an objector's act for the record (R32), without the address. The unit's view of the case leaves it out."""
    case_id = work.session.scalars(select(Objection.case_id).where(Objection.id == reach.objection_id)).one()
    work.did_by(OBJECTOR, action, on_case(case_id), objection=reach.objection_id)


def _lock(session: Session, objection_id: int) -> Reach:
    """Return the address under its lock: of tries at once each counts."""
    return lock_row(session, Reach, _require(session, objection_id).id)
