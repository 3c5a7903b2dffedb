"""A nominee's way through the rounds on one page: windows, cases, what changed on the way, what put it out (R8, R9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.rounds import ROUNDS, Organiser, Round
from app.domain.window import Phase
from app.models import Case, Correction, Disqualification, Entry, Nominee, Period, Revision, Unit
from app.services.history import user_names
from app.services.replacements import family_of
from app.services.scheduling import candidates, disqualified
from app.services.showing import the_office


class Step(StrEnum):
    """Where a nominee is with one round."""

    PASSED = "passed"
    UNDER_WAY = "under_way"  # on a list: not open yet, public, or its cases being looked into
    ANEW = "anew"  # gone through with other deeds: once more (R9)
    READY = "ready"  # may be put on a list now
    AHEAD = "ahead"  # something stands before it
    ENDED = "ended"  # here the nominee left


@dataclass(frozen=True, slots=True)
class Stage:
    """One list a nominee stood on, with the cases filed there and the edition of the deeds that it showed."""

    period: Period
    entry: Entry
    cases: Sequence[Case]

    @property
    def edition(self) -> int:
        return self.entry.edition

    @property
    def is_kept(self) -> bool:
        """Not taken back before it opened."""
        return self.period.cancelled_at is None


@dataclass(frozen=True, slots=True)
class RoundOnPath:
    """One round: every list in it, oldest first, where the nominee is with it, and what stands in the way."""

    round: Round
    stages: Sequence[Stage]
    step: Step
    obstacle: str


@dataclass(frozen=True, slots=True)
class Path:
    """Everything of one nominee's way. `replaces` and `replaced_by` share one place with it."""

    rounds: Sequence[RoundOnPath]
    disqualifications: Sequence[Disqualification]
    out: bool
    revisions: Sequence[Revision]
    corrections: Sequence[Correction]
    replaces: Nominee | None
    replaced_by: Nominee | None
    both_stand: Nominee | None  # the other one of the place, where a reversal made two of one (R29)
    names: dict[int, str]

    @property
    def stages(self) -> list[Stage]:
        return [stage for each in self.rounds for stage in each.stages]


def path_of(session: Session, nominee_id: int, now: dt.datetime) -> Path:
    """What happened to one nominee, first round first; `out` as every page sees it at `now` (R26)."""
    nominee = session.get_one(Nominee, nominee_id)
    replaces, replaced_by = family_of(session, nominee)
    outs = disqualified(session, [each.id for each in (nominee, replaces, replaced_by) if each], now)
    return Path(
        rounds=_rounds(session, nominee, nominee_id in outs, now),
        disqualifications=session.scalars(
            select(Disqualification)
            .where(Disqualification.nominee_id == nominee_id)
            .order_by(Disqualification.id)
            .options(selectinload(Disqualification.reversal))
        ).all(),
        out=nominee_id in outs,
        revisions=session.scalars(
            select(Revision).where(Revision.nominee_id == nominee_id).order_by(Revision.edition)
        ).all(),
        corrections=session.scalars(
            select(Correction).where(Correction.nominee_id == nominee_id).order_by(Correction.id)
        ).all(),
        replaces=replaces,
        replaced_by=replaced_by,
        both_stand=next(
            (
                other
                for other in (replaces, replaced_by)
                if other and all(each.withdrawn_at is None and each.id not in outs for each in (nominee, other))
            ),
            None,
        ),
        names=user_names(session),
    )


def _rounds(session: Session, nominee: Nominee, out: bool, now: dt.datetime) -> list[RoundOnPath]:
    stages = _stages(session, nominee.id)
    gone = out or nominee.withdrawn_at is not None
    last = max((stage.period.round_number for stage in stages if stage.is_kept), default=0)
    found = []
    for round_ in ROUNDS.values():
        there = [stage for stage in stages if stage.period.round_number == round_.number]
        if gone:
            step, obstacle = Step.ENDED if round_.number == last else _step(nominee, there, now), ""
        else:
            obstacle = _obstacle(session, nominee, round_, now)
            step = _step(nominee, there, now)
            step = Step.READY if step is Step.AHEAD and not obstacle else step
        found.append(RoundOnPath(round_, there, step, obstacle if step in (Step.AHEAD, Step.ANEW) else ""))
    return found


def _step(nominee: Nominee, stages: Sequence[Stage], now: dt.datetime) -> Step:
    kept = [stage for stage in stages if stage.is_kept]
    if not kept:
        return Step.AHEAD
    last = kept[-1]
    if last.edition < nominee.edition and now >= last.period.closes_at:
        return Step.ANEW
    return Step.PASSED if last.period.phase(now) is Phase.CLOSED else Step.UNDER_WAY


def _stages(session: Session, nominee_id: int) -> list[Stage]:
    entries = session.scalars(
        select(Entry)
        .join(Period, Entry.period_id == Period.id)
        .where(Entry.nominee_id == nominee_id)
        .order_by(Period.round_number, Period.opens_at)
        .options(joinedload(Entry.period).joinedload(Period.organiser))
    ).all()
    cases: dict[int, list[Case]] = {entry.id: [] for entry in entries}
    for case in session.scalars(select(Case).where(Case.entry_id.in_(cases)).order_by(Case.id)):
        cases[case.entry_id].append(case)
    return [Stage(entry.period, entry, cases[entry.id]) for entry in entries]


def _obstacle(session: Session, nominee: Nominee, round_: Round, now: dt.datetime) -> str:
    """What stands between a nominee and a round, in the words of whoever schedules it."""
    organiser = _organiser(session, nominee, round_)
    if organiser is None:
        return ""
    offered = candidates(session, nominee.programme_id, round_, organiser, now)
    return next((each.obstacle for each in offered if each.nominee.id == nominee.id), "")


def _organiser(session: Session, nominee: Nominee, round_: Round) -> Unit | None:
    match round_.organiser:
        case Organiser.OWN_UNIT:
            return nominee.unit
        case Organiser.RECOMMENDER:
            return nominee.recommender
        case Organiser.OFFICE:
            return the_office(session)
