"""Requests of people about their own data (个人信息保护法 44-50): registered, read, answered, purged by the office.

Who asks and what is asked is sealed like an identity: whoever reads it says why, and each reading is on the record
(R19). No unit learns that there is a request.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Select, case, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import Actor, require_office
from app.domain.objections.arrival import REGISTERED_CHANNELS, Channel
from app.domain.refusals import AlreadyDone, BadValue, NotAllowed, NotThere
from app.domain.upkeep.data_requests import DataOutcome, DataRequestKind, Requester
from app.domain.upkeep.retention import kept_until
from app.models import DataRequest, User
from app.services.shared.locks import lock_row_if_any
from app.services.shared.stored_rows import Selection, StoredRows
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

REGISTRAR, ANSWERER = aliased(User, name="registrar"), aliased(User, name="answerer")
NAME_LENGTH = (2, 60)
CONTACT_LENGTH = (4, 120)
VERIFIED_LENGTH = (4, 300)
ASKED_LENGTH = (4, 2000)
ANSWER_LENGTH = (4, 2000)
EVIDENCE_LENGTH = (2, 300)
REASON_LENGTH = (4, 300)


@dataclass(frozen=True, slots=True)
class AskedOfUs:
    """What is sealed of a request: who asks, how that was verified, and what is asked."""

    name: str
    contact: str
    verified: str
    asked: str


@dataclass(frozen=True, slots=True)
class AnsweredByUs:
    """What is sealed of an answer: its words, and where its papers are kept."""

    text: str
    evidence: str


@dataclass(frozen=True, slots=True)
class NewDataRequest:
    """A request as it is registered."""

    kind: DataRequestKind
    requester: Requester
    channel: Channel
    received_on: dt.date
    due_on: dt.date
    asked: AskedOfUs


@dataclass(frozen=True, slots=True)
class OpenedDataRequest:
    """A request as somebody with a reason reads it. `answer` is None until there is one."""

    asked: AskedOfUs
    answer: AnsweredByUs | None


def place(request_id: int) -> str:
    """Return the place a sealed request is bound to. In another row it does not open."""
    return f"data_request:{request_id}"


def answer_place(request_id: int) -> str:
    """Return the place a sealed answer is bound to."""
    return f"data_request_answer:{request_id}"


@use_case
def register(work: Work, new: NewDataRequest) -> int:
    """Register a request and return its number. Raises BadValue, MissingText."""
    require_office(work.actor)
    if new.channel not in REGISTERED_CHANNELS:
        raise BadValue("channel", "请选怎样收到的。")
    if new.received_on > local_date(work.now):
        raise BadValue("received_on", "收到日期不能晚于今天。")
    if new.due_on < new.received_on:
        raise BadValue("due_on", "答复期限不能早于收到日期。")
    asked = AskedOfUs(
        checked_text(new.asked.name, "姓名", NAME_LENGTH, "name"),
        checked_text(new.asked.contact, "联系方式", CONTACT_LENGTH, "contact"),
        checked_text(new.asked.verified, "怎样核实的身份", VERIFIED_LENGTH, "verified"),
        checked_text(new.asked.asked, "要求什么", ASKED_LENGTH, "asked"),
    )
    row = DataRequest(
        kind=new.kind,
        requester=new.requester,
        channel=new.channel,
        received_on=new.received_on,
        due_on=new.due_on,
        registered_by=work.actor.user_id,
        registered_at=work.now,
        sealed=b"",
    )
    work.session.add(row)
    work.session.flush()  # the seal is bound to the number
    row.sealed = work.keyring.seal(_packed(asked), place(row.id))
    work.did("data_request.registered", on_data_request(row.id), kind=new.kind, due_on=new.due_on.isoformat())
    return row.id


@use_case
def read(work: Work, request_id: int, reason: str) -> OpenedDataRequest:
    """Return who asks, what for, and the answer. The reason and the reading go on the record (R19).

    Raises MissingText, NotThere, NotAllowed where it was purged.
    """
    require_office(work.actor)
    reason = checked_text(reason, "查看的理由", REASON_LENGTH, "reason")
    row = work.session.get(DataRequest, request_id)
    if row is None:
        raise _not_there()
    if row.sealed is None:
        raise NotAllowed("保存期限已过，这件请求的内容已经删除。")
    asked = AskedOfUs(**json.loads(work.keyring.unseal_text(row.sealed, place(row.id))))
    answer = None
    if row.sealed_answer is not None:
        answer = AnsweredByUs(**json.loads(work.keyring.unseal_text(row.sealed_answer, answer_place(row.id))))
    work.did("data_request.read", on_data_request(row.id), reason=reason)
    return OpenedDataRequest(asked, answer)


@use_case
def answer(work: Work, request_id: int, outcome: DataOutcome, given: AnsweredByUs) -> None:
    """Record the answer, once. Raises MissingText, NotThere, AlreadyDone."""
    require_office(work.actor)
    row = lock_row_if_any(work.session, DataRequest, request_id)
    if row is None:
        raise _not_there()
    if row.answered_at is not None:
        raise AlreadyDone("这件请求已经有人答复过了。")
    words = AnsweredByUs(
        checked_text(given.text, "答复", ANSWER_LENGTH, "text"),
        checked_text(given.evidence, "留存材料", EVIDENCE_LENGTH, "evidence"),
    )
    row.outcome, row.answered_by, row.answered_at = outcome, work.actor.user_id, work.now
    row.sealed_answer = work.keyring.seal(_packed(words), answer_place(row.id))
    work.did("data_request.answered", on_data_request(row.id), outcome=outcome)


def stored_requests(session: Session, actor: Actor) -> StoredRows[DataRequest]:
    """Return every request, the unanswered first and by when they are due, then the latest answered."""
    require_office(actor)
    source = (
        select(DataRequest.id)
        .join(REGISTRAR, DataRequest.registered_by == REGISTRAR.id)
        .outerjoin(ANSWERER, DataRequest.answered_by == ANSWERER.id)
    )
    waits = DataRequest.answered_at.is_(None)
    order = (
        case((waits, 0), else_=1),
        case((waits, DataRequest.due_on), else_=None),
        DataRequest.answered_at.desc(),
        DataRequest.id,
    )

    def load(ids: Sequence[int]) -> Sequence[DataRequest]:
        return session.scalars(_requests().where(DataRequest.id.in_(ids))).all()

    return StoredRows(session, DataRequest.id, source, order, load, lambda row: row.id)


def list_requests(session: Session, actor: Actor) -> Sequence[DataRequest]:
    """Return every request; see `stored_requests`."""
    return list(stored_requests(session, actor).every(Selection()))


def list_unanswered(session: Session, actor: Actor) -> Sequence[DataRequest]:
    """Return the requests without an answer, by when they are due."""
    require_office(actor)
    return session.scalars(_requests().where(DataRequest.answered_at.is_(None)).order_by(DataRequest.due_on)).all()


def find_request(session: Session, request_id: int, actor: Actor) -> DataRequest:
    """Return one request, without what is sealed of it. Raises NotThere."""
    require_office(actor)
    row = session.scalar(_requests().where(DataRequest.id == request_id))
    if row is None:
        raise _not_there()
    return row


def list_expired(session: Session, years: int, now: dt.datetime) -> list[DataRequest]:
    """Return the requests whose answer has been kept for `years`, and that still hold something."""
    answered = select(DataRequest).where(DataRequest.answered_at.is_not(None), DataRequest.sealed.is_not(None))
    rows = session.scalars(answered.order_by(DataRequest.id))
    return [row for row in rows if row.answered_at is not None and now >= kept_until(row.answered_at, years)]


@use_case
def purge_expired(work: Work, years: int) -> int:
    """Purge who asked, what for and what was answered, once kept long enough. Returns of how many requests."""
    rows = list_expired(work.session, years, work.now)
    for row in rows:
        row.sealed = row.sealed_answer = None
        work.did("data_request.purged", on_data_request(row.id))
    return len(rows)


def on_data_request(request_id: int) -> str:
    """Return the name of a request in the record."""
    return f"data_request:{request_id}"


def _requests() -> Select[DataRequest]:
    return select(DataRequest).options(joinedload(DataRequest.registrar), joinedload(DataRequest.answerer))


def _packed(part: AskedOfUs | AnsweredByUs) -> str:
    return json.dumps(asdict(part), ensure_ascii=False)


def _not_there() -> NotThere:
    return NotThere("没有找到这件个人信息请求。")
