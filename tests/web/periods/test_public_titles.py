"""Round 1 of a collective: its unit organises, so title, contact block and figures would name it (R5)."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from app.models import Nominee, Period
from app.services.cases import settlement
from app.services.periods import closing
from tests.web.browsing import Browser, MovingClock, filled
from tests.world import World, at

NAME = "麒麟区第1中队"  # the collective, and the unit that shows it
OPENS, CLOSES = at("2026-09-08 Tue 00:00"), at("2026-09-15 Tue 00:00")
SECOND = dt.timedelta(seconds=1)
ELSEWHERE = [
    "/",
    "/?page=1",
    "/receipt",
    "/privacy",
    "/genuine",
    "/accessibility",
    "/login",
    "/decisions",
    "/decisions/1",
    "/search?q=中队",
    "/nowhere",
    "/robots.txt",
]


@pytest.fixture
def period(world: World) -> int:
    """Round 1 of the collective, by itself: 2026-09-08 Tue to 2026-09-14 Mon 24:00, conclusions by the 17th, 24:00."""
    with world.database.writer() as session:
        unit = session.get_one(Nominee, world.nominees[0]).unit
        unit.name, unit.phone, unit.address = NAME, "0874-1234567", f"{NAME}驻地"
        session.commit()
        unit_id = unit.id
    return world.schedule(1, unit_id, world.nominees[:1], "2026-09-08", 3, "2026-09-07 Mon 09:00")


def everything_public(client: Browser, period: int, nominee: int) -> dict[str, str]:
    """Every address of the public, and every form sent to it, as source with headers."""
    here = f"/periods/{period}"
    one = f"{here}/nominees/{nominee}"
    reads = [here, f"{here}/print", f"{here}?kind=collective", f"{here}?name=中队", f"{here}?page=2"]
    reads += [one, f"{one}/objection", f"{here}/nominees/999", f"{here}.json", f"{here}.atom"]
    reads += ["/feeds/1.atom", "/feeds/1.ics", *ELSEWHERE]
    pages = {path: client.get(path) for path in reads}
    pages |= {
        f"POST {step}": client.post(f"{one}/objection", filled(step=step)) for step in ("check", "edit", "submit")
    }
    pages["POST receipt"] = client.post("/receipt", {"code": "0000-0000-0000-0000-0000-0000"})
    return {path: f"{page.status} {dict(page.headers)} {page.source}" for path, page in pages.items()}


@pytest.mark.parametrize(
    "moment",
    [OPENS - SECOND, CLOSES, CLOSES + SECOND, at("2026-09-18 Fri 00:00"), at("2026-10-20 Tue 09:00")],
    ids=["a second before", "at the close", "after it", "at the deadline", "closed"],
)
def test_outside_the_window_nothing_names_the_collective(
    world: World, period: int, client: Browser, clock: MovingClock, moment: dt.datetime
) -> None:
    if moment > at("2026-09-18 Fri 00:00"):
        world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-09-18 Fri 09:00"))
    clock.now = moment
    pages = everything_public(client, period, world.nominees[0])
    assert [path for path, source in pages.items() if NAME in source or "0874-1234567" in source] == []
    title = "麒麟区拟推荐集体公示（本单位）"
    assert f"<title>{title}" in pages[f"/periods/{period}"]
    assert f">{title}</a>" in pages["/"]
    assert "0874-0000001" in pages[f"/periods/{period}"]  # the recommending unit's telephone instead


def test_inside_the_window_the_unit_is_named_to_the_second(
    world: World, period: int, client: Browser, clock: MovingClock
) -> None:
    for moment in (OPENS, CLOSES - SECOND):
        clock.now = moment
        for path in ("/", f"/periods/{period}"):
            assert f"{NAME}拟推荐对象公示（本单位）" in client.get(path).source
        page = client.get(f"/periods/{period}").source
        assert "0874-1234567" in page
        # A messenger keeps the card of a shared link longer than the window lasts.
        assert '<meta property="og:title" content="麒麟区拟推荐集体公示（本单位）">' in page
        for path in (f"/periods/{period}", f"/periods/{period}/nominees/{world.nominees[0]}"):
            cards = re.findall(r'<meta (?:name|property)="[^"]+" content="[^"]*">', client.get(path).source)
            assert not [card for card in cards if NAME in card], path


def test_a_unit_that_shows_people_keeps_its_title(world: World, client: Browser, clock: MovingClock) -> None:
    with world.database.reader() as session:
        unit_id = session.get_one(Nominee, world.nominees[2]).unit_id
    period = world.schedule(1, unit_id, [world.nominees[2]], "2026-09-08", 3, "2026-09-07 Mon 09:00")
    clock.now = CLOSES
    assert "麒麟区第3单位拟推荐对象公示（本单位）" in client.get(f"/periods/{period}").text


def test_closing_figures_of_few_are_told_with_the_others_of_the_recommending_unit(
    world: World, client: Browser, clock: MovingClock
) -> None:
    office = world.actor("office")
    with world.database.reader() as session:
        units = [session.get_one(Nominee, nominee).unit_id for nominee in world.nominees]
    periods = [
        world.schedule(1, unit, [nominee], "2026-09-08", 3, "2026-09-07 Mon 09:00")
        for unit, nominee in zip(units, world.nominees, strict=True)
    ]
    world.file(periods[0], world.nominees[0], "2026-09-10 Thu 09:00")
    clock.to("2026-09-18 Fri 09:00")
    world.run(settlement.settle_due, now=clock.now)

    def figures(period: int) -> str:
        text = client.get(f"/periods/{period}").text
        return text.partition("办结情况")[2].partition("怎样联系")[0].strip()

    for period in periods[:4]:
        world.run(closing.close_period, period, by=office, now=clock.now)
        assert figures(period) == (
            "这次公示已经办结。公示对象不足五个，数字不单独公布，等麒麟区推荐的其他单位也办结以后合并公布。"
        )
    world.run(closing.close_period, periods[4], by=office, now=clock.now)
    told = {figures(period) for period in periods}
    assert told == {
        "公示对象不足五个的，数字并入推荐单位。麒麟区推荐对象5次这样的公示合在一起："
        "公示对象5个，收到异议1件（逾期未结论1件）。1个推荐对象被取消参评资格。"
    }


def test_a_pool_that_is_itself_too_small_tells_no_figures(world: World, client: Browser, clock: MovingClock) -> None:
    with world.database.reader() as session:
        unit_id = session.get_one(Nominee, world.others[0]).unit_id
    period = world.schedule(1, unit_id, [world.others[0]], "2026-09-08", 3, "2026-09-07 Mon 09:00")
    clock.to("2026-09-18 Fri 09:00")
    world.run(closing.close_period, period, by=world.actor("office"), now=clock.now)
    text = client.get(f"/periods/{period}").text
    assert "罗平县推荐对象的同类公示合在一起也不足五个" in text
    assert "收到异议" not in text


def test_five_entries_have_figures_of_their_own(world: World, client: Browser, clock: MovingClock) -> None:
    period = world.round_two()
    clock.to("2026-09-30 Wed 09:00")
    world.run(closing.close_period, period, by=world.actor("office"), now=clock.now)
    text = client.get(f"/periods/{period}").text
    assert "公示对象5个，没有收到异议。" in text
    with world.database.reader() as session:
        assert session.get_one(Period, period).title_outside == "麒麟区拟推荐对象公示"
