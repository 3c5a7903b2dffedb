"""The award list at a moment: every nominee with the facts that decide its place. Only reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select, true
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from app.domain.award.decision import (
    AwardList,
    AwardStep,
    Facts,
    FinalRound,
    JudgedNominee,
    ProceedingKind,
    RecordedPaper,
    Tally,
    UnitQuota,
    build_award_list,
    count_places,
    find_papers_in_force,
    judge,
    list_obstacles,
    list_steps,
)
from app.domain.calendar.workdays import local_date
from app.domain.cases.states import OPEN_STATES, Actor
from app.domain.cases.verdict import Ground
from app.domain.nominees.annexes import Rank
from app.domain.periods.rounds import LAST_ROUND, Kind
from app.domain.periods.window import Phase
from app.models import (
    Case,
    Confirmation,
    Disqualification,
    Entry,
    Honour,
    Nominee,
    OpinionOutcome,
    Period,
    Proceeding,
    Programme,
    Quota,
    Review,
    ReviewStage,
)
from app.services.cases.visibility import cases_visible_to
from app.services.nominees import opinions
from app.services.shared.leavers import find_disqualified
from app.services.shared.stored_rows import of_ids


@dataclass(frozen=True)
class AwardStanding:
    """Everything about a programme's award at one moment: the list, the papers, the places, the decision if any."""

    programme: Programme
    nominees: dict[int, Nominee]
    award: AwardList
    proceedings: Sequence[Proceeding]
    quotas: dict[int, UnitQuota]
    unsettled: bool
    honours: dict[int, Honour]  # by nominee, once it is decided

    @cached_property
    def papers(self) -> list[RecordedPaper]:
        return [RecordedPaper(row.id, row.kind, row.issuer, row.dated, row.agreed) for row in self.proceedings]

    @cached_property
    def in_force(self) -> set[int]:
        """The papers that count: the others were replaced by a later one of the same issuer."""
        return {paper.id for paper in find_papers_in_force(self.papers, self.award.shown_until)}

    @property
    def decision(self) -> Proceeding | None:
        return next((row for row in self.proceedings if row.kind is ProceedingKind.DECISION), None)

    @cached_property
    def obstacles(self) -> list[str]:
        """Why the decision cannot be recorded yet; empty when it can be."""
        return list_obstacles(self.award, self.papers, self.quotas, unsettled=self.unsettled)

    @cached_property
    def steps(self) -> list[AwardStep]:
        return list_steps(self.award, self.papers, self.decision.number if self.decision else "", self._revoked)

    @cached_property
    def tallies(self) -> dict[Kind, Tally]:
        """The count of the names that would be awarded; once it is decided, of those that were."""
        named = self.honours.values() if self.decision else self.award.named
        return count_places([each.kind for each in named], self.quotas)

    @property
    def _revoked(self) -> int:
        return sum(honour.is_revoked for honour in self.honours.values())


def standing_of(
    session: Session, programme: Programme, now: dt.datetime, seen_by: Actor | None = None, *, whole: bool = True
) -> AwardStanding:
    """Return how a programme's award stands at `now`.

    `seen_by` is for whoever only reads it: a case that this person may not see holds up nothing there (R19). Without
    `whole` it holds those alone whom the final review (复审) passed: nobody else is on the list or holds it up.
    """
    quotas = session.scalars(
        select(Quota).where(Quota.programme_id == programme.id).order_by(Quota.id).options(joinedload(Quota.unit))
    ).all()
    among = true() if whole else has_passed()
    nominees = _nominees(session, programme.id, [quota.unit_id for quota in quotas], among)
    proceedings = session.scalars(
        select(Proceeding).where(Proceeding.programme_id == programme.id).order_by(Proceeding.id)
    ).all()
    return AwardStanding(
        programme=programme,
        nominees={nominee.id: nominee for nominee in nominees},
        award=build_award_list(_facts(session, _Those(programme.id, nominees, among), now, seen_by), programme.rules),
        proceedings=proceedings,
        quotas={quota.unit_id: _places(quota) for quota in quotas},
        unsettled=_unsettled(session, programme.id, now),
        honours=_honours(session, programme.id),
    )


def has_passed() -> ColumnElement[bool]:
    """Return the condition on Nominee that the final review (复审) said last that it passes; see `_last_words`."""
    later = aliased(Review)
    again = exists().where(
        later.nominee_id == Review.nominee_id, later.stage == ReviewStage.FINAL, later.id > Review.id
    )
    final = select(Review.nominee_id).where(Review.stage == ReviewStage.FINAL, Review.passed, ~again)
    return Nominee.id.in_(final)


def judge_these(
    session: Session, programme: Programme, ids: Sequence[int], now: dt.datetime, seen_by: Actor | None
) -> dict[int, tuple[JudgedNominee, Nominee]]:
    """Return these nominees of a programme as its award list judges them, by id."""
    among = Nominee.id.in_(ids)
    nominees = _nominees(session, programme.id, [], among)
    facts = _facts(session, _Those(programme.id, nominees, among), now, seen_by)
    by_id = {nominee.id: nominee for nominee in nominees}
    return {each.nominee_id: (judge(each, programme.rules), by_id[each.nominee_id]) for each in facts}


def find_left_out(standing: AwardStanding, session: Session, most: int) -> tuple[Sequence[int], int]:
    """Return the first `most` nominees who are on no list and hold nothing up, and how many there are.

    They are in the order of the list. `standing` holds those whom the final review passed.
    """
    passed = {each.facts.nominee_id for each in standing.award.judged}
    out = {each.facts.nominee_id for each in standing.award.left_out}
    every = select(Nominee.id).where(Nominee.programme_id == standing.programme.id)
    count = (session.scalar(every.with_only_columns(func.count())) or 0) - len(passed) + len(out)
    held = of_ids(Nominee.id, passed - out)
    return session.scalars(every.where(~held).order_by(*in_order(standing)).limit(most)).all(), count


def in_order(standing: AwardStanding) -> tuple[ColumnElement[Any], ...]:
    """Return what the award list orders Nominee by; the counterpart of `_nominees` and `build_award_list`."""
    places = {unit_id: place for place, unit_id in enumerate(standing.quotas)}
    place = case(places, value=Nominee.recommender_id, else_=len(places))
    first = case((Nominee.kind == Kind.INDIVIDUAL, 1), else_=0)
    return (first, *((place,) if places else ()), Nominee.position, Nominee.id)


@dataclass(frozen=True, slots=True)
class _Those:
    """Nominees of a programme whose facts are read: all that there are `among` it."""

    programme_id: int
    nominees: Sequence[Nominee]
    among: ColumnElement[bool]

    @property
    def ids(self) -> Select[int]:
        return select(Nominee.id).where(Nominee.programme_id == self.programme_id, self.among)


def _nominees(session: Session, programme_id: int, unit_order: list[int], among: ColumnElement[bool]) -> list[Nominee]:
    """List the nominees: units in the order of annex 1, each unit's nominees in its order of preference."""
    places = {unit_id: place for place, unit_id in enumerate(unit_order)}
    rows = session.scalars(
        select(Nominee)
        .where(Nominee.programme_id == programme_id, among)
        .options(joinedload(Nominee.unit), joinedload(Nominee.recommender))
    )
    return sorted(rows, key=lambda each: (places.get(each.recommender_id, len(places)), each.position, each.id))


def _facts(session: Session, those: _Those, now: dt.datetime, seen_by: Actor | None) -> list[Facts]:
    passed = _last_words(session, those)
    shown = _shown(session, those, now)
    # Read before the disqualifications: a case upheld meanwhile is then found in one of the two.
    open_cases = _open_cases(session, those, now, seen_by)
    out = _disqualified_on(session, [nominee.id for nominee in those.nominees], now)
    doubts = _doubts(session, those.nominees)
    return [
        Facts(
            nominee_id=nominee.id,
            name=nominee.name,
            kind=nominee.kind,
            recommender_id=nominee.recommender_id,
            edition=nominee.edition,
            passed=passed.get(nominee.id),
            shown=shown.get(nominee.id, ()),
            out=out.get(nominee.id, ()),
            withdrawn=nominee.withdrawn_at is not None,
            open_cases=open_cases.get(nominee.id, 0),
            doubt=doubts.get(nominee.id, ""),
        )
        for nominee in those.nominees
    ]


def _doubts(session: Session, nominees: Sequence[Nominee]) -> dict[int, str]:
    """Return, by id, why a nominee would not enter round 3 today, for what was recorded since (R10, annex 6).

    A final review (复审) that refuses settles the doubt. So does a later statement that corrects what was recorded.
    """
    ids = [nominee.id for nominee in nominees]
    doubts = {nominee.id: "行政级别不符合评选条件" for nominee in nominees if nominee.rank is Rank.ABOVE}
    said: dict[tuple[int, str], bool] = {}
    for row in session.scalars(select(Confirmation).where(Confirmation.nominee_id.in_(ids)).order_by(Confirmation.id)):
        said[row.nominee_id, row.condition] = row.met
    doubts |= {nominee_id: "认定不符合评选条件" for (nominee_id, _), met in said.items() if not met}
    for nominee_id, answers in opinions.find_latest(session, ids).items():
        if any(row.outcome is OpinionOutcome.NEGATIVE for row in answers.values()):
            doubts[nominee_id] = "征求意见中有不同意见"
    return doubts


def _last_words(session: Session, those: _Those) -> dict[int, bool]:
    """Return what the final review (复审) said last of each nominee."""
    rows = session.execute(
        select(Review.nominee_id, Review.passed)
        .where(Review.nominee_id.in_(those.ids), Review.stage == ReviewStage.FINAL)
        .order_by(Review.id)
    )
    return {nominee_id: passed for nominee_id, passed in rows}  # noqa: C416 - rows are no pairs to the type checker


def _shown(session: Session, those: _Those, now: dt.datetime) -> dict[int, list[FinalRound]]:
    """Return, by nominee, where each was shown to the whole city."""
    rows = session.execute(
        select(Entry.nominee_id, Entry.edition, Period)
        .join(Period, Entry.period_id == Period.id)
        .where(
            Period.programme_id == those.programme_id,
            Period.round_number == LAST_ROUND,
            Period.cancelled_at.is_(None),
            Entry.nominee_id.in_(those.ids),
        )
        .order_by(Entry.id)
    )
    shown: dict[int, list[FinalRound]] = {}
    for nominee_id, edition, period in rows:
        closed = period.phase(now) is Phase.CLOSED
        shown.setdefault(nominee_id, []).append(FinalRound(edition, closed, local_date(period.closes_at)))
    return shown


def _disqualified_on(session: Session, nominee_ids: list[int], now: dt.datetime) -> dict[int, set[Ground]]:
    """Return why each nominee is out: a standing disqualification, or a deadline passed and not settled yet (R26)."""
    out = find_disqualified(session, nominee_ids, now)
    rows = session.scalars(
        select(Disqualification)
        .where(Disqualification.nominee_id.in_(nominee_ids))
        .options(selectinload(Disqualification.reversal))
    )
    grounds: dict[int, set[Ground]] = {}
    for row in rows:
        if row.stands:
            grounds.setdefault(row.nominee_id, set()).add(row.ground)
    return {id_: grounds.get(id_, {Ground.LAPSED}) for id_ in out}


def _open_cases(session: Session, those: _Those, now: dt.datetime, seen_by: Actor | None) -> dict[int, int]:
    rows = session.execute(
        select(Entry.nominee_id, func.count())
        .join(Case, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(
            Period.programme_id == those.programme_id,
            Entry.nominee_id.in_(those.ids),
            Case.state.in_(OPEN_STATES),
            cases_visible_to(seen_by, now) if seen_by else true(),
        )
        .group_by(Entry.nominee_id)
    )
    return {nominee_id: count for nominee_id, count in rows}  # noqa: C416 - as above


def _unsettled(session: Session, programme_id: int, now: dt.datetime) -> bool:
    """Return whether a deadline of this programme has passed and its outcome is not written down yet.

    A period closed before its deadline had no open case left and nothing to settle.
    """
    due = select(Period.id).where(
        Period.programme_id == programme_id,
        Period.conclude_by <= now,
        Period.settled_at.is_(None),
        Period.closed_at.is_(None),
        Period.cancelled_at.is_(None),
    )
    return session.scalar(due.limit(1)) is not None


def _honours(session: Session, programme_id: int) -> dict[int, Honour]:
    rows = session.scalars(
        select(Honour)
        .join(Proceeding, Honour.decision_id == Proceeding.id)
        .where(Proceeding.programme_id == programme_id)
        .options(selectinload(Honour.revocation))
    )
    return {honour.nominee_id: honour for honour in rows}


def _places(quota: Quota) -> UnitQuota:
    return UnitQuota(
        unit=quota.unit.name,
        places={Kind.COLLECTIVE: quota.collectives, Kind.INDIVIDUAL: quota.individuals},
        secret={Kind.COLLECTIVE: quota.secret_collectives, Kind.INDIVIDUAL: quota.secret_individuals},
    )
