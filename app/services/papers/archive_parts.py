"""The folders of an archive, part by part: each is gathered in a session of its own and read after it is closed.

Of a case stands in it what its volume holds: neither who objected nor what is sealed (R19).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app import sheets
from app.database import Database
from app.domain.award.decision import PROCEEDING_NAMES, REVOCATION_GROUND_NAMES, ProceedingKind
from app.domain.record.leaves import moment_as_hashed
from app.domain.refusals import Refusal
from app.domain.shared.wording import full_day, moment
from app.models import (
    ActSeal,
    AuditRow,
    Case,
    Document,
    Entry,
    Evidence,
    GroupAct,
    Honour,
    Import,
    Nominee,
    Objection,
    Period,
    Proceeding,
    Programme,
    Purpose,
)
from app.papers.bundle import LeftOut, Member
from app.services.office import ledger
from app.services.papers import cases, nominees, packages, periods, volume
from app.services.papers.paper import Clerk, Paper, file_named
from app.services.papers.stored import StoredScan, photos_of
from app.services.papers.volume import written_text
from app.services.record import chain
from app.services.record.chain import Head
from app.services.record.in_words import ActInWords, RecordWords
from app.services.shared import files

_LAST_INSTANT = dt.timedelta(seconds=1)
_FOLDERS = {
    Purpose.IMPORT: "02-推荐材料/上报的名单和推荐表",
    Purpose.PHOTO: "02-推荐材料/照片",
    Purpose.OPINION: "02-推荐材料/征求意见表",
    Purpose.MATERIAL: "02-推荐材料/事迹材料",
    Purpose.PROCEEDING: "04-决定/扫描件",
}
_RECORD_COLUMNS = (("序号", 10), ("时间", 28), ("谁", 26), ("做了什么", 24), ("事项", 36), ("详情", 80))
_HONOUR_COLUMNS = (("序号", 8), ("类别", 16), ("名称（姓名）", 26), ("所在单位", 36), ("推荐单位", 24), ("撤销", 30))
_AT_ONCE = 25  # nominees whose forms are gathered in one session


@dataclass(frozen=True, slots=True)
class ArchivedProgramme:
    """What every part needs: whose archive, who makes it, and the end of the record that it holds."""

    database: Database
    programme_id: int
    clerk: Clerk
    head: Head

    def read(self, gather: Callable[[Session], list[Member]]) -> list[Member]:
        """Gather members in a session of its own."""
        with self.database.reader() as session:
            return gather(session)


def of_periods(made: ArchivedProgramme) -> Iterator[Member]:
    """Yield the notices, each as it hung in its last second, the reports on objections and the closing reports."""
    with made.database.reader() as session:
        query = select(Period).where(Period.programme_id == made.programme_id, Period.cancelled_at.is_(None))
        found = session.scalars(query.order_by(Period.round_number, Period.opens_at, Period.id))
        shown = [(period.id, period.round_number, period.closes_at, period.closing is not None) for period in found]
    for period_id, round_number, closes_at, is_closed in shown:
        folder = f"01-公示公告/第{round_number}轮"
        as_it_hung = replace(made.clerk, now=closes_at - _LAST_INSTANT)
        gathered = partial(_papers_of_period, folder, period_id, made.clerk, as_it_hung, is_closed)
        yield from made.read(gathered)


def _papers_of_period(
    folder: str, period_id: int, clerk: Clerk, as_it_hung: Clerk, is_closed: bool, session: Session
) -> list[Member]:
    wanted: list[tuple[str, Callable[[Session, int, Clerk], Paper], Clerk]] = [
        ("公告", periods.notice, as_it_hung),
        ("异议处理情况报告", cases.case_report, clerk),
    ]
    if is_closed:
        wanted.append(("办结报告", periods.closing_paper, clerk))
    members = []
    for name, gather, by in wanted:
        try:
            members.append(_paper(folder, gather(session, period_id, by)))
        except Refusal as refusal:  # named as missing in the index, never left out in silence
            members.append(Member(f"{folder}/{name}.docx", partial(_left_out, str(refusal))))
    return members


def _left_out(why: str) -> Iterable[bytes]:
    raise LeftOut(why)


def of_nominees(made: ArchivedProgramme) -> Iterator[Member]:
    """Yield the form of every nominee, those who left too, and the files that were handed in, as they came."""
    with made.database.reader() as session:
        query = select(Nominee.id).where(Nominee.programme_id == made.programme_id)
        ids = list(session.scalars(query.order_by(Nominee.recommender_id, Nominee.kind, Nominee.position)))
    for start in range(0, len(ids), _AT_ONCE):
        yield from made.read(partial(_forms, made, ids[start : start + _AT_ONCE]))
    yield from made.read(partial(_documents, made, [each for each in Purpose if each is not Purpose.PROCEEDING]))


def _forms(made: ArchivedProgramme, ids: list[int], session: Session) -> list[Member]:
    programme = session.get_one(Programme, made.programme_id)
    found = session.scalars(
        select(Nominee)
        .where(Nominee.id.in_(ids))
        .order_by(Nominee.recommender_id, Nominee.kind, Nominee.position)
        .options(joinedload(Nominee.unit), joinedload(Nominee.recommender))
    ).all()
    fields = nominees.fields_of(session, made.clerk.vault.keyring, found)
    photos = photos_of(session, made.clerk.vault, found)
    papers = packages.forms_of(programme, found, fields, photos, made.clerk.stationery)
    return [
        _paper(f"02-推荐材料/推荐表/{file_named(one.recommender.name)}", paper)
        for one, paper in zip(found, papers, strict=True)
    ]


def _documents(made: ArchivedProgramme, purposes: list[Purpose], session: Session) -> list[Member]:
    rows = session.scalars(
        select(Document)
        .where(Document.programme_id == made.programme_id, Document.purpose.in_(purposes))
        .order_by(Document.purpose, Document.id)
    ).all()
    names = {
        one.id: f"{one.recommender.name}—{one.name}—"
        for one in session.scalars(
            select(Nominee).where(Nominee.programme_id == made.programme_id).options(joinedload(Nominee.recommender))
        )
    }
    return [
        Member(
            f"{_FOLDERS[row.purpose]}/"
            + file_named(names.get(row.nominee_id or 0, "") + files.title_of(made.clerk.vault.keyring, row)),
            StoredScan.of(made.clerk.vault, row).read,
        )
        for row in rows
    ]


def of_cases(made: ArchivedProgramme) -> Iterator[Member]:
    """Yield the ledger, then the volume of each case."""
    with made.database.reader() as session:
        ids = list(session.scalars(_case_ids(made.programme_id)))
    yield Member("03-案件/异议台账.xlsx", partial(_ledger, made))
    for case_id in ids:
        yield from made.read(partial(_volume, made, case_id))


def _ledger(made: ArchivedProgramme) -> Iterator[bytes]:
    with made.database.reader() as session:
        cases = _case_ids(made.programme_id).order_by(None)
        lines = ledger.each_line(session, cases, made.clerk.actor, made.clerk.now)
        rows: Iterator[sheets.Row] = ((number, *cells) for number, cells in enumerate(lines, start=1))
        yield from sheets.pieces("异议台账", ledger.COLUMNS, rows)


def _case_ids(programme_id: int) -> Select[int]:
    return (
        select(Case.id)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(Period.programme_id == programme_id)
        .order_by(Case.id)
    )


def _volume(made: ArchivedProgramme, case_id: int, session: Session) -> list[Member]:
    case = session.get_one(Case, case_id)
    folder = f"03-案件/{case.number}"
    return [replace(member, path=f"{folder}/{member.path}") for member in volume.members_of(session, case, made.clerk)]


def of_decisions(made: ArchivedProgramme) -> Iterator[Member]:
    """Yield the papers on the way to the award, the decision's list with what was revoked, and the scans."""
    yield from made.read(partial(_proceedings, made.programme_id))
    yield from made.read(partial(_documents, made, [Purpose.PROCEEDING]))


def _proceedings(programme_id: int, session: Session) -> list[Member]:
    found = session.scalars(
        select(Proceeding)
        .where(Proceeding.programme_id == programme_id)
        .order_by(Proceeding.id)
        .options(
            selectinload(Proceeding.honours).joinedload(Honour.revocation),
            joinedload(Proceeding.programme),
        )
    ).all()
    members = []
    for number, row in enumerate(found, start=1):
        title = f"04-决定/{number:02d}-{PROCEEDING_NAMES[row.kind]}-{file_named(row.issuer)}"
        members.append(written_text(f"{title}.txt", _proceeding(row)))
        if row.kind is ProceedingKind.DECISION:
            kinds = row.programme.rules.kind_names
            rows: list[sheets.Row] = [
                [n, kinds[each.kind], each.name, each.unit, each.recommender, _revoked(each)]
                for n, each in enumerate(row.honours, start=1)
            ]
            content = partial(sheets.sheet, "表彰名单", _HONOUR_COLUMNS, rows)
            members.append(Member("04-决定/表彰名单.xlsx", partial(_one_piece, content)))
            members += [
                written_text(f"04-决定/撤销表彰-{file_named(each.name)}.txt", _revocation(each))
                for each in row.honours
                if each.is_revoked
            ]
    return members


def _proceeding(row: Proceeding) -> list[str]:
    said = [f"{PROCEEDING_NAMES[row.kind]}：{row.title}", f"发文机关：{row.issuer}", f"文号：{row.number}"]
    said.append(f"日期：{full_day(row.dated)}")
    if row.agreed is not None:
        said.append("意见：同意" if row.agreed else "意见：不同意")
    return [*said, "", row.text] if row.text else said


def _revoked(honour: Honour) -> str:
    revocation = honour.revocation
    if revocation is None or not revocation.stands:
        return ""
    return f"{full_day(revocation.dated)} {revocation.number}撤销"


def _revocation(honour: Honour) -> list[str]:
    revocation = honour.revocation
    if revocation is None:
        return []
    return [
        f"撤销表彰：{honour.name}",
        f"文号：{revocation.number}",
        f"日期：{full_day(revocation.dated)}",
        f"原因：{REVOCATION_GROUND_NAMES[revocation.ground]}",
        f"依据：{revocation.clause}",
        "",
        revocation.decision,
    ]


def of_record(made: ArchivedProgramme) -> Iterator[Member]:
    """Yield the programme's acts in words, and the whole chain: only all rows together prove that none was changed."""
    yield Member("05-记录/记录.xlsx", partial(_acts_in_words, made))
    yield Member("05-记录/记录链.jsonl", partial(_chain, made))
    said = [f"末尾校验值：{made.head}", f"时间：{moment(made.head.at or made.clerk.now)}"]
    yield written_text("05-记录/末尾校验值.txt", said)


def _acts_in_words(made: ArchivedProgramme) -> Iterator[bytes]:
    with made.database.reader() as session:
        keys = _subjects_of(session, made.programme_id)
        own = (row for row in chain.every_row(session, made.head.number) if row.subject in keys)
        yield from sheets.pieces("记录", _RECORD_COLUMNS, _rows_in_words(RecordWords(session).said(own)))


def _rows_in_words(rows: Iterable[ActInWords]) -> Iterator[sheets.Row]:
    for row in rows:
        yield [row.shown_number, moment(row.at), row.who, row.what, row.about, row.details]


def _subjects_of(session: Session, programme_id: int) -> set[str]:
    """Return the keys of everything in the record that is of this programme."""
    keys = {f"programme:{programme_id}"}
    for kind, query in (
        ("period", select(Period.id).where(Period.programme_id == programme_id)),
        ("nominee", select(Nominee.id).where(Nominee.programme_id == programme_id)),
        ("import", select(Import.id).where(Import.programme_id == programme_id)),
        ("document", select(Document.id).where(Document.programme_id == programme_id)),
        ("case", _case_ids(programme_id)),
        (
            "evidence",
            select(Evidence.id).join(Objection).where(Objection.case_id.in_(_case_ids(programme_id).order_by(None))),
        ),
    ):
        keys |= {f"{kind}:{row_id}" for row_id in session.scalars(query)}
    cases_of = {int(key.partition(":")[2]) for key in keys if key.startswith("case:")}
    groups = session.scalars(select(GroupAct))
    return keys | {f"group:{group.id}" for group in groups if cases_of & set(group.case_ids)}


def _chain(made: ArchivedProgramme) -> Iterator[bytes]:
    with made.database.reader() as session:
        for row in chain.every_row(session, made.head.number):
            assert row.seal is not None, "every_row yields sealed acts"  # noqa: S101
            yield (json.dumps(_as_hashed(row, row.seal), ensure_ascii=False) + "\n").encode()
            session.expunge(row.seal)
            session.expunge(row)


def _as_hashed(row: AuditRow, seal: ActSeal) -> dict[str, str | int]:
    return {
        "id": seal.number,
        "at": moment_as_hashed(row.at),
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "details": row.details,
        "previous_hash": seal.previous_hash,
        "hash": seal.hash,
    }


def _paper(folder: str, paper: Paper) -> Member:
    return Member(f"{folder}/{paper.file_name}", partial(packages.written, paper))


def _one_piece(content: Callable[[], bytes]) -> Iterable[bytes]:
    return [content()]
