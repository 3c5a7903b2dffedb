"""Writes the letters of the ends and turns of a case, in the transaction of the act that causes them (R34).

Their texts are frozen at that moment. Numbers are assigned as the transaction ends (`Work.post`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.calendar.workdays import local_date
from app.domain.cases.clauses import lapse_clause
from app.domain.cases.letter_words import LetterFacts, LetterText, Party, TurnFacts, write_letter_text
from app.domain.cases.letters import LETTERS, SIGNED_BY_OFFICE, LetterKind, Reader, Turn, find_series
from app.domain.cases.second_look import LookRequest, allows_second_look, find_last_moment_to_ask, may_request_look
from app.domain.papers.issuing import Issue, PaperKind, PaperParty, issue
from app.models import Case, Letter, Nominee, Objection, SecondLook, Unit, UnitKind
from app.services.messages import followers
from app.services.shared.issuers import named
from app.services.shared.work import Work

_NOTHING_MORE = TurnFacts()


def write_letters(
    work: Work,
    turn: Turn,
    case: Case,
    more: TurnFacts = _NOTHING_MORE,
    *,
    only: Collection[int] | None = None,
    to_nominee: bool = True,
    read: Sequence[Objection] | None = None,
) -> None:
    """Write the letters of a turn of this case: to its objectors, the nominee, the units, as the table says.

    `only` names the objections whose objectors are written to, if not all. Without `to_nominee` only objectors are,
    since the nominee has the same letter from another case. `read` are the objections of the case where the caller has
    read them under its lock, as it does for many cases at once.
    """
    against_unit = is_against_unit(case)
    nominee = work.session.get_one(Nominee, case.entry.nominee_id)
    facts = _facts(work, turn, case, nominee)
    for kind, reader in LETTERS[turn]:
        if reader is Reader.UNIT and against_unit:
            continue  # a unit must not learn that a complaint against it exists (R19)
        if reader is not Reader.OBJECTOR and not to_nominee:
            continue
        if reader is not Reader.OBJECTOR:
            _post(work, turn, case, write_letter_text(turn, kind, reader, facts, more), (kind, reader))
            continue
        written_to = read if read is not None else _written_to(work.session, case, only)
        for objection in written_to:
            theirs = replace(facts, received=local_date(objection.filed_at))  # of a registered one, the day it arrived
            text = write_letter_text(turn, kind, reader, theirs, _of_objection(work, case, objection, more))
            _post(work, turn, case, text, (kind, reader), objection.id)
        followers.tell_objectors_of_news(work, [objection.id for objection in written_to])


def is_against_unit(case: Case) -> bool:
    """Tell whether it is a complaint against the unit that organises the period. Only the office knows of it (R19)."""
    complaint = any(objection.against_handler for objection in case.objections)
    return complaint and case.entry.period.organiser.kind is not UnitKind.OFFICE


def _written_to(session: Session, case: Case, only: Collection[int] | None) -> Sequence[Objection]:
    """Return the objections by their ids, which are random and so do not show the order of arrival (R19)."""
    query = select(Objection).where(Objection.case_id == case.id).order_by(Objection.id)
    return session.scalars(query if only is None else query.where(Objection.id.in_(only))).all()


def wish_of(session: Session, case: Case, objection: Objection) -> LookRequest:
    """Return the facts that decide whether this objector may ask for a second look now (R35)."""
    period = case.entry.period
    asked = select(SecondLook.id).where(SecondLook.objection_id == objection.id)
    return LookRequest(
        state=case.state,
        conclusion=case.conclusion,
        withdrawn=objection.withdrawn_at is not None,
        asked_before=session.scalar(asked) is not None,
        period_closed=period.closed_at is not None,
        until=find_last_moment_to_ask(period.conclude_by, period.day_table),
    )


def _of_objection(work: Work, case: Case, objection: Objection, more: TurnFacts) -> TurnFacts:
    """Add until when this objector may ask for a second look, if the decision allows one."""
    if not more.may_look or not allows_second_look(case.state, case.conclusion) or objection.withdrawn_at is not None:
        return replace(more, may_look=False)
    wish = wish_of(work.session, case, objection)
    if wish.asked_before:
        return replace(more, may_look=False)
    return replace(more, look_until=wish.until if may_request_look(wish, work.now) else None)


def _facts(work: Work, turn: Turn, case: Case, nominee: Nominee) -> LetterFacts:
    period, office = case.entry.period, case.handler_unit.office
    programme = period.programme
    by_office = case.handler_unit.kind is UnitKind.OFFICE
    signed_by_office = by_office or turn in SIGNED_BY_OFFICE
    return LetterFacts(
        programme=programme.title,
        round_name=period.round.name,
        nominee=nominee.name,
        case_number=case.number,
        received=local_date(case.received_at),
        deadline=period.conclude_by,
        handler=_party(case.handler_unit),
        office=_party(office),
        by_office=by_office,
        handling=programme.rules.round_words[period.round_number].handling,
        lapse=lapse_clause(period.round, programme.lapse_clause),
        signed_by="\n".join(_issue(signed_by_office, case.handler_unit, office).signatories),
        dated=local_date(work.now),
        recommender=nominee.recommender.name,
    )


def _issue(by_office: bool, handler: Unit, office: Unit) -> Issue:
    kind = PaperKind.LETTER_OF_OFFICE if by_office else PaperKind.LETTER_OF_HANDLER
    parties = {PaperParty.HANDLER: named(handler), PaperParty.OFFICE: named(office)}
    return issue(kind, 0, parties)


def _party(unit: Unit) -> Party:
    return Party(unit.name, unit.phone, unit.address, unit.hours)


def _post(
    work: Work,
    turn: Turn,
    case: Case,
    text: LetterText,
    what: tuple[LetterKind, Reader],
    objection_id: int | None = None,
) -> None:
    kind, reader = what
    against_unit = is_against_unit(case)
    office, programme = case.handler_unit.office, case.entry.period.programme
    signer = office if turn in SIGNED_BY_OFFICE else case.handler_unit
    work.post(
        Letter(
            programme_id=programme.id,
            series=find_series(
                programme.letter_mark, signer.name, by_office=signer.id == office.id, against_unit=against_unit
            ),
            year=local_date(work.now).year,
            kind=kind,
            reader=reader,
            turn=turn,
            case_id=case.id,
            objection_id=objection_id,
            signed_by_id=signer.id,
            office_only=against_unit,
            words=_frozen(text),
            made_at=work.now,
        )
    )


def _frozen(text: LetterText) -> dict[str, Any]:
    return {
        "title": text.title,
        "to": text.to,
        "paragraphs": list(text.paragraphs),
        "signed_by": text.signed_by,
        "dated": text.dated.isoformat(),
    }
