"""The running totals of a whole programme, step by step, with 县处级 and the places of the notice (R9, R10)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from app.domain.nominees.annexes import Rank
from app.domain.programmes.totals import PassedStep
from app.models import Nominee, Programme, Quota
from app.services.nominees import withdrawals
from app.services.office.totals import Totals, totals_of
from tests import awards
from tests.papers.made_up import made_up
from tests.world import World, at

AFTER = "2026-10-12 Mon 10:00"
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database


def totals(world: World, now: str) -> Totals:
    with world.database.reader() as session:
        programme = session.get_one(Programme, world.programme)
        return totals_of(session, world.keyring, programme, at(now), world.actor("office"))


def steps(found: Totals) -> dict[str, tuple[int, int, int]]:
    """Collectives, individuals and 县处级 of each step that anybody passed."""
    lines = {step.value: (line.collectives, line.individuals, line.county) for step, line in found.steps.items()}
    return {step: line for step, line in lines.items() if any(line)}


def test_every_step_over_the_whole_way(world: World, tmp_path: Path) -> None:
    with world.database.writer() as session:
        session.execute(update(Nominee).where(Nominee.id == world.nominees[3]).values(rank=Rank.COUNTY))
        session.execute(update(Quota).where(Quota.unit_id == world.luoping).values(secret_individuals=1))
        session.commit()
    assert steps(totals(world, "2026-09-07 Mon 08:00")) == {"recommended": (3, 5, 1)}
    made_up(world, tmp_path / "evidence")  # of qilin one collective lapsed, one individual was out
    found = totals(world, AFTER)
    assert steps(found) == {
        "recommended": (2, 4, 1),
        "round_1": (1, 2, 1),
        "preliminary": (1, 2, 1),
        "round_2": (1, 2, 1),
        "formal": (1, 2, 1),
    }
    numbers = [(line.collectives, line.individuals, line.all) for line in (found.places, found.secret, found.vacant)]
    assert numbers == [(3, 5, 8), (0, 1, 1), (1, 0, 1)]
    assert found.awards is not None
    assert (found.awards.all, found.differs) == (150, True)
    assert (found.planned.county, found.planned.total, found.planned.most, found.planned.exceeded) == (1, 8, 0, True)
    assert [one.id for one in found.counting] == [world.nominees[3]]
    assert (found.now.county, found.now.total) == (1, 7), "six nominees and one on paper"


def test_who_leaves_is_counted_nowhere_and_who_is_honoured_at_the_last_step(world: World, tmp_path: Path) -> None:
    awards.ready(world, tmp_path / "evidence")
    awards.decided(world, tmp_path / "evidence")
    found = totals(world, awards.DECIDED)
    assert {
        step: steps(found).get(step) for step in (PassedStep.RECOMMENDED, PassedStep.ROUND_3, PassedStep.HONOURED)
    } == {
        PassedStep.RECOMMENDED: (3, 5, 0),
        PassedStep.ROUND_3: (3, 5, 0),
        PassedStep.HONOURED: (3, 5, 0),
    }
    assert found.vacant.all == 0


def test_a_withdrawal_gives_the_place_back(world: World) -> None:
    now = "2026-09-07 Mon 09:00"
    world.run(withdrawals.withdraw, world.nominees[0], "本人申请退出", by=world.actor("head"), now=at(now))
    assert (steps(totals(world, now)), totals(world, now).vacant.all) == ({"recommended": (2, 5, 0)}, 1)
