"""A queue shows a unit its cases, the open ones first, and the office those it watches (R20, R21)."""

from __future__ import annotations

import pytest

from app.domain.cases.states import DeclineGround, State
from app.models import Case
from app.services.accounts import staffing
from app.services.cases import investigation, queue
from app.services.office import waiting
from app.services.shared.stored_rows import Selection
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED = "2026-09-18 Fri 09:00"
NOW = "2026-09-21 Mon 10:00"


def test_open_cases_come_first_and_a_choice_of_states_narrows(world: World) -> None:
    period = world.round_two()
    ended, _ = world.file(period, world.nominees[2], FILED)
    later, _ = world.file(period, world.nominees[3], "2026-09-20 Sun 09:00", contact="13000000002")
    world.bring(ended, State.CONCLUDED, "2026-09-21 Mon 09:00")
    with world.database.reader() as session:
        rows = queue.list_queue(session, world.actor("head"), at(NOW))
        assert [(row.case.id, row.is_open) for row in rows] == [(later, True), (ended, False)]
        stored = queue.stored_queue(session, world.actor("head"), at(NOW))
        chosen = stored.every(Selection([Case.state == State.CONCLUDED]))
        assert [row.case.id for row in chosen] == [ended]
        assert not list(stored.every(Selection([Case.assignee_id == world.people["handler"]])))
        assert [row.case.id for row in stored.page(Selection(), 1, 1)] == [ended]


def test_who_lists_a_case_and_who_watches_it(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], FILED)
    table = [("stranger", [], []), ("auditor", [], []), ("office", [], [case]), ("head", [case], [])]
    for login, own, watched in table:
        with world.database.reader() as session:
            actor = world.actor(login)
            assert [row.case.id for row in queue.list_queue(session, actor, at(NOW))] == own, login
            assert [
                row.case.id for row in queue.stored_watched(session, actor, at(NOW)).every(Selection())
            ] == watched, login


def test_a_case_presses_on_its_last_working_day_and_ends_at_the_deadline(world: World) -> None:
    period = world.round_two()
    world.file(period, world.nominees[2], FILED)
    for now, urgent, is_open in (
        ("2026-09-28 Mon 23:59:59.999999", False, True),
        ("2026-09-29 Tue 00:00", True, True),
        ("2026-09-30 Wed 00:00", False, False),
    ):
        with world.database.reader() as session:
            [row] = queue.stored_of_period(session, period, world.actor("office"), at(now)).every(Selection())
            assert (row.urgent, row.is_open) == (urgent, is_open), now


def test_a_case_of_a_unit_with_people_has_hands(world: World) -> None:
    world.file(world.round_two(), world.nominees[2], FILED)
    assert world.do(queue.list_without_hands, at(NOW)) == []


def to_confirm(world: World, login: str, now: str = NOW) -> list[tuple[int, bool]]:
    with world.database.reader() as session:
        found = waiting.list_to_confirm(session, world.actor(login), at(now))
        assert (found.mine, found.others) == (
            sum(row.is_mine for row in found.rows),
            sum(not row.is_mine for row in found.rows),
        )
        return [(row.case.id, row.is_mine) for row in found.rows]


def test_what_waits_for_a_second_person_is_listed_for_whoever_may_confirm_it(world: World) -> None:
    period = world.round_two()
    proposed, declined, open_one = (world.file(period, world.nominees[each], FILED)[0] for each in range(3))
    world.bring(proposed, State.PROPOSED, "2026-09-21 Mon 09:00")  # by the handler
    world.act(investigation.decline, declined, "head", DeclineGround.NO_FACTS, "没有线索", now="2026-09-21 Mon 09:30")
    world.bring(open_one, State.INVESTIGATING, "2026-09-21 Mon 09:00")
    assert to_confirm(world, "handler") == [(declined, True)]  # never one's own
    assert to_confirm(world, "head") == [(proposed, True)]
    assert to_confirm(world, "handler2") == [(proposed, True), (declined, True)]
    assert to_confirm(world, "office") == [(proposed, False), (declined, False)]  # the unit can do it itself
    assert to_confirm(world, "stranger") == to_confirm(world, "auditor") == []
    world.act(investigation.recuse, proposed, "handler2", world.people["handler2"], "是亲属", now=NOW)
    assert to_confirm(world, "handler2") == [(declined, True)]
    assert to_confirm(world, "office", "2026-09-28 Mon 00:00") == [(proposed, True), (declined, True)]  # fell to it
    assert to_confirm(world, "head", "2026-09-30 Wed 00:00") == []  # nothing is confirmed from the deadline on


def test_security_50_nothing_is_listed_that_would_be_refused_for_want_of_two_people(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.PROPOSED, "2026-09-21 Mon 09:00")  # by the handler
    assert to_confirm(world, "handler2") == [(case, True)]
    world.run(staffing.invite_again, [world.people["handler2"]], by=world.actor("head"), now=at(NOW))
    assert to_confirm(world, "handler2") == []  # a colleague gave out the password
    world.run(staffing.invite_again, [world.people["handler"]], by=world.actor("office"), now=at(NOW))
    assert to_confirm(world, "office") == []  # who gave out the proposer's password is one person with it
    assert to_confirm(world, "office2") != []
