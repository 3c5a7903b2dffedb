"""Every act on a case locks it and checks whose it is and whether its deadline has passed (R20, R25)."""

from __future__ import annotations

import pytest

from app.domain.cases.states import Action
from app.domain.refusals import NotYourCase, Refusal, TooLateToConclude
from app.services.cases import handling
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED = "2026-09-18 Fri 09:00"
LAST = "2026-09-29 Tue 23:59:59.999999"
DEADLINE = "2026-09-30 Wed 00:00"


@pytest.mark.parametrize(
    ("login", "now", "refusal"),
    [("stranger", LAST, NotYourCase), ("stranger", DEADLINE, NotYourCase), ("handler", DEADLINE, TooLateToConclude)],
)
def test_what_may_not_be_done_changes_nothing(world: World, login: str, now: str, refusal: type[Refusal]) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    before = world.everything()
    with pytest.raises(refusal):
        world.run(handling.lock_case, case, Action.ACCEPT, by=world.actor(login), now=at(now))
    assert world.everything() == before


def test_a_case_that_is_not_there_is_nobodys(world: World) -> None:
    with pytest.raises(NotYourCase):
        world.run(handling.lock_case, 999, Action.ACCEPT, by=world.actor("office"), now=at(FILED))
