"""Faults that the portal had or could have, put back by hand: each must be found by a simulated year (R20-R35)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from app.domain.cases import states
from app.domain.cases.states import Action, Actor, CaseFacts, State
from app.models import Case, Unit
from app.services.cases import handling, investigation, proposals, second_looks, settlement
from app.services.objections import intake

Fault = Callable[[ExitStack], None]


def _put(stack: ExitStack, where: Any, name: str, what: object) -> None:
    stack.enter_context(patch.object(where, name, what))


def a_unit_without_people_gets_its_cases(stack: ExitStack) -> None:
    """The case goes to the organiser whoever is there, and nothing but time makes it fall to the office."""
    _put(stack, intake, "choose_first_handler", lambda chain: chain[0].unit_id)
    _nobody_there_is_no_reason(stack)


def an_acceptance_by_the_office_leaves_the_case_with_the_idle_unit(stack: ExitStack) -> None:
    """The office accepts, and the case stays where nobody works on it and the office may do nothing more."""
    _put(stack, handling, "takes_over", lambda actor, action, facts: False)
    _only_what_is_received_is_taken_over(stack)


def a_unit_accepts_and_does_nothing(stack: ExitStack) -> None:
    """Idleness counts until a case is accepted, and not after."""
    escalates_on = Case.escalates_on

    def before_acceptance(case: Case, days: Any) -> dt.datetime:
        return escalates_on(case, days) if case.state is State.RECEIVED else case.entry.period.conclude_by

    _put(stack, Case, "escalates_on", before_acceptance)


def a_case_that_was_accepted_is_out_of_the_offices_reach(stack: ExitStack) -> None:
    _only_what_is_received_is_taken_over(stack)


def everybody_recused_is_no_reason(stack: ExitStack) -> None:
    """Whoever is recused counts as a hand, so that a unit recused to the last keeps its case to the end."""
    _put(stack, CaseFacts, "people", lambda facts, accounts: frozenset(accounts))
    _never_falls_by_time(stack)


def a_disabled_account_counts_as_a_hand(stack: ExitStack) -> None:
    _put(stack, Unit, "hands", lambda unit, now: frozenset(user.id for user in unit.people))
    _never_falls_by_time(stack)


def one_person_declines_alone(stack: ExitStack) -> None:
    """Proposing to decline is the end of the case."""
    decline = investigation.decline

    def at_once(work: Any, case_id: int, *said: Any) -> None:
        decline(work, case_id, *said)
        case = work.session.get_one(Case, case_id)
        case.state, case.decided_at, case.decline_confirmed_by = State.DECLINED, work.now, work.actor.user_id
        case.decline_ground, case.decline_reason = said
        case.decline_proposed_ground = case.decline_proposed_reason = None
        work.session.commit()

    _put(stack, investigation, "decline", at_once)


def who_proposed_confirms(stack: ExitStack) -> None:
    check = states.check_action

    def as_anybody(actor: Actor, action: Action, case: CaseFacts, now: dt.datetime) -> None:
        check(actor, action, replace(case, proposed_by=None) if action is Action.CONFIRM else case, now)

    _put(stack, handling, "check_action", as_anybody)
    _put(stack, states, "check_action", as_anybody)
    _put(stack, proposals, "require_second_person", lambda *_: None)


def a_deadline_settles_early(stack: ExitStack) -> None:
    """The clock of one host decides, an hour before its time."""
    settle = settlement.settle_due

    def early(work: Any) -> Any:
        work.now += dt.timedelta(hours=20)
        return settle(work)

    _put(stack, settlement, "settle_due", early)


def a_complaint_against_the_unit_goes_to_the_unit(stack: ExitStack) -> None:
    """It is filed as any other, and kept as what it is (SECURITY 44)."""
    write_down, row_of = intake.write_down, intake._objection_row

    def as_any_other(*given: Any) -> Any:
        filing = given[4]
        with patch.object(intake, "_objection_row", lambda key, code, _, *more: row_of(key, code, filing, *more)):
            return write_down(*given[:4], replace(filing, against_handler=False), *given[5:])

    _put(stack, intake, "write_down", as_any_other)


def what_nobody_read_is_confirmed(stack: ExitStack) -> None:
    """The second person confirms what waits, whatever stood on the page (SECURITY 51)."""
    require = proposals.require_second_person
    _put(
        stack,
        proposals,
        "require_second_person",
        lambda work, case, _: require(work, case, case.proposal_version or 0),
    )


def who_was_out_is_put_out_again(stack: ExitStack) -> None:
    _put(stack, settlement, "_left_before", lambda *_: {})
    _put(stack, investigation, "lock_and_find_left", lambda *_: {})


def an_upheld_objection_puts_nobody_out(stack: ExitStack) -> None:
    _put(stack, investigation, "_disqualify", lambda *_: None)


def a_conclusion_counts_after_the_deadline(stack: ExitStack) -> None:
    """Until the deadline is settled an open case is open."""
    _put(stack, handling, "too_late_to_conclude", lambda *_: False)
    _put(stack, Case, "state_at", lambda case, now: case.state)


def who_acted_looks_a_second_time(stack: ExitStack) -> None:
    _put(stack, second_looks, "list_who_acted", lambda *_: set())


def _nobody_there_is_no_reason(stack: ExitStack) -> None:
    _put(stack, CaseFacts, "escalated", lambda facts, now: not facts.handled_by_office and now >= facts.escalates_at)
    _never_falls_by_time(stack)


def _never_falls_by_time(stack: ExitStack) -> None:
    _put(stack, Case, "escalates_on", lambda case, days: case.entry.period.conclude_by)


def _only_what_is_received_is_taken_over(stack: ExitStack) -> None:
    _put(stack, states, "ACTION_STATES", states.ACTION_STATES | {Action.TAKE_OVER: frozenset({State.RECEIVED})})


FAULTS: tuple[Fault, ...] = (
    a_unit_without_people_gets_its_cases,
    an_acceptance_by_the_office_leaves_the_case_with_the_idle_unit,
    a_unit_accepts_and_does_nothing,
    a_case_that_was_accepted_is_out_of_the_offices_reach,
    everybody_recused_is_no_reason,
    a_disabled_account_counts_as_a_hand,
    one_person_declines_alone,
    who_proposed_confirms,
    a_deadline_settles_early,
    a_complaint_against_the_unit_goes_to_the_unit,
    an_upheld_objection_puts_nobody_out,
    who_acted_looks_a_second_time,
    what_nobody_read_is_confirmed,
    who_was_out_is_put_out_again,
    a_conclusion_counts_after_the_deadline,
)


@contextmanager
def put_back(fault: Fault) -> Iterator[None]:
    """Run the portal with this fault for as long as this lasts."""
    with ExitStack() as stack:
        fault(stack)
        yield
