"""A complaint against the organiser brings its unit no letter; the office's own cases are no complaint (R19, R34)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.cases.letters import LETTERS, Reader, Turn
from app.domain.cases.states import Conclusion, State
from app.models import Case, Letter
from app.services.cases import lettering
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED = "2026-09-18 Fri 09:00"


@pytest.mark.parametrize("against", [True, False])
def test_a_complaint_against_the_unit_is_the_offices_alone(world: World, against: bool) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED, against_handler=against)
    with world.database.reader() as session:
        assert lettering.is_against_unit(session.get_one(Case, case)) is against


def test_the_table_says_who_is_written_to(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    world.bring(case, State.CONCLUDED, "2026-09-21 Mon 09:00", Conclusion.UPHELD)
    with world.database.reader() as session:
        rows = session.scalars(select(Letter).where(Letter.case_id == case)).all()
        found = sorted((row.turn, row.kind, row.reader) for row in rows)
        assert all(row.signed_by_id == world.qilin and not row.office_only for row in rows if row.turn is Turn.ACCEPTED)
    turns = {turn for turn, _, _ in found}
    assert found == sorted((turn, kind, reader) for turn in turns for kind, reader in LETTERS[turn])
    assert {reader for _, _, reader in found} >= {Reader.OBJECTOR, Reader.NOMINEE, Reader.UNIT}
