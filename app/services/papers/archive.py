"""归档包: everything of an archived programme as one .zip that is read and checked without the portal.

It holds no identity of an objector, sealed or not: who has the .zip could read it without a reason, a second person or
a row of the record, which is what R19 forbids, and a sealed one would open for nobody without the portal's key. For as
long as they are kept, identities are opened in the portal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import sheets
from app.database import Database
from app.domain.cases.states import require_office
from app.domain.refusals import NotAllowed, WrongState
from app.domain.shared.wording import moment
from app.models import Case, Entry, Period, Programme, Recusal
from app.papers import archive_index
from app.papers.bundle import Member, Packing, packed
from app.services.papers import archive_parts
from app.services.papers.archive_parts import ArchivedProgramme
from app.services.papers.packages import ZipPackage
from app.services.papers.paper import Clerk, file_named
from app.services.papers.volume import written_text
from app.services.record import chain
from app.services.record.chain import Head, on_programme
from app.services.record.sealer import seal_all
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

REASON = (2, 300)
_MODE = 0o600  # there is personal data in it (SECURITY 55)
_OWN_NAMES = (
    archive_index.LIST,
    archive_index.INDEX_PAGE,
    archive_index.INDEX_SHEET,
    archive_index.PROGRAM,
    archive_index.README,
)


@use_case
def ask(work: Work, programme_id: int, reason: str) -> None:
    """Record who takes an archive along, and what for. Raises NotAllowed, WrongState, Unfit.

    Whoever is recused from a case of the programme may not see it, and an archive is whole: somebody else makes it.
    """
    require_office(work.actor)
    programme = work.session.get_one(Programme, programme_id)
    if programme.archived_at is None:
        raise WrongState("活动还没有归档。全部公示办结以后先归档，再制作归档包。")
    if _is_recused(work.session, programme_id, work.actor.user_id):
        raise NotAllowed("您在这个活动的案件里有回避，归档包要由市级专班的其他人制作。")
    said = checked_text(reason, "制作归档包的用途", REASON)
    work.did("archive.asked", on_programme(programme_id), reason=said)


def of_programme(database: Database, programme_id: int, clerk: Clerk) -> ZipPackage:
    """Return the archive on its way: it is gathered part by part while it is sent, the record up to now.

    `ask` comes first. Once the last byte is made, the record holds the SHA-256 of its list of files.
    """
    seal_all(database)
    with database.reader() as session:
        title = f"{session.get_one(Programme, programme_id).title}归档包"
        head = chain.head(session)
    made = ArchivedProgramme(database, programme_id, clerk, head)
    return ZipPackage(file_named(f"{title}.zip"), _written(title, made))


def _written(title: str, made: ArchivedProgramme) -> Iterator[bytes]:
    packing, now = Packing(), made.clerk.now
    yield from packed(_members(title, made, packing), now, packing, reserved=_OWN_NAMES, mode=_MODE)
    listed = next(each for each in packing.files if each.path == archive_index.LIST)
    with made.database.writer() as session, Work(session, now, made.clerk.actor) as work:
        subject, files = on_programme(made.programme_id), len(packing.files)
        work.did("archive.made", subject, files=files, sha256=listed.sha256)


def _members(title: str, made: ArchivedProgramme, packing: Packing) -> Iterator[Member]:
    said = _readme(title, made.head, moment(made.clerk.now))
    yield replace(written_text(archive_index.README, said), reserved=True)
    yield from archive_parts.of_periods(made)
    yield from archive_parts.of_nominees(made)
    yield from archive_parts.of_cases(made)
    yield from archive_parts.of_decisions(made)
    yield from archive_parts.of_record(made)
    yield _own(archive_index.PROGRAM, archive_index.program)
    files, missing = tuple(packing.files), tuple(packing.missing)
    yield _own(archive_index.INDEX_PAGE, lambda: archive_index.written_page(title, files, missing, said[:3]))
    rows = archive_index.sheet_rows(files)
    yield _own(archive_index.INDEX_SHEET, lambda: sheets.sheet("目录", archive_index.SHEET_COLUMNS, rows))
    yield _own(archive_index.LIST, lambda: archive_index.written_list(packing.files))


def _own(path: str, content: Callable[[], bytes]) -> Member:
    """Return a file that is about the archive itself."""
    return Member(path, lambda: [content()], reserved=True)


def _readme(title: str, head: Head, made_at: str) -> list[str]:
    return [
        f"{title}，{made_at}制作。",
        "异议人的身份和封存的材料不在归档包里，在保存期内由市级专班在系统里按规定查看。",
        f"记录的末尾校验值：{head}",
        "",
        "01-公示公告　每次公示的公告（按张贴到最后时的内容）、异议处理情况报告、办结报告",
        "02-推荐材料　每个推荐对象的推荐表，和上报的名单、照片、征求意见表、事迹材料",
        "03-案件　异议台账，一案一卷",
        "04-决定　请示、批复、表彰决定，表彰名单，撤销表彰",
        "05-记录　本活动的每一步操作（记录.xlsx）；全部记录连成的链（记录链.jsonl），用来证明没有改动",
        f"{archive_index.INDEX_PAGE}、{archive_index.INDEX_SHEET}　每个文件的名称、大小和SHA-256",
        "",
        f"核验：解压以后，在这个文件夹里运行 python3 {archive_index.PROGRAM}，",
        f"或者运行 sha256sum -c {archive_index.LIST} 只核对文件。",
        "核验不需要系统，也不联网。另存过末尾校验值的，写在核验命令的后面一并核对。",
        "归档包里有身份证号等个人信息，请保存在只有经手人能打开的地方。",
    ]


def _is_recused(session: Session, programme_id: int, user_id: int) -> bool:
    recused = (
        select(func.count())
        .select_from(Recusal)
        .join(Case, Recusal.case_id == Case.id)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(Recusal.user_id == user_id, Period.programme_id == programme_id)
    )
    return bool(session.scalar(recused))
