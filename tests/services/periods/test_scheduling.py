"""Planning a period: who may enter, what is stored, taking back, extending (R3, R4, R8, R9, R12, R25)."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.calendars.china import ChinaCalendar, estimated_notice
from app.domain.cases.states import Conclusion, State
from app.domain.periods.rounds import PUBLIC_FIELDS
from app.domain.refusals import (
    AlreadyClosed,
    BadValue,
    BeyondHorizon,
    DeadlineSettled,
    EstimatedCalendar,
    MissingText,
    NotAWorkday,
    NotEligible,
    NothingChosen,
    PrivateData,
    QuotaExceeded,
    TooEarly,
    TooLateToConclude,
)
from app.models import DeadlineExtension, Entry, Nominee, Programme, Quota, ReviewStage, Unit
from app.services.cases import investigation, settlement
from app.services.periods import closing, scheduling
from tests.qujing import ROUNDS
from tests.refusing import ALREADY_OPENED, NOT_LATER, Refused, refuses
from tests.standing import cleared
from tests.world import World, at, at_once

CHINA = ChinaCalendar()
WITH_ESTIMATE = ChinaCalendar([estimated_notice(2027)])
NOW = "2026-09-17 Thu 10:00"


def change(world: World, table: type, where: Any, **values: object) -> None:
    def write(session: Session) -> None:
        session.execute(update(table).where(where).values(**values))
        session.commit()

    world.do(write)


def obstacles(world: World, round_number: int, organiser: int, now: str) -> dict[int, str]:
    with world.database.reader() as session:
        programme, unit = session.get_one(Programme, world.programme), session.get_one(Unit, organiser)
        found = scheduling.candidates(session, world.keyring, programme, ROUNDS[round_number], unit, at(now))
        return {candidate.nominee.id: candidate.obstacle for candidate in found}


# --- refused -------------------------------------------------------------------------------------


def test_what_is_refused_saves_nothing(world: World) -> None:
    first, second, third, fourth, _ = world.nominees
    world.past_round_one(world.nominees[:4])
    world.schedule(2, world.qilin, [fourth], "2026-09-18", 3, NOW)
    change(world, Nominee, Nominee.id == second, deeds="联系电话：138 0000 0000。" * 2)
    change(world, Quota, Quota.unit_id == world.qilin, individuals=1)
    q = world.qilin
    table: list[tuple[Refused, str, tuple[Any, ...]]] = [
        (TooEarly, "最早从2026-09-18开始", (2, q, [first], "2026-09-17", 3)),
        (
            NotAWorkday,
            "2026-09-19是周末，不是工作日。公示须从工作日开始，最近的一个是2026-09-20。",
            (2, q, [first], "2026-09-19", 3),
        ),
        (
            NotAWorkday,
            "2026-10-01是国庆节，不是工作日。公示须从工作日开始，最近的一个是2026-10-08",
            (2, q, [first], "2026-10-01", 3),
        ),
        (BadValue, "3到30之间，现在是0", (2, q, [first], "2026-09-18", 0)),
        (BadValue, "3到30之间，现在是31", (2, q, [first], "2026-09-18", 31)),
        (BeyondHorizon, "2027年的放假调休安排尚未载入", (2, q, [first], "2026-12-24", 3)),
        (NothingChosen, "请至少选一个", (2, q, [], "2026-09-18", 3)),
        (NotEligible, "不属于这个单位", (2, q, [first, world.others[0]], "2026-09-18", 3)),
        (NotEligible, "不属于这个单位", (2, q, [first, 999], "2026-09-18", 3)),
        (NotEligible, "已经列入本轮公示", (2, q, [first, fourth], "2026-09-18", 3)),
        (NotEligible, "上一轮（本单位公示）还没有办结", (2, q, [world.nominees[4]], "2026-09-18", 3)),
        (NotEligible, "上一轮（推荐单位公示）还没有办结", (3, world.office, [first], "2026-09-18", 3)),
        (QuotaExceeded, "麒麟区的个人名额是1个，这次选了2个", (2, q, [third], "2026-09-18", 3)),
        (PrivateData, "麒麟区第2中队的公示内容里有不能公开的内容：手机号码", (2, q, [first, second], "2026-09-18", 3)),
    ]
    before = world.everything()
    for refusal, words, plan in table:
        with refuses(refusal) as refused:
            world.schedule(*plan, NOW)
        assert words in str(refused.value)
    assert world.everything() == before


def test_an_estimated_calendar_is_for_the_demonstration_alone(world: World) -> None:
    plan = (dt.date(2026, 12, 28), 3, WITH_ESTIMATE)
    assert scheduling.preview(*plan, True, at(NOW)).estimated
    with pytest.raises(EstimatedCalendar):
        scheduling.preview(*plan, False, at(NOW))
    near = scheduling.preview(dt.date(2026, 9, 18), 3, WITH_ESTIMATE, False, at(NOW))
    assert not near.estimated  # a real programme may lie before it


# --- what is stored --------------------------------------------------------------------------------


def test_a_period_stores_its_window_its_days_and_its_calendar(world: World) -> None:
    period_id = world.round_two()
    period = world.period(period_id)
    assert [period.opens_at, period.closes_at, period.conclude_by] == [
        at("2026-09-18 Fri 00:00"),
        at("2026-09-24 Thu 00:00"),
        at("2026-09-30 Wed 00:00"),
    ]
    assert [f"{day['date'][5:]} {day['ordinal'] or '-'} {day['name']}".strip() for day in period.days] == [
        "09-18 1",
        "09-19 - 周末",
        "09-20 2 调休上班",
        "09-21 3",
        "09-22 4",
        "09-23 5",
        "09-24 -",
        "09-25 - 中秋节",
        "09-26 - 中秋节",
        "09-27 - 中秋节",
        "09-28 -",
        "09-29 -",
    ]
    assert (period.calendar_version, period.provisional, period.estimated) == (CHINA.version, False, False)
    assert (period.collectives, period.individuals, period.recommenders) == (2, 3, [])
    assert world.acts()[-1] == (f"user:{world.people['office']}", "period.scheduled", f"period:{period_id}")


def test_late_december_is_marked_provisional(world: World) -> None:
    unit = next(iter(own_units(world, world.nominees[:1])))
    for opening, provisional in (("2026-12-09", False), ("2026-12-10", True)):
        period = world.schedule(1, unit, world.nominees[:1], opening, 3, "2026-12-01 Tue 09:00")
        # Three working days after the fifth: Friday the 18th, and past the weekend Monday the 21st.
        assert (opening, world.period(period).provisional) == (opening, provisional)
        world.run(scheduling.cancel, period, "改期", by=world.actor("office"), now=at("2026-12-02 Wed 09:00"))


def own_units(world: World, nominees: list[int]) -> list[int]:
    with world.database.reader() as session:
        return list(session.scalars(select(Nominee.unit_id).where(Nominee.id.in_(nominees)).order_by(Nominee.id)))


def test_each_round_shows_its_allowed_fields_and_no_other(world: World, tmp_path: Path) -> None:
    nominee = world.nominees[2]
    change(world, Nominee, Nominee.id == nominee, post="养护工", category="职工", trade="公路养护")
    (unit,) = own_units(world, [nominee])
    shown = {}
    plans = [
        (unit, "2026-08-31 Mon 09:00", "2026-09-01", "2026-09-11 Fri 09:00"),
        (world.qilin, "2026-09-11 Fri 10:00", "2026-09-14", "2026-09-24 Thu 09:00"),
        (world.office, "2026-09-24 Thu 10:00", "2026-09-28", "2026-10-20 Tue 09:00"),
    ]
    for number, (organiser, scheduled, opens, closed) in enumerate(plans, start=1):
        period = world.schedule(number, organiser, [nominee], opens, 3, scheduled)
        with world.database.reader() as session:
            entry = session.get_one(Entry, world.entry(period, nominee))
            values = {field: getattr(entry, field) for field in PUBLIC_FIELDS}
        shown[number] = {field: value for field, value in values.items() if value is not None}
        world.run(closing.close_period, period, by=world.actor("office"), now=at(closed))
        if number == 1:
            world.reviewed([nominee], ReviewStage.PRELIMINARY, closed)
        else:
            cleared(world, tmp_path, [nominee], closed)
    deeds = "第3位对象三年来办成**实事**十二件，群众满意。" * 4
    basic = {"name": "麒小3", "kind": "individual", "deeds": deeds}
    placed = {"unit": "麒麟区第3单位", "recommender": "麒麟区"}
    assert shown == {
        1: basic | placed | {"post": "养护工", "category": "职工", "trade": "公路养护"},
        2: basic,
        3: basic | placed,
    }


# --- who may enter (R8, R9) --------------------------------------------------------------------------


def test_one_nominees_case_never_holds_the_others(world: World) -> None:
    held, out, free, *never = world.nominees
    world.reviewed(world.nominees, ReviewStage.PRELIMINARY, "2026-09-04 Fri 09:00")
    before_round_one = "上一轮（本单位公示）还没有办结"
    for nominee, unit in zip(world.nominees[:3], own_units(world, world.nominees[:3]), strict=True):
        world.schedule(1, unit, [nominee], "2026-09-08", 3, "2026-09-07 Mon 09:00")
    assert obstacles(world, 2, world.qilin, "2026-09-16 Wed 09:00") == dict.fromkeys(world.nominees, before_round_one)
    for period in (2, 3):
        world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-09-16 Wed 09:00"))
    period = world.schedule(2, world.qilin, [out], "2026-09-18", 3, NOW)
    case, _ = world.file(period, out, "2026-09-18 Fri 09:00")
    world.bring(case, State.CONCLUDED, "2026-09-21 Mon 10:00", Conclusion.UPHELD)
    assert obstacles(world, 2, world.qilin, "2026-09-21 Mon 11:00") == {
        held: before_round_one,
        out: "已取消参评资格",
        free: "",
        **dict.fromkeys(never, before_round_one),
    }
    world.schedule(2, world.qilin, [free], "2026-09-22", 3, "2026-09-21 Mon 11:00")
    assert obstacles(world, 2, world.qilin, "2026-09-21 Mon 11:00")[free] == "已经列入本轮公示"


def test_a_place_is_taken_once_and_stays_vacant_unless_a_replacement_is_named(world: World) -> None:
    first, second = world.nominees[2:4]
    world.past_round_one([first, second])
    change(world, Quota, Quota.unit_id == world.qilin, individuals=1)
    period = world.schedule(2, world.qilin, [first], "2026-09-18", 3, NOW)
    world.file(period, first, "2026-09-18 Fri 09:00")
    late, out = "2026-09-29 Tue 23:59:59.999999", "2026-09-30 Wed 00:00"  # not even settled yet
    for now, said in ((late, "这次选了2个，请减少"), (out, "这次选了1个，还有1个名额因取消资格或者退出而空缺")):
        with pytest.raises(QuotaExceeded, match=said):
            world.schedule(2, world.qilin, [second], "2026-10-08", 3, now)
    change(world, Nominee, Nominee.id == second, replaces_id=first)
    with pytest.raises(QuotaExceeded):
        world.schedule(2, world.qilin, [second], "2026-10-08", 3, late)
    world.schedule(2, world.qilin, [second], "2026-10-08", 3, out)


def test_two_people_scheduling_at_once_take_turns(world: World) -> None:
    world.past_round_one(world.nominees)
    jobs = [lambda: world.schedule(2, world.qilin, world.nominees, "2026-09-18", 3, NOW)] * 3
    assert sorted(type(outcome).__name__ for outcome in at_once(jobs)) == ["NotEligible", "NotEligible", "int"]


# --- taking back -----------------------------------------------------------------------------------


def test_a_period_is_taken_back_before_it_opens_and_never_after(world: World) -> None:
    period, office = world.round_two(), world.actor("office")
    before = world.everything()
    for refusal, reason, now in (
        (MissingText, "", "2026-09-17 Thu 23:59:59.999999"),
        (ALREADY_OPENED, "改期", "2026-09-18 Fri 00:00"),
        (ALREADY_OPENED, "改期", "2026-12-01 Tue 09:00"),
    ):
        with refuses(refusal):
            world.run(scheduling.cancel, period, reason, by=office, now=at(now))
    assert world.everything() == before
    world.run(scheduling.cancel, period, "改期", by=office, now=at("2026-09-17 Thu 23:59:59.999999"))
    with pytest.raises(AlreadyClosed):
        world.run(scheduling.cancel, period, "改期", by=office, now=at("2026-09-17 Thu 23:59:59.999999"))
    assert world.acts()[-1] == (f"user:{office.user_id}", "period.cancelled", f"period:{period}")
    again = world.schedule(2, world.qilin, world.nominees, "2026-09-20", 3, "2026-09-18 Fri 09:00")
    assert world.period(again).closes_at == at("2026-09-25 Fri 00:00")
    world.run(settlement.settle_due, now=at("2026-12-01 Tue 09:00"))
    assert world.period(period).settled_at is None  # taken back: no deadline


# --- extending (R25) -------------------------------------------------------------------------------


def test_a_deadline_is_extended_before_it_passes_and_never_after(world: World) -> None:
    period, office = world.round_two(), world.actor("office")
    case, _ = world.file(period, world.nominees[0], "2026-09-18 Fri 09:00")
    world.bring(case, State.PROPOSED, "2026-09-21 Mon 10:00")
    last = "2026-09-29 Tue 23:59:59.999999"
    table: list[tuple[Refused, str, str, ChinaCalendar, str]] = [
        (TooLateToConclude, "2026-10-08", "核查需要", CHINA, "2026-09-30 Wed 00:00"),
        (TooLateToConclude, "2026-10-08", "核查需要", CHINA, "2026-12-01 Tue 09:00"),
        (NOT_LATER, "2026-09-29", "核查需要", CHINA, last),
        (NOT_LATER, "2026-09-28", "核查需要", CHINA, last),
        (NotAWorkday, "2026-10-01", "核查需要", CHINA, last),
        (NotAWorkday, "2026-10-11", "核查需要", CHINA, last),
        (MissingText, "2026-10-08", " ", CHINA, last),
        (BeyondHorizon, "2027-01-04", "核查需要", CHINA, last),
        (EstimatedCalendar, "2027-01-04", "核查需要", WITH_ESTIMATE, last),
    ]
    before = world.everything()
    for refusal, day, reason, calendar, now in table:
        with refuses(refusal):
            world.run(
                scheduling.extend_deadline, period, dt.date.fromisoformat(day), reason, calendar, by=office, now=at(now)
            )
    assert world.everything() == before

    stored = world.period(period).days
    world.run(scheduling.extend_deadline, period, dt.date(2026, 10, 10), "核查需要", CHINA, by=office, now=at(last))
    extended = world.period(period)
    assert extended.conclude_by == at("2026-10-11 Sun 00:00")
    assert extended.days[: len(stored)] == stored
    added = [f"{day['date'][5:]} {day['ordinal'] or '-'} {day['name']}".strip() for day in extended.days[len(stored) :]]
    holiday = [f"10-0{day} - 国庆节" for day in range(1, 8)]
    assert added == ["09-30 -", *holiday, "10-08 -", "10-09 -", "10-10 - 调休上班"]
    with world.database.reader() as session:
        row = session.scalars(select(DeadlineExtension)).one()
        assert (row.previous, row.extended_to, row.reason, row.extended_by, row.extended_at) == (
            at("2026-09-30 Wed 00:00"),
            at("2026-10-11 Sun 00:00"),
            "核查需要",
            office.user_id,
            at(last),
        )
    world.run(settlement.settle_due, now=at("2026-10-10 Sat 23:59:59.999999"))
    assert world.disqualifications() == []
    world.act(investigation.confirm, case, "head", 1, now="2026-10-10 Sat 23:59:59.999999")
    assert world.case(case).state is State.CONCLUDED


def test_a_demonstration_may_rest_on_an_estimate_and_says_so(world: World) -> None:
    change(world, Programme, Programme.id == world.programme, demonstration=True)
    period, office = world.round_two(), world.actor("office")
    now = at("2026-09-29 Tue 12:00")
    world.run(scheduling.extend_deadline, period, dt.date(2027, 1, 4), "核查需要", WITH_ESTIMATE, by=office, now=now)
    extended = world.period(period)
    assert (extended.provisional, extended.estimated) == (True, True)
    world.run(settlement.settle_due, now=at("2026-09-30 Wed 00:00"))
    assert world.period(period).settled_at is None


def test_a_deadline_that_a_clock_ahead_has_settled_is_refused_by_name_and_not_by_the_database(world: World) -> None:
    period, office = world.round_two(), world.actor("office")
    assert world.run(settlement.settle_period, period, now=at("2026-09-30 Wed 00:00:03"))  # another server, 5 s ahead
    before = world.everything()
    with pytest.raises(DeadlineSettled, match=r"已于2026年9月30日 00:00完成.*时钟不一致"):
        world.run(
            scheduling.extend_deadline,
            *(period, dt.date(2026, 10, 8), "核查需要", CHINA),
            by=office,
            now=at("2026-09-29 Tue 23:59:58"),
        )
    assert world.everything() == before
