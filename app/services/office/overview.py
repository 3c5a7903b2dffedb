"""What the office sees of everything: the time line, what needs a hand today, cases by state (R28, R30)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.cases.states import OPEN_STATES, Actor, State
from app.domain.cases.verdict import effective_state
from app.models import (
    Case,
    Disqualification,
    Entry,
    IdentityRequest,
    Nominee,
    Objection,
    Period,
    Programme,
    Reversal,
    ReviewStage,
    Revocation,
    Unit,
    UnitKind,
)
from app.services.award import revocation
from app.services.cases.queue import QueuedCase, queue_of, watched_by
from app.services.nominees import gates
from app.services.nominees.access import of_programme, theirs
from app.services.nominees.leavers import disqualified
from app.services.objections import identities


@dataclass(frozen=True, slots=True)
class ToReview:
    """How many of a programme's nominees are through a round and wait for the review before the next."""

    programme: Programme
    stage: ReviewStage
    count: int


@dataclass(frozen=True, slots=True)
class NeedsAHand:
    """What waits for the office today, each list most urgent first."""

    escalated: list[QueuedCase]
    own_cases: list[QueuedCase]
    urgent: list[QueuedCase]
    proposals: list[QueuedCase]
    ready_to_close: list[Period]
    provisional: list[Period]
    reversals: Sequence[Reversal]
    identity_requests: Sequence[IdentityRequest]
    to_review: list[ToReview]
    revocations: Sequence[Revocation]

    @property
    def nothing(self) -> bool:
        return not any(getattr(self, field.name) for field in fields(self))


def needs_a_hand(session: Session, actor: Actor, now: dt.datetime) -> NeedsAHand:
    """Escalated and pressing cases, proposals to confirm, periods to close, days that may still change."""
    own = [queued for queued in queue_of(session, actor, now) if queued.is_open]
    watched = watched_by(session, actor, now)
    unclosed = running_periods(session)
    open_cases = open_case_counts(session, [period.id for period in unclosed], now)
    return NeedsAHand(
        escalated=[queued for queued in watched if queued.escalated],
        own_cases=own,
        urgent=[queued for queued in watched if queued.urgent and not queued.escalated],
        proposals=[queued for queued in watched if queued.state is State.PROPOSED],
        ready_to_close=[period for period in unclosed if is_ready(period, open_cases, now)],
        provisional=[period for period in unclosed if period.provisional and now < period.opens_at],
        reversals=session.scalars(
            select(Reversal)
            .where(Reversal.confirmed_at.is_(None))
            .options(joinedload(Reversal.disqualification).joinedload(Disqualification.nominee))
        ).all(),
        identity_requests=identities.waiting_for(session, actor, now),
        to_review=_to_review(session, now),
        revocations=revocation.waiting(session),
    )


def _to_review(session: Session, now: dt.datetime) -> list[ToReview]:
    running = session.scalars(select(Programme).where(Programme.archived_at.is_(None)).order_by(Programme.id.desc()))
    return [
        ToReview(programme, stage, count)
        for programme in running
        for stage, count in gates.waiting_for_review(session, programme, now).items()
        if count
    ]


def running_periods(session: Session) -> Sequence[Period]:
    """Every period that is neither closed nor taken back, in the order they open."""
    return session.scalars(
        select(Period)
        .where(Period.closed_at.is_(None), Period.cancelled_at.is_(None))
        .order_by(Period.opens_at, Period.id)
        .options(joinedload(Period.organiser), joinedload(Period.programme))
    ).all()


def all_periods(session: Session) -> list[Period]:
    """Every period there is or was: the running ones in the order they open, then those that are over, latest first."""
    over = Period.closed_at.is_not(None) | Period.cancelled_at.is_not(None)
    query = (
        select(Period)
        .where(over)
        .order_by(Period.closes_at.desc(), Period.id.desc())
        .options(joinedload(Period.organiser), joinedload(Period.programme))
    )
    return [*running_periods(session), *session.scalars(query)]


def open_case_counts(session: Session, period_ids: Sequence[int], now: dt.datetime) -> Counter[int]:
    """Open cases of each period at `now`: none from the deadline on."""
    rows = session.execute(
        select(Entry.period_id, func.count(Case.id))
        .join(Case, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(Entry.period_id.in_(period_ids), Case.state.in_(OPEN_STATES), Period.conclude_by > now)
        .group_by(Entry.period_id)
    )
    return Counter(dict(rows.all()))


def case_counts(session: Session, now: dt.datetime, period_id: int | None = None) -> dict[State, int]:
    """How many cases stand in each state at `now`: of one period, or of all that are not closed."""
    query = (
        select(Case.state, Period.conclude_by, func.count(Case.id))
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .group_by(Case.state, Period.conclude_by)
    )
    query = query.where(Period.id == period_id) if period_id else query.where(Period.closed_at.is_(None))
    counts: Counter[State] = Counter()
    for state, conclude_by, count in session.execute(query):
        counts[effective_state(state, conclude_by, now)] += count
    return {state: counts[state] for state in State}


def is_ready(period: Period, open_cases: Counter[int], now: dt.datetime) -> bool:
    """Whether a period can be closed: its window is over and no case is open, or the deadline has passed (R30)."""
    unclosed = period.closed_at is None and period.cancelled_at is None
    return unclosed and now >= period.closes_at and not open_cases[period.id]


def filed_instants(session: Session, since: dt.datetime) -> Sequence[dt.datetime]:
    """When objections came in, from `since` on."""
    return session.scalars(
        select(Objection.filed_at).where(Objection.filed_at >= since).order_by(Objection.filed_at)
    ).all()


def programmes(session: Session) -> Sequence[Programme]:
    """The newest first."""
    return session.scalars(select(Programme).order_by(Programme.created_at.desc(), Programme.id.desc())).all()


def organisers(session: Session, programme_id: int, round_number: int) -> Sequence[Unit]:
    """The units that could organise a round of a programme: those with nominees in it, or the office."""
    if round_number == 3:
        return session.scalars(select(Unit).where(Unit.kind == UnitKind.OFFICE)).all()
    column = Nominee.unit_id if round_number == 1 else Nominee.recommender_id
    return session.scalars(
        select(Unit).where(Unit.id.in_(select(column).where(Nominee.programme_id == programme_id))).order_by(Unit.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Fates:
    """A programme's nominees, what stands or stood against each, and who is out at this moment (R26)."""

    nominees: Sequence[Nominee]
    disqualifications: dict[int, list[Disqualification]]
    out: set[int]

    @property
    def touched(self) -> set[int]:
        """Everyone who is out or once was."""
        return self.out | self.disqualifications.keys()


def fates_of(session: Session, programme_id: int, actor: Actor, now: dt.datetime) -> Fates:
    """What became of the nominees that a person may see; who lapsed at a deadline not settled yet is out already."""
    nominees = of_programme(session, programme_id, actor)
    disqualifications: dict[int, list[Disqualification]] = {}
    rows = session.scalars(
        select(Disqualification)
        .join(Nominee)
        .where(Nominee.programme_id == programme_id, theirs(actor))
        .order_by(Disqualification.id)
        .options(selectinload(Disqualification.reversal))
    )
    for row in rows:
        disqualifications.setdefault(row.nominee_id, []).append(row)
    out = disqualified(session, [nominee.id for nominee in nominees], now)
    return Fates(nominees, disqualifications, out)


def settlement_is_late(session: Session, now: dt.datetime, tolerance: dt.timedelta) -> bool:
    """Whether a deadline passed longer than `tolerance` ago and nothing settled it."""
    return (
        session.scalar(
            select(Period.id)
            .where(
                Period.conclude_by <= now - tolerance,
                Period.settled_at.is_(None),
                Period.cancelled_at.is_(None),
            )
            .limit(1)
        )
        is not None
    )
