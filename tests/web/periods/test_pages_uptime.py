"""The closing report on the portal's own uptime, in words that claim no more than the record does (R7)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import delete

from app.models import AvailabilitySpan
from app.web.shared.words import duration
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

REPORTED = [
    # up from/to -> what the report says
    ("", "公示期间没有运行记录"),
    ("18 00:00/24 00:00", "公示时间的 100.0% 有系统正常应答的记录。 工作时间（工作日 8:30—17:30）都有记录。"),
    (
        "18 00:00/22 17:30, 23 08:30/24 00:00",
        "公示时间的 89.58% 有系统正常应答的记录；没有记录的时间最长一段 15小时，从2026年9月22日 17:30起。 "
        "工作时间（工作日 8:30—17:30）都有记录。",
    ),
    (
        "18 00:00/21 10:00:00, 21 10:45:30/22 16:00, 23 00:00/24 00:00",
        "公示时间的 93.91% 有系统正常应答的记录；没有记录的时间最长一段 8小时，从2026年9月22日 16:00起。 "
        "工作时间（工作日 8:30—17:30）里有 2小时15分钟没有记录，其中 1个工作日达到一小时。"
        "没有记录不等于中断，请结合实际核实。",
    ),
]


@on_sqlite
def test_the_report_says_what_is_on_record_and_what_is_not(
    world: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    period = world.round_two()
    clock.to(at("2026-09-24 Thu 09:00"))
    for up, said in REPORTED:
        with world.database.writer() as session:
            session.execute(delete(AvailabilitySpan))
            for span in filter(None, up.split(", ")):
                start, end = (at(f"2026-09-{instant}") for instant in span.split("/"))
                session.add(AvailabilitySpan(started_at=start, last_seen_at=end))
            session.commit()
        assert said in staff("office").get(f"/office/periods/{period}/close").text, up


def test_durations_are_said_as_people_say_them() -> None:
    told = {59: "不到1分钟", 60: "1分钟", 3599: "59分钟", 3600: "1小时", 3660: "1小时1分钟", 90061: "25小时1分钟"}
    assert {seconds: duration(seconds) for seconds in told} == told
