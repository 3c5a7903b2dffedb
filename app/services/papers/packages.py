"""整套材料: everything that is handed in of a unit, or of all, as one .zip (notice, 四（一）3 and 四（二）4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.annexes import AUTHORITY_NAMES
from app.domain.cases import Actor, require_office
from app.domain.errors import NoSuchPaper, Refusal
from app.domain.rounds import Kind
from app.evidence.kinds import FileKind
from app.evidence.store import StoreDown
from app.models import Document, Entry, Nominee, Period, Programme, Purpose, Unit
from app.models.standing import Opinion
from app.papers.bundle import LeftOut, Member, bundled
from app.services import files
from app.services.files import Stored, Vault
from app.services.papers import cases, nominees, periods, reports
from app.services.papers.paper import Paper, Stationery, file_named, recommender_for, recommenders
from app.services.papers.reports import HANDING_NAMES, Handing

_COPIES = 5  # 一式五份
_WHOLE = "全部推荐单位"


@dataclass(frozen=True, slots=True)
class Package:
    """A .zip on its way: its name, and its bytes piece by piece. No session is needed any more."""

    file_name: str
    content: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class _Scan:
    """A stored file of a nominee, apart from any session."""

    stored: Stored
    kind: FileKind
    open: Callable[[], Iterable[bytes]]

    @classmethod
    def of(cls, vault: Vault, row: Document) -> _Scan:
        return cls(Stored.of(row), row.kind, partial(_read, vault, Stored.of(row), row))


def of_unit(
    session: Session,
    vault: Vault,
    programme_id: int,
    unit_id: int,
    handing: Handing,
    actor: Actor,
    stationery: Stationery,
    now: dt.datetime,
) -> Package:
    """What one unit hands in. Raises NotYourCase, NoSuchPaper where it recommends nobody."""
    programme, unit = recommender_for(session, programme_id, unit_id, actor)
    members = _members(session, vault, programme, unit, handing, actor, stationery, now)
    title = f"{unit.name}{HANDING_NAMES[handing]}材料"
    return Package(file_named(f"{title}.zip"), bundled(f"{programme.title}　{title}", members, now))


def of_programme(
    session: Session,
    vault: Vault,
    programme_id: int,
    handing: Handing,
    actor: Actor,
    stationery: Stationery,
    now: dt.datetime,
) -> Package:
    """What all units hand in, a folder each; a unit that recommends nobody yet is left out. For the office alone."""
    require_office(actor)
    programme = session.get_one(Programme, programme_id)
    members: list[Member] = []
    for number, unit in enumerate(recommenders(session, programme_id, actor), start=1):
        with suppress(NoSuchPaper):
            theirs = _members(session, vault, programme, unit, handing, actor, stationery, now)
            folder = f"{number:02}-{file_named(unit.name)}"
            members += [Member(f"{folder}/{one.path}", one.content, one.copies) for one in theirs]
    if not members:
        raise NoSuchPaper("还没有推荐对象，没有材料可以整理。")
    title = f"{_WHOLE}{HANDING_NAMES[handing]}材料"
    return Package(file_named(f"{title}.zip"), bundled(f"{programme.title}　{title}", members, now))


def _members(
    session: Session,
    vault: Vault,
    programme: Programme,
    unit: Unit,
    handing: Handing,
    actor: Actor,
    stationery: Stationery,
    now: dt.datetime,
) -> list[Member]:
    """One unit's files in the order in which the notice lists them."""
    found = reports.handed_in(session, programme.id, unit.id, handing, now)
    if not found:
        raise NoSuchPaper("还没有推荐对象，没有材料可以整理。请先导入推荐对象。")
    fields = nominees.fields_of(session, vault.keyring, found)
    photos = {one.id: scans[-1] for one, scans in _documents(session, vault, found, Purpose.PHOTO)}
    papers = [reports.work_report(session, programme.id, unit.id, handing, actor, stationery, now)]
    for kind in Kind:
        rows = [fields[one.id] for one in found if one.kind is kind]
        if rows:
            papers.append(nominees.summary_paper(programme, unit, kind, rows))
    members = [_printed(paper) for paper in papers]
    members += [
        _printed(nominees.form(programme, one, fields[one.id], _whole(photos.get(one.id)), stationery), "推荐表")
        for one in found
    ]
    members += [_scanned("照片", one, photos[one.id]) for one in found if one.id in photos]
    if handing is Handing.FORMAL:
        members += _formal(session, vault, programme, unit, found, fields, stationery)
    return members + _of_periods(session, programme.id, unit.id, handing, actor, stationery, now)


def _formal(
    session: Session,
    vault: Vault,
    programme: Programme,
    unit: Unit,
    found: list[Nominee],
    fields: dict[int, dict[str, str]],
    stationery: Stationery,
) -> list[Member]:
    """What comes with the formal hand-in alone: opinions, longer deeds, annex 7."""
    members = [_printed(nominees.opinion_forms(programme, found, stationery, unit.name), "征求意见表")]
    by_id = {one.id: one for one in found}
    latest = {
        (row.nominee_id, row.authority): row.document_id
        for row in session.scalars(select(Opinion).where(Opinion.nominee_id.in_(by_id)).order_by(Opinion.id))
    }
    for (nominee_id, authority), document_id in latest.items():
        if document_id and (row := session.get(Document, document_id)):
            said = AUTHORITY_NAMES[authority]
            members.append(_scanned("征求意见表", by_id[nominee_id], _Scan.of(vault, row), said, _COPIES))
    for one, scans in _documents(session, vault, found, Purpose.MATERIAL):
        members += [_scanned("事迹材料", one, scan, "事迹材料", _COPIES) for scan in scans]
    if nominees.is_municipal(session, programme.id, unit.id):
        with suppress(NoSuchPaper):
            collectives = [(one, fields[one.id]) for one in found]
            members.append(_printed(nominees.leaders_form(programme, unit, collectives, stationery)))
    return members


def _of_periods(
    session: Session,
    programme_id: int,
    unit_id: int,
    handing: Handing,
    actor: Actor,
    stationery: Stationery,
    now: dt.datetime,
) -> list[Member]:
    """The notices that hung, and what became of the objections, of every period whose window is over."""
    showed = select(Entry.period_id).join(Nominee).where(Nominee.recommender_id == unit_id)
    over = session.scalars(
        select(Period)
        .where(
            Period.programme_id == programme_id,
            Period.round_number <= (2 if handing is Handing.FORMAL else 1),
            Period.id.in_(showed),
            Period.cancelled_at.is_(None),
            Period.closes_at <= now,
        )
        .order_by(Period.round_number, Period.opens_at, Period.id)
        .options(joinedload(Period.organiser))
    ).all()
    members = []
    for period in over:
        members.append(_printed(periods.notice(session, period.id, actor, stationery, now), "公示材料"))
        members.append(_printed(cases.case_report(session, period.id, actor, stationery, now), "公示材料"))
    return members


def _documents(
    session: Session, vault: Vault, found: list[Nominee], purpose: Purpose
) -> list[tuple[Nominee, list[_Scan]]]:
    """The files of one purpose of each nominee that has some, oldest first."""
    theirs: dict[int, list[_Scan]] = {}
    rows = session.scalars(
        select(Document)
        .where(Document.purpose == purpose, Document.nominee_id.in_([one.id for one in found]))
        .order_by(Document.id)
    )
    for row in rows:
        theirs.setdefault(row.nominee_id or 0, []).append(_Scan.of(vault, row))
    return [(one, theirs[one.id]) for one in found if one.id in theirs]


def _printed(paper: Paper, folder: str = "") -> Member:
    return Member(f"{folder}/{paper.file_name}" if folder else paper.file_name, partial(_written, paper), _COPIES)


def _scanned(folder: str, one: Nominee, scan: _Scan, what: str = "", copies: int = 0) -> Member:
    """Named as the notice wants photos named: 推荐单位—姓名."""
    name = "—".join(filter(None, (one.recommender.name, one.name, what)))
    return Member(f"{folder}/{file_named(name + scan.kind.extension)}", scan.open, copies)


def _written(paper: Paper) -> Iterable[bytes]:
    try:
        return [paper.write()]
    except Refusal as refusal:  # a template that was restyled and no longer holds
        raise LeftOut(str(refusal)) from refusal


def _read(vault: Vault, stored: Stored, row: Document) -> Iterable[bytes]:
    try:
        return files.opened(vault, stored, row.scan, row.kind, row.name).content
    except (Refusal, StoreDown) as fault:
        raise LeftOut(str(fault) if isinstance(fault, Refusal) else "文件存储暂时读不到，请稍后再试。") from fault


def _whole(scan: _Scan | None) -> Callable[[], bytes | None]:
    """A photo to be set into a form; one that is not to be had leaves its place free."""

    def read() -> bytes | None:
        if scan is None:
            return None
        with suppress(LeftOut):
            return b"".join(scan.open())
        return None

    return read
