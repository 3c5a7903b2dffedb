"""A programme is over once it is archived or its award is decided (R31)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from app.domain.refusals import Awarded
from app.models import Programme
from app.services.programmes import decisions
from tests.awards import decided, ready
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_nothing_changes_after_the_decision(world: World, tmp_path: Path) -> None:
    world.do(decisions.require_before_decision, world.programme)
    assert world.do(decisions.of_programme, world.programme) is None
    assert not world.do(decisions.is_over, world.programme)
    ready(world, tmp_path)
    number = decided(world, tmp_path)
    with pytest.raises(Awarded):
        world.do(decisions.require_before_decision, world.programme)
    assert world.do(decisions.is_over, world.programme)
    with world.database.reader() as session:
        assert [row.id for row in decisions.decisions(session)] == [number]
        found = decisions.decision(session, number)
        assert found is not None
        assert found.honours
        assert decisions.decision(session, 999) is None


def test_an_archived_programme_is_over_without_a_decision(world: World) -> None:
    with world.database.writer() as session:
        session.execute(update(Programme).values(archived_at=at("2026-09-30 Wed 09:00")))
        session.commit()
    assert world.do(decisions.is_over, world.programme)
