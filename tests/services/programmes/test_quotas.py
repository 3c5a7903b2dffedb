"""Units are given places in a programme, never fewer than are used (R9, R11)."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, State
from app.domain.programmes.plan import Places
from app.domain.refusals import NotAllowed, StillNeeded, Unfit
from app.models import AuditRow, Quota, Unit, User
from app.services.programmes import quotas
from tests.refusing import RETIRED, refuses
from tests.world import World, at

NOW = at("2026-09-18 Fri 09:00")


sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here hangs on the kind of database


def give(world: World, *places: Places, login: str = "office") -> None:
    world.run(quotas.give_places, world.programme, places, by=world.actor(login), now=NOW)


def refused_fields(refusal: pytest.ExceptionInfo[Unfit]) -> list[str]:
    return [fault.field for fault in refusal.value.faults]


def quota(world: World, unit: int) -> tuple[int, int, int, int] | None:
    with world.database.reader() as session:
        row = session.scalar(select(Quota).where(Quota.programme_id == world.programme, Quota.unit_id == unit))
        return row and (row.collectives, row.individuals, row.secret_collectives, row.secret_individuals)


def details(world: World) -> list[dict[str, object]]:
    with world.database.reader() as session:
        return [json.loads(text) for text in session.scalars(select(AuditRow.details).order_by(AuditRow.id))]


@sqlite
def test_a_quota_does_not_fall_below_who_stands_in_rounds_two_and_three(world: World) -> None:
    period = world.round_two()  # two collectives, three individuals
    before = world.everything()
    for places, fields in (
        (Places(world.qilin, 1, 2), ["collectives", "individuals"]),
        (Places(world.qilin, 0, 0), ["collectives", "individuals"]),
        (Places(world.qilin, 2, 3, secret_individuals=1), ["individuals"]),  # a secret one takes a place too
    ):
        with pytest.raises(Unfit) as refused:
            give(world, Places(world.luoping, 7, 7), places)
        assert refused_fields(refused) == [f"{field}-{world.qilin}" for field in fields]
    assert world.everything() == before
    give(world, Places(world.qilin, 2, 3), Places(world.luoping, 0, 0))  # nobody of luoping stands in a round
    assert (quota(world, world.qilin), quota(world, world.luoping)) == ((2, 3, 0, 0), (0, 0, 0, 0))

    case, _ = world.file(period, world.nominees[2], "2026-09-18 Fri 10:00")
    world.bring(case, State.CONCLUDED, "2026-09-18 Fri 11:00", Conclusion.UPHELD)
    give(world, Places(world.qilin, 2, 2))  # who is out stands nowhere


@sqlite
def test_places_go_to_recommending_units_in_use(world: World) -> None:
    with world.database.writer() as session:
        gone = Unit(kind="recommender", name="撤并的县", parent_id=world.office, retired_at=NOW)
        session.add(gone)
        session.commit()
        gone_id = gone.id
    before = world.everything()
    for refusal, unit in ((RETIRED, gone_id), (StillNeeded, world.office)):
        with refuses(refusal):
            give(world, Places(world.luoping, 9, 9), Places(unit, 1, 1))
    with pytest.raises(NotAllowed):
        give(world, Places(world.luoping, 9, 9), login="stranger")
    assert world.everything() == before


@sqlite
def test_secret_numbers_are_for_the_office_and_their_unit_and_on_no_record(world: World) -> None:
    """R11."""
    give(world, Places(world.qilin, 4, 5, secret_collectives=1, secret_individuals=2), Places(world.luoping, 1, 2))

    def rows(login: str) -> list[tuple[str, int, int, int]]:
        with world.database.reader() as session:
            groups = quotas.table_of(session, world.programme, world.actor(login), NOW)
        return [
            (row.quota.unit.name, row.collective.secret + row.individual.secret, row.vacant, row.total)
            for group in groups
            for row in group.rows
        ]

    assert rows("office") == [("麒麟区", 3, 1, 9), ("罗平县", 0, 0, 3)]
    assert rows("head") == [("麒麟区", 3, 1, 9)]
    assert rows("stranger") == [("罗平县", 0, 0, 3)]
    with world.database.writer() as session:
        own = session.scalars(select(Unit).where(Unit.parent_id == world.qilin)).first()
        session.get_one(User, world.people["handler"]).unit = own
        session.commit()
    assert rows("handler") == [("麒麟区", 0, 4, 9)]  # its own unit's people see the quota, and nothing secret in it
    assert details(world) == [{"quotas": {str(world.qilin): [4, 5]}}]
