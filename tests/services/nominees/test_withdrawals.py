"""A nominee withdraws: for good, its cases go on, and nobody is made public who had left before (R5, R9, R18, R26)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, State
from app.domain.refusals import MissingText, MoveRefused, NoLongerStands, NotAllowed, NotYourCase, Refusal
from app.models import Correction, Entry, Nominee, Period
from app.services.cases import investigation, settlement
from app.services.nominees import withdrawals
from app.services.office.paths import RoundStep, path_of
from app.services.periods import closing, corrections, publication
from app.services.periods.publication import ListFilter
from app.services.record import chain
from tests.world import World, at, at_once

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # rules alone: the same SQL on both
BEFORE = "2026-09-17 Thu 23:59:59"
DAY = "2026-09-21 Mon 10:00"
WHY = "本人9月17日来信要求退出。"


def withdraw(world: World, nominee: int, now: str, who: str = "head", why: str = WHY) -> Nominee:
    return world.run(withdrawals.withdraw, nominee, why, by=world.actor(who), now=at(now))


def listed(world: World, period: int) -> list[tuple[int, str, bool]]:
    with world.database.reader() as session:
        entries = publication.entry_list(session, session.get_one(Period, period), ListFilter()).entries
        return [(entry.position, entry.name, entry.withdrawn) for entry in entries]


def test_in_an_open_window_it_stays_in_sight_marked_and_its_cases_go_on(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    heard, _ = world.file(period, nominee, "2026-09-18 Fri 09:00")
    left_lying, _ = world.file(period, nominee, "2026-09-18 Fri 09:00")
    withdraw(world, nominee, DAY)
    assert [row for row in listed(world, period) if row[2]] == [(3, "麒小3", True)]
    assert len(listed(world, period)) == 5
    world.file(period, nominee, "2026-09-22 Tue 09:00")  # whoever has something to say still may
    world.bring(heard, State.CONCLUDED, "2026-09-22 Tue 10:00")
    world.run(settlement.settle_due, now=at("2026-09-30 Wed 00:00"))
    assert world.case(heard).conclusion is Conclusion.DISMISSED
    assert world.case(left_lying).state is State.LAPSED
    with pytest.raises(MoveRefused):
        world.act(investigation.accept, left_lying, "handler", now="2026-09-30 Wed 00:00")
    world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-09-30 Wed 09:00"))
    with world.database.reader() as session:
        closed = session.get_one(Period, period).closing
        assert closed is not None
        assert [each["name"] for each in closed.report["goes_out"]] == ["麒小3"]  # the lapse weighs more
        assert chain.verify(session).holds


@sqlite
def test_the_closing_report_names_who_withdrew_apart(world: World) -> None:
    period = world.round_two()
    withdraw(world, world.nominees[2], DAY)
    world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-09-24 Thu 09:00"))
    with world.database.reader() as session:
        closed = session.get_one(Period, period).closing
        assert closed is not None
        names = {key: [each["name"] for each in closed.report[key]] for key in ("goes_on", "goes_out", "withdrawn")}
        path = path_of(session, world.keyring, world.nominees[2], at("2026-09-24 Thu 09:00"), world.actor("office"))
    assert names == {
        "goes_on": ["麒麟区第1中队", "麒麟区第2中队", "麒小4", "麒小5"],
        "goes_out": [],
        "withdrawn": ["麒小3"],
    }
    assert [each.step for each in path.rounds] == [RoundStep.PASSED, RoundStep.ENDED, RoundStep.AHEAD]


def test_who_left_before_the_opening_is_never_made_public(world: World) -> None:
    period = world.round_two()
    first, _, third, *_ = world.nominees
    world.run(
        corrections.correct, third, "name", "麒晓3", "写错", by=world.actor("office"), now=at("2026-09-17 Thu 12:00")
    )
    withdraw(world, third, BEFORE)
    withdraw(world, first, BEFORE, "office")
    assert listed(world, period) == [(1, "麒麟区第2中队", False), (2, "麒小4", False), (3, "麒小5", False)]
    stored = world.period(period)
    assert (stored.collectives, stored.individuals, stored.cancelled_at) == (1, 2, None)
    with world.database.reader() as session:
        assert session.scalars(select(Correction.entry_id)).all() == [None]  # the correction stays to be read
        assert chain.verify(session).holds
    assert world.acts()[-2:] == [
        (f"user:{world.people['office']}", "nominee.withdrawn", f"nominee:{first}"),
        (f"user:{world.people['office']}", "period.entry_withdrawn", f"period:{period}"),
    ]


@sqlite
def test_a_period_that_nobody_is_left_on_is_taken_back(world: World) -> None:
    nominee = world.nominees[2]
    with world.database.reader() as session:
        unit = session.get_one(Nominee, nominee).unit_id
    period = world.schedule(1, unit, [nominee], "2026-09-08", 3, "2026-09-07 Mon 09:00")
    withdraw(world, nominee, "2026-09-07 Mon 23:59:59.999999")
    stored = world.period(period)
    assert (stored.cancelled_at, stored.cancel_reason) == (
        at("2026-09-07 Mon 23:59:59.999999"),
        "名单上的推荐对象都已退出推荐。",
    )
    with world.database.reader() as session:
        assert session.scalars(select(Entry)).all() == []


@sqlite
def test_what_is_refused_changes_nothing(world: World) -> None:
    period = world.round_two()
    out, nominee = world.nominees[:2]
    case, _ = world.file(period, out, "2026-09-18 Fri 09:00")
    world.bring(case, State.CONCLUDED, "2026-09-18 Fri 10:00", Conclusion.UPHELD)
    table: list[tuple[type[Refusal], int, str, str]] = [
        (NotAllowed, nominee, "handler", WHY),
        (NotYourCase, nominee, "stranger", WHY),
        (NoLongerStands, out, "head", WHY),
        (MissingText, nominee, "head", " "),
    ]
    before = world.everything()
    for refusal, whom, who, why in table:
        with pytest.raises(refusal):
            withdraw(world, whom, DAY, who, why)
    assert world.everything() == before


def test_two_at_once_withdraw_once(world: World) -> None:
    world.round_two()
    nominee = world.nominees[2]
    jobs = [lambda who=who: withdraw(world, nominee, BEFORE, who) for who in ("head", "office")]
    assert sorted(type(outcome).__name__ for outcome in at_once(jobs)) == ["NoLongerStands", "Nominee"]
