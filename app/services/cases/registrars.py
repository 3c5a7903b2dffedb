"""Recusal of whoever registered an objection from its case (R33)."""

from __future__ import annotations

import datetime as dt

from app.domain.cases.states import check_joining
from app.models import Case, Recusal
from app.services.shared.work import Work

KNOWS_WHO_FILED = "登记了这件异议，知道异议人是谁，不参与办理。"


def build_recusal(case_id: int, user_id: int, now: dt.datetime) -> Recusal:
    """Return the row that recuses a registrar from a case.

    It is a full recusal: whoever heard the objector's name must not question the nominee either (R19).
    """
    return Recusal(case_id=case_id, user_id=user_id, reason=KNOWS_WHO_FILED, recused_at=now)


def carry_recusals(work: Work, case: Case, lead: Case) -> None:
    """Recuse whoever is recused from `case` from the lead that it is joined into: its objections are read there (R21).

    Whoever registered one is recused from its case. Raises NotAllowed where too few people would be left to conclude
    the lead.
    """
    facts = lead.facts(work.now)
    carried = [recusal for recusal in case.recusals if recusal.user_id not in facts.recused]
    check_joining(facts, frozenset(recusal.user_id for recusal in carried))
    for recusal in carried:
        again = Recusal(case_id=lead.id, user_id=recusal.user_id, reason=recusal.reason, recused_at=work.now)
        work.session.add(again)
        if lead.assignee_id == recusal.user_id:
            lead.assignee_id = None
