"""A nominee's photo and 事迹材料, handed in by themselves: judged by the notice's rule and kept as they came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.domain.cases.states import Actor
from app.domain.imports.fields import Problem
from app.domain.imports.materials import material_problem
from app.domain.imports.photos import Photo, photo_problems
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import FileRefused, NotYourCase, UnreadableForm
from app.evidence.inspection import Inspected, inspect
from app.evidence.kinds import FileKind
from app.evidence.pictures import pixels_of
from app.models import Nominee, Programme, Purpose
from app.papers.materials import length_of
from app.services.nominees import access
from app.services.programmes.locking import require_running
from app.services.record.chain import on_nominee
from app.services.shared import documents
from app.services.shared.documents import Upload
from app.services.shared.files import Vault
from app.services.shared.work import Work


@dataclass(frozen=True, slots=True)
class _Criteria:
    """What a file is judged by, detached from the session, so that no transaction is open while it is inspected."""

    programme_id: int
    notice: AwardNotice
    kind: Kind
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class HandInKind:
    """One sort of file: what it is for, the act on the record, who has one, and what is wrong with it."""

    purpose: Purpose
    act: str
    kinds: frozenset[Kind]
    faults: Callable[[BinaryIO, Inspected, str, _Criteria], list[Problem]]


def _photo_faults(upload: BinaryIO, inspected: Inspected, title: str, criteria: _Criteria) -> list[Problem]:
    return photo_faults(upload, inspected.kind, inspected.size, title, criteria.unit, criteria.name, criteria.notice)


def _material_faults(upload: BinaryIO, inspected: Inspected, title: str, criteria: _Criteria) -> list[Problem]:
    """List what is wrong with a file of deeds (事迹材料).

    A PDF is accepted unread: nobody can tell for certain how long its text is.
    """
    if inspected.kind is FileKind.PDF:
        return []
    if inspected.kind is not FileKind.DOCX:
        return [Problem("事迹材料", "不是 Word（.docx）或 PDF 文件", "请另存为 .docx 或 PDF 后再上传")]
    try:
        problem = material_problem(length_of(upload, title), criteria.kind, criteria.notice)
    except UnreadableForm as unreadable:
        raise FileRefused(unreadable.why + unreadable.right) from None
    return [problem] if problem else []


PHOTO = HandInKind(Purpose.PHOTO, "nominee.photo_received", frozenset({Kind.INDIVIDUAL}), _photo_faults)
MATERIAL = HandInKind(Purpose.MATERIAL, "nominee.material_received", frozenset(Kind), _material_faults)


def receive(work: Work, vault: Vault, sort: HandInKind, nominee_id: int, title: str, upload: BinaryIO) -> None:
    """Keep a nominee's file; the latest counts. Raises NotYourCase, Archived, FileRefused, StoreDown."""
    nominee = check_may_receive(work.session, sort, nominee_id, work.actor)
    criteria = _Criteria(
        nominee.programme_id, nominee.programme.rules, nominee.kind, nominee.name, nominee.recommender.name
    )
    work.session.rollback()  # no transaction stays open while a file is inspected
    _check(sort, title, upload, criteria)
    row = documents.store_document(
        vault, sort.purpose, criteria.programme_id, Upload(title, upload), work.actor, work.now, nominee_id=nominee_id
    )
    try:
        with work:
            check_may_receive(work.session, sort, nominee_id, work.actor)
            work.session.add(row)
            work.did(sort.act, on_nominee(nominee_id), sha256=row.sha256)
    except BaseException:
        documents.discard(vault, row)
        raise


def check_may_receive(session: Session, sort: HandInKind, nominee_id: int, actor: Actor) -> Nominee:
    """Return the nominee, if such a file of it may be handed in.

    Raises NotYourCase, also for a kind of nominee that has no such file; Archived.
    """
    nominee = access.find_recommended(session, nominee_id, actor)
    if nominee.kind not in sort.kinds:
        raise NotYourCase
    require_running(session.get_one(Programme, nominee.programme_id))
    return nominee


def _check(sort: HandInKind, title: str, upload: BinaryIO, criteria: _Criteria) -> None:
    """Raise FileRefused with everything that is wrong with the file."""
    inspected = inspect(upload, as_it_came=True)
    upload.seek(0)
    if faults := sort.faults(upload, inspected, title, criteria):
        raise FileRefused("；".join(f"{fault.wrong}：{fault.right}" for fault in faults) + "。")
    upload.seek(0)


def photo_faults(
    picture: BinaryIO, kind: FileKind, size: int, title: str, unit: str, name: str, notice: AwardNotice
) -> list[Problem]:
    """List what is wrong with somebody's photo.

    `size` is in bytes. The picture has been looked through before.
    """
    try:
        width, height = pixels_of(picture, kind) if kind in (FileKind.JPEG, FileKind.PNG) else (0, 0)
    except FileRefused as refused:
        return [Problem("照片", refused.why, "请换一张能正常打开的 JPG 图片")]
    return photo_problems(Photo(title, size, width, height, kind), unit, name, notice.photo)
