"""The four stages: which round each one must see the end of."""

from __future__ import annotations

from app.domain.calendar.stages import STAGE_NUMBERS, stages_named


def test_the_first_three_stages_end_a_round_each_and_the_last_ends_none() -> None:
    stages = stages_named({number: (f"阶段{number}", "材料", 10 * number) for number in STAGE_NUMBERS})
    assert {number: (stage.name, stage.days, stage.round) for number, stage in stages.items()} == {
        1: ("阶段1", 10, 1),
        2: ("阶段2", 20, 2),
        3: ("阶段3", 30, 3),
        4: ("阶段4", 40, None),
    }
