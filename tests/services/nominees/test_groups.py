"""Nominees in one group stand alike by the rule, in every state that the tables can hold (R8-R10, R26)."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.cases.states import Actor
from app.models import Entry, Nominee, NomineeMarks, Period, Programme
from app.services.nominees import gates, marks, replacements
from app.services.nominees.access import nominees_visible_to, of_programme
from app.services.nominees.gates import NomineeStanding
from app.services.nominees.groups import NomineeGroup, find_groups
from app.services.office.totals import passed_steps
from tests.services.nominees.many import NOW, Crowd
from tests.world import World

MANY = 250
MOMENTS = [NOW + days * dt.timedelta(days=1) for days in (-9, 0, 6)]


def told(standing: NomineeStanding) -> tuple[Any, ...]:
    """Return everything that a page counts of a nominee."""
    rounds = standing.notice.rounds.values()
    return (
        standing.status,
        standing.how_left,
        standing.round_ahead,
        tuple(bool(standing.obstacles(each)) for each in rounds),
        bool(standing.obstacles_ahead),
        bool(standing.obstacles_to_formal),
        frozenset(check.outcome for check in standing.checks),
        bool(standing.unanswered),
        standing.has_negative,
        {stage: review.passed for stage, review in standing.reviews.items()},
        standing.rounds_shown,
        passed_steps(standing),
    )


@pytest.mark.walk
@pytest.mark.parametrize("number", [0, pytest.param(1, marks=pytest.mark.soak)])
def test_every_nominee_of_a_group_stands_as_the_rule_says_of_it_alone(world: World, number: int) -> None:
    seed = f"{number} {random.random()}"
    with world.database.writer() as session:
        Crowd(world, session, seed).write(MANY)
    actors = [None, world.actor("head")]
    with world.database.reader() as session:
        for now in MOMENTS:
            for actor in actors:
                agree(session, world, now, actor, seed)


def agree(session: Session, world: World, now: dt.datetime, actor: Actor | None, seed: str) -> None:
    programme = session.get_one(Programme, world.programme)
    among = partial(nominees_visible_to, actor) if actor else None
    groups = find_groups(session, world.keyring, programme, now, among=among, seen_by=actor)
    nominees = of_programme(session, programme.id, actor) if actor else list(session.scalars(select(Nominee)))
    standings = gates.find_standings(session, world.keyring, programme, nominees, now, actor)
    by_id = {id_: group for group in groups for id_ in group.ids}
    assert sorted(by_id) == sorted(standings), seed
    assert sum(group.count for group in groups) == len(standings), seed
    assert len(groups) < len(standings) * 0.9, seed  # else nothing is compared
    for group in groups:
        own = Counter(each.unit_id for each in nominees if each.id in set(group.ids))
        assert group.own_units == own, seed
        assert group.shown_in == periods_of(session, group.ids), seed
    counted = find_groups(session, world.keyring, programme, now, among=among, seen_by=actor, only_counted=True)
    assert numbers(counted) == numbers(groups), seed
    for group in counted:
        for asked in ("ids", "own_units"):
            with pytest.raises(LookupError, match="only counted"):
                getattr(group, asked)
    filled = _filled(session, world, actor, now)
    for nominee in nominees:
        group, standing = by_id[nominee.id], standings[nominee.id]
        assert told(group.standing) == told(standing), (seed, now, actor, nominee.id)
        assert facts(group) == facts_of(nominee, standing, filled), (seed, now, actor, nominee.id)


def numbers(groups: list[NomineeGroup]) -> dict[tuple[Any, ...], int]:
    return {(*facts(group), group.shown_in, group.standing.nominee.id): group.count for group in groups}


def periods_of(session: Session, nominee_ids: list[int]) -> set[int]:
    shown = select(Entry.period_id).join(Entry.period).where(Entry.nominee_id.in_(nominee_ids))
    return set(session.scalars(shown.where(Period.cancelled_at.is_(None))))


def facts(group: NomineeGroup) -> tuple[Any, ...]:
    return group.recommender_id, group.kind, group.has_left, group.replaced, group.was_refused


def facts_of(nominee: Nominee, standing: NomineeStanding, filled: set[int]) -> tuple[Any, ...]:
    refused = any(not review.passed for review in standing.reviews.values())
    left = bool(standing.how_left)
    return nominee.recommender_id, nominee.kind, left, left and nominee.id in filled, refused


def _filled(session: Session, world: World, actor: Actor | None, now: dt.datetime) -> set[int]:
    """Return those whose places somebody was named for, as the list of vacancies has it."""
    who = actor or world.actor("office")
    listed = replacements.list_vacancies(session, world.programme, who, now)
    return {each.nominee.id for each in listed if each.replacement is not None}


def test_groups_are_few_where_nominees_stand_alike(world: World) -> None:
    with world.database.writer() as session:
        programme = session.get_one(Programme, world.programme)
        session.add_all(
            Nominee(
                programme_id=programme.id,
                kind=nominee.kind,
                name=f"对象{number}",
                unit_id=nominee.unit_id,
                recommender_id=nominee.recommender_id,
                position=number + 10,
                deeds="事迹",
            )
            for nominee in list(session.scalars(select(Nominee)))[2:3]
            for number in range(50)
        )
        session.commit()
        before = len(find_groups(session, world.keyring, programme, NOW))
        marks.renew(session, world.keyring, session.scalars(select(Nominee.id)))
        session.commit()
        assert (before, len(find_groups(session, world.keyring, programme, NOW))) == (58, 5)


def test_a_period_scheduled_while_groups_are_read_does_not_keep_a_page_from_opening(world: World) -> None:
    with world.database.writer() as session:
        every = sorted(session.scalars(select(Nominee.id)))
        marks.renew(session, world.keyring, every)
        session.execute(update(NomineeMarks).values(shown_in="999"))  # of which nothing was read yet
    groups = find_groups(session, world.keyring, session.get_one(Programme, world.programme), NOW)
    assert sorted(id_ for group in groups for id_ in group.ids) == every
