"""Which changes a nominee's page offers to whom: what would be refused anyway is not offered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.cases.states import Actor
from app.models import Nominee
from app.services.nominees import changes, replacements, withdrawals
from app.services.periods import corrections
from app.services.programmes import decisions


@dataclass(frozen=True, slots=True)
class NomineeActions:
    """What this person may do about this nominee now. Each service decides for itself once more."""

    correct: bool = False
    revise: bool = False
    edit: bool = False
    withdraw: bool = False
    replace: bool = False

    @property
    def nothing(self) -> bool:
        return not (self.correct or self.revise or self.edit or self.withdraw or self.replace)


def actions_for(session: Session, nominee: Nominee, actor: Actor, now: dt.datetime) -> NomineeActions:
    """Return what the page of a nominee offers to a person who may see it."""
    theirs = actor.is_office or actor.unit_id == nominee.recommender_id
    if not theirs or decisions.is_over(session, nominee.programme_id):
        return NomineeActions()
    left = changes.has_left(session, nominee, now)
    return NomineeActions(
        correct=actor.is_office and bool(corrections.correctable_fields(session, nominee.id, now)),
        revise=not left and not changes.current_entries(session, nominee.id, now),
        edit=not left and not changes.entries_of(session, nominee.id),
        withdraw=not left and actor.role in withdrawals.BY,
        replace=left and replacements.find_replacement(session, nominee.id) is None,
    )
