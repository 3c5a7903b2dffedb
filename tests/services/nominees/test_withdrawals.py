"""A nominee withdraws: for good, its cases go on, and nobody is made public who had left before (R5, R9, R18, R26)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, State
from app.domain.refusals import MissingText, MoveRefused, NoLongerStands, NomineeLeft, NotAllowed, NotYourCase, Refusal
from app.models import Case, Correction, Entry, Nominee, Period
from app.services.cases import investigation, settlement
from app.services.nominees import withdrawals
from app.services.nominees.replacements import list_vacancies
from app.services.office.nominee_paths import RoundStep, path_of
from app.services.periods import closing, corrections, publication
from app.services.periods.publication import ListFilter
from app.services.record.verifying import verify
from app.services.shared import leavers
from tests.world import World, at, at_once

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # rules alone: the same SQL on both
BEFORE = "2026-09-17 Thu 23:59:59"
DAY = "2026-09-21 Mon 10:00"
WHY = "本人9月17日来信要求退出。"


def withdraw(world: World, nominee: int, now: str, who: str = "head", why: str = WHY) -> Nominee:
    return world.run(withdrawals.withdraw, nominee, why, by=world.actor(who), now=at(now))


def listed(world: World, period: int) -> list[tuple[int, str, bool]]:
    with world.database.reader() as session:
        entries = publication.entry_list(session, session.get_one(Period, period), ListFilter(), at(DAY)).entries
        return [(entry.position, entry.name, entry.withdrawn) for entry in entries]


def test_in_an_open_window_it_stays_in_sight_marked_and_its_cases_go_on(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    heard, _ = world.file(period, nominee, "2026-09-18 Fri 09:00")
    left_lying, _ = world.file(period, nominee, "2026-09-18 Fri 09:00")
    withdraw(world, nominee, DAY)
    assert [row for row in listed(world, period) if row[2]] == [(3, "麒小3", True)]
    assert len(listed(world, period)) == 5
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
        assert closed.report["goes_out"] == []  # it had left before the lapse: no second stain
        assert [each["name"] for each in closed.report["withdrawn"]] == ["麒小3"]
        assert verify(session).holds


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
        assert verify(session).holds
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


# --- after somebody has left (R26) -------------------------------------------------------------------

LAST_DAY, DEADLINE = "2026-09-23 Wed 12:00", at("2026-09-30 Wed 00:00")


def leave_three_ways(world: World, period: int) -> dict[str, int]:
    """Three nominees who left by `DAY` with a case of each still open: withdrawn, by an upheld case, and both cases."""
    gone = dict(zip(("withdrawn", "upheld", "upheld twice"), world.nominees[:3], strict=True))
    open_cases = {how: world.file(period, nominee, "2026-09-18 Fri 09:00")[0] for how, nominee in gone.items()}
    for how in ("upheld", "upheld twice"):
        case, _ = world.file(period, gone[how], "2026-09-18 Fri 09:10")
        world.bring(case, State.CONCLUDED, "2026-09-18 Fri 10:00", Conclusion.UPHELD)
    withdraw(world, gone["withdrawn"], "2026-09-18 Fri 10:00")
    world.bring(open_cases["upheld twice"], State.CONCLUDED, DAY, Conclusion.UPHELD)
    return gone


def test_no_new_objection_is_taken_against_who_has_left_and_it_is_said_why(world: World) -> None:
    period = world.round_two()
    gone = leave_three_ways(world, period)
    before = world.everything()
    for how, nominee in gone.items():
        words = "已退出推荐（2026年9月18日 10:00）" if how == "withdrawn" else "已取消参评资格（2026年9月18日 10:00）"
        with pytest.raises(NomineeLeft, match=f"{words}，不再接受新的异议.*已经提出的异议照常办理和答复"):
            world.file(period, nominee, LAST_DAY)
    assert world.everything() == before
    world.file(period, world.nominees[3], LAST_DAY)  # against the others as ever


def test_who_has_left_is_not_disqualified_and_every_case_is_still_answered(world: World) -> None:
    period = world.round_two()
    gone = leave_three_ways(world, period)
    written = world.disqualifications()
    assert [(nominee, ground) for nominee, _, ground, *_ in written] == [
        (gone["upheld"], "upheld"),
        (gone["upheld twice"], "upheld"),
    ]
    world.run(settlement.settle_due, now=DEADLINE)
    assert world.disqualifications() == written  # nobody is put out who had left
    with world.database.reader() as session:
        states = session.execute(select(Case.state, Case.conclusion).order_by(Case.id)).all()
    assert [tuple(row) for row in states] == [
        (State.LAPSED, None),
        (State.LAPSED, None),
        (State.CONCLUDED, Conclusion.UPHELD),
        (State.CONCLUDED, Conclusion.UPHELD),
        (State.CONCLUDED, Conclusion.UPHELD),
    ]


@sqlite
def test_before_the_settlement_and_after_it_the_same_are_out_and_every_reading_agrees(world: World) -> None:
    period = world.round_two()
    world.run(settlement.settle_due, now=at("2026-09-18 Fri 08:00"))
    gone = leave_three_ways(world, period)
    lapsing = world.nominees[3]
    world.file(period, lapsing, LAST_DAY)

    def readings() -> tuple[object, ...]:
        with world.database.reader() as session:
            row, now = session.get_one(Period, period), DEADLINE
            report = closing.closing_report(session, row, now)
            cases = closing.cases_of(session, row)
            nominees = session.scalars(select(Nominee).where(Nominee.id.in_(world.nominees))).all()
            return (
                leavers.find_disqualified(session, world.nominees, now),
                leavers.describe_left(session, nominees, now),
                closing.who_is_out(session, row, cases, now),
                {key: [each["name"] for each in report[key]] for key in ("goes_on", "withdrawn", "goes_out")},
                [(each.nominee.id, each.why) for each in list_vacancies(session, 1, world.actor("office"), now)],
                path_of(session, world.keyring, lapsing, now, world.actor("office")).out,
            )

    before = readings()
    world.run(settlement.settle_due, now=DEADLINE)
    assert readings() == before
    out = {gone["upheld"], gone["upheld twice"], lapsing}
    assert before[0] == out
    assert before[1] == {gone["withdrawn"]: "已退出推荐"} | dict.fromkeys(out, "已取消参评资格")
    assert before[3] == {
        "goes_on": ["麒小5"],
        "withdrawn": ["麒麟区第1中队"],
        "goes_out": ["麒麟区第2中队", "麒小3", "麒小4"],
    }


def test_two_upheld_at_once_and_a_withdrawal_leave_one_stain_at_most(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    cases = [world.file(period, nominee, "2026-09-18 Fri 09:00")[0] for _ in range(2)]
    for case in cases:
        world.bring(case, State.PROPOSED, "2026-09-18 Fri 10:00", Conclusion.UPHELD)
    jobs: list[Callable[[], object]] = [
        *(partial(world.act, investigation.confirm, case, "head", now=DAY) for case in cases),
        partial(withdraw, world, nominee, DAY, "office"),
    ]
    at_once(jobs)
    with world.database.reader() as session:
        withdrawn = session.get_one(Nominee, nominee).withdrawn_at is not None
    assert len(world.disqualifications()) + withdrawn == 1
