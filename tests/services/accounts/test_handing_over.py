"""An account that ends leaves nothing behind: its cases go to a successor or to the whole unit, its deputies end."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.domain.accounts.deputies import DeputyDays
from app.domain.cases.states import DeclineGround, Role, State
from app.domain.refusals import BadValue
from app.models import Case, Deputy, User
from app.services.accounts import handing_over, making, staffing, standing_in
from app.services.accounts.handing_over import InHands
from app.services.cases import investigation
from app.services.cases.visibility import cases_visible_to
from tests.world import World, at, at_once

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here hangs on the kind of database
NOW = "2026-09-19 Sat 09:00"
FILED = "2026-09-18 Fri 09:00"


def hands(world: World, login: str, now: str = NOW, reader: str = "head") -> InHands:
    with world.database.reader() as session:
        user = session.get_one(User, world.people[login])
        openable = cases_visible_to(world.actor(reader), at(now))
        return handing_over.find_in_hands(session, user, openable, at(now))


def ids(found: InHands) -> tuple[list[int], list[int]]:
    return [case.id for case in found.cases], [c.id for c in (*found.cases, *found.elsewhere) if found.proposed(c)]


def disable(world: World, login: str, successor: str = "", by: str = "head") -> None:
    who = world.people[login]
    successors = {who: world.people[successor]} if successor else {}
    world.run(staffing.disable, [who], successors, by=world.actor(by), now=at(NOW))


def assignees(world: World, cases: list[int]) -> list[int | None]:
    return [world.case(each).assignee_id for each in cases]


def three_cases(world: World) -> list[int]:
    """One assigned to the handler, one proposed by them, one they last worked on, and one that is nobody's."""
    period = world.round_two()
    cases = [world.file(period, world.nominees[each], FILED)[0] for each in range(4)]
    world.act(investigation.assign, cases[0], "head", world.people["handler"], now=NOW)
    world.act(investigation.decline, cases[1], "handler", DeclineGround.NO_FACTS, "没有具体事实", now=NOW)
    world.act(investigation.accept, cases[2], "handler", now=NOW)
    return cases


@sqlite
def test_what_is_open_in_somebodys_hands_is_seen(world: World) -> None:
    cases = three_cases(world)
    assert ids(hands(world, "handler")) == (sorted(cases[:3]), [cases[1]])
    assert ids(hands(world, "handler2")) == ([], [])
    assert hands(world, "handler2").is_empty
    # When the deadline is over nothing is open.
    assert hands(world, "handler", "2026-09-30 Wed 00:00").is_empty


@sqlite
def test_the_first_few_are_listed_and_all_are_counted_and_handed_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_over, "FIRST", 2)
    cases = three_cases(world)
    found = hands(world, "handler")
    assert ([case.id for case in found.cases], found.case_count) == (sorted(cases[:3])[:2], 3)
    disable(world, "handler", "handler2")
    assert assignees(world, cases) == [world.people["handler2"]] * 3 + [None]
    left = hands(world, "handler")
    assert (left.case_count, [case.id for case in left.elsewhere], left.elsewhere_count) == (0, [cases[1]], 1)


def test_what_somebody_else_did_since_is_not_in_ones_hands(world: World) -> None:
    period = world.round_two()
    cases = [world.file(period, world.nominees[each], FILED)[0] for each in range(3)]
    for each in cases:
        world.act(investigation.accept, each, "handler", now=NOW)
    world.act(investigation.note, cases[1], "handler2", "已经联系", now=NOW)
    assert ids(hands(world, "handler"))[0] == sorted([cases[0], cases[2]])
    assert ids(hands(world, "handler2"))[0] == [cases[1]]


@sqlite
def test_one_act_hands_over_and_disables(world: World) -> None:
    cases = three_cases(world)
    touched = [world.case(each).touched_at for each in cases]
    disable(world, "handler", "handler2")
    assert assignees(world, cases) == [world.people["handler2"]] * 3 + [None]
    assert hands(world, "handler").is_empty is False  # the proposal stands, and another person confirms it
    assert ids(hands(world, "handler"))[0] == []
    assert [world.case(each).touched_at for each in cases] == touched, "it is no work on a case (R21)"
    actions = [action for _, action, _ in world.acts()][-5:]
    assert actions == ["case.assign"] * 3 + ["user.handed_over", "user.disabled"]
    world.act(investigation.confirm_decline, cases[1], "head", world.version(cases[1]), now=NOW)
    assert world.case(cases[1]).state is State.DECLINED


@sqlite
def test_without_a_successor_and_for_whoever_is_recused_a_case_goes_to_the_whole_unit(world: World) -> None:
    cases = three_cases(world)
    world.act(investigation.recuse, cases[0], "handler2", world.people["handler2"], "亲属", now=NOW)
    disable(world, "handler", "handler2")
    assert assignees(world, cases) == [None, world.people["handler2"], world.people["handler2"], None]
    world.run(staffing.disable, [world.people["handler2"]], by=world.actor("office"), now=at(NOW))
    assert assignees(world, cases) == [None] * 4
    assert ("case.unassigned", f"case:{cases[1]}") in [(action, subject) for _, action, subject in world.acts()]


@sqlite
@pytest.mark.parametrize("successor", ["stranger", "office", "handler", "auditor"])
def test_a_successor_is_of_the_unit_and_stays(world: World, successor: str) -> None:
    three_cases(world)
    before = world.everything()
    with pytest.raises(BadValue, match="选择同一单位在用的账号"):
        disable(world, "handler", successor)
    assert world.everything() == before


@sqlite
def test_whoever_leaves_in_the_same_act_takes_nothing_over(world: World) -> None:
    three_cases(world)
    who = [world.people["handler"], world.people["handler2"]]
    with pytest.raises(BadValue):
        world.run(staffing.disable, who, {who[0]: who[1]}, by=world.actor("office"), now=at(NOW))


@sqlite
def test_deputies_end_with_the_account_on_either_side(world: World) -> None:
    stretch = DeputyDays(dt.date(2026, 9, 19), dt.date(2026, 9, 25))
    for absent, deputy in (("head", "handler"), ("handler2", "handler")):
        args = world.people[absent], world.people[deputy], stretch, "出差"
        world.run(standing_in.name_deputy, *args, by=world.actor("office"), now=at(NOW))
    disable(world, "handler", by="office")
    with world.database.reader() as session:
        assert [row.ended_at for row in session.scalars(select(Deputy))] == [at(NOW)] * 2


@sqlite
def test_whoever_is_recused_from_a_case_in_somebodys_hands_may_not_open_it(world: World) -> None:
    cases = three_cases(world)
    world.act(investigation.recuse, cases[0], "office2", world.people["office2"], "亲属", now=NOW)
    assert hands(world, "handler", reader="office").readable == set(cases[:3])
    seen = hands(world, "handler", reader="office2")
    assert ({case.id for case in seen.cases}, seen.readable) == (set(cases[:3]), set(cases[1:3]))


@sqlite
def test_the_command_line_leaves_nothing_behind_either_nor_does_a_move(world: World) -> None:
    cases = three_cases(world)
    world.run(making.disable, "handler", now=at(NOW))
    assert assignees(world, cases) == [None] * 4
    world.act(investigation.assign, cases[0], "head", world.people["handler2"], now=NOW)
    where = world.people["handler2"], Role.HANDLER, world.luoping
    world.run(staffing.place, *where, by=world.actor("office"), now=at(NOW))
    assert assignees(world, cases) == [None] * 4


@sqlite
def test_a_unit_left_with_one_person_is_told_of(world: World) -> None:
    with world.database.reader() as session:
        head, handler = (session.get_one(User, world.people[login]) for login in ("head", "handler"))
        assert not handing_over.leaves_too_few(handler, at(NOW))  # head and second handler are two
        assert handing_over.leaves_too_few(session.get_one(User, world.people["stranger"]), at(NOW))
        assert head.unit_id == handler.unit_id


def test_no_case_is_left_where_somebody_assigns_it_meanwhile(world: World) -> None:
    """Whatever comes first, no open case is with an account that ended."""
    period = world.round_two()
    case, _ = world.file(period, world.nominees[0], FILED)
    at_once(
        [
            lambda: world.act(investigation.assign, case, "head", world.people["handler"], now=NOW),
            lambda: disable(world, "handler", by="office"),
        ]
    )
    with world.database.reader() as session:
        row = session.get_one(Case, case)
        assert row.assignee is None or row.assignee.disabled_at is None
