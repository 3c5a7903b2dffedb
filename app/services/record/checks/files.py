"""Invariants of what staff hand in: imports, their rows, documents, files of a case (R9, R12, R22)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Select, exists, func, or_, select

from app.models import (
    Case,
    CaseFile,
    CaseNote,
    Document,
    Import,
    ImportRow,
    ImportState,
    Nominee,
    Opinion,
    Proceeding,
    ScanState,
    Unit,
    UnitKind,
)
from app.services.record.checks.registry import LiveData, invariant

_KEPT_UNCLAIMED = dt.timedelta(hours=24)
_OVER = (ImportState.CONFIRMED, ImportState.DROPPED)


@invariant("R12", "导入完成或者放弃以后，逐行内容都已删除")
def finished_import_keeps_no_rows(_live: LiveData) -> Select[int]:
    rows = exists().where(ImportRow.import_id == Import.id)
    return select(Import.id).where(Import.state.in_(_OVER), rows)


@invariant("R9", "导入完成写明由谁、什么时候确认")
def confirmed_import_says_who(_live: LiveData) -> Select[int]:
    confirmed = Import.state == ImportState.CONFIRMED
    half = Import.confirmed_at.is_(None) != Import.confirmed_by.is_(None)
    return select(Import.id).where(or_(confirmed != Import.confirmed_at.is_not(None), half))


@invariant("R9", "读不了的导入写明原因")
def failed_import_says_why(_live: LiveData) -> Select[int]:
    return select(Import.id).where((Import.state == ImportState.FAILED) != (Import.failure != ""))


@invariant("R9", "名单由推荐单位导入")
def import_is_of_a_recommending_unit(_live: LiveData) -> Select[int]:
    return select(Import.id).join(Unit, Import.unit_id == Unit.id).where(Unit.kind != UnitKind.RECOMMENDER)


@invariant("R9", "导入的对象与它的导入属于同一个活动、同一个推荐单位")
def imported_nominee_is_of_its_import(_live: LiveData) -> Select[int]:
    query = select(Nominee.id).join(Import, Nominee.import_id == Import.id)
    return query.where(or_(Nominee.programme_id != Import.programme_id, Nominee.recommender_id != Import.unit_id))


@invariant("R12", "材料与它的推荐对象属于同一个活动")
def document_is_of_its_nominees_programme(_live: LiveData) -> Select[int]:
    query = select(Document.id).join(Nominee, Document.nominee_id == Nominee.id)
    return query.where(Document.programme_id != Nominee.programme_id)


@invariant("R12", "材料有内容，查过毒的写明时间")
def document_is_whole(_live: LiveData) -> Select[int]:
    judged = Document.scan.in_((ScanState.CLEAN, ScanState.INFECTED))
    empty = (Document.size <= 0) | (Document.stored_size <= 0)
    return select(Document.id).where(or_(empty, judged != Document.scanned_at.is_not(None)))


@invariant("R22", "办案附件属于同一案件的记录、陈述或者一稿处理意见")
def enclosure_is_of_its_case(_live: LiveData) -> Select[int]:
    query = select(CaseFile.id).join(Case, CaseFile.case_id == Case.id)
    query = query.outerjoin(CaseNote, CaseFile.note_id == CaseNote.id)
    elsewhere = func.coalesce(CaseNote.case_id, CaseFile.case_id) != CaseFile.case_id
    return query.where(or_(elsewhere, CaseFile.proposal_version > func.coalesce(Case.proposal_version, 0)))


@invariant("R22", "一天以前上传的办案附件都有归属")
def enclosure_belongs_to_something(live: LiveData) -> Select[int]:
    unclaimed = CaseFile.note_id.is_(None), CaseFile.proposal_version.is_(None)
    return select(CaseFile.id).where(*unclaimed, CaseFile.received_at <= live.lately - _KEPT_UNCLAIMED)


@invariant("R22", "办案附件有内容，查过毒的写明时间")
def enclosure_is_whole(_live: LiveData) -> Select[int]:
    judged = CaseFile.scan.in_((ScanState.CLEAN, ScanState.INFECTED))
    empty = (CaseFile.size <= 0) | (CaseFile.stored_size <= 0)
    return select(CaseFile.id).where(or_(empty, judged != CaseFile.scanned_at.is_not(None)))


@invariant("R31", "审批文件的扫描件属于同一个活动")
def scan_of_a_paper_is_of_its_programme(_live: LiveData) -> Select[int]:
    query = select(Proceeding.id).join(Document, Proceeding.document_id == Document.id)
    return query.where(Document.programme_id != Proceeding.programme_id)


@invariant("R10", "意见的扫描件属于同一个活动")
def scan_of_an_opinion_is_of_its_programme(_live: LiveData) -> Select[int]:
    query = select(Opinion.id).join(Document, Opinion.document_id == Document.id)
    query = query.join(Nominee, Opinion.nominee_id == Nominee.id)
    return query.where(Document.programme_id != Nominee.programme_id)
