"""The deadline: who is out, once, whatever happens while it is carried out (R25-R27)."""

import datetime as dt
import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, select, update

from app.database import Database
from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.wording import NoticeKind
from app.domain.refusals import MoveRefused, TooLateToConclude, WindowClosed
from app.models import Case, Dispatch, Disqualification, Nominee, Reach
from app.services.cases import investigation, settlement
from app.services.cases.settlement import Settled
from app.services.messages.followers import MessageChoice
from app.services.objections import intake
from app.services.record.verifying import verify
from app.services.shared import leavers
from app.services.shared.work import Work
from tests.world import World, at, at_once

FILED = "2026-09-18 Fri 09:00"
DAY = "2026-09-21 Mon 10:00"
LAST = "2026-09-29 Tue 23:59:59.999999"
DEADLINE = at("2026-09-30 Wed 00:00")
MICROSECOND = dt.timedelta(microseconds=1)


def settled_round_two(world: World) -> int:
    """Round 2 with its handlers at work; the deadlines of round 1 are carried out."""
    period = world.round_two()
    assert len(world.run(settlement.settle_due, now=at(FILED))) == 5
    return period


def cases_of_every_kind(world: World, period: int) -> dict[str, int]:
    """One nominee with two open cases, three with none, one that is upheld and has another open."""
    twice, dismissed, declined, both, joined = world.nominees
    cases = {
        name: world.file(period, nominee, FILED)[0]
        for name, nominee in [
            ("second", both),
            ("upheld", both),
            ("first open", twice),
            ("second open", twice),
            ("dismissed", dismissed),
            ("declined", declined),
            ("joined", joined),
            ("lead", joined),
        ]
    }
    world.bring(cases["upheld"], State.CONCLUDED, DAY, Conclusion.UPHELD)
    world.bring(cases["second open"], State.PROPOSED, DAY, Conclusion.DISMISSED)
    world.bring(cases["dismissed"], State.CONCLUDED, DAY)
    world.decline(cases["declined"], DeclineGround.NO_FACTS, "没有线索", now=DAY)
    world.act(investigation.join, cases["joined"], "head", cases["lead"], now=DAY)
    world.bring(cases["lead"], State.CONCLUDED, LAST, Conclusion.PARTLY_UPHELD)
    return cases


# --- when, and who -------------------------------------------------------------------------------


@pytest.mark.parametrize("late", [dt.timedelta(), dt.timedelta(weeks=3)], ids=["on time", "three weeks late"])
def test_security_08_at_the_deadline_whoever_is_unresolved_is_out_once(world: World, late: dt.timedelta) -> None:
    period = settled_round_two(world)
    cases = cases_of_every_kind(world, period)
    twice, both = world.nominees[0], world.nominees[3]
    before, rows = world.everything(), len(world.acts())
    assert world.run(settlement.settle_due, now=DEADLINE - MICROSECOND) == []
    assert world.run(settlement.settle_period, period, now=DEADLINE - MICROSECOND) is None
    assert world.everything() == before

    assert world.run(settlement.settle_due, now=DEADLINE + late) == [Settled(period, lapsed_cases=3, disqualified=1)]
    assert world.disqualifications() == [
        (both, cases["upheld"], "upheld", at(DAY), at(DAY)),
        (twice, cases["first open"], "lapsed", DEADLINE, DEADLINE + late),
    ]  # who was out already is not put out a second time; its case has lapsed all the same
    lapsed = [cases[name] for name in ("second", "first open", "second open")]
    with world.database.reader() as session:
        found = session.execute(select(Case.id, Case.lapsed_at).where(Case.state == State.LAPSED).order_by(Case.id))
        assert [tuple(row) for row in found] == [(case, DEADLINE) for case in lapsed]
        clauses = session.scalars(select(Disqualification.clause).order_by(Disqualification.id)).all()
        assert [clause[:4] for clause in clauses] == ["第七部分", "第四部分"]
        assert verify(session).holds
    assert world.acts(rows) == [
        *[("clock", "case.lapsed", f"case:{case}") for case in lapsed],
        *[("clock", "nominee.disqualified", f"nominee:{nominee}") for nominee in (twice,)],
        ("clock", "period.settled", f"period:{period}"),
    ]
    assert world.period(period).settled_at == DEADLINE + late

    before = world.everything()
    assert world.run(settlement.settle_due, now=DEADLINE + late) == []
    assert world.run(settlement.settle_due, now=DEADLINE + dt.timedelta(days=400)) == []
    assert world.run(settlement.settle_period, period, now=DEADLINE + late) is None
    assert world.everything() == before


def test_the_outcome_shows_from_the_deadline_on_before_anything_has_run(world: World) -> None:
    period = settled_round_two(world)
    out, stays = world.nominees[:2]
    case, _ = world.file(period, out, FILED)
    done, _ = world.file(period, stays, FILED)
    world.bring(case, State.PROPOSED, DAY)
    world.bring(done, State.CONCLUDED, DAY)
    before = world.everything()

    def seen(now: dt.datetime) -> tuple[list[State], set[int]]:
        with world.database.reader() as session:
            states = [session.get_one(Case, number).state_at(now) for number in (case, done)]
            return states, leavers.find_disqualified(session, world.nominees, now)

    assert seen(DEADLINE - MICROSECOND) == ([State.PROPOSED, State.CONCLUDED], set())
    assert seen(DEADLINE) == ([State.LAPSED, State.CONCLUDED], {out})
    for now in (DEADLINE, DEADLINE + dt.timedelta(weeks=3)):
        with pytest.raises(TooLateToConclude):
            world.run(investigation.confirm, case, 1, by=world.actor("head"), now=now)
    assert world.everything() == before
    world.run(settlement.settle_due, now=DEADLINE)
    assert seen(DEADLINE) == ([State.LAPSED, State.CONCLUDED], {out})
    with pytest.raises(MoveRefused):  # not even by a clock that runs behind
        world.run(investigation.confirm, case, 1, by=world.actor("head"), now=DEADLINE - MICROSECOND)


AROUND_HOLIDAYS = [
    # opens, workdays to conclude, last day of the window, deadline (all at their 24:00)
    ("2026-09-18 Fri", 3, "2026-09-23 Wed", "2026-09-29 Tue"),  # Sunday the 20th works; 中秋节 from Friday the 25th
    ("2026-09-24 Thu", 3, "2026-10-08 Thu", "2026-10-12 Mon"),  # 中秋节 and 国庆节 inside; that Saturday works
    ("2026-09-30 Wed", 3, "2026-10-12 Mon", "2026-10-15 Thu"),  # one day, then a week off, then a Saturday that works
]


@pytest.mark.parametrize(("opens", "conclude", "last_day", "deadline"), AROUND_HOLIDAYS)
def test_security_08_around_holidays_and_make_up_days_window_and_deadline_end_to_the_microsecond(
    world: World, opens: str, conclude: int, last_day: str, deadline: str
) -> None:
    nominee = world.nominees[2]
    with world.database.reader() as session:
        own_unit = session.get_one(Nominee, nominee).unit_id
    period = world.schedule(1, own_unit, [nominee], opens.split()[0], conclude, "2026-09-17 Thu 09:00")
    entry, first = world.entry(period, nominee), at(f"{opens} 00:00")
    closes, due = (at(f"{day} 00:00") + dt.timedelta(days=1) for day in (last_day, deadline))

    def file(now: dt.datetime) -> int:
        return world.do(intake.file_objection, world.keyring, entry, world.filing(), now).objection_id

    before = world.everything()
    for outside in (first - MICROSECOND, closes, due):
        with pytest.raises(WindowClosed):
            file(outside)
    assert world.everything() == before
    objections = [file(first), file(closes - MICROSECOND)]
    assert objections == [1, 2]
    assert world.run(settlement.settle_due, now=due - MICROSECOND) == []
    assert [world.run(settlement.settle_due, now=due) for _ in range(2)] == [[Settled(period, 2, 1)], []]
    assert world.disqualifications() == [(nominee, 1, "lapsed", due, due)]
    with world.database.reader() as session:  # the notice says nothing of round 1: the announcement's sentence counts
        assert session.scalars(select(Disqualification.clause)).all() == [
            "本单位公示公告：在规定时间内无法作出结论的，取消该推荐对象参评资格"
        ]


# --- many at once ---


def test_a_settlement_asks_no_more_often_for_many_cases_than_for_few(world: World) -> None:
    """Objectors who wish to be told are looked for once, not case by case; each of them gets one message."""
    few = settled_round_two(world)
    world.past_round_one(world.others)
    many = world.schedule(2, world.luoping, world.others, "2026-09-22", 3, "2026-09-17 Thu 11:00")
    world.run(settlement.settle_due, now=at(FILED))
    telling = MessageChoice(frozenset(OutgoingChannel), wants_news=True)
    for period, nominees in ((few, world.nominees[:2]), (many, world.others[:2] * 6)):
        for number, nominee in enumerate(nominees):
            contact = f"130000{period:02d}{number:03d}"
            world.file(period, nominee, "2026-09-22 Tue 10:00", telling=telling, contact=contact)
    with world.database.writer() as session:
        session.execute(update(Reach).values(confirmed_at=at("2026-09-22 Tue 11:00")))
        session.commit()
    asked = []
    for period, cases in ((few, 2), (many, 12)):
        with killed_after(world.database.engine, 10_000) as statements:
            settled = world.run(settlement.settle_due, now=world.period(period).conclude_by)
        assert settled == [Settled(period, cases, 2)]
        assert len([line for line in statements if "FROM reaches" in line]) == 1
        reading = [line.split("WHERE")[0] for line in statements if line.startswith("SELECT")]
        asked.append(Counter(line for line in reading if "FROM units" not in line))  # as many as there are units
    assert asked[0] == asked[1]
    with world.database.reader() as session:
        told = Counter(session.scalars(select(Dispatch.reach_id).where(Dispatch.notice == NoticeKind.NEWS)))
    assert sorted(told.values()) == [1] * 14


# --- killed at any statement -----------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_after(engine: Engine, statements: int) -> Iterator[list[str]]:
    """Let that many statements through, COMMIT counting as one. Yields what was let through."""
    done: list[str] = []

    def strike(connection: Connection, statement: str) -> None:
        if len(done) == statements:
            connection.invalidate()  # gone, as the connection of a process that died
            raise Killed
        done.append(statement)

    def on_statement(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        strike(connection, statement)

    def on_commit(connection: Connection) -> None:
        strike(connection, "COMMIT")

    event.listen(engine, "before_cursor_execute", on_statement)
    event.listen(engine, "commit", on_commit)
    try:
        yield done
    finally:
        event.remove(engine, "before_cursor_execute", on_statement)
        event.remove(engine, "commit", on_commit)


def test_security_03_a_kill_between_any_two_statements_leaves_nothing_behind(world: World) -> None:
    period = settled_round_two(world)
    case, _ = world.file(period, world.nominees[0], FILED)
    before = world.everything()
    for statements in range(100):
        with killed_after(world.database.engine, statements) as done:
            try:
                settled = world.run(settlement.settle_due, now=DEADLINE)
                break
            except Killed:
                pass
        assert world.everything() == before, f"killed after {done[-1:]}"
    assert settled == [Settled(period, 1, 1)]
    assert statements >= 8
    assert done.count("COMMIT") == 1  # all of it in one transaction
    assert world.disqualifications() == [(world.nominees[0], case, "lapsed", DEADLINE, DEADLINE)]
    assert world.do(verify).holds


# --- at once -------------------------------------------------------------------------------------


def _settle(url: str, barrier: "threading.Barrier", results: "multiprocessing.Queue[int]") -> None:
    """A second machine."""
    database = Database(url)
    with database.writer() as session:
        barrier.wait(timeout=60)
        results.put(len(settlement.settle_due(Work(session, DEADLINE))))
    database.dispose()


@pytest.mark.parametrize("how", ["threads", pytest.param("processes", marks=pytest.mark.soak)])
def test_security_08_many_at_once_change_no_more_than_one(world: World, how: str) -> None:
    period = settled_round_two(world)
    cases = [world.file(period, nominee, FILED)[0] for nominee in world.nominees]
    rows = len(world.acts())
    if how == "threads":
        runs = at_once([lambda: len(world.run(settlement.settle_due, now=DEADLINE))] * 6)
    else:
        spawn = multiprocessing.get_context("spawn")
        barrier, results = spawn.Barrier(3), spawn.Queue()
        workers = [spawn.Process(target=_settle, args=(world.database.url, barrier, results)) for _ in range(3)]
        for worker in workers:
            worker.start()
        runs = [results.get(timeout=60) for _ in workers]
        for worker in workers:
            worker.join()
    assert sorted(runs) == [0] * (len(runs) - 1) + [1]
    expected = [(n, case, "lapsed", DEADLINE, DEADLINE) for n, case in zip(world.nominees, cases, strict=True)]
    assert world.disqualifications() == expected
    assert len(world.acts()) == rows + 5 + 5 + 1
    assert world.do(verify).holds


def test_a_conclusion_in_the_last_instant_and_the_settlement_leave_one_outcome(world: World) -> None:
    period = settled_round_two(world)
    cases = [world.file(period, nominee, FILED)[0] for nominee in world.nominees]
    for case in cases:
        world.bring(case, State.PROPOSED, DAY, Conclusion.DISMISSED)
    jobs: list[Callable[[], object]] = [
        lambda case=case: world.act(investigation.confirm, case, "head", 1, now=LAST) for case in cases
    ]
    jobs.insert(2, lambda: world.run(settlement.settle_due, now=DEADLINE))
    outcomes = at_once(jobs)
    ((settled,),) = [outcomes.pop(2)]
    refused = {case for case, outcome in zip(cases, outcomes, strict=True) if isinstance(outcome, MoveRefused)}
    assert all(outcome is None or isinstance(outcome, MoveRefused) for outcome in outcomes)
    states = {case: world.case(case).state for case in cases}
    assert states == {case: State.LAPSED if case in refused else State.CONCLUDED for case in cases}
    assert settled == Settled(period, len(refused), len(refused))
    assert [(case, ground) for _, case, ground, *_ in world.disqualifications()] == [
        (case, "lapsed") for case in sorted(refused)
    ]
    assert world.do(verify).holds
