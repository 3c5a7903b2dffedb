"""What many cases wait for from one person, by classes of like cases (R20-R22, R35).

`find_task` decides from a handful of facts of a case. The database puts cases into classes by just these facts and
counts them; one case of each class is read and judged by the rule itself. So there is one rule, and what a page costs
follows the number of classes: states, units, proposers. A case from which somebody is recused, and one that waits for a
second look, is a class of its own, since who is left depends on it alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, func, literal, or_, select
from sqlalchemy.orm import Session

from app.domain.calendar.workdays import DayTable, end_of, local_date, midnight
from app.domain.cases.hands import find_escalation
from app.domain.cases.states import Action, Actor, Role, State, allowed_actions
from app.domain.cases.tasks import CaseTask
from app.models import Case, Entry, Period, Recusal, SecondLook, User
from app.services.cases.queue import QueuedCase, load_queued, stored_cases
from app.services.cases.visibility import is_open
from app.services.shared.stored_rows import StoredRows, of_ids

_FURTHEST_BACK = 60  # days: no two working days lie so far apart
_ONE_DAY = dt.timedelta(days=1)
MOST_TO_CONFIRM = 20  # proposals of one kind that a page names; the list of cases has all


@dataclass(frozen=True, slots=True)
class CaseReader:
    """Who asks what cases wait for from them. `agreed`: the account waits for no agreement (R22)."""

    actor: Actor
    now: dt.datetime
    agreed: bool


@dataclass(frozen=True, slots=True)
class CaseClass:
    """Like cases of one period and handler: how many, one of them, and since when the longest is untouched."""

    key: tuple[Any, ...]
    count: int
    one: QueuedCase
    task: CaseTask | None
    assignee_id: int | None
    untouched_since: dt.datetime

    @property
    def falls_at(self) -> dt.datetime:
        """Return when the first of them falls to the office (R21)."""
        period = self.one.case.entry.period
        if self.one.facts.handled_by_office or not self.one.is_open:
            return self.one.facts.escalates_at
        return find_escalation(self.untouched_since, period.conclude_by, period.day_table)


def classes_of(rows: StoredRows[Any], reader: CaseReader) -> list[CaseClass]:
    """Put the cases of a list that are open, or wait for a second look, into classes, each with what it waits for."""
    keys = _keys(rows.session, reader.now)
    waiting = or_(is_open(reader.now), _look_asked(reader.now))
    wanted = [*keys, func.count(), func.min(Case.id), func.min(_untouched())]
    found = rows.session.execute(
        rows.source.with_only_columns(*wanted).where(waiting).group_by(*keys).order_by(func.min(Case.id))
    ).all()
    read = {row.case.id: row for row in load_queued(rows.session, [row[-2] for row in found], reader.now)}
    return [
        CaseClass(
            key=tuple(row[: len(keys)]),
            count=row[-3],
            one=read[row[-2]],
            task=read[row[-2]].task_for(reader.actor, reader.now, agreed=reader.agreed),
            assignee_id=row[2],
            untouched_since=_instant(row[-1]),
        )
        for row in found
    ]


def waits_for(rows: StoredRows[Any], task: CaseTask, reader: CaseReader) -> ColumnElement[bool]:
    """Return the condition that a case waits for this from whoever asks."""
    keys = _keys(rows.session, reader.now)
    waiting = or_(is_open(reader.now), _look_asked(reader.now))
    found = [each.key for each in classes_of(rows, reader) if each.task is task]
    return and_(waiting, or_(false(), *(and_(*map(_same, keys, key)) for key in found)))


def _same(expression: ColumnElement[Any], value: Any) -> ColumnElement[bool]:
    return expression.is_(None) if value is None else expression == value


def _keys(session: Session, now: dt.datetime) -> Sequence[Any]:
    """Return everything that `find_task` asks of a case, beside what is the same for its unit and its period."""
    alone = or_(exists().where(Recusal.case_id == Case.id), _look_asked(now))
    return [
        Entry.period_id,
        Case.handler_unit_id,
        Case.assignee_id,
        Case.state,
        Case.proposed_by,
        _flag(Case.decline_proposed_ground.is_not(None)),
        _flag(Case.supplement_asked_at.is_not(None)),
        _flag(Case.supplement_by <= now),
        _flag(fallen(session, now)),
        case((alone, Case.id), else_=0),
    ]


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, literal(1)), else_=literal(0))


def fallen(session: Session, now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition that a unit's open case has fallen to the office by the clock (R21)."""
    ends: dict[dt.datetime, list[int]] = {}
    running = select(Period).where(Period.conclude_by > now, Period.opens_at <= now, Period.cancelled_at.is_(None))
    for period in session.scalars(running):
        end = _fallen_if_untouched_before(period.conclude_by, period.day_table, period.opens_at, now)
        if end is not None:
            ends.setdefault(end, []).append(period.id)
    return or_(false(), *(and_(Entry.period_id.in_(ids), _untouched() < end) for end, ids in ends.items()))


def _fallen_if_untouched_before(
    conclude_by: dt.datetime, days: DayTable, opens_at: dt.datetime, now: dt.datetime
) -> dt.datetime | None:
    """Return the moment before which a case must have been worked on last to have fallen by now; None if none has."""
    day = local_date(now)
    earliest = max(local_date(opens_at) - _ONE_DAY, day - dt.timedelta(days=_FURTHEST_BACK))
    while day >= earliest:
        if find_escalation(midnight(day), conclude_by, days) <= now:
            return end_of(day)
        day -= _ONE_DAY
    return None


def _untouched() -> ColumnElement[Any]:
    """Return since when nobody has worked on a case: the counterpart of `Case.escalates_on`."""
    latest: Any = Case.received_at
    for moment in (Case.decided_at, Case.supplement_asked_at, Case.proposed_at):
        latest = case((func.coalesce(moment, latest) > latest, moment), else_=latest)
    return case((Case.state == State.RECEIVED, Case.received_at), else_=func.coalesce(Case.touched_at, latest))


def _look_asked(now: dt.datetime) -> ColumnElement[bool]:
    """Return the condition that a case waits for a second look: the counterpart of `CaseFacts.look_asked` (R35)."""
    unanswered = exists().where(SecondLook.case_id == Case.id, SecondLook.outcome.is_(None))
    return and_(Case.state.in_((State.CONCLUDED, State.DECLINED)), Period.conclude_by > now, unanswered)


def _instant(value: dt.datetime | str) -> dt.datetime:
    """Return an instant that SQLite hands over as text, since an aggregate of a CASE has no kind there."""
    found = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


# --- what waits to be confirmed ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToConfirm:
    """A proposal, to conclude or to decline, that somebody may confirm at one moment (R22)."""

    case: Case
    proposer: User
    days_after: int | None  # working days left after today
    is_mine: bool  # it waits for this person's unit; False where the unit that proposed it has a second person itself


@dataclass(frozen=True, slots=True)
class Confirmable:
    """The first proposals that somebody may confirm, what falls due first, and how many there are of either kind."""

    rows: Sequence[ToConfirm] = ()
    mine: int = 0
    others: int = 0


def list_to_confirm(
    session: Session, actor: Actor, now: dt.datetime, *, most: int = MOST_TO_CONFIRM, but: Collection[int] = ()
) -> Confirmable:
    """List the proposals that this person may confirm, and would not be refused, `most` of either kind.

    The office may confirm every unit's (R22). Left out are those of accounts that don't count as another person, and
    all while one's own account waits for an agreement. `but` are cases that are confirmed elsewhere.
    """
    me = session.get_one(User, actor.user_id)
    if me.waits_for_agreement or actor.role is Role.AUDITOR:
        return Confirmable()
    waits = or_(Case.state == State.PROPOSED, Case.decline_proposed_ground.is_not(None)), ~of_ids(Case.id, but)
    rows = stored_cases(session, actor, now, *waits, *_handled_by(actor), open_only=True)
    keys = _keys(session, now)
    found: list[ToConfirm] = []
    counts = dict.fromkeys((True, False), 0)
    for is_mine, classes in _may_confirm(rows, me, actor, now).items():
        counts[is_mine] = sum(each.count for each in classes)
        of_these = or_(false(), *(and_(*map(_same, keys, each.key)) for each in classes))
        first = rows.source.with_only_columns(Case.id).where(of_these)
        ids = session.scalars(first.order_by(Period.conclude_by, Case.proposed_at, Case.id).limit(most)).all()
        found += [
            ToConfirm(row.case, session.get_one(User, row.case.proposed_by), row.days_after, is_mine)
            for row in load_queued(session, ids, now)
        ]
    found.sort(key=lambda row: (row.case.entry.period.conclude_by, row.case.proposed_at, row.case.id))
    return Confirmable(found, counts[True], counts[False])


def _handled_by(actor: Actor) -> list[ColumnElement[bool]]:
    return [] if actor.is_office else [Case.handler_unit_id == actor.unit_id]


def _may_confirm(rows: StoredRows[Any], me: User, actor: Actor, now: dt.datetime) -> dict[bool, list[CaseClass]]:
    """Return the classes of cases that this person may confirm: those that wait for them, and those that need not."""
    found: dict[bool, list[CaseClass]] = {}
    for each in classes_of(rows, CaseReader(actor, now, agreed=True)):
        case, facts = each.one.case, each.one.facts
        step = Action.CONFIRM if facts.state is State.PROPOSED else Action.CONFIRM_DECLINE
        if step not in allowed_actions(actor, facts, now):
            continue
        proposer = rows.session.get_one(User, case.proposed_by)
        if not me.persons.isdisjoint(proposer.persons | facts.recused):
            continue
        others = facts.people(facts.hands) - proposer.persons
        is_mine = case.handler_unit_id == actor.unit_id or facts.escalated(now) or not others
        found.setdefault(is_mine, []).append(each)
    return found
