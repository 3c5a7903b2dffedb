"""The conditions of the notice as they stand for nominees, and what people say of those no machine can know (R10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.states import Actor, require_office
from app.domain.nominees.annexes import RANK_NAMES, Rank
from app.domain.nominees.eligibility import Check, CheckOutcome, ConditionAnswer, NomineeFacts, checks_of, conditions_of
from app.domain.refusals import NotThere
from app.models import Confirmation, Nominee, User
from app.sealing import Keyring
from app.services.nominees import dossiers, marks
from app.services.nominees.access import lock_chosen
from app.services.nominees.changes import require_all_ready, require_standing
from app.services.shared import leavers
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

NOTE = (0, 500)
REASON = (2, 500)
NOTHING_OPEN = "没有待确认的评选条件"


def check_conditions(session: Session, keyring: Keyring, nominees: Iterable[Nominee]) -> dict[int, list[Check]]:
    """Return every condition of each of these nominees, by id. Raises SealBroken."""
    these = list(nominees)
    said = _said(session, [nominee.id for nominee in these])
    fields = dossiers.fields_of(session, keyring, [nominee.id for nominee in these])
    return {
        nominee.id: checks_of(
            _facts(nominee, fields[nominee.id].get("penalties")), said.get(nominee.id, {}), nominee.programme.rules
        )
        for nominee in these
    }


def _facts(nominee: Nominee, penalties: str | None) -> NomineeFacts:
    return NomineeFacts(nominee.kind, nominee.name, nominee.rank, penalties)


def _said(session: Session, nominee_ids: Sequence[int]) -> dict[int, dict[str, ConditionAnswer]]:
    """Return what people said last of each condition, by nominee and condition."""
    rows = session.execute(
        select(Confirmation, User.name)
        .join(User, Confirmation.confirmed_by == User.id)
        .where(Confirmation.nominee_id.in_(nominee_ids))
        .order_by(Confirmation.id)
    )
    latest: dict[int, dict[str, ConditionAnswer]] = {}
    for row, who in rows:
        latest.setdefault(row.nominee_id, {})[row.condition] = ConditionAnswer(row.met, row.note, who, row.confirmed_at)
    return latest


@use_case
def confirm(work: Work, nominee_ids: Collection[int], *, rank: Rank = Rank.UNKNOWN) -> None:
    """Confirm, for each of these nominees, every condition that still waits for a person; all of them or none.

    `rank` is given to those whose rank nobody knows yet. Raises NotReady, naming who has left, and the nominees for
    whom a yes is not enough: they need a rank, or an explanation.
    """
    require_office(work.actor)
    nominees = lock_chosen(work.session, nominee_ids, work.actor)
    left = leavers.describe_left(work.session, nominees, work.now)
    for nominee in nominees:
        if nominee.rank is Rank.UNKNOWN and rank is not Rank.UNKNOWN:
            _give_rank(work, nominee, rank)
    waiting = {
        id_: [check for check in found if check.outcome is CheckOutcome.TO_CONFIRM]
        for id_, found in check_conditions(work.session, work.keyring, nominees).items()
    }
    require_all_ready(
        "一并确认",
        nominees,
        {
            id_: [left[id_]] if id_ in left else [check.why for check in found if _says_more(check)]
            for id_, found in waiting.items()
        },
    )
    for nominee in nominees:
        for check in waiting[nominee.id]:
            work.session.add(_confirmation(nominee, check.condition.key, True, "", work.actor, work.now))
        if named := [check.condition.name for check in waiting[nominee.id]]:
            work.did("nominee.confirmed", nominee, conditions=named)
    marks.renew(work.session, work.keyring, [nominee.id for nominee in nominees])


def find_what_needs_more(session: Session, keyring: Keyring, nominees: Iterable[Nominee]) -> dict[int, list[str]]:
    """Return, by id, why a yes alone confirms nothing of a nominee: an explanation is wanted, or nothing is open.

    A rank that nobody knows yet is left out: it can be given together with the yes. Raises SealBroken.
    """
    found = {}
    for id_, checks in check_conditions(session, keyring, nominees).items():
        waiting = [check for check in checks if check.outcome is CheckOutcome.TO_CONFIRM]
        found[id_] = [check.why for check in waiting if check.wants_note] if waiting else [NOTHING_OPEN]
    return found


def _says_more(check: Check) -> bool:
    return check.wants_note or not check.asks


@use_case
def confirm_or_deny(work: Work, nominee_id: int, condition: str, met: bool, note: str) -> None:
    """Confirm or deny one condition; the latest word counts, earlier ones stay.

    Raises NotThere, NoLongerStands, and MissingText for a no, or a doubtful yes, without a reason.
    """
    require_office(work.actor)
    [nominee] = lock_chosen(work.session, [nominee_id], work.actor)
    require_standing(work.session, nominee, work.now)
    found = {
        check.condition.key: check for check in check_conditions(work.session, work.keyring, [nominee])[nominee.id]
    }
    check = found.get(condition)
    if check is None or not check.asks:
        raise NotThere("这一条不需要由人确认，请看它后面写的依据。")
    note = checked_text(note, "理由", REASON if not met or check.wants_note else NOTE, "note")
    work.session.add(_confirmation(nominee, condition, met, note, work.actor, work.now))
    marks.renew(work.session, work.keyring, [nominee.id])
    work.did("nominee.confirmed" if met else "nominee.denied", nominee, conditions=[check.condition.name])


def _confirmation(nominee: Nominee, key: str, met: bool, note: str, actor: Actor, now: dt.datetime) -> Confirmation:
    return Confirmation(
        nominee_id=nominee.id, condition=key, met=met, note=note, confirmed_by=actor.user_id, confirmed_at=now
    )


@use_case
def set_rank(work: Work, nominee_id: int, rank: Rank) -> None:
    """Say of what rank a nominee is; from and to stay on the record. Raises NoLongerStands."""
    require_office(work.actor)
    [nominee] = lock_chosen(work.session, [nominee_id], work.actor)
    require_standing(work.session, nominee, work.now)
    if nominee.rank is not rank:
        _give_rank(work, nominee, rank)
        marks.renew(work.session, work.keyring, [nominee.id])


def _give_rank(work: Work, nominee: Nominee, rank: Rank) -> None:
    details = {"from": RANK_NAMES[nominee.rank], "to": RANK_NAMES[rank]}
    nominee.rank = rank
    work.did("nominee.ranked", nominee, **details)


def list_confirmations(session: Session, nominee: Nominee) -> list[tuple[str, ConditionAnswer]]:
    """List everything that was ever said of a nominee's conditions, with the names of who said it, the latest first."""
    names = {key: condition.name for key, condition in conditions_of(nominee.kind, nominee.programme.rules).items()}
    rows = session.execute(
        select(Confirmation, User.name)
        .join(User, Confirmation.confirmed_by == User.id)
        .where(Confirmation.nominee_id == nominee.id)
        .order_by(Confirmation.id.desc())
    )
    return [
        (names.get(row.condition, row.condition), ConditionAnswer(row.met, row.note, who, row.confirmed_at))
        for row, who in rows
    ]
