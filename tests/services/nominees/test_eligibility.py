"""Conditions are judged by what the form says and by what a person confirms (R10)."""

from __future__ import annotations

import pytest

from app.domain.refusals import NotReady
from app.models import ReviewStage
from app.services.nominees import eligibility
from app.services.nominees.dossiers import make_dossier
from tests.world import World, at

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing in it that the two do differently


FINAL, PRELIMINARY = ReviewStage.FINAL, ReviewStage.PRELIMINARY


NOW = "2026-09-17 Thu 10:00"


PERSON = 2  # the place of the first individual among qilin's nominees


def say(world: World, nominee: int, condition: str, met: bool, note: str = "", now: str = NOW) -> None:
    world.run(eligibility.confirm_or_deny, nominee, condition, met, note, by=world.actor("office"), now=at(now))


@sqlite
def test_what_the_form_says_of_penalties_is_weighed_by_a_person(world: World) -> None:
    person = world.nominees[PERSON]
    world.do(
        lambda session: (
            session.add(make_dossier(world.keyring, person, {"penalties": "2019年警告"})),
            session.commit(),
        )
    )
    with pytest.raises(NotReady, match="麒小3（推荐表处分栏写的不是“无”"):
        world.reviewed([person], PRELIMINARY, NOW)
    say(world, person, "discipline", True, "处分已经解除，且满三年")
    world.reviewed([person], PRELIMINARY, NOW)
