"""The office urges the handler of a case (催办): told, on the record, with a 督办单 to print (R21, R34)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.letter_words import TurnFacts
from app.domain.cases.letters import Turn
from app.domain.cases.reminders import Reminder, count_workdays_left
from app.domain.cases.states import STATE_NAMES, Action
from app.models import OutboxRow
from app.services.cases.handling import lock_case
from app.services.cases.investigation import REASON
from app.services.cases.lettering import write_letters
from app.services.cases.telling import tell_units
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case


@use_case
def urge(work: Work, case_id: int, demand: str) -> None:
    """Urge the handling unit (催办), as often as the office likes. Raises NotAllowed, MissingText.

    Urging is no work on the case: the two working days of its handlers go on running (R21).
    """
    case = lock_case(work, case_id, Action.URGE)
    demand = checked_text(demand, "督办要求", REASON)
    period = case.entry.period
    left = count_workdays_left(period.conclude_by, period.day_table, work.now)
    tell_units(work, case, Reminder.URGED)
    write_letters(work, Turn.URGED, case, TurnFacts(reason=demand, workdays_left=left, state=STATE_NAMES[case.state]))
    work.did(f"case.{Action.URGE}", case, reason=demand)


def list_urgings(session: Session, unit_id: int) -> set[int]:
    """Return the ids of the cases for which the office urged this unit (R34)."""
    query = select(OutboxRow.case_id).where(OutboxRow.unit_id == unit_id, OutboxRow.reminder == Reminder.URGED)
    return set(session.scalars(query))
