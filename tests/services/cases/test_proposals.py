"""Every version of a proposal is kept with its text and its fate (R22)."""

from __future__ import annotations

from typing import Any

from app.domain.cases.states import Conclusion, DeclineGround, State
from app.models import Case, Proposal, ProposalEnd
from app.services.cases import investigation, proposals
from tests.world import World

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 09:00"
FIRST = (Conclusion.UPHELD, "走访核实", "评选通知第三部分", "已核实")
SECOND = (Conclusion.DISMISSED, "又走访了三家", "评选通知第四部分", "谢谢监督")


def versions(world: World, case: int) -> list[tuple[Any, ...]]:
    """Each version as (number, text that was decisive, who, its end, who ended it, why), the first first."""

    def read(session: Any) -> list[tuple[Any, ...]]:
        names = {user_id: login for login, user_id in world.people.items()}
        rows = proposals.list_versions(session, session.get_one(Case, case))
        return [
            (
                row.version,
                row.findings or row.decline_reason,
                names[row.proposed_by],
                row.ended,
                names.get(row.ended_by or 0, ""),
                row.end_reason,
            )
            for row in reversed(rows)
        ]

    return world.do(read)


def back(world: World, case: int, *, declines: bool = False) -> Proposal | None:
    return world.do(lambda session: proposals.find_earlier(session, session.get_one(Case, case), declines=declines))


def a_case(world: World, state: State = State.INVESTIGATING) -> int:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    if state is not State.RECEIVED:
        world.bring(case, state, FILED)
    return case


def test_a_returned_version_stays_and_the_next_one_begins_with_it(world: World) -> None:
    case = a_case(world)
    world.act(investigation.propose, case, "handler", *FIRST, now=DAY)
    assert back(world, case) is None  # it waits
    world.act(investigation.return_proposal, case, "head", "再问一家", now=DAY)
    found = back(world, case)
    assert found is not None
    assert (found.conclusion, found.findings, found.grounds, found.answer) == FIRST
    assert back(world, case, declines=True) is None  # it was no decline
    world.act(investigation.propose, case, "handler", *SECOND, now=DAY)
    assert back(world, case) is None
    world.act(investigation.confirm, case, "head", 2, now=DAY)
    assert versions(world, case) == [
        (1, "走访核实", "handler", ProposalEnd.RETURNED, "head", "再问一家"),
        (2, "又走访了三家", "handler", ProposalEnd.CONFIRMED, "head", None),
    ]


def test_a_decline_that_is_replaced_returned_and_confirmed_keeps_each_of_its_texts(world: World) -> None:
    case = a_case(world, State.RECEIVED)
    world.act(investigation.decline, case, "handler", DeclineGround.OUT_OF_SCOPE, "与参评无关", now=DAY)
    world.act(investigation.decline, case, "head", DeclineGround.NO_FACTS, "没有线索", now=DAY)
    world.act(investigation.return_decline, case, "handler", "写明缺什么", now=DAY)
    found = back(world, case, declines=True)
    assert found is not None
    assert (found.decline_ground, found.decline_reason) == (DeclineGround.NO_FACTS, "没有线索")
    world.act(investigation.decline, case, "head", DeclineGround.NO_FACTS, "没有时间地点", now=DAY)
    world.act(investigation.confirm_decline, case, "handler", 3, now=DAY)
    assert versions(world, case) == [
        (1, "与参评无关", "handler", ProposalEnd.REPLACED, "head", None),
        (2, "没有线索", "head", ProposalEnd.RETURNED, "handler", "写明缺什么"),
        (3, "没有时间地点", "head", ProposalEnd.CONFIRMED, "handler", None),
    ]
    assert back(world, case, declines=True) is None  # the case is over


def test_a_decline_that_waits_is_dropped_when_the_case_is_accepted(world: World) -> None:
    case = a_case(world, State.RECEIVED)
    world.act(investigation.decline, case, "handler", DeclineGround.NO_FACTS, "没有线索", now=DAY)
    world.act(investigation.accept, case, "head", now=DAY)
    assert versions(world, case) == [(1, "没有线索", "handler", ProposalEnd.DROPPED, "head", None)]
