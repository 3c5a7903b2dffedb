"""The running totals of a programme as the office sees them: steps, places, and the share of 县处级 (R9, R10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy.orm import Session

from app.domain.cases.states import Actor
from app.domain.nominees.annexes import Rank
from app.domain.nominees.eligibility import CountyShare, county_share
from app.domain.nominees.statuses import Status
from app.domain.periods.rounds import Kind
from app.domain.programmes.totals import ROUNDS, Counted, Line, PassedStep, count_steps, name_steps, vacant
from app.models import Nominee, Programme, ReviewStage
from app.sealing import Keyring
from app.services.nominees import gates, reviews
from app.services.nominees.access import nominees_visible_to
from app.services.nominees.gates import NomineeStanding
from app.services.nominees.groups import NomineeGroup, find_groups
from app.services.programmes import quotas

MOST_NAMED = 50  # of those who count as 县处级
_LEFT = frozenset({Status.DISQUALIFIED, Status.WITHDRAWN})
_REVIEWS = {PassedStep.PRELIMINARY: ReviewStage.PRELIMINARY, PassedStep.FINAL: ReviewStage.FINAL}


@dataclass(frozen=True, slots=True)
class Totals:
    """Everything that is counted over a programme. `awards` is what the notice states, None where it states nothing.

    `now` is the share of 县处级 among those recommended, which the last round asks about; `planned` is that of all
    places of annex 1, or of the notice's awards before any are given out. `counting` are the first of those
    who count as 县处级.
    """

    names: Mapping[PassedStep, str]
    steps: Mapping[PassedStep, Line]
    places: Line
    awards: Line | None
    secret: Line
    vacant: Line
    now: CountyShare
    planned: CountyShare
    counting: Sequence[Nominee]

    @property
    def differs(self) -> bool:
        """Whether annex 1 gives out another number of places than the notice awards."""
        return self.awards is not None and dict(self.awards.by_kind) != dict(self.places.by_kind)


def totals_of(session: Session, keyring: Keyring, programme: Programme, now: dt.datetime, actor: Actor) -> Totals:
    """Count a programme's nominees at `now`. Raises SealBroken."""
    groups = find_groups(
        session, keyring, programme, now, among=partial(nominees_visible_to, actor), seen_by=actor, only_counted=True
    )
    standings = {each.standing.nominee.id: each.standing for each in groups}  # one for many groups
    passed = {id_: passed_steps(standing) for id_, standing in standings.items()}
    steps = count_steps(
        Counted(each.kind, passed[each.standing.nominee.id], _is_county(each), each.count) for each in groups
    )
    rows = quotas.of_programme(session, programme.id)
    places = {
        Kind.COLLECTIVE: sum(row.collectives for row in rows),
        Kind.INDIVIDUAL: sum(row.individuals for row in rows),
    }
    secret = {
        Kind.COLLECTIVE: sum(row.secret_collectives for row in rows),
        Kind.INDIVIDUAL: sum(row.secret_individuals for row in rows),
    }
    awards = programme.rules.awards
    share = gates.share_of(session, programme, now)
    total = sum(places.values()) or sum((awards or {}).values())
    return Totals(
        names=name_steps(programme.rules.rounds),
        steps=steps,
        places=Line(places),
        awards=Line(awards) if awards is not None else None,
        secret=Line(secret),
        vacant=vacant(places, secret, steps[PassedStep.RECOMMENDED]),
        now=share,
        planned=county_share(share.county, total, programme.county_share),
        counting=gates.list_of_county(session, programme, now, MOST_NAMED),
    )


def _is_county(group: NomineeGroup) -> bool:
    return group.kind is Kind.INDIVIDUAL and group.standing.nominee.rank is Rank.COUNTY and not group.has_left


def passed_steps(standing: NomineeStanding) -> set[PassedStep]:
    """Return the steps that a nominee has behind it; none for one who left."""
    if standing.status in _LEFT:
        return set()
    through = {
        showing.round_number
        for showing in standing.showings
        if showing.gone_through and showing.edition == standing.nominee.edition
    }
    passed = {PassedStep.RECOMMENDED} | {step for step, number in ROUNDS.items() if number in through}
    passed |= {step for step, stage in _REVIEWS.items() if reviews.has_passed(standing.reviews, stage)}
    passed |= set() if standing.obstacles_to_formal else {PassedStep.FORMAL}
    return passed | ({PassedStep.HONOURED} if standing.status is Status.HONOURED else set())
