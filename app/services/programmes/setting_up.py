"""Programmes: set up, changed, archived. Several run side by side; an archived one is only read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from app.domain.programmes.plan import (
    TEXTS,
    ProgrammePlan,
    StageDays,
    faults_of_places,
    faults_of_stages,
    faults_of_texts,
)
from app.domain.refusals import AlreadyDone, Fault, StillNeeded, Unfit
from app.models import Letter, Period, Proceeding, ProceedingKind, Programme, Stage
from app.notices.offered import notice_of
from app.services.programmes.locking import lock_programme
from app.services.programmes.places import set_places
from app.services.record.chain import on_programme
from app.services.shared.locks import lock_row
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, require_office_or_console, use_case

REASON = (2, 500)
_HONOURS = {"collective_honour", "individual_honour"}


def require_notices(session: Session) -> None:
    """Check that this installation describes the notice of every programme. Raises NoticeMissing."""
    for key in session.scalars(select(Programme.notice).distinct()):
        notice_of(key)


def list_running_first(session: Session) -> Sequence[Programme]:
    """Those that run, then the archived ones, the newest first."""
    order = (Programme.archived_at.is_not(None), Programme.created_at.desc(), Programme.id.desc())
    return session.scalars(select(Programme).order_by(*order).options(selectinload(Programme.stages))).all()


@use_case
def create(work: Work, plan: ProgrammePlan) -> Programme:
    """Set up a programme with whatever the plan has of stages and places, in one transaction.

    Done by the office, or on the command line. Raises Unfit, WrongState, NoticeMissing.
    """
    require_office_or_console(work)
    plan, notice = _marked(work.session, _trimmed(plan)), notice_of(plan.notice)
    faults = faults_of_texts(plan, notice) + _taken_title(work.session, plan.title, None)
    faults += _taken_mark(work.session, plan.letter_mark, None)
    faults += faults_of_stages(plan.stages, notice.stages) if plan.stages else []
    for places in plan.places:
        faults += faults_of_places(places)
    if faults:
        raise Unfit(faults)
    programme = Programme(
        **{field: getattr(plan, field) for field in TEXTS},
        notice=notice.key,
        county_share=plan.county_share,
        demonstration=plan.demonstration,
        created_at=work.now,
        stages=[_stage(span) for span in plan.stages],
    )
    work.session.add(programme)
    try:
        work.session.flush()
    except IntegrityError:  # somebody else took the title in this very moment
        raise Unfit(_title_is_taken()) from None
    for places in plan.places:
        set_places(work.session, programme, places)
    work.did("programme.created", programme, title=programme.title)
    return programme


@use_case
def change(work: Work, programme_id: int, plan: ProgrammePlan) -> None:
    """Change the texts and the share, and the stages where the plan has them.

    Places are changed in `quotas`. The notice never changes.
    What was decided stays: the names of the honours can't change any more once they were awarded. Raises Unfit,
    Archived.
    """
    require_office_or_console(work)
    programme = lock_programme(work.session, programme_id)
    plan = _trimmed(plan)
    plan = replace(plan, letter_mark=plan.letter_mark or programme.letter_mark)
    faults = faults_of_texts(plan, programme.rules) + _taken_title(work.session, plan.title, programme_id)
    if plan.letter_mark != programme.letter_mark:
        faults += _taken_mark(work.session, plan.letter_mark, programme_id)
        faults += _mark_in_use(work.session, programme_id)
    faults += faults_of_stages(plan.stages, programme.rules.stages) if plan.stages else []
    changed = [field for field in (*TEXTS, "county_share") if getattr(programme, field) != getattr(plan, field)]
    if _HONOURS & set(changed) and _is_decided(work.session, programme_id):
        faults += [Fault(field, "表彰决定已经作出，称号不能再改。") for field in changed if field in _HONOURS]
    if faults:
        raise Unfit(faults)
    for field in changed:
        setattr(programme, field, getattr(plan, field))
    if changed:
        work.did("programme.changed", programme, fields=changed)
    if plan.stages and (moved := _move_stages(programme, plan.stages)):
        work.did("programme.stages_changed", programme, stages=moved)
    try:
        work.session.flush()
    except IntegrityError:
        raise Unfit(_title_is_taken()) from None


@use_case
def archive(work: Work, programme_id: int) -> None:
    """Archive a programme: from here on it is read-only. Raises StillNeeded, Archived."""
    require_office_or_console(work)
    programme = lock_programme(work.session, programme_id)
    periods = work.session.scalars(
        select(Period)
        .where(Period.programme_id == programme_id, Period.closed_at.is_(None), Period.cancelled_at.is_(None))
        .order_by(Period.opens_at, Period.id)
    ).all()
    if periods:
        titles = "、".join(period.title for period in periods)
        raise StillNeeded(f"还有公示没有办结：{titles}。请先办结或者撤回，再归档。")
    programme.archived_at = work.now
    work.did("programme.archived", on_programme(programme_id))


@use_case
def reopen(work: Work, programme_id: int, reason: str) -> None:
    """Reopen an archived programme. Raises AlreadyDone, MissingText.

    It was archived by mistake, or something is still to be recorded.
    """
    require_office_or_console(work)
    programme = lock_row(work.session, Programme, programme_id)
    if programme.archived_at is None:
        raise AlreadyDone("这个活动没有归档。")
    reason = checked_text(reason, "取消归档的理由", REASON)
    programme.archived_at = None
    work.did("programme.reopened", on_programme(programme_id), reason=reason)


def _trimmed(plan: ProgrammePlan) -> ProgrammePlan:
    return replace(plan, **{field: getattr(plan, field).strip() for field in TEXTS})


def _taken_title(session: Session, title: str, but: int | None) -> list[Fault]:
    same = select(func.count()).select_from(Programme).where(Programme.title == title, Programme.id != (but or 0))
    return _title_is_taken() if session.scalar(same) else []


def _title_is_taken() -> list[Fault]:
    return [Fault("title", "已经有同名的活动，请写上年份或者届次，和它区别开。")]


def _marked(session: Session, plan: ProgrammePlan) -> ProgrammePlan:
    """Give a plan without a mark one of its own; the first programme does without."""
    marks = set(session.scalars(select(Programme.letter_mark)))
    if plan.letter_mark or not marks:
        return plan
    own = (f"第{number}项" for number in count(len(marks) + 1))
    return replace(plan, letter_mark=next(mark for mark in own if mark not in marks))


def _taken_mark(session: Session, mark: str, but: int | None) -> list[Fault]:
    """Find the fault of a mark that another programme has, so that no two letters bear one number (R34)."""
    same = select(Programme.id).where(Programme.letter_mark == mark, Programme.id != (but or 0))
    if session.scalar(same.limit(1)) is None:
        return []
    return [Fault("letter_mark", "别的活动已经用这个文书代字（空着也算一个），请另取一个，文书的编号才分得清。")]


def _mark_in_use(session: Session, programme_id: int) -> list[Fault]:
    letter = select(Letter.id).where(Letter.programme_id == programme_id).limit(1)
    return [Fault("letter_mark", "已经有文书用了原来的代字，不能再改。")] if session.scalar(letter) is not None else []


def _is_decided(session: Session, programme_id: int) -> bool:
    decision = select(Proceeding.id).where(
        Proceeding.programme_id == programme_id, Proceeding.kind == ProceedingKind.DECISION
    )
    return session.scalar(decision) is not None


def _stage(span: StageDays) -> Stage:
    return Stage(number=span.number, starts_on=span.starts_on, ends_on=span.ends_on)


def _move_stages(programme: Programme, spans: Sequence[StageDays]) -> dict[str, list[str]]:
    """Move the stages to these days.

    Returns each stage that moved: its first and last day, before (if there was any) and now.
    """
    moved = {}
    existing = {stage.number: stage for stage in programme.stages}
    for span in spans:
        days = [span.starts_on.isoformat(), span.ends_on.isoformat()]
        stage = existing.get(span.number)
        if stage is None:
            programme.stages.append(_stage(span))
            moved[str(span.number)] = days
        elif (stage.starts_on, stage.ends_on) != (span.starts_on, span.ends_on):
            moved[str(span.number)] = [stage.starts_on.isoformat(), stage.ends_on.isoformat(), *days]
            stage.starts_on, stage.ends_on = span.starts_on, span.ends_on
    return moved
