"""After a deadline one case writes to the nominee, and every objector is answered (R19, R26, R34)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models import Letter, Message, Objection
from app.services.cases import settlement
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED = "2026-09-18 Fri 09:00"
DEADLINE = "2026-09-30 Wed 00:00"


def letters(world: World, case: int) -> list[tuple[str, str]]:
    """The letters of a case as (reader, kind), sorted."""
    with world.database.reader() as session:
        rows = session.scalars(select(Letter).where(Letter.case_id == case)).all()
        return sorted((row.reader.value, row.kind.value) for row in rows)


def test_of_two_cases_the_one_that_is_no_complaint_writes_to_the_nominee(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    complaint, _ = world.file(period, nominee, FILED, against_handler=True)
    case, _ = world.file(period, nominee, FILED, contact="13000000002")
    world.run(settlement.settle_due, now=at(DEADLINE))
    assert {reader for reader, _ in letters(world, complaint)} == {"objector"}
    assert {reader for reader, _ in letters(world, case)} == {"objector", "nominee", "unit"}
    with world.database.reader() as session:
        answers = session.execute(select(Objection.case_id, Message.text).join(Message)).all()
    assert sorted(each for each, _ in answers) == sorted([complaint, case])
    for _, text in answers:
        assert text == "办结期限届满，没有作出结论。该推荐对象的参评资格已经取消。"


def test_a_complaint_alone_writes_to_the_nominee_and_not_to_its_unit(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    complaint, _ = world.file(period, nominee, FILED, against_handler=True)
    world.run(settlement.settle_due, now=at(DEADLINE))
    assert {reader for reader, _ in letters(world, complaint)} == {"objector", "nominee"}
