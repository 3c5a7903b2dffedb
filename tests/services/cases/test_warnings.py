"""Warnings to the handlers, their superiors and the office (R28)."""

import datetime as dt

from sqlalchemy import select

from app.calendars.china import ChinaCalendar
from app.domain.cases.states import State
from app.models import OutboxRow
from app.services.cases import investigation, warnings
from app.services.periods import scheduling
from tests.world import World, at

OFFICE, QILIN = "市评选工作组办公室", "麒麟区"
FILED = "2026-09-18 Fri 09:00"


def rows(case: int, *occasions: str, units: tuple[str, ...] = (OFFICE, QILIN)) -> list[tuple[int, str, str]]:
    return [(case, unit, occasion) for occasion in occasions for unit in units]


def test_warnings_through_a_periods_life(world: World) -> None:
    """The deadline is 24:00 of Tuesday the 29th; Thursday the 24th and Monday the 28th are the working days before."""
    period = world.round_two()
    slow, quick = (world.file(period, nominee, FILED)[0] for nominee in world.nominees[:2])
    expected = rows(slow, "arrival") + rows(quick, "arrival")
    life = [
        ("2026-09-21 Mon 23:59:59.999999", []),
        ("2026-09-22 Tue 00:00", rows(slow, "escalated") + rows(quick, "escalated")),  # neither accepted nor declined
        ("2026-09-24 Thu 07:59:59.999999", []),
        ("2026-09-24 Thu 08:00", rows(slow, "two_days") + rows(quick, "two_days")),
        ("2026-09-27 Sun 12:00", []),
        ("2026-09-28 Mon 08:00", rows(slow, "one_day")),  # the other is concluded meanwhile
        ("2026-09-29 Tue 07:59:59.999999", []),
        ("2026-09-29 Tue 08:00", rows(slow, "last_morning")),
        ("2026-09-29 Tue 23:59:59.999999", []),
        ("2026-09-30 Wed 00:00", []),  # the deadline
        ("2026-12-01 Tue 09:00", []),
    ]
    for now, written in life:
        if now.startswith("2026-09-28"):
            world.bring(quick, State.CONCLUDED, "2026-09-28 Mon 07:00")
            expected += rows(quick, "proposed")
        assert (now, world.run(warnings.warn_due, now=at(now))) == (now, len(written))
        assert (now, world.run(warnings.warn_due, now=at(now))) == (now, 0)  # again adds none
        expected += written
        assert world.outbox() == sorted(expected)


def test_after_downtime_only_the_latest_and_after_an_extension_anew(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[0], FILED)
    assert world.run(warnings.warn_due, now=at("2026-09-29 Tue 12:00")) == 4
    expected = rows(case, "arrival", "last_morning", "escalated")
    assert world.outbox() == sorted(expected)
    world.run(
        scheduling.extend_deadline,
        period,
        dt.date(2026, 10, 8),
        "核查需要",
        ChinaCalendar(),
        by=world.actor("office"),
        now=at("2026-09-29 Tue 13:00"),
    )
    # Two working days before the 8th of October: the 29th itself, then the 30th.
    for now, occasion in (
        ("2026-09-29 Tue 13:00", "two_days"),
        ("2026-09-30 Wed 08:00", "one_day"),
        ("2026-10-08 Thu 08:00", "last_morning"),
    ):
        anew = rows(case, occasion, *(["escalated"] if occasion == "two_days" else []))
        assert world.run(warnings.warn_due, now=at(now)) == len(anew)
        expected += anew
    assert world.outbox() == sorted(expected)
    assert world.run(warnings.warn_due, now=at("2026-10-09 Fri 00:00")) == 0


def test_whoever_handles_it_now_is_warned_and_sees_only_open_cases(world: World) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[0], FILED)
    world.act(investigation.hand_up, case, "head", "本单位不便办理", now=FILED)
    now = at("2026-09-28 Mon 08:00")
    assert world.run(warnings.warn_due, now=now) == 1
    assert world.outbox() == sorted(rows(case, "arrival", "taken_over") + rows(case, "one_day", units=(OFFICE,)))

    def seen(login: str, now: dt.datetime) -> list[str]:
        return [row.reminder.value for row in world.do(warnings.warnings_for, world.actor(login), now)]

    shown = {login: seen(login, now) for login in ("office", "handler", "stranger", "auditor")}
    assert shown == {
        "office": ["one_day", "taken_over", "arrival"],
        "handler": ["taken_over", "arrival"],
        "stranger": [],
        "auditor": [],
    }
    assert seen("office", at("2026-09-30 Wed 00:00")) == []


def test_security_43_neither_the_order_nor_the_end_of_the_list_tells_who_came_first_on_a_day(world: World) -> None:
    """More arrivals on one day than the list holds: read as they came, and as if they had come the other way round."""
    period = world.round_two()
    for minute in range(25):
        world.file(period, world.nominees[minute % 3], f"2026-09-18 Fri 09:{minute:02}")

    def read(login: str) -> list[tuple[int, str]]:
        rows = world.do(warnings.warnings_for, world.actor(login), at("2026-09-19 Sat 09:00"))
        return [(row.case_id, row.reminder.value) for row in rows]

    before = read("head")
    with world.database.writer() as session:
        for row in session.scalars(select(OutboxRow)):
            row.created_at = at("2026-09-18 Fri 10:00") - (row.created_at - at("2026-09-18 Fri 09:00"))
        session.commit()
    assert len(before) == 20
    assert read("head") == before
