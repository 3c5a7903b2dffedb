"""The set of nominees who left is consistent under concurrent commits (R26, R27)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import ORMExecuteState, Session

from app.domain.cases.states import Conclusion, State
from app.models import Nominee, Programme
from app.services.cases import investigation, settlement
from app.services.nominees import gates
from app.services.shared import leavers
from tests.qujing import ROUNDS
from tests.world import World, at

DEADLINE = "2026-09-30 Wed 00:00"
EARLIER = "2026-09-24 Thu 09:00"
HEARD = "推荐单位公示里对该对象的异议还没有结论"
# Only PostgreSQL shows one transaction what another commits between two of its statements.
pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def between(session: Session, statement: int, act: Callable[[], object]) -> None:
    """Commit in another session right before this session's statement of that number."""
    asked = 0

    @event.listens_for(session, "do_orm_execute")
    def _count(_state: ORMExecuteState) -> None:
        nonlocal asked
        asked += 1
        if asked == statement:
            act()


def test_nobody_slips_through_between_a_lapse_and_its_settlement(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    world.file(period, nominee, "2026-09-18 Fri 09:00")
    with world.database.reader() as session:
        between(session, 2, lambda: world.run(settlement.settle_due, now=at(DEADLINE)))
        assert leavers.find_disqualified(session, [nominee], at(DEADLINE)) == {nominee}


def test_nobody_slips_through_the_gates_while_an_objection_is_upheld(world: World) -> None:
    period = world.round_two()
    for moment, nominee in enumerate(world.nominees, start=1):
        case, _ = world.file(period, nominee, "2026-09-18 Fri 09:00")
        world.bring(case, State.PROPOSED, EARLIER, Conclusion.UPHELD)
        with world.database.reader() as session:
            programme = session.get_one(Programme, world.programme)
            them = session.scalars(select(Nominee).where(Nominee.id == nominee)).all()
            between(session, moment, lambda case=case: world.act(investigation.confirm, case, "head", 1, now=EARLIER))
            standing = gates.find_standings(session, world.keyring, programme, them, at(EARLIER))[nominee]
        assert standing.how_left or HEARD in standing.obstacles(ROUNDS[3]), f"upheld before statement {moment}"
