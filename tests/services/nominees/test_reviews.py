"""Reviews: whom they pass, and what they may not come between."""

from __future__ import annotations

import pytest

from app.domain.refusals import NotReady
from app.models import Nominee
from tests.qujing import ROUNDS
from tests.services.nominees.standings import FINAL, NOW, PERSON, PRELIMINARY, change, obstacles, review
from tests.world import World, at, at_once

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing in it that the two do differently


@sqlite
def test_who_left_passes_no_review_and_no_gate(world: World) -> None:
    person, other = world.nominees[PERSON], world.nominees[3]
    world.past_round_one([person])
    left = {"withdrawn_at": at(NOW), "withdrawn_by": world.people["head"], "withdraw_reason": "本人申请"}
    change(world, Nominee, Nominee.id == person, **left)
    assert [obstacles(world, person, number, NOW) for number in ROUNDS] == [("已退出推荐",)] * 3
    with pytest.raises(NotReady, match="麒小3（已退出推荐）"):
        review(world, person, FINAL, True)
    with pytest.raises(NotReady, match=r"麒小4（.*初审还没有通过）"):
        review(world, other, FINAL, True)


def test_a_review_refused_while_somebody_schedules_comes_before_or_after(world: World) -> None:
    person = world.nominees[PERSON]
    world.past_round_one([person])
    outcomes = at_once(
        [
            lambda: world.schedule(2, world.qilin, [person], "2026-09-18", 3, NOW),
            lambda: review(world, person, PRELIMINARY, False, "事迹不实"),
        ]
    )
    assert outcomes[1] is None
    done = [action for _, action, _ in world.acts()[-2:]]
    if isinstance(outcomes[0], int):
        assert done == ["period.scheduled", "nominee.reviewed"]
    else:
        assert str(outcomes[0]) == "麒小3不能进入这次公示：初审没有通过。"
        assert done[-1] == "nominee.reviewed"
