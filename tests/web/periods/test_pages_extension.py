"""The office extends a window after an outage, through its pages, and the public page says so (R7)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.services.periods.test_interruption import REASON, TUESDAY, up
from tests.web.browsing import Browser, MovingClock
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@on_sqlite
def test_an_outage_is_offered_confirmed_and_told(
    world: World, staff: Callable[[str], Browser], client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    clock.to(TUESDAY)
    office, here = staff("office"), f"/office/periods/{period}"
    up(world, "17 00:00/21 09:00")
    assert "系统中断过，延长公示时间" in office.get(here).text
    up(world, "21 11:00/24 00:00")
    page = office.get(here)
    assert "9月21日的工作时间（8:30—17:30）里有一小时以上没有运行记录。没有记录不等于中断，请先核实。" in page.text
    assert "可以延长1个工作日：公示到 2026年9月24日 24:00 ，办结期限顺延到 2026年9月30日 24:00" in page.text
    short = office.send(page.form("/extend-window"), text="短")
    assert (short.status, short.error_of("text")) == (422, "延长公示的理由请写2到500个字，现在是1个字。")
    done = office.follow(office.send(page.form("/extend-window"), text=REASON))
    assert "公示已经延长，办结期限相应顺延" in done.text
    assert f"因系统中断由2026年9月23日 24:00延长，理由：{REASON}" in done.text
    assert not [form for form in done.forms if form.action.endswith("/extend-window")]
    again = office.send(page.form("/extend-window"), text=REASON)
    assert (again.status, "或者已经为此延长过" in again.text) == (409, True)
    assert again.form("/extend-window").fields["text"] == REASON
    assert "因系统中断延长公示" in office.get(f"/office/record?subject=period:{period}").text
    public = client.get(f"/periods/{period}")
    assert "2026年9月24日 24:00 ， 共6个工作日" in public.text
    assert (
        "公示因系统中断延长1个工作日，原定2026年9月23日 24:00结束。理由：9月21日上午机房停电，公示页面打不开。"
        in public.text
    )
    assert "9/24 星期四 第6个工作日" in public.days()
    clock.to("2026-09-24 Thu 12:00")
    assert "麒小3" in client.get(f"/periods/{period}").text


@on_sqlite
def test_nothing_is_offered_while_everything_is_on_record(
    world: World, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    period = world.round_two()
    clock.to(TUESDAY)
    up(world, "17 00:00/24 00:00")
    assert "延长公示时间" not in staff("office").get(f"/office/periods/{period}").text
