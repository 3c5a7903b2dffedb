"""A flood is ended by two people in a few presses; each objection is recorded and answered (R22, R23)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.refusals import (
    BadValue,
    ChangedMeanwhile,
    MissingText,
    NothingChosen,
    NotYourCase,
    Refusal,
    SamePerson,
)
from app.models import Case, Message, MessageKind
from app.services.cases import bulk, flood, investigation
from app.services.cases.flood import Likeness
from app.services.record.verifying import verify
from tests.world import World, at, at_once

FILED = "2026-09-18 Fri 09:00"
SATURDAY = "2026-09-19 Sat 09:00"  # the day after: a unit is shown what came in (R19)
REASON = "同一段话反复提交，没有具体线索"
TEXTS = ("逐件看过，说的是同一件事", "评选通知第三部分", "已经核实，情况不属实")
HONEST = "二〇二五年六月，我在现场看到他们的台账是补写的，值班记录可以核对，请予核查。"
JUNK = "编号{0}：该对象申报的事迹与实际情况不符，第{0}项目并非其完成，请予核查处理！"


def flooded(world: World, number: int = 6) -> tuple[list[int], int]:
    """So many objections with a running number against two nominees, and an honest one among them."""
    period = world.round_two()
    junk, honest = [], 0
    for each in range(number):
        if each == number // 2:
            honest = world.file(period, world.nominees[0], FILED, facts=HONEST, contact="13900000000")[0]
        case, _ = world.file(period, world.nominees[each % 2], FILED, facts=JUNK.format(each), contact=f"130{each:08d}")
        junk.append(case)
    return junk, honest


def decline(world: World, first: int, chosen: list[int], by: str = "head", now: str = SATURDAY) -> int:
    args = (Likeness.TEXT, first, chosen, DeclineGround.NO_FACTS, REASON)
    return world.run(bulk.propose_decline, *args, by=world.actor(by), now=at(now))


def confirm(world: World, act: int, by: str = "handler", now: str = SATURDAY) -> int:
    return world.run(bulk.confirm_group, act, by=world.actor(by), now=at(now))


def states(world: World, cases: list[int]) -> set[State]:
    return {world.case(case).state for case in cases}


# --- what is one group ---------------------------------------------------------------------------


def test_security_47_a_running_number_makes_no_other_text_and_the_honest_one_is_not_in_the_group(
    world: World,
) -> None:
    junk, honest = flooded(world)
    with world.database.reader() as session:
        groups = flood.floods(session, world.actor("office"), at(SATURDAY))
        assert [(group.likeness, group.first_case, group.cases) for group in groups] == [(Likeness.TEXT, junk[0], 6)]
        drops = flood.drops_of(session, Likeness.TEXT, junk[0], world.actor("head"), at(SATURDAY))
    assert [drop.case.id for drop in drops] == junk
    assert honest not in junk


# --- refused -------------------------------------------------------------------------------------


def test_one_person_alone_ends_nothing(world: World) -> None:
    junk, _ = flooded(world)
    act = decline(world, junk[0], junk)
    assert states(world, junk) == {State.RECEIVED}
    before = world.everything()
    with pytest.raises(SamePerson):
        confirm(world, act, "head")
    with pytest.raises(NotYourCase):
        confirm(world, act, "stranger")
    with pytest.raises(ChangedMeanwhile):
        decline(world, junk[0], junk[:1])  # stands in a proposal already
    assert world.everything() == before


def test_all_or_none(world: World) -> None:
    junk, honest = flooded(world)
    before = world.everything()
    with pytest.raises(NothingChosen):
        decline(world, junk[0], [])
    with pytest.raises(ChangedMeanwhile):
        decline(world, junk[0], [junk[0], honest])
    with pytest.raises(NotYourCase):
        decline(world, junk[0], junk, "stranger")
    with pytest.raises(MissingText):
        world.run(
            bulk.propose_decline, Likeness.TEXT, junk[0], junk, DeclineGround.NO_FACTS, " ",
            by=world.actor("head"), now=at(SATURDAY),
        )  # fmt: skip
    with pytest.raises(BadValue, match="单独办理"):
        world.run(
            bulk.propose_conclusion, Likeness.TEXT, junk[0], junk, Conclusion.UPHELD, TEXTS,
            by=world.actor("head"), now=at(SATURDAY),
        )  # fmt: skip
    assert world.everything() == before
    act = decline(world, junk[0], junk)
    world.act(investigation.accept, junk[3], "handler2", now=SATURDAY)
    before = world.everything()
    with pytest.raises(ChangedMeanwhile, match="另外办理"):
        confirm(world, act)
    assert world.everything() == before
    world.run(bulk.return_group, act, "其中一件已经受理", by=world.actor("handler"), now=at(SATURDAY))
    with pytest.raises(ChangedMeanwhile, match="已经有人"):
        confirm(world, act)
    rest = [case for case in junk if case != junk[3]]
    assert confirm(world, decline(world, junk[0], rest)) == 5


def test_security_51_a_conclusion_replaced_meanwhile_is_not_confirmed_unread(world: World) -> None:
    junk, _ = flooded(world, 4)
    act = world.run(
        bulk.propose_conclusion, Likeness.TEXT, junk[0], junk, Conclusion.DISMISSED, TEXTS,
        by=world.actor("head"), now=at(SATURDAY),
    )  # fmt: skip
    world.act(investigation.return_proposal, junk[1], "handler", "再看看", now=SATURDAY)
    world.act(
        investigation.propose,
        junk[1],
        "handler2",
        Conclusion.UPHELD,
        "查明属实",
        "依据",
        "成立",
        now="2026-09-19 Sat 10:00",
    )
    with pytest.raises(ChangedMeanwhile):
        confirm(world, act)
    assert State.CONCLUDED not in states(world, junk)


# --- done ----------------------------------------------------------------------------------------


def test_declined_together_each_has_its_row_and_its_answer(world: World) -> None:
    junk, honest = flooded(world)
    rows = len(world.acts())
    act = decline(world, junk[0], junk)
    with world.database.reader() as session:
        assert [one.id for one in bulk.waiting_acts(session, world.actor("handler"), at(SATURDAY))] == [act]
        assert bulk.waiting_acts(session, world.actor("stranger"), at(SATURDAY)) == []
    assert confirm(world, act) == 6
    assert states(world, junk) == {State.DECLINED}
    assert world.case(honest).state is State.RECEIVED
    acts = [(action, subject) for _, action, subject in world.acts(since=rows)]
    proposed = [("case.decline", f"case:{case}") for case in junk]
    declined = [("case.confirm_decline", f"case:{case}") for case in junk]
    assert acts == [
        *proposed,
        ("group.proposed", f"group:{act}"),
        *declined,
        ("group.confirmed", f"group:{act}"),
    ]
    with world.database.reader() as session:
        assert session.scalar(select(func.count(Message.id)).where(Message.kind == MessageKind.ANSWER)) == 6
        assert bulk.waiting_acts(session, world.actor("handler"), at(SATURDAY)) == []
        assert verify(session).holds


def test_from_the_deadline_on_no_proposal_waits(world: World) -> None:
    """Nobody is asked to confirm what no longer counts (R26)."""
    junk, _ = flooded(world, 4)
    act = decline(world, junk[0], junk)
    seen = {}
    with world.database.reader() as session:
        for moment in ("2026-09-29 Tue 23:59", "2026-09-30 Wed 00:00"):
            seen[moment] = [one.id for one in bulk.waiting_acts(session, world.actor("handler"), at(moment))]
    assert seen == {"2026-09-29 Tue 23:59": [act], "2026-09-30 Wed 00:00": []}


def test_concluded_together_by_two(world: World) -> None:
    junk, honest = flooded(world)
    act = world.run(
        bulk.propose_conclusion, Likeness.TEXT, junk[0], junk, Conclusion.DISMISSED, TEXTS,
        by=world.actor("head"), now=at(SATURDAY),
    )  # fmt: skip
    assert states(world, junk) == {State.PROPOSED}
    assert confirm(world, act) == 6
    assert states(world, junk) == {State.CONCLUDED}
    assert {world.case(case).confirmed_by for case in junk} == {world.people["handler"]}
    with world.database.reader() as session:
        answers = session.scalars(select(Message.text).where(Message.kind == MessageKind.ANSWER)).all()
    assert answers == [f"异议不成立。{TEXTS[2]}"] * 6
    assert world.case(honest).state is State.RECEIVED


def test_joined_together_each_nominee_keeps_its_earliest_case(world: World) -> None:
    junk, honest = flooded(world)
    joined = world.run(bulk.join_group, Likeness.TEXT, junk[0], junk, by=world.actor("head"), now=at(SATURDAY))
    assert joined == 4
    assert [world.case(case).joined_into_id for case in junk] == [None, None, junk[0], junk[1], junk[0], junk[1]]
    assert world.case(honest).state is State.RECEIVED
    with world.database.reader() as session:
        leads = session.scalars(select(Case).where(Case.id.in_(junk[:2])).order_by(Case.id)).all()
        assert [len(case.objections) for case in leads] == [3, 3]


def test_security_44_complaints_against_the_unit_are_joined_among_themselves(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[0]
    cases = []
    for number, against in enumerate([False, True, False, True]):
        filed = {"facts": JUNK.format(number), "contact": f"130{number:08d}", "against_handler": against}
        cases.append(world.file(period, nominee, FILED, **filed)[0])
    for case in (cases[0], cases[2]):
        world.run(investigation.hand_up, case, "移交市级专班", by=world.actor("head"), now=at(SATURDAY))
    world.run(bulk.join_group, Likeness.TEXT, cases[0], cases, by=world.actor("office"), now=at(SATURDAY))
    assert [world.case(case).joined_into_id for case in cases] == [None, None, cases[0], cases[1]]


def test_confirmed_by_two_at_once_is_confirmed_once(world: World) -> None:
    junk, _ = flooded(world, 4)
    act = decline(world, junk[0], junk)
    rows = len(world.acts())
    outcomes = at_once([lambda who=who: confirm(world, act, who) for who in ("handler", "handler2") * 2])
    assert [outcome for outcome in outcomes if outcome == 4] == [4]
    assert all(outcome == 4 or isinstance(outcome, ChangedMeanwhile) for outcome in outcomes)
    assert len(world.acts(since=rows)) == 5


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_proposed_by_two_at_once_is_one_proposal(world: World) -> None:
    """Each case stands in one proposal: the other person is told that the group changed."""
    junk, _ = flooded(world, 4)
    rows = len(world.acts())
    outcomes = at_once([lambda who=who: decline(world, junk[0], junk, who) for who in ("head", "handler", "handler2")])
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ChangedMeanwhile", "ChangedMeanwhile", "int"]
    with world.database.reader() as session:
        waiting = bulk.waiting_acts(session, world.actor("office"), at(SATURDAY))
    assert [sorted(act.case_ids) for act in waiting] == [sorted(junk)]
    assert {world.version(case) for case in junk} == {1}
    assert len(world.acts(since=rows)) == 5


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_of_a_proposal_for_all_and_a_press_on_one_of_them_one_comes_first(world: World) -> None:
    junk, _ = flooded(world, 4)
    outcomes = at_once(
        [
            lambda: decline(world, junk[0], junk),
            lambda: world.act(investigation.accept, junk[2], "handler", now=SATURDAY),
            lambda: world.run(
                bulk.join_group, Likeness.TEXT, junk[0], junk, by=world.actor("handler2"), now=at(SATURDAY)
            ),
        ]
    )
    assert all(outcome is None or isinstance(outcome, int | Refusal) for outcome in outcomes), outcomes
    with world.database.reader() as session:
        for act in bulk.waiting_acts(session, world.actor("office"), at(SATURDAY)):
            assert states(world, act.case_ids) <= {State.RECEIVED, State.ACCEPTED}
        assert verify(session).holds
