"""What an account leaves behind when it ends, and to whom it goes: nothing stays with somebody who is gone (R21)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.cases.states import OPEN_STATES, PEOPLE_TO_CONCLUDE, Role, State
from app.domain.refusals import BadValue
from app.models import AuditRow, Case, CaseFile, Deputy, Entry, GroupAct, Import, ImportState, Period, User
from app.services.accounts import deputies
from app.services.record.chain import by_user
from app.services.shared.work import Work

FIRST = 20  # the most cases that a page shows of what is in somebody's hands


@dataclass(frozen=True, slots=True)
class InHands:
    """What is open in somebody's hands.

    `cases` are the first few of those assigned to them, or nobody's and last worked on by them, or nobody's and waiting
    with a proposal of theirs. `elsewhere` are the first few with a proposal of theirs that are in other hands.
    Proposals stay valid: another person confirms them. `readable` are those of both that whoever looks may open (R21).
    `unsent` counts the files that lie with a form of theirs.
    """

    user: User
    cases: Sequence[Case]
    case_count: int
    elsewhere: Sequence[Case]
    elsewhere_count: int
    readable: frozenset[int]
    group_acts: Sequence[GroupAct]
    imports: Sequence[Import]
    deputies: Sequence[Deputy]
    unsent: int

    @property
    def is_empty(self) -> bool:
        return not (self.cases or self.elsewhere or self.group_acts or self.imports or self.deputies or self.unsent)

    def proposed(self, case: Case) -> bool:
        """Return whether the case waits with a proposal of theirs; the counterpart of `_proposed_by`."""
        waits = case.state is State.PROPOSED or case.decline_proposed_ground is not None
        return waits and case.proposed_by == self.user.id


def find_in_hands(session: Session, user: User, openable: ColumnElement[bool], now: dt.datetime) -> InHands:
    """Return what is open in this person's hands at `now`. `openable`: the reader may open a Case."""
    proposed = _open_cases(now, _proposed_by(user))
    elsewhere = proposed.where(Case.assignee_id.is_not(None), Case.assignee_id != user.id)
    cases, case_count = _first_of(session, _held(user, now))
    in_other_hands, elsewhere_count = _first_of(session, elsewhere)
    shown = {case.id for case in (*cases, *in_other_hands)}
    readable = session.scalars(select(Case.id).where(Case.id.in_(shown), openable))
    return InHands(
        user=user,
        cases=cases,
        case_count=case_count,
        elsewhere=in_other_hands,
        elsewhere_count=elsewhere_count,
        readable=frozenset(readable),
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


def _proposed_by(user: User) -> ColumnElement[bool]:
    waits = or_(Case.state == State.PROPOSED, Case.decline_proposed_ground.is_not(None))
    return and_(Case.proposed_by == user.id, waits)


def _last_worked_on_by(user: User) -> ColumnElement[bool]:
    """Return the condition that a case is of the person's unit and that they did the last thing staff did on it."""
    # Who only opened a file or a paper of a case did nothing on it.
    last = (
        select(AuditRow.actor)
        .where(
            AuditRow.subject == literal("case:") + cast(Case.id, String),  # as `chain.on_case` has it
            AuditRow.actor.startswith("user:"),
            AuditRow.action.startswith("case."),
        )
        .order_by(AuditRow.id.desc())
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )
    return and_(Case.handler_unit_id == user.unit_id, last == by_user(user.id))


def _open_cases(now: dt.datetime, *wanted: ColumnElement[bool]) -> Select[int]:
    query = select(Case.id).join(Entry, Case.entry_id == Entry.id).join(Period, Entry.period_id == Period.id)
    return query.where(Case.state.in_(OPEN_STATES), Period.conclude_by > now, *wanted)


def _held(user: User, now: dt.datetime) -> Select[int]:
    """Select the ids of the open cases that are in this person's hands."""
    nobodys = and_(Case.assignee_id.is_(None), or_(_proposed_by(user), _last_worked_on_by(user)))
    return _open_cases(now, or_(Case.assignee_id == user.id, nobodys))


def _first_of(session: Session, ids: Select[int]) -> tuple[Sequence[Case], int]:
    """Return the first few of these cases, and how many they are."""
    found = session.scalars(ids.order_by(Case.id).limit(FIRST + 1)).all()
    count = len(found)
    if count > FIRST:
        count = session.scalar(ids.with_only_columns(func.count())) or 0
    wanted = select(Case).where(Case.id.in_(found[:FIRST])).order_by(Case.id)
    return session.scalars(wanted.options(joinedload(Case.entry), joinedload(Case.assignee))).all(), count


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
    ids = work.session.scalars(_held(user, work.now)).all()
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
