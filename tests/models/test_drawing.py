"""Ids of cases, objections and evidence are random, so that they do not tell how many came between (SECURITY 43)."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import select

from app.models import Case, Evidence, Objection, drawing
from app.models.drawing import BEYOND, LOWEST
from tests.world import World


@pytest.fixture(autouse=True)
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "draw", drawing.draw_random_id)


def test_security_43_numbers_of_cases_and_objections_do_not_count_up(world: World) -> None:
    period = world.round_two()
    cases = [world.file(period, world.nominees[n % 5], f"2026-09-18 Fri 09:{n:02}")[0] for n in range(30)]
    with world.database.reader() as session:
        objections = [session.scalars(select(Objection.id).where(Objection.case_id == case)).one() for case in cases]
    for ids in (cases, objections):
        assert all(LOWEST <= each < BEYOND for each in ids)
        assert len(set(ids)) == 30
        assert ids not in (sorted(ids), sorted(ids, reverse=True))
        assert min(abs(one - other) for one, other in itertools.pairwise(ids)) > 1
    assert world.case(cases[0]).number == f"2026-{cases[0]}"


def test_an_id_that_is_taken_is_not_drawn_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], "2026-09-18 Fri 09:00")
    wanted = iter([case - LOWEST, case - LOWEST, 5])
    monkeypatch.setattr(drawing.secrets, "randbelow", lambda _: next(wanted))
    with world.database.writer() as session:
        assert drawing.draw_random_id(session.connection(), Case.__table__.c.id) == LOWEST + 5


def test_security_43_every_table_of_a_filing_draws_its_ids() -> None:
    for table in (Case, Objection, Evidence):
        assert table.__table__.c.id.default is not None, table
