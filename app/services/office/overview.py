"""The office's overview: the time line, what needs an act today, cases by state (R28, R30)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor, State
from app.models import (
    AccountReset,
    DataRequest,
    Disqualification,
    IdentityRequest,
    Period,
    Programme,
    Reversal,
    ReviewStage,
    Revocation,
)
from app.services.accounts import resets, two_people
from app.services.accounts.two_people import Waiting
from app.services.award import revocation
from app.services.cases.queue import QueuedCase, list_queue, list_watched, list_without_hands
from app.services.nominees import gates
from app.services.objections import identities
from app.services.periods.progress import ready_to_close, running_periods
from app.services.periods.replanning import Move, list_moves_due
from app.services.upkeep import data_requests


@dataclass(frozen=True, slots=True)
class WaitingReviews:
    """How many of a programme's nominees are through a round and wait for the review before the next."""

    programme: Programme
    stage: ReviewStage
    count: int


@dataclass(frozen=True, slots=True)
class OfficeTasks:
    """What waits for the office today, each list most urgent first."""

    without_hands: list[QueuedCase]
    without_hands_recused: int  # how many more there are, from which this person is recused
    moves: list[Move]
    escalated: list[QueuedCase]
    own_cases: list[QueuedCase]
    urgent: list[QueuedCase]
    proposals: list[QueuedCase]
    ready_to_close: list[Period]
    provisional: list[Period]
    reversals: Sequence[Reversal]
    identity_requests: Sequence[IdentityRequest]
    to_review: list[WaitingReviews]
    revocations: Sequence[Revocation]
    accounts: list[Waiting]
    resets: Sequence[AccountReset]
    data_requests: Sequence[DataRequest]  # unanswered, the first due first

    @property
    def nothing(self) -> bool:
        return not any(getattr(self, field.name) for field in fields(self))


def list_office_tasks(session: Session, actor: Actor, now: dt.datetime) -> OfficeTasks:
    """Return what waits today: escalated and pressing cases, proposals, periods to close, days that may change."""
    own = [queued for queued in list_queue(session, actor, now) if queued.is_open]
    watched = list_watched(session, actor, now)
    unclosed = running_periods(session)
    ready = ready_to_close(session, unclosed, now)
    red = [queued for queued in (*own, *watched) if not queued.has_hands]
    return OfficeTasks(
        without_hands=red,
        without_hands_recused=len(list_without_hands(session, now)) - len(red),
        moves=list_moves_due(session, now),
        escalated=[queued for queued in watched if queued.escalated and not queued.urgent and queued.has_hands],
        own_cases=own,
        urgent=[queued for queued in watched if queued.urgent],
        proposals=[queued for queued in watched if queued.state is State.PROPOSED],
        ready_to_close=[period for period in unclosed if period.id in ready],
        provisional=[period for period in unclosed if period.provisional and now < period.opens_at],
        reversals=session.scalars(
            select(Reversal)
            .where(Reversal.confirmed_at.is_(None))
            .options(joinedload(Reversal.disqualification).joinedload(Disqualification.nominee))
        ).all(),
        identity_requests=identities.waiting_for(session, actor, now),
        to_review=_to_review(session, now),
        revocations=revocation.list_waiting(session),
        accounts=[row for row in two_people.waiting(session, actor) if row.mine],
        resets=resets.unread(session, actor),
        data_requests=data_requests.list_unanswered(session, actor),
    )


def _to_review(session: Session, now: dt.datetime) -> list[WaitingReviews]:
    running = session.scalars(select(Programme).where(Programme.archived_at.is_(None)).order_by(Programme.id.desc()))
    return [
        WaitingReviews(programme, stage, count)
        for programme in running
        for stage, count in gates.waiting_for_review(session, programme, now).items()
        if count
    ]
