"""整套材料: everything that is handed in of a unit, or of all, as one .zip (notice, 四（一）3 and 四（二）4)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import require_office
from app.domain.periods.rounds import Kind
from app.domain.refusals import Refusal, WrongState
from app.models import Document, Entry, Nominee, Period, Programme, Purpose, Unit
from app.papers.bundle import LeftOut, Member, bundled
from app.services.nominees import opinions
from app.services.papers import cases, nominees, periods, reports
from app.services.papers.paper import Clerk, Paper, Stationery, file_named, recommender_for, recommenders
from app.services.papers.reports import HANDING_NAMES, HandInStage
from app.services.papers.stored import StoredScan, newest_of, photos_of, read_no_photo

NOBODY = {
    HandInStage.PRELIMINARY: "还没有推荐对象，没有材料可以整理。请先导入推荐对象。",
    HandInStage.FORMAL: "还没有推荐对象走完初审、征求意见和推荐单位的公示，没有正式推荐材料可以整理。",
}
_COPIES = 5  # 一式五份
_WHOLE = "全部推荐单位"


@dataclass(frozen=True, slots=True)
class ZipPackage:
    """A .zip on its way: its name, and its bytes piece by piece. No session is needed any more."""

    file_name: str
    content: Iterator[bytes]


def of_unit(
    session: Session,
    programme_id: int,
    unit_id: int,
    handing: HandInStage,
    clerk: Clerk,
) -> ZipPackage:
    """Bundle what one unit hands in. Raises NotYourCase, WrongState where it recommends nobody."""
    programme, unit = recommender_for(session, programme_id, unit_id, clerk.actor)
    members = _members(session, programme, unit, handing, clerk)
    title = f"{unit.name}{HANDING_NAMES[handing]}材料"
    return ZipPackage(file_named(f"{title}.zip"), bundled(f"{programme.title}　{title}", members, clerk.now))


def of_programme(
    session: Session,
    programme_id: int,
    handing: HandInStage,
    clerk: Clerk,
) -> ZipPackage:
    """Bundle what all units hand in, a folder each. For the office alone.

    A unit that recommends nobody yet is left out.
    """
    require_office(clerk.actor)
    programme = session.get_one(Programme, programme_id)
    members: list[Member] = []
    for number, unit in enumerate(recommenders(session, programme_id, clerk.actor), start=1):
        with suppress(WrongState):
            theirs = _members(session, programme, unit, handing, clerk)
            folder = f"{number:02}-{file_named(unit.name)}"
            members += [Member(f"{folder}/{one.path}", one.content, one.copies) for one in theirs]
    if not members:
        raise WrongState(NOBODY[handing])
    title = f"{_WHOLE}{HANDING_NAMES[handing]}材料"
    return ZipPackage(file_named(f"{title}.zip"), bundled(f"{programme.title}　{title}", members, clerk.now))


def of_forms(
    session: Session,
    programme_id: int,
    nominee_ids: Iterable[int],
    clerk: Clerk,
) -> ZipPackage:
    """Annexes 4 and 5 of nominees that were ticked in a list. Raises NotYourCase, WrongState."""
    found = nominees.find_chosen(session, programme_id, nominee_ids, clerk.actor)
    if not found:
        raise WrongState("还没有勾选推荐对象。")
    programme = session.get_one(Programme, programme_id)
    fields = nominees.fields_of(session, clerk.vault.keyring, found)
    papers = forms_of(programme, found, fields, photos_of(session, clerk.vault, found), clerk.stationery)
    return ZipPackage("推荐表.zip", bundled(f"{programme.title}　推荐表", map(_printed, papers), clerk.now))


def forms_of(
    programme: Programme,
    found: Sequence[Nominee],
    fields: Mapping[int, Mapping[str, str]],
    photos: Mapping[int, StoredScan],
    stationery: Stationery,
) -> list[Paper]:
    """Annex 4 or 5 of each, with the photo where there is one."""
    return [
        nominees.form(
            programme, one, fields[one.id], photos[one.id].whole if one.id in photos else read_no_photo, stationery
        )
        for one in found
    ]


def _members(
    session: Session,
    programme: Programme,
    unit: Unit,
    handing: HandInStage,
    clerk: Clerk,
) -> list[Member]:
    """List one unit's files in the order in which the notice lists them."""
    found = reports.handed_in(session, programme, unit.id, handing, clerk)
    if not found:
        raise WrongState(NOBODY[handing])
    fields = nominees.fields_of(session, clerk.vault.keyring, found)
    photos = photos_of(session, clerk.vault, found)
    papers = [reports.work_report(session, programme.id, unit.id, handing, clerk)]
    for kind in Kind:
        rows = [fields[one.id] for one in found if one.kind is kind]
        if rows:
            papers.append(nominees.summary_paper(programme, unit, kind, rows))
    members = [_printed(paper) for paper in papers]
    members += [_printed(paper, "推荐表") for paper in forms_of(programme, found, fields, photos, clerk.stationery)]
    members += [_scanned("照片", one, photos[one.id]) for one in found if one.id in photos]
    if handing is HandInStage.FORMAL:
        members += _formal(session, programme, unit, found, fields, clerk)
    return members + _of_periods(session, programme.id, unit.id, handing, clerk)


def _formal(
    session: Session,
    programme: Programme,
    unit: Unit,
    found: list[Nominee],
    fields: dict[int, dict[str, str]],
    clerk: Clerk,
) -> list[Member]:
    """List what comes with the formal hand-in alone: opinions, longer deeds, annex 7."""
    members = [_printed(nominees.opinion_forms(programme, found, clerk.stationery, unit.name), "征求意见表")]
    by_id, names = {one.id: one for one in found}, programme.rules.authority_names
    for nominee_id, by_authority in opinions.find_latest(session, list(by_id)).items():
        for authority, opinion in by_authority.items():
            if opinion.document_id and (row := session.get(Document, opinion.document_id)):
                scan, said = StoredScan.of(clerk.vault, row), names.get(authority, authority)
                members.append(_scanned("征求意见表", by_id[nominee_id], scan, said, _COPIES))
    materials = newest_of(session, clerk.vault, found, Purpose.MATERIAL)
    members += [
        _scanned("事迹材料", one, materials[one.id], "事迹材料", _COPIES) for one in found if one.id in materials
    ]
    if nominees.is_municipal(session, programme, unit.id):
        with suppress(WrongState):
            collectives = [(one, fields[one.id]) for one in found]
            members.append(_printed(nominees.leaders_form(programme, unit, collectives, clerk.stationery)))
    return members


def _of_periods(
    session: Session,
    programme_id: int,
    unit_id: int,
    handing: HandInStage,
    clerk: Clerk,
) -> list[Member]:
    """List the notices, and the reports on the objections, of every period whose window is over."""
    showed = select(Entry.period_id).join(Nominee).where(Nominee.recommender_id == unit_id)
    over = session.scalars(
        select(Period)
        .where(
            Period.programme_id == programme_id,
            Period.round_number <= (2 if handing is HandInStage.FORMAL else 1),
            Period.id.in_(showed),
            Period.cancelled_at.is_(None),
            Period.closes_at <= clerk.now,
        )
        .order_by(Period.round_number, Period.opens_at, Period.id)
        .options(joinedload(Period.organiser))
    ).all()
    members = []
    for period in over:
        members.append(_printed(periods.notice(session, period.id, clerk), "公示材料"))
        members.append(_case_report(session, period, clerk))
    return members


def _case_report(session: Session, period: Period, clerk: Clerk) -> Member:
    """Return the report on the objections of a period; it is left out for whoever is recused from one of its cases."""
    try:
        return _printed(cases.case_report(session, period.id, clerk), "公示材料")
    except WrongState as refusal:
        return Member(f"公示材料/{file_named(f'{period.title}异议处理情况报告.docx')}", partial(_refused, str(refusal)))


def _refused(why: str) -> Iterable[bytes]:
    raise LeftOut(why)


def _printed(paper: Paper, folder: str = "") -> Member:
    return Member(f"{folder}/{paper.file_name}" if folder else paper.file_name, partial(written, paper), _COPIES)


def _scanned(folder: str, one: Nominee, scan: StoredScan, what: str = "", copies: int = 0) -> Member:
    """Return a scan as a file of the package, named as the notice wants photos named: 推荐单位—姓名."""
    name = "—".join(filter(None, (one.recommender.name, one.name, what)))
    return Member(f"{folder}/{file_named(name + scan.extension)}", scan.read, copies)


def written(paper: Paper) -> Iterable[bytes]:
    try:
        return [paper.write()]
    except Refusal as refusal:  # a template that was restyled and no longer holds
        raise LeftOut(str(refusal)) from refusal
