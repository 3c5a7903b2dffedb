"""One unit's places are set as they are given; the record learns the public numbers only (R9, R11)."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.programmes.plan import Places
from app.domain.refusals import StillNeeded, WrongState
from app.models import Programme, Quota, Unit, UnitKind
from app.services.programmes.places import set_places
from tests.world import World, at, contact

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def new_unit(session: Session, world: World, *, retired: bool = False) -> int:
    unit = Unit(kind=UnitKind.RECOMMENDER, name="师宗县", parent_id=world.office, **contact(3))
    unit.retired_at = at("2026-09-01 Tue 09:00") if retired else None
    session.add(unit)
    session.flush()
    return unit.id


def quota(session: Session, unit_id: int) -> Quota | None:
    return session.scalar(select(Quota).where(Quota.unit_id == unit_id))


def test_places_go_to_recommending_units_that_are_in_use(world: World) -> None:
    with world.database.writer() as session:
        programme = session.get_one(Programme, world.programme)
        with pytest.raises(StillNeeded, match="不是推荐单位"):
            set_places(session, programme, Places(world.office, 1, 1))
        with pytest.raises(WrongState, match="已经停用"):
            set_places(session, programme, Places(new_unit(session, world, retired=True), 1, 1))


def test_what_is_set_is_answered_without_the_secret_places(world: World) -> None:
    with world.database.writer() as session:
        programme = session.get_one(Programme, world.programme)
        assert set_places(session, programme, Places(world.qilin, 2, 3)) is None  # as it is already
        assert set_places(session, programme, Places(world.qilin, 2, 3, secret_individuals=1)) == [2, 3]
        unit = new_unit(session, world)
        assert set_places(session, programme, Places(unit, 1, 4)) == [1, 4]
        assert quota(session, unit) is not None


def test_a_unit_without_places_leaves_the_table_unless_it_has_nominees(world: World) -> None:
    with world.database.writer() as session:
        programme = session.get_one(Programme, world.programme)
        unit = new_unit(session, world)
        assert set_places(session, programme, Places(unit, 0, 0)) is None
        set_places(session, programme, Places(unit, 1, 1))
        assert set_places(session, programme, Places(unit, 0, 0)) == [0, 0]
        assert quota(session, unit) is None
        assert set_places(session, programme, Places(world.qilin, 0, 0)) == [0, 0]
        kept = quota(session, world.qilin)
        assert kept is not None
        assert (kept.collectives, kept.individuals) == (0, 0)
