"""Letters for staff and objectors: who may read which, issuing the sealed copy, many in one file (R34)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, literal, or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.letters import Reader
from app.domain.cases.states import Actor, Role
from app.domain.refusals import NothingChosen, NotThere, NotYourCase
from app.models import Case, Entry, Letter, Nominee, Period
from app.services.cases.visibility import cases_visible_to, not_recused
from app.services.record.chain import on_case
from app.services.shared.stored_rows import StoredRows
from app.services.shared.work import Work, use_case

_OF_THE_CASE = (Reader.OBJECTOR, Reader.HANDLER)
_OF_THE_NOMINEE = (Reader.NOMINEE, Reader.UNIT)
MOST = 300  # the most letters in one file
_ORDER = (Letter.programme_id, Letter.year, Letter.series, Letter.number)


def in_reach(actor: Actor, now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition on Letter, joined with Case and Entry, that leaves out what this person may not read.

    A unit reads the letters of its cases and those to its own nominees, but none of a complaint against it (R19).
    """
    impartial = not_recused(actor, Letter.case_id)
    if actor.role is Role.OFFICE:
        return impartial
    if actor.role is Role.AUDITOR:
        return exists().where(Letter.id != Letter.id)
    own = or_(Nominee.unit_id == actor.unit_id, Nominee.recommender_id == actor.unit_id)
    theirs = Entry.nominee_id.in_(select(Nominee.id).where(own))
    reached = or_(
        and_(Letter.reader.in_(_OF_THE_CASE), cases_visible_to(actor, now)),
        and_(Letter.reader.in_(_OF_THE_NOMINEE), theirs),
    )
    return and_(impartial, ~Letter.office_only, reached)


def _reached(actor: Actor, now: dt.datetime, *where: ColumnElement[bool]) -> Select[Letter]:
    return (
        _within(select(Letter), actor, now, *where)
        .order_by(*_ORDER)
        .options(joinedload(Letter.case).joinedload(Case.entry).joinedload(Entry.period))
    )


def _within(query: Select[Any], actor: Actor, now: dt.datetime, *where: ColumnElement[bool]) -> Select[Any]:
    return (
        query.join(Case, Letter.case_id == Case.id)
        .join(Entry, Case.entry_id == Entry.id)
        .where(in_reach(actor, now), *where)
    )


def list_of_case(session: Session, case_id: int, actor: Actor, now: dt.datetime) -> Sequence[Letter]:
    """List the letters of a case that this person may read."""
    return session.scalars(_reached(actor, now, Letter.case_id == case_id)).all()


def stored_letters(session: Session, actor: Actor, now: dt.datetime) -> StoredRows[Letter]:
    """Return every letter of running programmes that this person may read, those to be issued first."""
    running = select(Period.id).where(Period.closed_at.is_(None))
    wanted = or_(Letter.issued_at.is_(None), Entry.period_id.in_(running))
    with_case = joinedload(Letter.case).joinedload(Case.entry).joinedload(Entry.period)
    return StoredRows(
        session,
        Letter.id,
        _within(select(Letter.id), actor, now, wanted),
        (*_ORDER, Letter.id),
        lambda ids: session.scalars(select(Letter).where(Letter.id.in_(ids)).options(with_case)).all(),
        lambda letter: letter.id,
        first=Letter.issued_at.is_(None),
    )


def number_written() -> ColumnElement[str]:
    """Return the number of a letter as it is printed; see `Letter.numbered`."""
    year, number = cast(Letter.year, String), cast(Letter.number, String)
    return Letter.series + literal("〔") + year + literal("〕") + number + literal("号")


def find_one(session: Session, letter_id: int, actor: Actor, now: dt.datetime) -> Letter:
    """Return a letter that this person may read. Raises NotYourCase."""
    letter = session.scalar(_reached(actor, now, Letter.id == letter_id))
    if letter is None:
        raise NotYourCase
    return letter


def may_issue(letter: Letter, actor: Actor) -> bool:
    """Tell whether this person may issue the sealed copy: somebody of the signing unit, or of the office."""
    return letter.issued_at is None and (actor.is_office or letter.signed_by_id == actor.unit_id)


@use_case
def issue(work: Work, letter_ids: Collection[int]) -> int:
    """Note that the sealed copies of these letters were sent. Returns how many; letters sent before stay unchanged.

    Raises NothingChosen, and NotYourCase before anything is done.
    """
    if not letter_ids:
        raise NothingChosen("还没有勾选文书。")
    wanted = set(letter_ids)
    locked = _reached(work.actor, work.now, Letter.id.in_(wanted)).with_for_update(of=Letter)
    letters = work.session.scalars(locked.execution_options(populate_existing=True)).all()
    waiting = [letter for letter in letters if letter.issued_at is None]
    if len(letters) != len(wanted) or not all(may_issue(letter, work.actor) for letter in waiting):
        raise NotYourCase
    for letter in waiting:
        letter.issued_at, letter.issued_by = work.not_before(letter.made_at), work.actor.user_id
        work.did("letter.issued", on_case(letter.case_id), letter=letter.numbered)
    return len(waiting)


def find_several(session: Session, letter_ids: Collection[int], actor: Actor, now: dt.datetime) -> Sequence[Letter]:
    """Return these letters in the order of their numbers. Raises NothingChosen, NotYourCase."""
    if not letter_ids:
        raise NothingChosen("还没有勾选文书。")
    letters = session.scalars(_reached(actor, now, Letter.id.in_(set(letter_ids)))).all()
    if len(letters) != len(set(letter_ids)):
        raise NotYourCase
    return letters[:MOST]


def list_of_objection(session: Session, objection_id: int) -> Sequence[Letter]:
    """List the letters to the objector of this objection, the newest first."""
    query = select(Letter).where(Letter.objection_id == objection_id)
    return session.scalars(query.order_by(Letter.made_at.desc(), Letter.number.desc())).all()


def find_one_of_objection(session: Session, objection_id: int, letter_id: int) -> Letter:
    """Return a letter to this objector. Raises NotThere for every other letter."""
    letter = session.get(Letter, letter_id)
    if letter is None or letter.objection_id != objection_id:
        raise NotThere("没有找到这份文书。")
    return letter
