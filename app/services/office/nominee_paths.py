"""A nominee's way through the rounds on one page: windows, cases, what changed on the way, what put it out (R8, R9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.domain.cases.states import Actor
from app.domain.cases.verdict import Departure, Left
from app.domain.nominees.statuses import Status
from app.domain.periods.rounds import Round
from app.domain.periods.window import Phase
from app.models import Case, Correction, Disqualification, Entry, Nominee, Period, Programme, Revision
from app.sealing import Keyring
from app.services.cases.visibility import cases_visible_to
from app.services.nominees import gates
from app.services.nominees.gates import NomineeStanding
from app.services.nominees.replacements import find_predecessor_and_successor
from app.services.record.act_names import user_names
from app.services.shared import leavers


class RoundStep(StrEnum):
    """Where a nominee is with one round."""

    PASSED = "passed"
    UNDER_WAY = "under_way"  # on a list: not open yet, public, or its cases being looked into
    ANEW = "anew"  # its last list showed other deeds: once more (R9)
    READY = "ready"  # may be put on a list now
    AHEAD = "ahead"  # something stands before it
    ENDED = "ended"  # here the nominee left


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """One list a nominee stood on, with the cases filed there and the edition of the deeds that it showed."""

    period: Period
    entry: Entry
    cases: Sequence[Case]

    @property
    def edition(self) -> int:
        return self.entry.edition

    @property
    def is_kept(self) -> bool:
        """Whether it was not taken back before it opened."""
        return self.period.cancelled_at is None


@dataclass(frozen=True, slots=True)
class RoundOnPath:
    """One round: every list in it, oldest first, where the nominee is with it, and what stands in the way."""

    round: Round
    stages: Sequence[ListedEntry]
    step: RoundStep
    obstacles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Path:
    """Everything of one nominee's way. `replaces` and `replaced_by` share one place with it."""

    standing: NomineeStanding
    rounds: Sequence[RoundOnPath]
    disqualifications: Sequence[Disqualification]
    out: bool
    departed: Departure | None  # how and when it left, settled or not
    revisions: Sequence[Revision]
    corrections: Sequence[Correction]
    replaces: Nominee | None
    replaced_by: Nominee | None
    both_stand: Nominee | None  # the other one of the place, where a reversal made two of one (R29)
    names: dict[int, str]

    @property
    def status(self) -> Status:
        return self.standing.status

    @property
    def stages(self) -> list[ListedEntry]:
        return [stage for each in self.rounds for stage in each.stages]

    @property
    def readable(self) -> frozenset[int]:
        """Return the cases that the reader may open, by id: a disqualification's may be another unit's."""
        return frozenset(case.id for stage in self.stages for case in stage.cases)


def path_of(session: Session, keyring: Keyring, nominee_id: int, now: dt.datetime, actor: Actor) -> Path:
    """Return what happened to one nominee, first round first, with the cases that this person may see (R21).

    `out` is as every page sees it at `now` (R26).
    """
    nominee = session.get_one(Nominee, nominee_id)
    programme = session.get_one(Programme, nominee.programme_id)
    replaces, replaced_by = find_predecessor_and_successor(session, nominee)
    left = leavers.describe_left(session, [each for each in (nominee, replaces, replaced_by) if each], now)
    departed = leavers.find_departures(session, [nominee_id], now).get(nominee_id)
    standing = gates.find_standings(session, keyring, programme, [nominee], now, actor)[nominee_id]
    others = [each for each in (replaces, replaced_by) if each and each.id not in left]
    return Path(
        standing=standing,
        rounds=_rounds(standing, _stages(session, nominee_id, actor, now), now),
        disqualifications=session.scalars(
            select(Disqualification)
            .where(Disqualification.nominee_id == nominee_id)
            .order_by(Disqualification.id)
            .options(selectinload(Disqualification.reversal))
        ).all(),
        out=departed is not None and departed.how is Left.DISQUALIFIED,
        departed=departed,
        revisions=session.scalars(
            select(Revision).where(Revision.nominee_id == nominee_id).order_by(Revision.edition)
        ).all(),
        corrections=session.scalars(
            select(Correction).where(Correction.nominee_id == nominee_id).order_by(Correction.id)
        ).all(),
        replaces=replaces,
        replaced_by=replaced_by,
        both_stand=others[0] if others and standing.status is Status.RUNNING else None,
        names=user_names(session),
    )


def _rounds(standing: NomineeStanding, stages: Sequence[ListedEntry], now: dt.datetime) -> list[RoundOnPath]:
    """Return the three rounds, as the gates see them."""
    ahead = standing.round_ahead
    last = max((stage.period.round_number for stage in stages if stage.is_kept), default=0)
    found = []
    for round_ in standing.notice.rounds.values():
        in_round = [stage for stage in stages if stage.period.round_number == round_.number]
        obstacles: tuple[str, ...] = ()
        if round_ == ahead:
            obstacles = standing.obstacles(round_)
            step = RoundStep.ANEW if round_.number == last else RoundStep.AHEAD if obstacles else RoundStep.READY
        elif round_.number > last:
            step = RoundStep.AHEAD
        elif standing.how_left and round_.number == last:
            step = RoundStep.ENDED
        else:
            step = RoundStep.PASSED if _is_over(in_round, now) else RoundStep.UNDER_WAY
        found.append(RoundOnPath(round_, in_round, step, obstacles))
    return found


def _is_over(stages: Sequence[ListedEntry], now: dt.datetime) -> bool:
    kept = [stage for stage in stages if stage.is_kept]
    return bool(kept) and kept[-1].period.phase(now) is Phase.CLOSED


def _stages(session: Session, nominee_id: int, actor: Actor, now: dt.datetime) -> list[ListedEntry]:
    entries = session.scalars(
        select(Entry)
        .join(Period, Entry.period_id == Period.id)
        .where(Entry.nominee_id == nominee_id)
        .order_by(Period.round_number, Period.opens_at)
        .options(joinedload(Entry.period).joinedload(Period.organiser))
    ).all()
    cases: dict[int, list[Case]] = {entry.id: [] for entry in entries}
    visible = select(Case).where(Case.entry_id.in_(cases), cases_visible_to(actor, now)).order_by(Case.id)
    for case in session.scalars(visible):
        cases[case.entry_id].append(case)
    return [ListedEntry(entry.period, entry, cases[entry.id]) for entry in entries]
