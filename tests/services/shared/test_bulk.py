"""An act on many things is done to each of them; a refusal does not stop the others (R21, R30)."""

import pytest

from app.domain.cases.states import Conclusion, State
from app.domain.refusals import (
    AlreadyClosed,
    CasesOpen,
    MoveRefused,
    NotAllowed,
    NothingChosen,
    NotYourCase,
    WrongState,
)
from app.services.cases import investigation, settlement
from app.services.periods import closing
from app.services.shared.bulk import BulkOutcome
from tests.world import World, at

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # each act is tested on both where it lives
FILED = "2026-09-18 Fri 09:00"
DAY = "2026-09-21 Mon 10:00"


def kinds(outcome: BulkOutcome) -> tuple[list[int], dict[int, type]]:
    return outcome.done, {each: type(why) for each, why in outcome.refused.items()}


@sqlite
def test_every_period_that_is_ready_is_closed_and_the_others_say_why_not(world: World) -> None:
    held = world.round_two()
    world.past_round_one(world.others)  # periods 7 to 9, closed
    later = world.schedule(2, world.luoping, world.others, "2026-09-28", 3, DAY)
    case, _ = world.file(held, world.nominees[0], FILED)
    world.run(settlement.settle_due, now=at("2026-09-24 Thu 08:00"))
    office, now = world.actor("office"), at("2026-09-24 Thu 09:00")
    before = world.everything()
    for login, ids, refusal in (
        ("head", [held], NotAllowed),
        ("office", [], NothingChosen),
        ("office", [999], NothingChosen),
    ):
        with pytest.raises(refusal):
            world.run(closing.close_each, ids, by=world.actor(login), now=now)
    assert kinds(world.run(closing.close_each, [1, held, later, 999], by=office, now=now)) == (
        [],
        {1: AlreadyClosed, held: CasesOpen, later: WrongState},
    )
    assert world.everything() == before
    world.bring(case, State.CONCLUDED, "2026-09-24 Thu 10:00", Conclusion.PARTLY_UPHELD)
    done = world.run(closing.close_each, [held, later, held], by=office, now=at("2026-09-24 Thu 11:00"))
    assert kinds(done) == ([held], {later: WrongState})
    assert world.period(held).closed_at == at("2026-09-24 Thu 11:00")
    assert world.acts()[-1][1:] == ("period.closed", f"period:{held}")


@sqlite
def test_many_cases_are_accepted_and_given_to_one_person(world: World) -> None:
    period = world.round_two()
    cases = [world.file(period, nominee, FILED)[0] for nominee in world.nominees]
    world.bring(cases[1], State.CONCLUDED, FILED)
    head, handler = world.actor("head"), world.people["handler"]
    assert kinds(world.run(investigation.accept_each, cases[:3], by=head, now=at(DAY))) == (
        [cases[0], cases[2]],
        {cases[1]: MoveRefused},
    )
    assert [world.case(case).state for case in cases[:3]] == [State.ACCEPTED, State.CONCLUDED, State.ACCEPTED]
    world.act(investigation.recuse, cases[0], "handler", handler, "亲属。", now=DAY)
    assert kinds(world.run(investigation.assign_each, cases, handler, by=head, now=at(DAY))) == (
        cases[2:],
        {cases[0]: NotAllowed, cases[1]: MoveRefused},
    )
    assert [world.case(case).assignee_id for case in cases] == [None, None, handler, handler, handler]
    since = len(world.acts())
    world.run(investigation.assign_each, cases[3:], world.people["handler2"], by=head, now=at(DAY))
    assert [act[1:] for act in world.acts(since)] == [("case.assign", f"case:{case}") for case in cases[3:]]


@sqlite
def test_security_20_one_case_of_another_unit_among_them_and_nothing_is_done(world: World) -> None:
    period = world.round_two()
    own, _ = world.file(period, world.nominees[0], FILED)
    others, _ = world.file(period, world.nominees[1], FILED, against_handler=True)
    before = world.everything()
    head = world.actor("head")
    stranger = world.actor("stranger")
    for actor, ids in ((head, [own, others]), (stranger, [own]), (head, [own, 999]), (world.actor("auditor"), [own])):
        for act in (
            lambda work, ids: investigation.accept_each(work, ids),
            lambda work, ids: investigation.assign_each(work, ids, world.people["handler"]),
        ):
            with pytest.raises(NotYourCase):
                world.run(act, ids, by=actor, now=at(DAY))
    with pytest.raises(NothingChosen):
        world.run(investigation.accept_each, [], by=head, now=at(DAY))
    assert world.everything() == before
