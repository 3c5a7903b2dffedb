"""The award list of those alone whom the final review passed tells what the whole list does, in every state."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from sqlalchemy import select

from app.models import Nominee, Programme
from app.services.award import award_list
from tests.services.nominees.many import NOW, Crowd
from tests.world import World


@pytest.mark.walk
@pytest.mark.parametrize("number", [0, pytest.param(1, marks=pytest.mark.soak)])
def test_the_list_without_those_who_were_never_proposed_is_the_same_list(world: World, number: int) -> None:
    seed = f"{number} {random.random()}"
    with world.database.writer() as session:
        Crowd(world, session, seed).write(200)
    with world.database.reader() as session:
        programme = session.get_one(Programme, world.programme)
        for now in (NOW - dt.timedelta(days=9), NOW, NOW + dt.timedelta(days=6)):
            for actor in (None, world.actor("head")):
                whole = award_list.standing_of(session, programme, now, actor)
                short = award_list.standing_of(session, programme, now, actor, whole=False)
                assert (short.award.named, short.award.pending) == (whole.award.named, whole.award.pending), seed
                assert (short.obstacles, short.steps, short.in_force) == (whole.obstacles, whole.steps, whole.in_force)
                assert (short.tallies, short.award.shown_until) == (whole.tallies, whole.award.shown_until), seed
                left_out = [each.facts.nominee_id for each in whole.award.left_out]
                assert award_list.find_left_out(short, session, 30) == (left_out[:30], len(left_out)), seed
                every = [each.facts.nominee_id for each in whole.award.judged]
                ordered = select(Nominee.id).where(Nominee.programme_id == programme.id)
                assert session.scalars(ordered.order_by(*award_list.in_order(short))).all() == every, seed
                judged = award_list.judge_these(session, programme, every, now, actor)
                assert [judged[each][0] for each in every] == list(whole.award.judged), seed
                assert whole.award.named or whole.award.pending, seed  # else nothing is compared
                assert len(left_out) > 5, seed
