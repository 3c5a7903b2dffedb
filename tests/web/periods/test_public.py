"""What the public reads, and when: names inside the window only, dates at any time (R5, R12, R13, R15)."""

from __future__ import annotations

import re
from pathlib import Path

from app.models import Nominee, ReviewStage
from app.services.calendar.calendars import calendar_of
from app.services.periods import closing, scheduling
from app.services.shared.work import Work
from tests.standing import cleared
from tests.web.browsing import Browser, MovingClock, filled
from tests.world import World, at

BEFORE = "2026-09-17 Thu 23:59:59"
OPENS = "2026-09-18 Fri 00:00"
LAST_SECOND = "2026-09-23 Wed 23:59:59"
CLOSES = "2026-09-24 Thu 00:00"
OUTSIDE = (BEFORE, CLOSES, "2026-09-30 Wed 00:00")
# A nominee's name, deeds and own unit, as the small world writes them.
# Round 1 is named after its organiser.
SECRETS = re.compile(r"第\d中队|麒小\d|实事|群众满意|第\d单位(?!拟推荐对象公示（本单位）)")
NOBODY = 999


def addresses(period: int, nominee: int) -> list[str]:
    here = f"/periods/{period}"
    return [
        here,
        f"{here}?kind=individual",
        f"{here}?name=麒",
        f"{here}?page=1",
        f"{here}/nominees/{nominee}",
        f"{here}/nominees/{nominee}/objection",
    ]


# --- outside the window --------------------------------------------------------------------------


def test_outside_the_window_every_address_answers_with_the_dates_and_no_name(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    for moment in OUTSIDE:
        clock.to(moment)
        for path in addresses(period, world.nominees[0]):
            page = client.get(path)
            if path.endswith("/objection"):
                assert (page.status, page.headers["Location"]) == (302, f"/periods/{period}")
                continue
            assert page.status == 200, path
            assert not SECRETS.search(page.source), path
            assert "2026年9月18日 00:00 至 2026年9月23日 24:00" in page.text, path
        for path in ("/", "/receipt", "/search?q=麒小", "/search?q=qx", "/search?q=麒麟区"):
            page = client.get(path)
            assert page.status == 200
            assert not SECRETS.search(page.source), path
        said = "还没有开始" if moment == BEFORE else "已经结束"
        assert said in client.get(f"/periods/{period}").text


def test_outside_the_window_nobody_learns_who_was_in_it(world: World, client: Browser, clock: MovingClock) -> None:
    period = world.round_two()

    def answers(nominee: int) -> list[tuple[int, str]]:
        here = f"/periods/{period}/nominees/{nominee}"
        sent = [client.post(f"{here}/objection", filled(step=step)) for step in ("check", "edit", "submit")]
        pages = [client.get(here), client.get(f"{here}/objection"), client.post(f"{here}/objection"), *sent]
        return [(page.status, re.sub(rf"/nominees/{nominee}\b", "/nominees/…", page.source)) for page in pages]

    def without_tokens(answered: list[tuple[int, str]]) -> list[tuple[int, str]]:
        secret = r'value="[\w.\-]{20,}"|(?<=/objection/)[\w\-]{22}'
        return [(status, re.sub(secret, "", source)) for status, source in answered]

    for moment in OUTSIDE:
        clock.to(moment)
        assert without_tokens(answers(world.nominees[0])) == without_tokens(answers(NOBODY))


def test_a_period_that_was_taken_back_or_never_was_is_not_found(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    world.run(scheduling.cancel, period, "改期", by=world.actor("office"), now=at("2026-09-17 Thu 12:00"))
    for moment in (BEFORE, OPENS, CLOSES):
        clock.to(moment)
        for number in (period, NOBODY, 2**31, 10**11, 10**30):
            for path in addresses(number, world.nominees[0]):
                assert client.get(path).status == 404, path
        assert "麒麟区拟推荐对象公示" not in client.get("/").text


def test_a_nominee_of_another_period_is_not_found_in_this_one(world: World, client: Browser) -> None:
    period = world.round_two()
    for nominee in (world.others[0], NOBODY, 2**31, 10**30):
        for path in addresses(period, nominee)[4:]:
            assert client.get(path).status == 404, path
            assert client.post(path, {"step": "submit"}).status in (404, 405), path
            assert client.post(path, {"step": "submit"}, csrf=False).status in (400, 404, 405), path


# --- inside it -----------------------------------------------------------------------------------


def test_inside_the_window_names_and_deeds_are_public_on_weekends_too(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    for moment in (OPENS, "2026-09-19 Sat 12:00", LAST_SECOND):
        clock.to(moment)
        for path in addresses(period, world.nominees[2]):
            page = client.get(path)
            assert page.status == 200, path
            assert "麒小3" in page.text, path
            assert "2026年9月23日 24:00" in page.text, path
    assert "<strong>实事</strong>" in client.get(f"/periods/{period}/nominees/{world.nominees[2]}").source
    home = client.get("/")
    assert f"/periods/{period}" in home.links
    assert not SECRETS.search(home.source)  # the first page names periods, never nominees


def test_the_strip_of_days_explains_the_count(world: World, client: Browser, clock: MovingClock) -> None:
    period = world.round_two()
    clock.to("2026-09-20 Sun 10:00")
    explained = [
        "9/18 星期五 第1个工作日",
        "9/19 星期六 周末",
        "9/20 星期日 第2个工作日（调休上班） 今天",
        "9/21 星期一 第3个工作日",
        "9/22 星期二 第4个工作日",
        "9/23 星期三 第5个工作日",
    ]
    for path in addresses(period, world.nominees[0]):
        assert client.get(path).days() == explained, path
    assert "还有4个工作日" in client.get(f"/periods/{period}").text
    clock.to("2026-09-23 Wed 10:00")
    assert "今天 24:00 截止" in client.get(f"/periods/{period}").text


def test_a_holiday_inside_the_window_has_its_name(world: World, client: Browser, clock: MovingClock) -> None:
    period = world.round_two("2026-09-24")
    clock.to("2026-09-25 Fri 10:00")
    assert client.get(f"/periods/{period}").days() == [
        "9/24 星期四 第1个工作日",
        "9/25 星期五 中秋节 今天",
        "9/26 星期六 中秋节",
        "9/27 星期日 中秋节",
        "9/28 星期一 第2个工作日",
        "9/29 星期二 第3个工作日",
        "9/30 星期三 第4个工作日",
        *(f"10/{day} 星期{weekday} 国庆节" for day, weekday in enumerate("四五六日一二三", start=1)),
        "10/8 星期四 第5个工作日",
    ]


def test_whom_to_turn_to_and_what_happens_stand_on_every_page(world: World, client: Browser) -> None:
    period = world.round_two()
    for path in addresses(period, world.nominees[0]):
        text = client.get(path).text
        for said in ("怎样联系", "名称 麒麟区 电话 0874-0000001", "市评选工作组办公室", "0874-0000000", "市政务中心"):
            assert said in text, path
        assert "匿名反映不按异议办理" in text, path  # the real-name rule (R15)
        assert "2026年9月29日 24:00" in text, path  # the deadline (R25)


def test_an_extended_deadline_stands_on_the_page_with_its_reason(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    assert "延长" not in client.get(f"/periods/{period}").text
    with world.database.writer() as session:
        day, reason = at("2026-10-09 Fri 09:00").date(), "需要外地取证"
        actor = world.actor("office")
        scheduling.extend_deadline(Work(session, clock.now, actor), period, day, reason, calendar_of(session))
    clock.forward(seconds=10)  # a page is made anew every ten seconds
    for moment in (clock.now, at(CLOSES)):
        clock.to(moment)
        assert (
            "由2026年9月29日 24:00延长到2026年10月9日 24:00，理由：需要外地取证"
            in client.get(f"/periods/{period}").text
        )


# --- which fields (R12) --------------------------------------------------------------------------


def test_each_round_shows_its_own_fields_and_no_other(
    world: World, client: Browser, clock: MovingClock, tmp_path: Path
) -> None:
    with world.database.writer() as session:
        nominee = session.get_one(Nominee, world.nominees[2])
        nominee.post, nominee.category, nominee.trade = "甲职务标记", "乙类别标记", "丙行业标记"
        session.commit()
    marks = {"甲职务标记", "乙类别标记", "丙行业标记", "麒麟区第3单位", "<span>麒麟区推荐</span>"}

    def shown(period: int) -> set[str]:
        pages = [f"/periods/{period}", f"/periods/{period}/nominees/{world.nominees[2]}"]
        sources = [
            re.sub(r"<h1>.*?</h1>|<section class=.(?:contact|window).*?</section>|<title>.*?</title>", "", s)
            for s in (client.get(path).source for path in pages)
        ]
        return {mark for mark in marks if any(mark in source for source in sources)}

    clock.to("2026-09-08 Tue 09:00")
    one = world.schedule(1, unit_of(world, 2), [world.nominees[2]], "2026-09-08", 3, "2026-09-07 Mon 09:00")
    assert shown(one) == marks
    world.run(closing.close_period, one, by=world.actor("office"), now=at("2026-09-16 Wed 09:00"))
    world.reviewed([world.nominees[2]], ReviewStage.PRELIMINARY, "2026-09-16 Wed 09:00")
    two = world.schedule(2, world.qilin, [world.nominees[2]], "2026-09-18", 3, "2026-09-17 Thu 10:00")
    clock.to(OPENS)
    assert shown(two) == set()
    world.run(closing.close_period, two, by=world.actor("office"), now=at(CLOSES))
    cleared(world, tmp_path, [world.nominees[2]], "2026-09-24 Thu 09:30")
    three = world.schedule(3, world.office, [world.nominees[2]], "2026-09-28", 3, "2026-09-24 Thu 10:00")
    clock.to("2026-09-28 Mon 09:00")
    assert shown(three) == {"麒麟区第3单位", "<span>麒麟区推荐</span>"}


def unit_of(world: World, place: int) -> int:
    with world.database.reader() as session:
        return session.get_one(Nominee, world.nominees[place]).unit_id
