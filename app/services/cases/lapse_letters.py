"""Letters and answers after disqualifications at a deadline, and after a reversal (R23, R26, R29, R34).

Of several cases against one nominee a single one causes the letters to it and to its unit. If possible it is no
complaint against the unit, so that the unit learns of the decision and not of the complaint (R19).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.cases.clauses import lapse_clause
from app.domain.cases.letter_words import TurnFacts
from app.domain.cases.letters import Turn
from app.domain.cases.states import State
from app.domain.cases.verdict import LEFT_NAMES, Ground, Lapse, Left
from app.models import Case, Disqualification, Entry, MessageKind, Nominee, Period
from app.services.cases.handling import tell_objectors, write_to
from app.services.cases.lettering import is_against_unit, write_letters
from app.services.shared.work import Work

_BATCH = 500  # ids in one statement: well below what either database takes


def tell_of_lapses(
    work: Work, period: Period, case_ids: Sequence[int], lapsed: Sequence[Lapse], left_before: Mapping[int, Left]
) -> None:
    """Answer every objector of these cases, and write to the nominees disqualified at the deadline and their units."""
    cases, _kept = _with_nominees(work.session, case_ids)
    more = TurnFacts(
        out=Ground.LAPSED, since=period.conclude_by, clause=lapse_clause(period.round, period.programme.lapse_clause)
    )
    for case in cases.values():
        left = left_before.get(case.entry.nominee_id)
        became = f"该推荐对象此前{LEFT_NAMES[left]}。" if left else "该推荐对象的参评资格已经取消。"
        objections = sorted(case.objections, key=lambda each: each.id)
        text = f"办结期限届满，没有作出结论。{became}"
        write_to(work, [objection.id for objection in objections], MessageKind.ANSWER, text)
        write_letters(work, Turn.LAPSED, case, TurnFacts(clause=more.clause, left=left), read=objections)
    for lapse in lapsed:
        write_letters(work, Turn.DISQUALIFIED, _leading([cases[case_id] for case_id in lapse.case_ids]), more)


def tell_of_reversal(work: Work, row: Disqualification, decision: str) -> None:
    """Answer the objectors of every case that put the nominee out, and write to the nominee and its unit (R29)."""
    cases, _kept = _with_nominees(work.session, _cases_behind(work.session, row))
    more = TurnFacts(reason=decision, since=work.now)
    leading = _leading(list(cases.values()))
    for case in cases.values():
        text = f"取消该推荐对象参评资格的决定已经撤销，参评资格恢复。撤销决定：{decision}"
        tell_objectors(work, case, MessageKind.ANSWER, text)
        write_letters(work, Turn.REVERSED, case, more, to_nominee=case is leading)


def _cases_behind(session: Session, row: Disqualification) -> Sequence[int]:
    """Return the cases that caused a disqualification: all that lapsed with it, or the one that was upheld."""
    if row.ground is Ground.UPHELD:
        return [row.case_id]
    query = select(Case.id).join(Entry, Case.entry_id == Entry.id)
    of_nominee = Entry.nominee_id == row.nominee_id, Entry.period_id == row.period_id, Case.state == State.LAPSED
    return session.scalars(query.where(*of_nominee).order_by(Case.id)).all()


def _leading(cases: Sequence[Case]) -> Case:
    return next((case for case in cases if not is_against_unit(case)), cases[0])


def _with_nominees(session: Session, case_ids: Collection[int]) -> tuple[dict[int, Case], list[Nominee]]:
    """Read these cases, by id and in that order, with everything a letter needs.

    The caller must hold the list of nominees: the session then reads them here at once, and not one by one later.
    """
    ids, found = sorted(case_ids), dict[int, Case]()
    for start in range(0, len(ids), _BATCH):
        rows = session.scalars(
            select(Case)
            .where(Case.id.in_(ids[start : start + _BATCH]))
            .order_by(Case.id)
            .options(joinedload(Case.entry), joinedload(Case.handler_unit), selectinload(Case.objections))
            .execution_options(populate_existing=True)
        ).all()
        found.update({case.id: case for case in rows})
    wanted, nominees = sorted({case.entry.nominee_id for case in found.values()}), list[Nominee]()
    for start in range(0, len(wanted), _BATCH):
        nominees += session.scalars(select(Nominee).where(Nominee.id.in_(wanted[start : start + _BATCH])))
    return found, nominees
