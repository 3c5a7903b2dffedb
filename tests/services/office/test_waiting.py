"""What the database lists, counts and finds of cases is what the rules say of each, on random histories (R19-R22, R35).

The rules are asked case by case in Python, as the lists once did. Neither side knows the other.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.calendar.workdays import local_date
from app.domain.cases.states import OPEN_STATES, Action, Actor, Role, State, allowed_actions, may_see
from app.domain.cases.tasks import CaseTask, find_task
from app.models import Case, Nominee, Programme, User
from app.services.cases import queue
from app.services.cases.visibility import state_at
from app.services.nominees.statuses import find_statuses, status_in_sql
from app.services.office import waiting
from app.services.office.waiting import CaseReader
from app.services.shared.stored_rows import Selection
from tests.histories.history import History
from tests.world import World

SHARE = 0.5  # after how many moves all lists are compared


class Watched(History):
    """A history whose lists are compared with the rules at each of its moments."""

    def _later(self) -> dt.datetime:
        if self.dice.random() < SHARE:
            agree(self.world, self.now)
        return super()._later()


@pytest.fixture
def asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """At one moment nothing changes: what a condition on all tasks is made of is read once for each person."""
    for name in ("classes_of", "_keys"):
        monkeypatch.setattr(waiting, name, _once_a_reader(getattr(waiting, name)))


def _once_a_reader(function: Callable[..., Any]) -> Callable[..., Any]:
    known: dict[tuple[int, object], tuple[object, Any]] = {}

    def answer(asked: object, moment: object) -> Any:
        key = id(asked), moment
        if key not in known or known[key][0] is not asked:
            known[key] = asked, function(asked, moment)
        return known[key][1]

    return answer


@pytest.mark.walk
@pytest.mark.usefixtures("asked_once")
@pytest.mark.parametrize(
    "moves", [6, pytest.param(12, marks=pytest.mark.soak), pytest.param(24, marks=pytest.mark.soak)]
)
def test_the_lists_of_random_histories_are_what_the_rules_say_case_by_case(world: World, moves: int) -> None:
    history = Watched(world, f"lists {moves} {random.random()}")
    try:
        history.run(moves)
        agree(world, history.now)
    except AssertionError as error:
        raise AssertionError("\n".join([str(error), *history.log])) from error


def agree(world: World, now: dt.datetime) -> None:
    """Compare what everybody is shown at this moment with what the rules say."""
    with world.database.reader() as session:
        for user in session.scalars(select(User)):
            lists_agree(session, user, now)
        rows = select(Nominee.id, status_in_sql(session, now)).join(Programme, Nominee.programme_id == Programme.id)
        by_database = {nominee_id: str(status) for nominee_id, status in session.execute(rows)}
        by_rule = find_statuses(session, [*by_database], now)
        assert by_database == {nominee_id: status.value for nominee_id, status in by_rule.items()}


def lists_agree(session: Session, user: User, now: dt.datetime) -> None:
    actor, agreed = user.actor, not user.waits_for_agreement
    seen = list(in_order(session, actor, now))
    queued = [case for case in seen if case.handler_unit_id == actor.unit_id]
    watched = [case for case in seen if case.handler_unit_id != actor.unit_id and case.state_at(now) in OPEN_STATES]
    stored = queue.stored_cases(session, actor, now)
    lists = (
        (stored, seen),
        (queue.stored_queue(session, actor, now), queued),
        (queue.stored_watched(session, actor, now), watched),
    )
    for rows, expected in lists:
        assert list(rows.ids(Selection())) == [case.id for case in expected], (user.login, now)
        assert rows.count(Selection()) == len(expected)
        assert [row.case.id for row in rows.page(Selection(), 1, 2)] == [case.id for case in expected[1:3]]
    states = {state: sum(case.state_at(now) is state for case in seen) for state in State}
    assert stored.counts({state.value: state_at(now) == state.value for state in State})[1] == states
    assert stored.counts_by(state_at(now)) == {state.value: count for state, count in states.items() if count}
    reader = CaseReader(actor, now, agreed=agreed)
    for task in CaseTask:
        found = stored.ids(Selection([waiting.waits_for(stored, task, reader)]))
        assert list(found) == [case.id for case in seen if task_of(case, reader) is task], (user.login, now, task)
    listed = waiting.list_to_confirm(session, actor, now)
    may = dict(to_confirm(session, seen, user, now))
    assert {row.case.id: row.is_mine for row in listed.rows} == may, (user.login, now)
    assert (listed.mine, listed.others) == (sum(may.values()), len(may) - sum(may.values()))
    without = [case.id for case in session.scalars(select(Case).order_by(Case.id)) if lacks_hands(case, now)]
    assert [case.id for case in queue.list_without_hands(session, now)] == without


def in_order(session: Session, actor: Actor, now: dt.datetime) -> Iterator[Case]:
    """Yield the cases that this person may see, as a list has them: open ones first, of one day in no order."""
    cases = [case for case in session.scalars(select(Case)) if may_see(actor, case.facts(now))]

    def place(case: Case) -> tuple[bool, dt.datetime, dt.date, int]:
        is_over = case.state_at(now) not in OPEN_STATES
        return is_over, case.entry.period.conclude_by, local_date(case.received_at), case.id

    yield from sorted(cases, key=place)


def task_of(case: Case, reader: CaseReader) -> CaseTask | None:
    facts = case.facts(reader.now)
    return find_task(reader.actor, facts, reader.now, agreed=reader.agreed, supplement_by=case.supplement_by)


def to_confirm(session: Session, seen: list[Case], me: User, now: dt.datetime) -> Iterator[tuple[int, bool]]:
    """Yield the proposals that somebody may confirm, and whether each waits for their unit (R22)."""
    actor = me.actor
    for case in seen:
        facts = case.facts(now)
        if facts.state not in OPEN_STATES or not (actor.is_office or case.handler_unit_id == actor.unit_id):
            continue
        step = Action.CONFIRM if facts.state is State.PROPOSED else Action.CONFIRM_DECLINE
        waits = facts.state is State.PROPOSED or facts.decline_proposed
        if me.waits_for_agreement or not waits or step not in allowed_actions(actor, facts, now):
            continue
        proposer = session.get_one(User, case.proposed_by)  # perhaps of a unit that handled the case before
        if not me.persons.isdisjoint(proposer.persons | facts.recused) or actor.role is Role.AUDITOR:
            continue
        others = facts.people(facts.hands) - proposer.persons
        yield case.id, case.handler_unit_id == actor.unit_id or facts.escalated(now) or not others


def lacks_hands(case: Case, now: dt.datetime) -> bool:
    return case.state_at(now) in OPEN_STATES and not case.facts(now).has_hands
