"""Closing a period is refused too early, and otherwise stores a complete report (R30)."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.refusals import AlreadyClosed, CasesOpen, LooksOpen, WrongState
from app.models import Closing, Period
from app.services.calendar import availability
from app.services.cases import investigation
from app.services.nominees import reversal
from app.services.periods import closing, scheduling
from tests.world import World, at

FILED = "2026-09-18 Fri 09:00"
DAY = "2026-09-21 Mon 10:00"
CLOSES = "2026-09-24 Thu 00:00"
DEADLINE = "2026-09-30 Wed 00:00"
LAPSE_CLAUSE = "第四部分（二）3：在规定时间内无法作出结论的，取消该推荐对象参评资格"
UPHELD_CLAUSE = "第七部分（二）：未按规定程序和要求推荐的，经核实后取消推荐评选资格"


def close(world: World, period: int, now: str) -> None:
    world.run(closing.close_period, period, by=world.actor("office"), now=at(now))


def report_of(world: World, period: int) -> dict[str, Any]:
    with world.database.reader() as session:
        return session.scalars(select(Closing.report).where(Closing.period_id == period)).one()


# --- refused -------------------------------------------------------------------------------------


def test_a_period_is_not_closed_too_early_and_only_once(world: World) -> None:
    period = world.round_two()
    first, _ = world.file(period, world.nominees[0], FILED)
    second, _ = world.file(period, world.nominees[1], FILED)
    world.bring(second, State.PROPOSED, DAY)
    before = world.everything()
    for now in ("2026-09-17 Thu 09:00", DAY, "2026-09-23 Wed 23:59:59.999999"):
        with pytest.raises(WrongState, match="才结束，在此之前不能办结"):
            close(world, period, now)
    for now in (CLOSES, "2026-09-29 Tue 23:59:59.999999"):
        with pytest.raises(CasesOpen) as refused:
            close(world, period, now)
        assert refused.value.case_numbers == ["2026-0001", "2026-0002"]
        assert "还有2件异议没有结论：2026-0001、2026-0002。" in str(refused.value)
    assert world.everything() == before
    world.decline(first, DeclineGround.NO_FACTS, "没有线索", now=CLOSES)
    world.act(investigation.confirm, second, "head", 1, now=CLOSES)
    with pytest.raises(LooksOpen):  # who was declined or dismissed may ask for a second look (R35)
        close(world, period, CLOSES)
    close(world, period, "2026-09-29 Tue 00:00")  # everything concluded, a working day before the deadline
    assert world.acts()[-1] == (f"user:{world.people['office']}", "period.closed", f"period:{period}")
    before = world.everything()
    with pytest.raises(AlreadyClosed):
        close(world, period, CLOSES)
    assert world.everything() == before


def test_a_period_taken_back_has_nothing_to_close(world: World) -> None:
    period = world.round_two()
    world.run(scheduling.cancel, period, "改期", by=world.actor("office"), now=at("2026-09-17 Thu 12:00"))
    with pytest.raises(AlreadyClosed):
        close(world, period, "2026-12-01 Tue 09:00")


def test_past_the_deadline_closing_settles_first(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[0], FILED)
    close(world, period, "2026-10-08 Thu 09:00")
    assert world.disqualifications() == [(world.nominees[0], case, "lapsed", at(DEADLINE), at("2026-10-08 Thu 09:00"))]
    assert [action for _, action, _ in world.acts()[-4:]] == [
        "case.lapsed",
        "nominee.disqualified",
        "period.settled",
        "period.closed",
    ]
    assert world.period(period).settled_at == world.period(period).closed_at == at("2026-10-08 Thu 09:00")


# --- the report ------------------------------------------------------------------------------------


def test_the_report_says_everything(world: World) -> None:
    period = world.round_two()
    out, both, stays, *_ = world.nominees
    world.file(period, out, FILED)
    upheld, _ = world.file(period, both, FILED)
    world.file(period, both, FILED)
    world.file(period, both, FILED)
    dismissed, _ = world.file(period, stays, FILED)
    declined, _ = world.file(period, stays, FILED)
    joined, _ = world.file(period, stays, FILED)
    world.bring(upheld, State.CONCLUDED, DAY, Conclusion.UPHELD)
    world.act(investigation.join, joined, "head", dismissed, now=DAY)
    world.bring(dismissed, State.CONCLUDED, DAY)
    world.decline(declined, DeclineGround.NO_FACTS, "没有线索", now=DAY)
    for instant in ("2026-09-17 Thu 00:00", "2026-09-23 Wed 12:00"):
        world.run(availability.record_heartbeat, dt.timedelta(days=9), now=at(instant))
    close(world, period, "2026-09-30 Wed 09:00")
    days = world.period(period).days
    assert report_of(world, period) == {
        "drawn_up_at": "2026-09-30T01:00:00+00:00",
        "notice": report_of(world, period)["notice"],  # tests/services/periods/test_notice_words.py
        "window": ["2026-09-17T16:00:00+00:00", "2026-09-23T16:00:00+00:00"],
        "conclude_by": "2026-09-29T16:00:00+00:00",
        "days": days,
        "calendar": world.period(period).calendar_version,
        "availability": {
            "window_seconds": 6 * 86400,
            "served_seconds": 5 * 86400 + 43200,
            "longest_gap_seconds": 43200,
            "longest_gap_from": "2026-09-23T04:00:00+00:00",
            "working_seconds": 45 * 3600,
            "working_gap_seconds": 5 * 3600 + 1800,
            "outage_days": ["2026-09-23"],
            "percent": 91.66,
        },
        "entries": 5,
        "filed": 7,
        "by_channel": {"web": 7, "letter": 0, "visit": 0, "telephone": 0, "mail": 0},
        "accepted": 2,
        "by_state": {
            "received": 0,
            "accepted": 0,
            "investigating": 0,
            "awaiting_supplement": 0,
            "proposed": 0,
            "concluded": 2,
            "declined": 1,
            "lapsed": 3,
            "joined": 1,
        },
        "by_conclusion": {"upheld": 1, "partly_upheld": 0, "dismissed": 1, "withdrawn": 0},
        "goes_on": [
            {"name": "麒小3", "kind": "individual"},
            {"name": "麒小4", "kind": "individual"},
            {"name": "麒小5", "kind": "individual"},
        ],
        "withdrawn": [],
        "out_before": [],
        "goes_out": [
            {
                "name": "麒麟区第1中队",
                "kind": "collective",
                "grounds": ["逾期未结论"],
                "clauses": [LAPSE_CLAUSE],
                "cases": ["2026-0001"],
            },
            {
                "name": "麒麟区第2中队",
                "kind": "collective",
                "grounds": ["异议成立"],  # its other cases lapse too, and put nobody out a second time
                "clauses": [UPHELD_CLAUSE],
                "cases": ["2026-0002"],
            },
        ],
    }


def test_objections_are_counted_by_day_of_the_window(world: World) -> None:
    period = world.round_two()
    for filed in (
        "2026-09-18 Fri 00:00",
        "2026-09-18 Fri 23:59:59.999999",
        "2026-09-19 Sat 00:00",
        "2026-09-23 Wed 12:00",
    ):
        world.file(period, world.nominees[0], filed)
    with world.database.reader() as session:
        by_day = closing.objections_by_day(session, session.get_one(Period, period))
    assert {f"{day:%m-%d %a}": count for day, count in by_day.items()} == {
        "09-18 Fri": 2,
        "09-19 Sat": 1,
        "09-20 Sun": 0,
        "09-21 Mon": 0,
        "09-22 Tue": 0,
        "09-23 Wed": 1,
    }


def test_a_reversed_ground_is_out_of_the_report_and_the_other_stands(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[0]
    upheld, _ = world.file(period, nominee, FILED)
    world.bring(upheld, State.CONCLUDED, DAY, Conclusion.UPHELD)
    world.run(reversal.propose_reversal, 1, "原决定所据事实有误，予以撤销。", by=world.actor("office"), now=at(DAY))
    world.act(reversal.confirm_reversal, 1, "office2", 1, now=DAY)
    world.file(period, nominee, FILED)
    close(world, period, DEADLINE)
    (out,) = report_of(world, period)["goes_out"]
    assert (out["grounds"], out["clauses"], out["cases"]) == (["逾期未结论"], [LAPSE_CLAUSE], ["2026-0002"])
