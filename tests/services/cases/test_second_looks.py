"""A second look: asked for once and in time, answered by somebody of the office who had no part in the case (R35)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.cases.tasks import CaseTask
from app.domain.refusals import LookAskedMeanwhile, LookRefused, LooksOpen, MissingText, NotAllowed, TooLateToConclude
from app.models import Case, Letter, Message, Objection, SecondLook
from app.services.cases import investigation, queue, second_looks, settlement, warnings
from app.services.objections import following
from app.services.periods import closing
from tests.world import World, at, at_once

FILED = "2026-09-18 Fri 09:00"
DAY = "2026-09-21 Mon 10:00"
ASKED = "2026-09-22 Tue 10:00"
LAST_TO_ASK, TOO_LATE_TO_ASK = "2026-09-28 Mon 23:59:59", "2026-09-29 Tue 00:00"
DUE = "2026-09-30 Wed 08:00"
WISH = "没有问到当时在场的人。"


def dismissed(world: World, period: int | None = None) -> tuple[int, int]:
    """A case that qilin dismissed, and its objection."""
    case, _ = world.file(period or world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.CONCLUDED, DAY)
    return case, objection_of(world, case)


def declined(world: World, period: int | None = None) -> tuple[int, int]:
    case, _ = world.file(period or world.round_two(), world.nominees[0], FILED)
    world.decline(case, DeclineGround.NO_FACTS, "没有线索可查", DAY)
    return case, objection_of(world, case)


def objection_of(world: World, case: int) -> int:
    with world.database.reader() as session:
        return session.scalars(select(Objection.id).where(Objection.case_id == case)).one()


def waits_for(world: World, login: str, now: str = ASKED) -> list[CaseTask | None]:
    """What the cases of the portal wait for from somebody of the office."""
    with world.database.reader() as session:
        actor, instant = world.actor(login), at(now)
        rows = queue.list_all_cases(session, actor, instant)
        return [row.task_for(actor, instant, agreed=True) for row in rows]


def ask(world: World, objection: int, now: str = ASKED) -> None:
    world.run(second_looks.ask, objection, WISH, now=at(now))


# --- asking --------------------------------------------------------------------------------------


def test_what_cannot_be_asked_is_refused_and_changes_nothing(world: World) -> None:
    period = world.round_two()
    partly, _ = world.file(period, world.nominees[1], FILED)
    world.bring(partly, State.CONCLUDED, DAY, Conclusion.PARTLY_UPHELD)
    upheld, _ = world.file(period, world.nominees[2], FILED)
    world.bring(upheld, State.CONCLUDED, DAY, Conclusion.UPHELD)
    still_open, _ = world.file(period, world.nominees[3], FILED)
    taken_back, _ = world.file(period, world.nominees[4], FILED)
    world.run(following.withdraw, objection_of(world, taken_back), "误会", now=at(FILED))
    world.decline(taken_back, DeclineGround.WITHDRAWN, "异议人已经撤回", DAY)
    case, objection = dismissed(world, period)
    before = world.everything()
    for other in (partly, upheld, still_open):
        with pytest.raises(LookRefused, match="只有不予受理、异议不成立"):
            ask(world, objection_of(world, other))
    with pytest.raises(LookRefused, match="已经撤回"):
        ask(world, objection_of(world, taken_back))
    with pytest.raises(LookRefused, match="期限已过"):
        ask(world, objection, TOO_LATE_TO_ASK)
    with pytest.raises(MissingText):
        world.run(second_looks.ask, objection, " ", now=at(ASKED))
    assert world.everything() == before
    assert world.case(case).state is State.CONCLUDED


def test_it_can_be_asked_until_one_working_day_before_the_deadline_and_once(world: World) -> None:
    case, objection = dismissed(world)
    ask(world, objection, LAST_TO_ASK)
    with pytest.raises(LookRefused, match="不能再次申请"):
        ask(world, objection, LAST_TO_ASK)
    assert (case, "市评选工作组办公室", "look_asked") in world.outbox()
    assert world.acts()[-1] == ("objector", "objection.look_asked", f"case:{case}")


def test_asked_twice_at_once_it_is_asked_once(world: World) -> None:
    _, objection = dismissed(world)
    outcomes = at_once([lambda: ask(world, objection)] * 2)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LookRefused", "NoneType"]
    with world.database.reader() as session:
        assert len(session.scalars(select(SecondLook)).all()) == 1


# --- answering -----------------------------------------------------------------------------------


def test_nobody_who_acted_in_the_case_and_nobody_of_the_unit_answers(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[0], FILED)
    world.bring(case, State.PROPOSED, DAY)
    world.act(investigation.confirm, case, "office", 1, now=DAY)  # the second person was of the office
    ask(world, objection_of(world, case))
    for login in ("office", "head", "handler"):
        for use_case in (second_looks.confirm_look, second_looks.reopen):
            with pytest.raises(NotAllowed):
                world.act(use_case, case, login, "核查不够充分", now=ASKED)
    assert (waits_for(world, "office"), waits_for(world, "office2")) == ([None], [CaseTask.LOOK])
    world.act(second_looks.confirm_look, case, "office2", "核查充分，结论正确", now=ASKED)
    assert waits_for(world, "office2") == [None]


def test_who_acted_in_a_case_that_came_in_through_another_does_not_answer(world: World) -> None:
    """The office accepts the first of three; it is joined into the second, and that into the third."""
    period = world.round_two()
    cases = [world.file(period, world.nominees[0], FILED, against_handler=True)[0] for _ in range(3)]
    world.act(investigation.accept, cases[0], "office2", now=DAY)
    for case in cases[1:]:
        world.act(investigation.accept, case, "office", now=DAY)
    world.act(investigation.join, cases[0], "office", cases[1], now=DAY)
    world.act(investigation.join, cases[1], "office", cases[2], now=DAY)
    with world.database.reader() as session:
        assert second_looks.list_who_acted(session, session.get_one(Case, cases[2])) == {
            world.people["office"],
            world.people["office2"],
        }


def test_security_51_a_wish_that_came_after_the_page_was_read_is_not_answered_unread(world: World) -> None:
    period = world.round_two()
    lead, _ = world.file(period, world.nominees[0], FILED)
    second, _ = world.file(period, world.nominees[0], FILED, contact="13000000002")
    objections = objection_of(world, lead), objection_of(world, second)
    world.act(investigation.join, second, "handler", lead, now="2026-09-19 Sat 09:00")
    world.bring(lead, State.CONCLUDED, DAY)
    ask(world, objections[0])
    ask(world, objections[1])  # while the page with one request is open
    before = world.everything()
    for answer in (second_looks.confirm_look, second_looks.reopen):
        with pytest.raises(LookAskedMeanwhile):
            world.act(answer, lead, "office", "核查充分，结论正确", 1, now=ASKED)
    assert world.everything() == before
    world.act(second_looks.confirm_look, lead, "office", "核查充分，结论正确", 2, now=ASKED)


def test_where_nobody_is_left_to_decide_the_office_sees_it(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED, against_handler=True)
    world.act(investigation.accept, case, "office", now=DAY)
    world.act(investigation.investigate, case, "office", now=DAY)
    world.act(investigation.propose, case, "office", Conclusion.DISMISSED, "已核实", "第三部分", "谢谢", now=DAY)
    world.act(investigation.confirm, case, "office2", 1, now=DAY)
    ask(world, objection_of(world, case))
    assert waits_for(world, "office") == [CaseTask.ADD_REVIEWER]


def test_confirmed_it_stands_and_only_who_asked_is_told(world: World) -> None:
    period = world.round_two()
    lead, _ = world.file(period, world.nominees[0], FILED)
    second, _ = world.file(period, world.nominees[0], FILED, contact="13000000002")
    first_objection, second_objection = objection_of(world, lead), objection_of(world, second)
    world.act(investigation.join, second, "handler", lead, now="2026-09-19 Sat 09:00")
    world.bring(lead, State.CONCLUDED, DAY)
    ask(world, second_objection)
    world.act(second_looks.confirm_look, lead, "office", "核查充分，结论正确", now=ASKED)
    assert world.case(lead).state is State.CONCLUDED
    with world.database.reader() as session:
        told = session.scalars(select(Message.objection_id).where(Message.sent_at == at(ASKED))).all()
        letters = session.execute(select(Letter.objection_id, Letter.turn).where(Letter.made_at == at(ASKED))).all()
    assert told == [second_objection]
    assert [tuple(row) for row in letters] == [(second_objection, "look_confirmed")]
    ask(world, first_objection)  # once each: the other one may still ask


@pytest.mark.parametrize(("ended", "again"), [(dismissed, State.INVESTIGATING), (declined, State.ACCEPTED)])
def test_reopened_the_office_has_it_and_brings_it_to_an_end(world: World, ended, again: State) -> None:  # type: ignore[no-untyped-def] # one of the two functions above
    case, objection = ended(world)
    ask(world, objection)
    world.act(second_looks.reopen, case, "office", "有在场的人没有问到", now=ASKED)
    row = world.case(case)
    assert (row.state, row.handler_unit_id, row.conclusion, row.decline_ground) == (again, world.office, None, None)
    assert [each.case.id for each in world.do(queue.list_queue, world.actor("office"), at(ASKED)) if each.is_open] == [
        case
    ]
    if again is State.ACCEPTED:
        world.act(investigation.investigate, case, "office", now=ASKED)
    texts = Conclusion.UPHELD, "补问了在场的人", "第三部分", "经重新核查，异议成立"
    world.act(investigation.propose, case, "office", *texts, now=ASKED)
    world.act(investigation.confirm, case, "office2", world.version(case), now=ASKED)
    assert world.case(case).conclusion is Conclusion.UPHELD
    assert [out[0] for out in world.disqualifications()] == [world.nominees[0]]
    with pytest.raises(LookRefused, match="不能再次申请"):
        ask(world, objection)


def test_confirmed_and_reopened_at_once_one_of_them_counts(world: World) -> None:
    case, objection = dismissed(world)
    ask(world, objection)
    outcomes = at_once(
        [
            lambda: world.act(second_looks.confirm_look, case, "office", "核查充分", now=ASKED),
            lambda: world.act(second_looks.reopen, case, "office2", "核查不够", now=ASKED),
        ]
    )
    assert sum(outcome is None for outcome in outcomes) == 1
    with world.database.reader() as session:
        look = session.scalars(select(SecondLook)).one()
        assert (look.outcome == "reopened") is (world.case(case).state is State.INVESTIGATING)


# --- not answered ----------------------------------------------------------------------------------


def test_not_answered_what_two_people_decided_stands_and_nobody_is_put_out(world: World) -> None:
    """An unanswered wish must not be a weapon."""
    case, objection = dismissed(world)
    ask(world, objection)
    world.run(settlement.settle_due, now=at(DUE))
    assert world.case(case).state is State.CONCLUDED
    assert world.disqualifications() == []
    for use_case in (second_looks.confirm_look, second_looks.reopen):
        with pytest.raises((NotAllowed, TooLateToConclude)):
            world.act(use_case, case, "office", "核查不够充分", now=DUE)
    assert waits_for(world, "office", DUE) == [None]


def test_the_deadline_does_not_move_and_a_reopened_case_lapses_like_any_other(world: World) -> None:
    period = world.round_two()
    case, objection = dismissed(world, period)
    before = world.period(period).conclude_by
    ask(world, objection)
    world.act(second_looks.reopen, case, "office", "有在场的人没有问到", now=ASKED)
    assert world.period(period).conclude_by == before
    world.run(settlement.settle_due, now=at(DUE))
    assert world.case(case).state is State.LAPSED


def test_a_period_is_not_closed_over_a_right_that_is_still_there(world: World) -> None:
    period = world.round_two()
    case, objection = dismissed(world, period)

    def close(now: str) -> None:
        world.run(closing.close_period, period, by=world.actor("office"), now=at(now))

    with pytest.raises(LooksOpen, match=r"2026年9月28日 24:00以后") as refused:  # it may still be asked for
        close("2026-09-24 Thu 09:00")
    assert refused.value.numbers == [world.case(case).number]
    ask(world, objection)
    with pytest.raises(LooksOpen, match=r"2026年9月29日 24:00以后"):  # it is asked for
        close(TOO_LATE_TO_ASK)
    world.act(second_looks.confirm_look, case, "office", "核查充分", now=TOO_LATE_TO_ASK)
    close(TOO_LATE_TO_ASK)


def test_a_request_is_among_the_offices_warnings_until_it_is_answered(world: World) -> None:
    case, objection = dismissed(world)

    def shown(login: str) -> list[str]:
        rows = world.do(warnings.warnings_for, world.actor(login), at(ASKED))
        return [row.reminder.value for row in rows if row.case_id == case]

    ask(world, objection)
    assert shown("office") == ["look_asked"]
    world.act(second_looks.confirm_look, case, "office", "核查充分", now=ASKED)
    assert shown("office") == ["look_confirmed"]


def test_a_clock_that_ran_ahead_while_it_was_asked_does_not_keep_anybody_from_answering(world: World) -> None:
    case, objection = dismissed(world)
    ask(world, objection)
    world.act(second_looks.confirm_look, case, "office", "核查充分，结论正确", now="2026-09-22 Tue 09:00")
    with world.database.reader() as session:
        assert session.scalars(select(SecondLook.decided_at)).one() == at(ASKED)
