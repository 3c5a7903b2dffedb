"""Recusal of whoever registered an objection from its case (R33)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from app.domain.cases.states import check_joining
from app.models import Case, Objection, Recusal, Registration
from app.services.shared.work import Work

KNOWS_WHO_FILED = "登记了这件异议，知道异议人是谁，不参与办理。"


def recusal_of_registrar(case_id: int, user_id: int, now: dt.datetime) -> Recusal:
    """Return the row that recuses a registrar from a case.

    It is a full recusal: whoever heard the objector's name must not question the nominee either (R19).
    """
    return Recusal(case_id=case_id, user_id=user_id, reason=KNOWS_WHO_FILED, recused_at=now)


def recuse_registrars(work: Work, case: Case, lead: Case) -> None:
    """Recuse whoever registered an objection of `case` from the lead that it is joined into.

    Raises NotAllowed where too few people would be left to conclude the lead (R21).
    """
    theirs = select(Registration.registered_by).join(Objection).where(Objection.case_id == case.id)
    registrars = sorted(set(work.session.scalars(theirs)))
    facts = lead.facts(work.now)
    check_joining(facts, frozenset(registrars))
    for user_id in registrars:
        if user_id not in facts.recused:
            work.session.add(recusal_of_registrar(lead.id, user_id, work.now))
        if lead.assignee_id == user_id:
            lead.assignee_id = None
