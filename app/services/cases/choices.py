"""The people a case can be assigned to, and the cases it can be joined into (R21, R23)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, selectinload

from app.domain.cases.states import OPEN_STATES, Role, State
from app.models import Case, User
from app.services.cases.lettering import is_against_unit


def list_assignable(session: Session, case: Case) -> list[User]:
    """List the people of the handling unit who may be given the case."""
    recused = {recusal.user_id for recusal in case.recusals}
    staff = session.scalars(
        select(User)
        .where(User.unit_id == case.handler_unit_id, User.disabled_at.is_(None), User.role != Role.AUDITOR)
        .order_by(User.id)
    )
    return [user for user in staff if user.id not in recused]


def list_joinable_leads(session: Session, case: Case, seen: ColumnElement[bool] | None = None) -> list[Case]:
    """List the open cases that this one may be joined into.

    A case whose conclusion or decline is worded and waits to be confirmed is not one of them: what is confirmed is what
    was read (R22). A complaint against the unit joins only such complaints: else the unit would miss, in its pages and
    letters, what it knew of the other case (R19). `seen` leaves out what whoever chooses may not know of
    (`visibility.cases_visible_to`).
    """
    leads = session.scalars(
        select(Case)
        .where(
            Case.entry_id == case.entry_id,
            Case.handler_unit_id == case.handler_unit_id,
            Case.id != case.id,
            Case.state.in_(OPEN_STATES - {State.PROPOSED}),
            Case.decline_proposed_ground.is_(None),
            true() if seen is None else seen,
        )
        .order_by(Case.id)
        .options(selectinload(Case.objections))
    )
    against_unit = is_against_unit(case)
    return [lead for lead in leads if is_against_unit(lead) is against_unit]
