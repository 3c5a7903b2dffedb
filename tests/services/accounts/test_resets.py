"""The owner of an account and the office are told of each reset of its password or second factor (R22)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.refusals import NotAllowed
from app.models import AccountReset, User
from app.services.accounts import making, resets, staffing
from tests.world import World, at

DAY = "2026-09-21 Mon 09:00"


def test_the_owner_and_the_office_are_told_of_each_reset(world: World) -> None:
    world.run(staffing.invite_again, [world.people["handler"]], by=world.actor("head"), now=at(DAY))
    world.run(making.reset, "office2", "correct horse battery", with_second_factor=True, now=at(DAY))
    office, handler = world.actor("office"), world.people["handler"]

    def unread(login: str) -> list[tuple[int, bool]]:
        rows = world.do(resets.unread, world.actor(login))
        return [(row.user_id, row.second_factor) for row in rows]

    assert unread("office") == [(handler, False), (world.people["office2"], True)]
    with world.database.reader() as session:
        assert session.get_one(User, handler).untold_reset
    world.run(resets.note_told, handler, now=at(DAY))
    ids = [row.id for row in world.do(resets.unread, office)]
    assert world.run(resets.note_seen, ids, by=office, now=at(DAY)) == 2
    assert unread("office") == []
    with world.database.reader() as session:
        assert not session.get_one(User, handler).untold_reset
        rows = session.execute(select(AccountReset.told_at, AccountReset.seen_by).order_by(AccountReset.id)).all()
    assert [tuple(row) for row in rows] == [(at(DAY), office.user_id), (None, office.user_id)]


def test_whoever_resets_does_not_see_to_it(world: World) -> None:
    world.run(staffing.invite_again, [world.people["handler"]], by=world.actor("office"), now=at(DAY))
    office = world.actor("office")
    assert world.do(resets.unread, office) == []
    assert world.run(resets.note_seen, [1], by=office, now=at(DAY)) == 0
    assert len(world.do(resets.unread, world.actor("office2"))) == 1
    with pytest.raises(NotAllowed):
        world.run(resets.note_seen, [1], by=world.actor("head"), now=at(DAY))
