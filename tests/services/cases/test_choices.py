"""A case goes to people of its unit who are not recused, and joins open cases of the same entry (R21, R23)."""

from __future__ import annotations

import pytest

from app.domain.cases.states import State
from app.models import Case, Recusal
from app.services.cases import choices, investigation
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED = "2026-09-18 Fri 09:00"


def assignable(world: World, case_id: int) -> list[str]:
    with world.database.reader() as session:
        return [user.login for user in choices.list_assignable(session, session.get_one(Case, case_id))]


def leads(world: World, case_id: int) -> list[int]:
    with world.database.reader() as session:
        return [lead.id for lead in choices.list_joinable_leads(session, session.get_one(Case, case_id))]


def test_recused_people_and_other_units_are_not_offered(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    assert assignable(world, case) == ["head", "handler", "handler2"]
    with world.database.writer() as session:
        session.add(Recusal(case_id=case, user_id=world.people["handler2"], reason="亲属", recused_at=at(FILED)))
        session.commit()
    assert assignable(world, case) == ["head", "handler"]


def test_a_case_joins_open_cases_of_its_entry_whose_end_is_not_proposed(world: World) -> None:
    period = world.round_two()
    one, _ = world.file(period, world.nominees[2], FILED)
    two, _ = world.file(period, world.nominees[2], FILED, contact="13000000002")
    other, _ = world.file(period, world.nominees[3], FILED, contact="13000000003")
    assert (leads(world, one), leads(world, two), leads(world, other)) == ([two], [one], [])
    world.bring(two, State.PROPOSED, "2026-09-21 Mon 09:00")
    assert leads(world, one) == []


@pytest.mark.parametrize("against", [(True, False), (False, True), (True, True), (False, False)])
def test_security_44_a_complaint_against_the_unit_joins_only_such_complaints(
    world: World, against: tuple[bool, bool]
) -> None:
    period = world.round_two()
    one, two = (
        world.file(period, world.nominees[2], FILED, contact=f"1300000000{n}", against_handler=each)[0]
        for n, each in enumerate(against)
    )
    for case in [one, two]:
        if world.case(case).handler_unit_id != world.office:
            world.run(investigation.take_over, case, "由市级专班办理", by=world.actor("office"), now=at(FILED))
    assert leads(world, one) == ([two] if against[0] is against[1] else [])
