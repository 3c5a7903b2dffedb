"""One case of round two and a proposal for it."""

from __future__ import annotations

from app.domain.cases.states import Conclusion, State
from app.services.cases import investigation
from tests.world import World

FILED = "2026-09-18 Fri 09:00"


DAY = "2026-09-21 Mon 10:00"


PROPOSAL = (Conclusion.DISMISSED, "经走访核实", "评选通知第三部分", "谢谢监督")


def a_case(world: World, state: State, period: int | None = None) -> int:
    """A case of qilin's first nominee in a state."""
    case, _ = world.file(period or world.round_two(), world.nominees[0], FILED)
    if state is State.AWAITING_SUPPLEMENT:
        world.bring(case, State.ACCEPTED, FILED)
        world.act(investigation.ask_supplement, case, "handler", "请说明时间地点", now=FILED)
    elif state is not State.RECEIVED:
        world.bring(case, state, FILED)
    return case
