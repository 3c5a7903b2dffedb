"""Who filed an objection (R19): sealed at filing, read by one person of the office once a second one grants it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.domain.cases.states import Actor, may_see, require_office
from app.domain.objections.identity import may_read
from app.domain.objections.letters import KeptAs, kept_as
from app.domain.refusals import AlreadyDone, NotAllowed, NotYourCase, SamePerson
from app.evidence.kinds import FileKind
from app.models import Case, Entry, Evidence, Identity, IdentityRequest, Objection, ObjectorKind, ScanState, User
from app.sealing import Keyring
from app.services.accounts.two_people import require_own_account, require_two_people
from app.services.cases.visibility import not_recused
from app.services.record.chain import on_case
from app.services.shared import files
from app.services.shared.files import OpenedFile, Stored, Vault
from app.services.shared.locks import lock_row, lock_row_if_any
from app.services.shared.stored_rows import StoredRows
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

ASKER, DECIDER = aliased(User, name="asker"), aliased(User, name="decider")
REASON_LENGTH = (5, 300)
_FILE_TITLES = {KeptAs.LETTER: "盖章材料", KeptAs.UNSORTED: "附件", KeptAs.EVIDENCE: "证据原件"}


@dataclass(frozen=True, slots=True)
class Objector:
    """What is known of whoever filed. A person has no `contact_person`."""

    name: str
    contact_person: str
    contact: str


def place(objection_id: int) -> str:
    """Return the place a sealed identity is bound to. In another row it does not open."""
    return f"identity:{objection_id}"


def seal_objector(keyring: Keyring, objection_id: int, objector: Objector) -> bytes:
    return keyring.seal(json.dumps(astuple(objector), ensure_ascii=False), place(objection_id))


def unseal_objector(keyring: Keyring, identity: Identity) -> Objector:
    """Unseal who filed an objection. Raises SealBroken."""
    return Objector(*json.loads(keyring.unseal_text(identity.sealed, place(identity.objection_id))))


@use_case
def ask(work: Work, objection_id: int, reason: str) -> None:
    """Ask to read an identity, as the first of two people, and say what it is needed for.

    Nothing is shown yet.
    """
    objection, _ = objection_to_ask_about(work.session, objection_id, work.actor, work.now)
    lock_row(work.session, User, work.actor.user_id)  # one who presses twice waits for the first
    require_own_account(work)
    reason = checked_text(reason, "查看的理由", REASON_LENGTH)
    if work.session.get(Identity, objection_id) is None:
        raise NotAllowed("保存期限已过，这位异议人的身份信息已经清除。")
    waiting = select(IdentityRequest.id).where(
        IdentityRequest.objection_id == objection_id,
        IdentityRequest.asked_by == work.actor.user_id,
        IdentityRequest.decided_at.is_(None),
    )
    if work.session.scalar(waiting) is not None:
        raise AlreadyDone("您已经申请过，正等另一人同意。")
    work.session.add(
        IdentityRequest(objection_id=objection_id, reason=reason, asked_by=work.actor.user_id, asked_at=work.now)
    )
    _did(work, objection, "identity.asked", reason=reason)


def objection_to_ask_about(
    session: Session, objection_id: int, actor: Actor, now: dt.datetime
) -> tuple[Objection, Case]:
    """Return an objection and its case, for the office. Raises NotAllowed, NotYourCase."""
    require_office(actor)
    objection = session.get(Objection, objection_id)
    if objection is None:
        raise NotYourCase
    _require_may_see(session, objection, actor, now)
    return objection, case_of(session, objection)


@use_case
def decide(work: Work, request_id: int, granted: bool) -> None:
    """Grant or refuse the first person's request, as the second of two people.

    The second person sees nothing of the identity.
    """
    require_office(work.actor)
    request = _lock_request(work, request_id)
    if request.decided_at is not None:
        raise AlreadyDone("这项申请已经有人答复过了。")
    if request.asked_by == work.actor.user_id:
        raise SamePerson
    if granted:
        require_two_people(work, request.asked_by)
    request.decided_by, request.decided_at, request.granted = work.actor.user_id, work.now, granted
    act = "identity.granted" if granted else "identity.refused"
    _did(work, request.objection, act, request=request.id)


@use_case
def read(work: Work, request_id: int, login_session: str) -> Objector:
    """Return who filed, for the person who asked and was granted it. Every single reading is a row of the record.

    `login_session` names the login in which this is done. The grant belongs to it from the first reading on.
    """
    request = _granted_request(work, request_id, login_session)
    identity = work.session.get(Identity, request.objection_id)
    if identity is None:
        raise NotAllowed("保存期限已过，这位异议人的身份信息已经清除。")
    objector = unseal_objector(work.keyring, identity)
    _did(work, request.objection, "identity.read", request=request.id)
    return objector


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file that may show who filed, as the office sees it once it has read the identity."""

    id: int
    number: int  # from 1, in the order in which they came
    kind: FileKind
    size: int
    scan: ScanState
    what: KeptAs

    @property
    def file_name(self) -> str:
        return f"{_FILE_TITLES[self.what]}{self.number}{self.kind.extension}"


def sealed_files(session: Session, objection_id: int) -> list[SealedFile]:
    """List the sealed letters of an objection, what nobody has sorted yet, and documents as they were sent.

    Of documents handlers read a copy: the file itself may name its author (SECURITY 45).
    """
    of_unit = session.get_one(Objection, objection_id).objector_kind is ObjectorKind.UNIT
    theirs = select(Evidence).where(Evidence.objection_id == objection_id)
    rows = session.scalars(theirs.order_by(Evidence.received_at, Evidence.id)).all()
    found = [(row, kept_as(row.letter, of_unit=of_unit)) for row in rows]
    return [
        SealedFile(row.id, number, row.kind, row.stored_size, row.scan, what)
        for number, (row, what) in enumerate(found, start=1)
        if what is not KeptAs.EVIDENCE or row.kind.copied
    ]


@use_case
def open_letter(work: Work, vault: Vault, request_id: int, evidence_id: int, login_session: str) -> OpenedFile:
    """Open a sealed file of an objection, under the grant that opens the identity (R14, R19).

    Every opening is a row of the record. Raises as `read` does, HeldBack, FileDamaged, StoreDown.
    """
    request, file = _sealed_file(work, request_id, evidence_id, login_session)
    stored = Stored.of(work.session.get_one(Evidence, file.id))
    opened = files.open_stored_file(vault, stored, file.scan, file.kind, file.file_name)
    act = "original.opened" if file.what is KeptAs.EVIDENCE else "letter.opened"
    _did(work, request.objection, act, request=request.id, evidence=file.id)
    return opened


@use_case
def sort_file(work: Work, request_id: int, evidence_id: int, login_session: str, letter: bool) -> None:
    """Say of an unsorted file whether it is the sealed letter, or evidence that handlers may read (R14).

    It is done under the grant that opens the identity, by whoever may open the file. Raises AlreadyDone for one that
    is sorted: what handlers saw cannot be taken back, and a letter is not given out by a second press.
    """
    request, file = _sealed_file(work, request_id, evidence_id, login_session)
    if file.what is not KeptAs.UNSORTED:
        raise AlreadyDone("这个文件已经分好了。")
    work.session.get_one(Evidence, file.id).letter = letter
    _did(work, request.objection, "letter.sorted", request=request.id, evidence=file.id, letter=letter)


def _sealed_file(
    work: Work, request_id: int, evidence_id: int, login_session: str
) -> tuple[IdentityRequest, SealedFile]:
    request = _granted_request(work, request_id, login_session)
    file = next((each for each in sealed_files(work.session, request.objection_id) if each.id == evidence_id), None)
    if file is None:
        raise NotYourCase
    return request, file


def stored_requests(session: Session, actor: Actor) -> StoredRows[IdentityRequest]:
    """Return every request about a case that this person of the office may see, the undecided on top, newest first."""
    require_office(actor)
    bare = (
        select(IdentityRequest.id)
        .join(Objection, IdentityRequest.objection_id == Objection.id)
        .join(Entry, Objection.entry_id == Entry.id)
        .where(not_recused(actor, Objection.case_id))
    )
    people = bare.join(ASKER, IdentityRequest.asked_by == ASKER.id)
    source = people.outerjoin(DECIDER, IdentityRequest.decided_by == DECIDER.id)

    def load(ids: Sequence[int]) -> Sequence[IdentityRequest]:
        return session.scalars(_requests().where(IdentityRequest.id.in_(ids))).all()

    newest, waiting = (IdentityRequest.id.desc(),), IdentityRequest.decided_at.is_(None)
    return StoredRows(session, IdentityRequest.id, source, newest, load, lambda row: row.id, first=waiting, bare=bare)


def waiting_for(session: Session, actor: Actor, most: int) -> tuple[Sequence[IdentityRequest], int]:
    """Return the first `most` requests of other people that this person could grant, and how many there are."""
    theirs = IdentityRequest.decided_at.is_(None), IdentityRequest.asked_by != actor.user_id
    ids = (
        select(IdentityRequest.id)
        .join(Objection, IdentityRequest.objection_id == Objection.id)
        .where(*theirs, not_recused(actor, Objection.case_id))
    )
    first = session.scalars(ids.order_by(IdentityRequest.id).limit(most)).all()
    count = session.scalar(ids.with_only_columns(func.count())) or 0
    wanted = _requests().where(IdentityRequest.id.in_(first)).order_by(IdentityRequest.id)
    return session.scalars(wanted).all(), count


def request_of(session: Session, request_id: int, actor: Actor, now: dt.datetime) -> IdentityRequest:
    """Return one request with what a page shows of it. Raises NotYourCase."""
    require_office(actor)
    request = session.scalar(_requests().where(IdentityRequest.id == request_id))
    if request is None:
        raise NotYourCase
    _require_may_see(session, request.objection, actor, now)
    return request


def case_of(session: Session, objection: Objection) -> Case:
    return session.get_one(Case, objection.case_id)


def _requests() -> Select[IdentityRequest]:
    return select(IdentityRequest).options(
        joinedload(IdentityRequest.objection).joinedload(Objection.entry).joinedload(Entry.period),
        joinedload(IdentityRequest.asker),
        joinedload(IdentityRequest.decider),
    )


def _lock_request(work: Work, request_id: int) -> IdentityRequest:
    request = lock_row_if_any(work.session, IdentityRequest, request_id)
    if request is None:
        raise NotYourCase
    _require_may_see(work.session, request.objection, work.actor, work.now)
    return request


def _granted_request(work: Work, request_id: int, login_session: str) -> IdentityRequest:
    """Lock a request that lets this person look now, and tie it to this login from the first look on (R19)."""
    require_office(work.actor)
    request = _lock_request(work, request_id)
    if request.asked_by != work.actor.user_id:
        raise NotYourCase
    require_own_account(work)  # whoever gave out the password since is another person than was granted it
    if not may_read(request.decided_at if request.granted else None, request.read_in, login_session, work.now):
        raise NotAllowed("没有获得同意，或者同意已经失效（须在一天内、同一次登录中查看）。需要查看的，请重新申请。")
    if request.read_in is None:
        request.read_in, request.first_read_at = login_session, work.now
    return request


def _sees(session: Session, objection: Objection, actor: Actor, now: dt.datetime) -> bool:
    return may_see(actor, case_of(session, objection).facts(now))


def _require_may_see(session: Session, objection: Objection, actor: Actor, now: dt.datetime) -> None:
    """Raise NotYourCase for a person who may not see the case.

    A recused person learns nothing of it, least of all who filed (R21).
    """
    if not _sees(session, objection, actor, now):
        raise NotYourCase


def _did(work: Work, objection: Objection, action: str, **details: str | int) -> None:
    details["objection"] = objection.id
    work.did(action, on_case(objection.case_id), **details)
