"""A case's history is in the order of time and names no objector (R18, R20, R32)."""

from __future__ import annotations

import pytest

from app.domain.cases.states import State
from app.models import Case
from app.services.cases.history import Moment, list_history
from app.services.record.act_names import ACT_NAMES, name_act
from tests.world import World

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED = "2026-09-18 Fri 09:00"
NAME, CONTACT = "钱标记人", "13912345678"


def history(world: World, case: int) -> list[Moment]:
    with world.database.reader() as session:
        return list_history(session, session.get_one(Case, case))


@sqlite
def test_what_happened_comes_in_order_and_nothing_names_the_objector(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED, name=NAME, contact=CONTACT)
    world.bring(case, State.CONCLUDED, "2026-09-21 Mon 09:00")
    moments = history(world, case)
    assert [each.at for each in moments] == sorted(each.at for each in moments)
    assert (moments[0].who, moments[0].what, moments[0].coarse) == ("异议人", "收到异议", True)
    assert not any(each.coarse for each in moments[1:])
    assert {"麒麟区 麒麟区handler", "麒麟区 麒麟区head"} <= {each.who for each in moments}
    for mark in (NAME, CONTACT):
        assert not any(mark in f"{each.who}{each.what}{each.text}" for each in moments)


def test_every_act_has_a_name_of_its_own_and_an_unknown_one_stands_as_it_is() -> None:
    assert all(name_act(action) == name != action for action, name in ACT_NAMES.items())
    assert name_act("nothing.known") == "nothing.known"
