"""What blocks nominees from a round of publicity, each reason in words (R8-R10), and a unit's places (R9)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, func, select, true
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import OPEN_STATES, Actor
from app.domain.nominees.annexes import Rank
from app.domain.nominees.eligibility import Check, CheckOutcome, CountyShare, county_share
from app.domain.nominees.opinions import join_names, list_missing
from app.domain.nominees.passage import ALREADY_IN, ShownRound, explain_obstacle, find_latest_round, find_next_round
from app.domain.nominees.places import FIRST_BOUND_ROUND, Contender, count_taken
from app.domain.nominees.statuses import Status
from app.domain.periods.rounds import LAST_ROUND, SHORT_KIND_NAMES, Kind, Round
from app.domain.programmes.notice import AwardNotice
from app.domain.refusals import QuotaExceeded
from app.models import Case, Entry, Nominee, OpinionOutcome, Period, Programme, Quota, ReviewStage, Unit
from app.sealing import Keyring
from app.services.cases.visibility import cases_visible_to
from app.services.nominees import eligibility, opinions, reviews
from app.services.nominees.statuses import find_statuses
from app.services.shared import leavers

OVER = "评选已经结束"


@dataclass(frozen=True, slots=True)
class NomineeStanding:
    """Where one nominee stands at some moment, with everything its gates ask about."""

    nominee: Nominee
    notice: AwardNotice
    how_left: str  # how it left; empty while it has not
    status: Status
    showings: Sequence[ShownRound]
    checks: Sequence[Check]
    reviews: reviews.Latest
    opinions: opinions.Latest
    needed: frozenset[str]
    share: Callable[[], CountyShare]  # of the whole programme: counted once, and not before somebody asks

    @property
    def round_ahead(self) -> Round | None:
        """The round it would enter next; None once it left or the programme is over, and after the last."""
        if self.obstacle_for_good:
            return None
        return find_next_round(self.showings, self.nominee.edition, self.notice.rounds)

    @property
    def rounds_shown(self) -> int:
        """Return the last round that it is through, or in, with its present deeds; 0 for none.

        Changed deeds are shown in the latest round once more, and in no earlier one (R9).
        """
        number, edition = find_latest_round(self.showings)
        return number if edition == self.nominee.edition else max(0, number - 1)

    @property
    def obstacle_for_good(self) -> str:
        """What keeps it from every round from now on: that it left, or that the programme is over; "" for nothing."""
        return self.how_left or ("" if self.status is Status.RUNNING else OVER)

    @property
    def unanswered(self) -> list[str]:
        """The authorities, by key, that haven't answered."""
        return list_missing(self.needed, self.opinions, self.notice)

    @property
    def has_negative(self) -> bool:
        return any(row.outcome is OpinionOutcome.NEGATIVE for row in self.opinions.values())

    def obstacles(self, round_: Round) -> tuple[str, ...]:
        """Every reason why it may not enter a round, the weightiest first; none if it may."""
        if self.obstacle_for_good:
            return (self.obstacle_for_good,)
        passage = explain_obstacle(self.showings, self.nominee.edition, round_, self.notice.rounds)
        if passage == ALREADY_IN:
            return (passage,)
        reasons = [passage, *self._failed(), *self._not_reviewed(round_)]
        if round_.number == LAST_ROUND:
            reasons += [*self._opinions(), *_too_many(self.share())]
        return tuple(reason for reason in reasons if reason)

    @property
    def obstacles_ahead(self) -> tuple[str, ...]:
        """Return what keeps it from the round it would enter next."""
        if self.obstacle_for_good:
            return (self.obstacle_for_good,)
        ahead = self.round_ahead
        return self.obstacles(ahead) if ahead else ()

    @property
    def obstacles_to_formal(self) -> tuple[str, ...]:
        """Return what keeps it out of the formal papers (notice, 四（二）4); none if it passed every step before them.

        Those are 初审, the opinions of the authorities and the rounds before the last, with the deeds as they are now.
        Whoever 复审 refused later is out of them too.
        """
        if self.how_left:
            return (self.how_left,)
        rounds = self.notice.rounds
        passage = explain_obstacle(self.showings, self.nominee.edition, rounds[LAST_ROUND], rounds)
        final = ReviewStage.FINAL
        refused = final in self.reviews and not reviews.has_passed(self.reviews, final)
        reasons = [
            "" if passage == ALREADY_IN else passage,
            *self._failed(),
            *self._not_reviewed(rounds[LAST_ROUND - 1]),
            *([f"{reviews.STAGE_NAMES[final]}没有通过"] if refused else []),
            *self._opinions(),
        ]
        return tuple(reason for reason in reasons if reason)

    def _failed(self) -> list[str]:
        return [
            f"不符合评选条件{check.condition.clause}“{check.condition.name}”"
            for check in self.checks
            if check.outcome is CheckOutcome.FAILED
        ]

    def _not_reviewed(self, round_: Round) -> list[str]:
        due = [stage for stage in ReviewStage if round_.number >= reviews.BEFORE_ROUND[stage]]
        return [
            f"{reviews.STAGE_NAMES[stage]}{'没有通过' if stage in self.reviews else '还没有进行'}"
            for stage in due
            if not reviews.has_passed(self.reviews, stage)
        ]

    def _opinions(self) -> list[str]:
        """Name no authority with a negative opinion: the nominee's own unit reads this too."""
        reasons = ["征求意见中有不同意见"] if self.has_negative else []
        return reasons + ([f"还缺{join_names(self.unanswered, self.notice)}的意见"] if self.unanswered else [])


def _too_many(share: CountyShare) -> list[str]:
    if not share.exceeded:
        return []
    return [f"县处级占{share.words}（{share.total}个中{share.county}个），超过{share.percent}%"]


def find_standings(
    session: Session,
    keyring: Keyring,
    programme: Programme,
    nominees: Iterable[Nominee],
    now: dt.datetime,
    seen_by: Actor | None = None,
) -> dict[int, NomineeStanding]:
    """Where these nominees of a programme stand, by id. Raises SealBroken.

    `seen_by` is for whoever only reads it: of a case that this person may not see, nothing is told (R19). Without it
    every case counts, as it does for whoever decides.

    Open cases are read before who has left: one upheld meanwhile is still open, or its nominee is out already. So are
    statuses: whoever is out by then is among those who left.
    """
    these = list(nominees)
    ids = [nominee.id for nominee in these]
    showings = _showings(session, ids, now, seen_by)
    statuses = find_statuses(session, ids, now)
    how_left = leavers.describe_left(session, these, now)
    checks = eligibility.check_conditions(session, keyring, these)
    words, answers = reviews.find_latest(session, ids), opinions.find_latest(session, ids)
    needed = opinions.find_needed_authorities(session, keyring, these)
    share = cache(lambda: share_of(session, programme, now))
    return {
        nominee.id: NomineeStanding(
            nominee=nominee,
            notice=programme.rules,
            how_left=how_left.get(nominee.id, ""),
            status=statuses[nominee.id],
            showings=showings.get(nominee.id, []),
            checks=checks[nominee.id],
            reviews=words.get(nominee.id, {}),
            opinions=answers.get(nominee.id, {}),
            needed=needed[nominee.id],
            share=share,
        )
        for nominee in these
    }


def standing_of(
    session: Session, keyring: Keyring, nominee: Nominee, now: dt.datetime, seen_by: Actor | None = None
) -> NomineeStanding:
    """Return where one nominee stands; see `find_standings`."""
    programme = session.get_one(Programme, nominee.programme_id)
    return find_standings(session, keyring, programme, [nominee], now, seen_by)[nominee.id]


def share_of(session: Session, programme: Programme, now: dt.datetime) -> CountyShare:
    """Return the share of 县处级 as it stands (R10).

    It is the share among everybody who has neither left nor been refused at a review. Nominees on paper are in the
    total.
    """
    gone = Nominee.id.in_(_gone(session, now))
    everybody = select(func.count(Nominee.id)).where(Nominee.programme_id == programme.id)
    of_county = everybody.where(*_OF_COUNTY)
    counts = (each.scalar_subquery() for each in (everybody, of_county, everybody.where(gone), of_county.where(gone)))
    total, county, total_gone, county_gone = session.execute(select(*counts)).one()
    on_paper = session.scalar(
        select(func.sum(Quota.secret_collectives + Quota.secret_individuals)).where(Quota.programme_id == programme.id)
    )
    remaining = total - total_gone + int(on_paper or 0)
    return county_share(county - county_gone, remaining, programme.county_share)


def list_of_county(session: Session, programme: Programme, now: dt.datetime, most: int) -> Sequence[Nominee]:
    """List the first of those who count as 县处级 in the share, unit by unit in their order of preference."""
    return session.scalars(
        select(Nominee)
        .where(Nominee.programme_id == programme.id, *_OF_COUNTY, Nominee.id.not_in(_gone(session, now)))
        .order_by(Nominee.recommender_id, Nominee.kind, Nominee.position, Nominee.id)
        .limit(most)
        .options(joinedload(Nominee.recommender))
    ).all()


_OF_COUNTY = Nominee.kind == Kind.INDIVIDUAL, Nominee.rank == Rank.COUNTY


def _gone(session: Session, now: dt.datetime) -> CompoundSelect[Any]:
    """Select who has left or was refused at a review."""
    return leavers.left_in_sql(session, now, reviews.refused_in_sql())


@dataclass(frozen=True, slots=True)
class Placed:
    """A nominee as its place counts: of which unit and kind it is."""

    id: int
    unit_id: int
    kind: Kind


def check_places(
    session: Session, programme: Programme, round_: Round, chosen: Sequence[Nominee], now: dt.datetime
) -> None:
    """Raise QuotaExceeded where a unit puts more into round 2 or 3 than it has places (R9).

    A place that somebody left is taken by a named replacement or stays vacant.
    """
    require_places(session, programme, round_, [Placed(one.id, one.recommender_id, one.kind) for one in chosen], now)


def require_places(
    session: Session, programme: Programme, round_: Round, chosen: Sequence[Placed], now: dt.datetime
) -> None:
    """Raise QuotaExceeded as `check_places` does."""
    if round_.number < FIRST_BOUND_ROUND:
        return
    units = {one.unit_id for one in chosen}
    everybody = session.execute(
        select(Nominee.id, Nominee.recommender_id, Nominee.kind, Nominee.replaces_id).where(
            Nominee.programme_id == programme.id, Nominee.recommender_id.in_(units)
        )
    ).all()
    left = leavers.find_departures(session, [one.id for one in everybody], now)
    entered = _entered(session, programme, units)
    here = entered[round_.number] | {one.id for one in chosen}
    had_place = set().union(*(ids for number, ids in entered.items() if number >= FIRST_BOUND_ROUND))
    quotas = {
        quota.unit_id: quota for quota in session.scalars(select(Quota).where(Quota.programme_id == programme.id))
    }
    for unit_id, kind in dict.fromkeys((one.unit_id, one.kind) for one in chosen):
        contenders = [
            Contender(each.id, each.id in had_place, each.id in here, each.id in left, each.replaces_id)
            for each in everybody
            if (each.recommender_id, each.kind) == (unit_id, kind)
        ]
        places, secret = _places(quotas.get(unit_id), kind)
        used = count_taken(contenders, secret)
        if used.all > places:
            unit = session.get_one(Unit, unit_id)
            raise QuotaExceeded(unit.name, SHORT_KIND_NAMES[kind], used.here, places, used.vacant, used.secret)


def _places(quota: Quota | None, kind: Kind) -> tuple[int, int]:
    """Return how many places a unit has of a kind, and how many of them are taken on paper."""
    if quota is None:
        return 0, 0
    if kind is Kind.COLLECTIVE:
        return quota.collectives, quota.secret_collectives
    return quota.individuals, quota.secret_individuals


def _entered(session: Session, programme: Programme, units: Collection[int]) -> defaultdict[int, set[int]]:
    """Return the nominees of these units ever shown in each round of a programme, by round number."""
    rows = session.execute(
        select(Period.round_number, Entry.nominee_id)
        .join(Entry, Entry.period_id == Period.id)
        .join(Nominee, Entry.nominee_id == Nominee.id)
        .where(Period.programme_id == programme.id, Period.cancelled_at.is_(None), Nominee.recommender_id.in_(units))
    )
    entered: defaultdict[int, set[int]] = defaultdict(set)
    for number, nominee_id in rows:
        entered[number].add(nominee_id)
    return entered


def _showings(
    session: Session, nominee_ids: Sequence[int], now: dt.datetime, seen_by: Actor | None = None
) -> dict[int, list[ShownRound]]:
    """Return every showing of these nominees as it stands at `now`, by nominee."""
    entries = session.scalars(
        select(Entry)
        .join(Entry.period)
        .where(Entry.nominee_id.in_(nominee_ids), Period.cancelled_at.is_(None))
        .order_by(Entry.id)
        .options(joinedload(Entry.period))
    ).all()
    open_cases = find_open_cases(session, {entry.period_id for entry in entries}, now, seen_by)
    showings: dict[int, list[ShownRound]] = {}
    for entry in entries:
        period, against = entry.period, open_cases.get(entry.period_id, set())
        showings.setdefault(entry.nominee_id, []).append(
            ShownRound(
                round_number=period.round_number,
                edition=entry.edition,
                begun=now >= period.opens_at,
                window_over=now >= period.closes_at,
                closed=period.closed_at is not None,
                own_open=entry.nominee_id in against,
                others_open=len(against) > (entry.nominee_id in against),
            )
        )
    return showings


def find_open_cases(
    session: Session, period_ids: Collection[int], now: dt.datetime, seen_by: Actor | None
) -> dict[int, set[int]]:
    """Return, by period, the nominees whom an open case is about.

    From the deadline on no case is open (R26). So periods are asked first: mostly their deadlines have passed.
    """
    undecided = select(Period.id).where(Period.id.in_(period_ids), Period.conclude_by > now)
    running = session.scalars(undecided).all() if period_ids else ()
    if not running:
        return {}
    rows = session.execute(
        select(Entry.period_id, Entry.nominee_id)
        .join(Case, Case.entry_id == Entry.id)
        .where(
            Entry.period_id.in_(running),
            Case.state.in_(OPEN_STATES),
            cases_visible_to(seen_by, now) if seen_by else true(),
        )
        .distinct()
    )
    found: dict[int, set[int]] = {}
    for period_id, nominee_id in rows:
        found.setdefault(period_id, set()).add(nominee_id)
    return found
