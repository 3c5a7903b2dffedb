"""Receiving lists of nominees: stored as they came, looked at while they are read, dropped again (R9).

No row of an import becomes a nominee before the import is confirmed. Until then its rows are sealed, and dropping the
import leaves nothing of it behind. Reading is in reading.py, confirming in confirming.py.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import FileRefused, ImportNotReady, NotARecommender, NotYourCase, Refusal, WrongFiles
from app.evidence.inspection import FILE_LIMIT, inspect
from app.evidence.kinds import FileKind
from app.models import (
    Document,
    Import,
    ImportForm,
    ImportRow,
    ImportState,
    Programme,
    Purpose,
    ScanState,
    Unit,
    UnitKind,
)
from app.papers.packages import unpacked
from app.papers.screening import in_place, refuse_other_format
from app.papers.summaries import read_summary
from app.services.accounts import units
from app.services.imports.content import within_limit
from app.services.programmes.locking import require_running
from app.services.shared import documents, files
from app.services.shared.documents import Upload
from app.services.shared.files import Vault
from app.services.shared.locks import lock_row_if_any
from app.services.shared.stored_rows import StoredRows
from app.services.shared.work import Work, use_case

STATE_NAMES = {
    ImportState.WAITING: "等待核对",
    ImportState.CHECKED: "已核对，待确认",
    ImportState.CONFIRMED: "已导入",
    ImportState.DROPPED: "已放弃",
    ImportState.FAILED: "没能读取",
}
# A unit hands in its dozen or two, each read in a tenth of a second at most; a city's whole list comes as one sheet.
MOST_FILES = 200
_SUMMARIES = {Kind.COLLECTIVE: ImportForm.COLLECTIVES, Kind.INDIVIDUAL: ImportForm.INDIVIDUALS}


_LONGEST_TITLE = 120


def form_names(notice: AwardNotice) -> dict[ImportForm, str]:
    """Return what each form is called on the pages of a programme that follows this notice."""
    names = {
        _SUMMARIES[kind]: f"{annex.label} {notice.kind_names[kind]}{annex.short}"
        for kind, annex in notice.summaries.items()
    }
    return names | {ImportForm.FORMS: f"{notice.annexes(notice.forms.values())} {notice.forms[Kind.COLLECTIVE].short}"}


def _sheet_alone(notice: AwardNotice) -> str:
    short, numbers = notice.summaries[Kind.COLLECTIVE].short, notice.annexes(notice.summaries.values())
    return f"{short}（{numbers}）请单独上传，一次一个 .xlsx 文件。"


def _forms_only(notice: AwardNotice) -> str:
    short, numbers = notice.forms[Kind.COLLECTIVE].short, notice.annexes(notice.forms.values())
    return (
        f"{short}（{numbers}）应是 .docx 文件，一个对象一份；照片应是 .jpg 文件；都可以放进一个 .zip 里。"
        f"{_sheet_alone(notice)}"
    )


def on_import(import_id: int) -> str:
    return f"import:{import_id}"


def recommenders(session: Session, actor: Actor) -> Sequence[Unit]:
    """List the units for which this person may hand a list in."""
    query = select(Unit).where(Unit.kind == UnitKind.RECOMMENDER, Unit.retired_at.is_(None))
    found = session.scalars(query if actor.is_office else query.where(Unit.id == actor.unit_id))
    return units.in_order(session, found)


def stored_imports(session: Session, programme_id: int, actor: Actor) -> StoredRows[Import]:
    """Return a programme's imports that this person may see, the newest first."""
    source = select(Import.id).join(Unit, Import.unit_id == Unit.id).where(Import.programme_id == programme_id)
    if not actor.is_office:
        source = source.where(Import.unit_id == actor.unit_id)

    def load(ids: Sequence[int]) -> Sequence[Import]:
        return session.scalars(select(Import).where(Import.id.in_(ids)).options(joinedload(Import.unit))).all()

    return StoredRows(session, Import.id, source, (Import.id.desc(),), load, lambda row: row.id)


def visible(session: Session, import_id: int, actor: Actor) -> Import:
    """Return an import, for the office and for the unit it is of. Raises NotYourCase."""
    found = session.get(Import, import_id)
    if found is None or not (actor.is_office or found.unit_id == actor.unit_id):
        raise NotYourCase
    return found


def lock_import(session: Session, import_id: int, actor: Actor) -> Import:
    """Lock an import to change it. Raises NotYourCase."""
    lock_row_if_any(session, Import, import_id)
    return visible(session, import_id, actor)


def unit_to_import_for(session: Session, unit_id: int, actor: Actor) -> Unit:
    """Return the unit that a list is handed in for.

    Raises NotYourCase for a unit that is not this person's, NotARecommender for one that recommends nobody.
    """
    unit = session.get(Unit, unit_id)
    if unit is None or not (actor.is_office or actor.unit_id == unit_id):
        raise NotYourCase
    if unit.kind is not UnitKind.RECOMMENDER or unit.retired_at is not None:
        raise NotARecommender(unit.name)
    return unit


def receive(
    work: Work,
    vault: Vault,
    programme_id: int,
    unit_id: int,
    form: ImportForm,
    uploads: Sequence[tuple[str, BinaryIO]],
) -> int:
    """Store what was handed in, every file or none: `reading.read` is next.

    `sorted_out` tells the form of files. Returns the import's id. Raises NotYourCase, NotARecommender,
    Archived, WrongFiles, FileRefused, UnreadableForm, TooManyRows, StoreDown.
    """
    programme = work.session.get_one(Programme, programme_id)
    require_running(programme)
    notice = programme.rules
    unit_to_import_for(work.session, unit_id, work.actor)
    work.session.rollback()  # no transaction stays open while files are inspected and stored
    rows = _stored(vault, programme_id, notice, form, uploads, work.actor, work.now)
    try:
        with work:
            require_running(work.session.get_one(Programme, programme_id))
            made = Import(
                programme_id=programme_id,
                unit_id=unit_id,
                form=form,
                state=ImportState.WAITING,
                created_by=work.actor.user_id,
                created_at=work.now,
            )
            work.session.add(made)
            work.session.flush()
            for row in rows:
                row.import_id = made.id
            work.session.add_all(rows)
            work.did("import.received", on_import(made.id), files=len(rows), unit=unit_id, form=form)
    except BaseException:
        for row in rows:
            documents.discard(vault, row)
        raise
    return made.id


def receive_all(
    work: Work, vault: Vault, programme_id: int, unit_id: int, uploads: Sequence[tuple[str, BinaryIO]]
) -> list[int]:
    """Store what was handed in as one import for each summary in it and one for all forms and photos.

    Every file or none. Returns the imports' ids; raises what `receive` raises.
    """
    notice = work.session.get_one(Programme, programme_id).rules
    made: list[int] = []
    try:
        for form, part in sorted_out(uploads, notice):
            made.append(receive(work, vault, programme_id, unit_id, form, part))
    except Refusal:
        for import_id in made:
            drop(work, vault, import_id)
        raise
    return made


def sorted_out(
    uploads: Sequence[tuple[str, BinaryIO]], notice: AwardNotice
) -> list[tuple[ImportForm, list[tuple[str, BinaryIO]]]]:
    """Return what the files are: each summary by itself, a workbook with two of them twice; forms and photos together.

    Raises UnreadableForm for a sheet that is no summary or a file of another format, TooManyRows.
    """
    parts: list[tuple[ImportForm, list[tuple[str, BinaryIO]]]] = []
    others: list[tuple[str, BinaryIO]] = []
    for title, content in uploads:
        refuse_other_format(content, title)
        if _is_sheet(content):
            parts += [(_SUMMARIES[kind], [(title, content)]) for kind in _summaries_in(content, title, notice)]
        else:
            others.append((title, content))
    return [*parts, (ImportForm.FORMS, others)] if others or not parts else parts


def _is_sheet(content: BinaryIO) -> bool:
    try:
        return inspect(content, as_it_came=True).kind is FileKind.XLSX
    except FileRefused:  # an archive, or nothing that is taken: whoever stores it says so
        return False
    finally:
        content.seek(0)


def _summaries_in(content: BinaryIO, title: str, notice: AwardNotice) -> list[Kind]:
    """Return the kinds of summary in a workbook, the first sheet's first; every row is read once."""
    first = read_summary(content, title, notice)
    deque(within_limit(first.nominations), maxlen=0)  # before anything of it is stored
    for kind in first.others:
        content.seek(0)
        deque(within_limit(read_summary(content, title, notice, kind).nominations), maxlen=0)
    content.seek(0)
    return [first.kind, *first.others]


def _stored(
    vault: Vault,
    programme_id: int,
    notice: AwardNotice,
    form: ImportForm,
    uploads: Sequence[tuple[str, BinaryIO]],
    actor: Actor,
    now: dt.datetime,
) -> list[Document]:
    rows: list[Document] = []
    try:
        for title, content in _opened(form, uploads):
            content.seek(0)
            try:
                row = documents.store_document(vault, Purpose.IMPORT, programme_id, Upload(title, content), actor, now)
            except FileRefused as refused:
                raise FileRefused(f"“{title}”没有收下：{in_place(refused.why)}") from None
            rows.append(row)
            _check_kind(form, row.kind, title, notice)
            if len(rows) > MOST_FILES:
                raise WrongFiles(f"一次最多上传{MOST_FILES}个文件，请分几次上传。")
        _check_whole(form, rows, notice)
    except BaseException:
        for row in rows:
            documents.discard(vault, row)
        raise
    return rows


def _opened(form: ImportForm, uploads: Sequence[tuple[str, BinaryIO]]) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the files themselves, those of a .zip one by one.

    Each is looked through and kept by itself.
    """
    for title, content in uploads:
        if form is ImportForm.FORMS and title.casefold().endswith(".zip"):
            if content.seek(0, 2) > FILE_LIMIT:
                raise WrongFiles(f"“{title}”太大：一个压缩包最多{FILE_LIMIT // 1024**2} MB，请分成几个上传。")
            for path, file in unpacked(content, title):
                yield path.rpartition("/")[2][-_LONGEST_TITLE:], file
        else:
            yield title, content


def _check_kind(form: ImportForm, kind: FileKind, title: str, notice: AwardNotice) -> None:
    if form is ImportForm.FORMS:
        if kind not in (FileKind.DOCX, FileKind.JPEG, FileKind.PNG):
            raise WrongFiles(f"“{title}”不是推荐表，也不是照片。{_forms_only(notice)}")
    elif kind is not FileKind.XLSX:
        raise WrongFiles(f"“{title}”不是 .xlsx 文件。{_sheet_alone(notice)}")


def _check_whole(form: ImportForm, rows: Sequence[Document], notice: AwardNotice) -> None:
    if form is ImportForm.FORMS:
        if not any(row.kind is FileKind.DOCX for row in rows):
            raise WrongFiles(f"没有推荐表。{_forms_only(notice)}")
    elif len(rows) != 1:
        raise WrongFiles(_sheet_alone(notice))


def files_of(session: Session, vault: Vault, import_id: int) -> list[tuple[int, str]]:
    """List the files that are still kept for an import: id and the name they came with."""
    wanted = (Document.import_id == import_id, Document.purpose == Purpose.IMPORT)
    rows = session.scalars(select(Document).where(*wanted).order_by(Document.id))
    return [(row.id, files.title_of(vault.keyring, row)) for row in rows]


def waits_for_scanner(session: Session, import_id: int) -> bool:
    waiting = (Document.import_id == import_id, Document.scan == ScanState.WAITING)
    return bool(session.scalar(select(func.count()).where(*waiting)))


@use_case
def read_again(work: Work, import_id: int) -> None:
    """Have what is there checked once more: a place may have become free meanwhile. `reading.read` is next.

    Raises NotYourCase, Archived, ImportNotReady.
    """
    found = lock_import(work.session, import_id, work.actor)
    require_running(found.programme)
    if found.state is not ImportState.CHECKED:
        raise ImportNotReady(STATE_NAMES[found.state])
    work.session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
    found.state, found.attempts, found.rows_total = ImportState.WAITING, 0, None
    work.did("import.read_again", on_import(import_id))


def drop(work: Work, vault: Vault, import_id: int) -> None:
    """Give an import up: delete its rows, then its files.

    A reader that is at work on it writes nothing. Raises NotYourCase, ImportNotReady.
    """
    with work:
        found = lock_import(work.session, import_id, work.actor)
        if found.state in (ImportState.CONFIRMED, ImportState.DROPPED):
            raise ImportNotReady(STATE_NAMES[found.state])
        names = work.session.scalars(select(Document.name).where(Document.import_id == import_id)).all()
        work.session.execute(delete(ImportRow).where(ImportRow.import_id == import_id))
        work.session.execute(delete(Document).where(Document.import_id == import_id))
        gone = {"state": ImportState.DROPPED, "failure": ""}
        work.session.execute(update(Import).where(Import.id == import_id).values(**gone))
        work.did("import.dropped", on_import(import_id))
    for name in names:  # the rows are gone for good: now the files may go
        files.discard(vault, name)
