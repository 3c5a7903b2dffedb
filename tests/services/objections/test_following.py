"""What an objector does with a receipt: follow, supplement, withdraw (R18, R20)."""

import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, State
from app.domain.refusals import AlreadyDone, MissingText, MoveRefused, TooLateToConclude, UnknownReceipt
from app.models import Message
from app.sealing import Keyring
from app.services.cases import investigation
from app.services.objections import following
from app.services.record.verifying import verify
from tests.world import World, at, at_once

FILED = "2026-09-18 Fri 09:00"
NEXT_DAY = "2026-09-21 Mon 10:00"
LATER = "2026-09-22 Tue 10:00"
DEADLINE = "2026-09-30 Wed 00:00"


def messages(world: World) -> list[tuple[int, str, str]]:
    with world.database.reader() as session:
        rows = session.execute(select(Message.objection_id, Message.kind, Message.text).order_by(Message.id))
        return [tuple(row) for row in rows]


# --- refused -------------------------------------------------------------------------------------


def test_a_code_nobody_got_finds_nothing_and_the_right_one_does_however_typed(world: World) -> None:
    period = world.round_two()
    _, code = world.file(period, world.nominees[0], FILED)
    case, second = world.file(period, world.nominees[1], FILED)
    for typed in ("", "0000-0000-0000-0000-0000-0000", code[:-1], code + "0", "' OR 1=1 --"):
        with pytest.raises(UnknownReceipt):
            world.do(following.find_by_receipt, world.keyring, typed)
    with pytest.raises(UnknownReceipt):
        world.do(following.find_by_receipt, Keyring("another key"), code)
    for typed in (second, second.lower(), second.replace("-", " "), second.replace("0", "O")):
        assert world.do(following.find_by_receipt, world.keyring, typed) == 2
    with world.database.reader() as session:
        objection, its_case = following.followed(session, 2)
        assert (objection.id, its_case.id, its_case.state_at(at(NEXT_DAY))) == (2, case, State.RECEIVED)


def test_supplement_and_withdrawal_are_refused_without_a_text_after_the_end_and_from_the_deadline_on(
    world: World,
) -> None:
    period = world.round_two()
    world.file(period, world.nominees[0], FILED)
    concluded, _ = world.file(period, world.nominees[1], FILED)
    world.bring(concluded, State.CONCLUDED, NEXT_DAY)
    before = world.everything()
    for use_case, longest in ((following.supplement, 3000), (following.withdraw, 300)):
        for text in ("", " \r\n\t ", "字" * (longest + 1)):
            with pytest.raises(MissingText) as refused:
                world.run(use_case, 1, text, now=at(LATER))
            assert (refused.value.low, refused.value.high) == (1, longest)
        with pytest.raises(MoveRefused):
            world.run(use_case, 2, "有新的情况", now=at(LATER))
        for now in (DEADLINE, "2026-12-01 Tue 09:00"):  # nothing has settled it: the deadline alone decides
            with pytest.raises(TooLateToConclude):
                world.run(use_case, 1, "有新的情况", now=at(now))
    assert world.everything() == before


# --- supplement ----------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.ACCEPTED, State.INVESTIGATING])
def test_a_supplement_ends_the_wait_where_it_began(world: World, state: State) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, state, NEXT_DAY)
    world.act(investigation.ask_supplement, case, "handler", "请说明时间地点", now=NEXT_DAY)
    rows = len(world.acts())
    world.run(following.supplement, 1, "  时间是去年三月\r\n地点在河边  ", now=at("2026-09-29 Tue 23:59:59.999999"))
    assert (world.case(case).state, world.case(case).resume_state) == (state, None)
    world.run(following.supplement, 1, "再补一句", now=at("2026-09-29 Tue 23:59:59.999999"))  # asked or not
    assert world.case(case).state is state
    assert messages(world) == [
        (1, "question", "请说明时间地点"),
        (1, "supplement", "时间是去年三月\n地点在河边"),
        (1, "supplement", "再补一句"),
    ]
    assert world.acts(rows) == [("objector", "objection.supplemented", f"case:{case}")] * 2


def test_a_supplement_and_the_handlers_replies_at_once_all_arrive(world: World) -> None:
    """Both sides lock the case first, so neither waits for what the other holds."""
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.ACCEPTED, NEXT_DAY)
    says = [lambda: world.act(investigation.reply, case, "handler", "已收到", now=LATER)] * 6
    adds = [lambda: world.run(following.supplement, 1, "补充", now=at(LATER))] * 6
    assert at_once([job for pair in zip(says, adds, strict=True) for job in pair]) == [None] * 12
    assert sorted(kind for _, kind, _ in messages(world)) == ["reply"] * 6 + ["supplement"] * 6
    assert world.do(verify).holds


# --- withdrawal ----------------------------------------------------------------------------------


def test_a_withdrawal_is_noted_once_and_ends_nothing(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.INVESTIGATING, NEXT_DAY)
    rows = len(world.acts())
    world.run(following.withdraw, 1, " 已经说清 ", now=at(LATER))
    with pytest.raises(AlreadyDone):
        world.run(following.withdraw, 1, "再撤一次", now=at(LATER))
    assert world.case(case).state is State.INVESTIGATING
    with world.database.reader() as session:
        objection, _ = following.followed(session, 1)
        assert (objection.withdrawn_at, objection.withdraw_reason) == (at(LATER), "已经说清")
    assert world.acts(rows) == [("objector", "objection.withdrawn", f"case:{case}")]


def test_after_a_withdrawal_the_handler_still_decides(world: World) -> None:
    """A check under way for good reason goes on: dismissed or withdrawn, the handler says which (R18)."""
    period = world.round_two()
    for nominee, conclusion in zip(world.nominees, (Conclusion.WITHDRAWN, Conclusion.UPHELD), strict=False):
        case, code = world.file(period, nominee, FILED)
        world.run(
            following.withdraw, world.do(following.find_by_receipt, world.keyring, code), "不追究了", now=at(FILED)
        )
        world.bring(case, State.CONCLUDED, LATER, conclusion)
        assert world.case(case).conclusion is conclusion
    assert messages(world) == [
        (1, "answer", "异议人撤回。已核实，谢谢监督"),
        (2, "answer", "异议成立。已核实，谢谢监督"),
    ]


def test_an_objection_that_was_joined_is_followed_in_the_leading_case(world: World) -> None:
    period = world.round_two()
    lead, _ = world.file(period, world.nominees[0], FILED)
    joined, code = world.file(period, world.nominees[0], FILED)
    world.bring(lead, State.INVESTIGATING, NEXT_DAY)
    world.act(investigation.join, joined, "handler", lead, now=NEXT_DAY)
    world.act(investigation.ask_supplement, lead, "handler", "请说明时间地点", now=NEXT_DAY)
    objection = world.do(following.find_by_receipt, world.keyring, code)
    world.run(following.supplement, objection, "去年三月", now=at(LATER))
    assert (world.case(lead).state, world.case(joined).state) == (State.INVESTIGATING, State.JOINED)
    with world.database.reader() as session:
        assert following.followed(session, objection)[1].id == lead
