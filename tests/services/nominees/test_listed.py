"""The list of nominees: reviews, grounds and statuses as the database finds them are what the rules say of each."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.nominees.statuses import Status
from app.models import Disqualification, Programme, ReviewStage
from app.services.nominees import listed, reviews
from app.services.nominees.access import of_programme
from app.services.nominees.statuses import find_statuses
from app.services.shared.leavers import find_disqualified
from app.services.shared.stored_rows import Selection
from tests import busy
from tests.world import World, at


@pytest.mark.walk
def test_what_is_narrowed_by_is_what_each_row_says(world: World, tmp_path: Path) -> None:
    busy.busy(world, tmp_path / "evidence")
    busy.changed(world)
    for login in ("office", "head", "stranger"):
        for now in (busy.OPEN, busy.DUE):
            with world.database.reader() as session:
                agree(session, world, login, now)


def agree(session: Session, world: World, login: str, now: str) -> None:
    programme = session.get_one(Programme, world.programme)
    actor, moment = world.actor(login), at(now)
    rows = listed.stored_nominees(session, world.keyring, programme, actor, moment)
    every = list(rows.every(Selection()))
    ids = [nominee.id for nominee in of_programme(session, world.programme, actor)]
    out = find_disqualified(session, ids, moment)
    ever = set(session.scalars(select(Disqualification.nominee_id).where(Disqualification.nominee_id.in_(ids))))
    assert [row.id for row in every] == ids
    assert {row.id for row in every if row.is_out} == out
    assert set(rows.ids(Selection([listed.was_out(session, moment)]))) == out | ever
    statuses = find_statuses(session, ids, moment)
    there = listed.find_there(rows, programme, moment)
    recommenders = {row.nominee.recommender_id for row in every}
    assert (there.total, there.recommenders, there.statuses) == (len(ids), recommenders, {*statuses.values()})
    assert {row.id: row.status for row in every} == statuses
    words = reviews.find_latest(session, ids)
    for stage in ReviewStage:
        for wanted in ("none", "passed", "refused"):
            said = {
                one
                for one in ids
                if wanted
                == ("none" if stage not in words.get(one, {}) else "passed" if words[one][stage].passed else "refused")
            }
            assert set(rows.ids(Selection([listed.is_reviewed(stage, wanted)]))) == said, (stage, wanted)
    for word in ("撤销", "逾期", "成立", "没有这个词"):
        found = set(rows.ids(Selection([listed.has_ground(word)])))
        expected = {row.id for row in every if word in row.why_out and row.status is not Status.WITHDRAWN}
        settled = {row.id for row in every if row.disqualifications}
        assert found & settled == expected & settled, word
