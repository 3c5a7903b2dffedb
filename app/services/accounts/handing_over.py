"""What an account leaves behind when it ends, and to whom it goes: nothing stays with somebody who is gone (R21)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.cases.states import OPEN_STATES, PEOPLE_TO_CONCLUDE, Role, State
from app.domain.refusals import BadValue
from app.models import AuditRow, Case, CaseFile, Deputy, Entry, GroupAct, Import, ImportState, Period, User
from app.services.accounts import deputies
from app.services.record.chain import by_user, on_case
from app.services.shared.work import Work


@dataclass(frozen=True, slots=True)
class InHands:
    """What is open in somebody's hands.

    `cases` are assigned to them, or nobody's and last worked on by them, or wait with a proposal of theirs. Proposals
    stay valid: another person confirms them. `unsent` counts the files that lie with a form of theirs.
    """

    user: User
    cases: Sequence[Case]
    proposals: Sequence[Case]
    group_acts: Sequence[GroupAct]
    imports: Sequence[Import]
    deputies: Sequence[Deputy]
    unsent: int

    @property
    def is_empty(self) -> bool:
        return not (self.cases or self.proposals or self.group_acts or self.imports or self.deputies or self.unsent)


def find_in_hands(session: Session, user: User, now: dt.datetime) -> InHands:
    """Return what is open in this person's hands at `now`."""
    waits = or_(Case.state == State.PROPOSED, Case.decline_proposed_ground.is_not(None))
    proposed = and_(Case.proposed_by == user.id, waits)
    latest = Case.id.in_(_last_worked_on(session, user))
    theirs = or_(Case.assignee_id == user.id, and_(Case.assignee_id.is_(None), or_(proposed, latest)))
    return InHands(
        user=user,
        cases=_cases(session, now, theirs),
        proposals=_cases(session, now, proposed),
        group_acts=session.scalars(
            select(GroupAct).where(GroupAct.proposed_by == user.id, GroupAct.confirmed.is_(None)).order_by(GroupAct.id)
        ).all(),
        imports=session.scalars(
            select(Import)
            .where(Import.created_by == user.id, Import.state.in_((ImportState.WAITING, ImportState.CHECKED)))
            .order_by(Import.id)
            .options(joinedload(Import.programme), joinedload(Import.unit))
        ).all(),
        deputies=deputies.list_coming(session, user.id, now),
        unsent=session.scalar(
            select(func.count(CaseFile.id)).where(
                CaseFile.received_by == user.id, CaseFile.note_id.is_(None), CaseFile.proposal_version.is_(None)
            )
        )
        or 0,
    )


def _last_worked_on(session: Session, user: User) -> list[int]:
    """Return the open cases of the unit that are nobody's and on which this person did the last thing staff did."""
    nobodys = Case.handler_unit_id == user.unit_id, Case.assignee_id.is_(None), Case.state.in_(OPEN_STATES)
    subjects = {on_case(case_id): case_id for case_id in session.scalars(select(Case.id).where(*nobodys))}
    # Who only opened a file or a paper of a case did nothing on it.
    by_staff = AuditRow.subject.in_(subjects), AuditRow.actor.startswith("user:"), AuditRow.action.startswith("case.")
    last = select(func.max(AuditRow.id)).where(*by_staff).group_by(AuditRow.subject)
    rows = session.scalars(select(AuditRow.subject).where(AuditRow.id.in_(last), AuditRow.actor == by_user(user.id)))
    return [subjects[subject] for subject in rows]


def _cases(session: Session, now: dt.datetime, *wanted: ColumnElement[bool]) -> Sequence[Case]:
    query = select(Case).join(Entry, Case.entry_id == Entry.id).join(Period, Entry.period_id == Period.id)
    return session.scalars(
        query.where(Case.state.in_(OPEN_STATES), Period.conclude_by > now, *wanted)
        .order_by(Case.id)
        .options(joinedload(Case.entry), selectinload(Case.recusals))
    ).all()


def list_successors(session: Session, user: User) -> Sequence[User]:
    """List who can take over what is in somebody's hands: the others of the unit whose account is in use."""
    of_unit = User.unit_id == user.unit_id, User.disabled_at.is_(None), User.role != Role.AUDITOR
    return session.scalars(select(User).where(*of_unit, User.id != user.id).order_by(User.id)).all()


def leaves_too_few(user: User, now: dt.datetime) -> bool:
    """Return whether the unit can bring no case to a conclusion without this person: its cases then go up (R21)."""
    others = {each.speaks_for for each in user.unit.people if each.id != user.id and each.can_conclude(now)}
    return len(others) < PEOPLE_TO_CONCLUDE


def hand_over(work: Work, user: User, successor_id: int | None) -> None:
    """Give away what is in somebody's hands, in the transaction in which the account ends.

    A case goes to the successor; where there is none, or one who is recused from it, to the whole unit. That is no work
    on the case: when it falls to the office is counted as before (R21). Deputies end.
    """
    held = _lock_held(work, user)
    given: list[int] = []
    to_unit: list[int] = []
    for case in held:
        recused = {recusal.user_id for recusal in case.recusals}
        fits = successor_id is not None and successor_id not in recused and case.handler_unit_id == user.unit_id
        case.assignee_id = successor_id if fits else None
        (given if fits else to_unit).append(case.id)
        if fits:
            work.did("case.assign", case, assignee=successor_id)
        else:
            work.did("case.unassigned", case)
    ended = deputies.end_all(work, user)
    if held or ended:
        work.did("user.handed_over", user, assignee=successor_id, cases=given, to_unit=to_unit)


def _lock_held(work: Work, user: User) -> list[Case]:
    ids = sorted(case.id for case in find_in_hands(work.session, user, work.now).cases)
    query = select(Case).where(Case.id.in_(ids)).order_by(Case.id).with_for_update(of=Case)
    locked = work.session.scalars(
        query.options(selectinload(Case.recusals)).execution_options(populate_existing=True)
    ).all()
    return [case for case in locked if case.assignee_id in (None, user.id)]


def require_successors(session: Session, users: Sequence[User], successors: Mapping[int, int | None]) -> None:
    """Raise BadValue where a successor is not of the same unit, not in use, or leaves in the same act."""
    leaving = {user.id for user in users}
    for user in users:
        successor = successors.get(user.id)
        if successor is None:
            continue
        if successor in leaving or successor not in {each.id for each in list_successors(session, user)}:
            raise BadValue(f"to-{user.id}", f"请给{user.name}选择同一单位在用的账号接手，不能是同时停用的人。")
