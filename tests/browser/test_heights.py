"""How long and how heavy the public pages are on a phone of 360 × 640, and what stays in view on them."""

from __future__ import annotations

import datetime as dt
from itertools import islice

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import insert, select

from app.demo import people
from app.domain.periods.rounds import Kind
from app.models import Entry, Nominee, Period, Unit, UnitKind
from tests.browser.portal import Portal, check_page, press
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.soak]

OPEN = "2026-09-18 Fri 09:00"
SCREEN = 640
NAMES = 150
PERSON, TYPED = "吕丽敏", "吕 丽敏"  # one of the made-up names
# At most so many px high, and so many bytes before they are compressed.
HOME, LIST, NOMINEE = (2_200, 15_000), (14 * SCREEN, 40_000), (2_300, 10_000)


def twelve_open_lists(world: World) -> int:
    """Open the city's list of 150 made-up nominees, and eleven of recommending units that end on three days."""
    source = world.round_two()
    with world.database.writer() as session:
        first = session.get_one(Period, source)
        quotas = people.quotas()
        units = [Unit(kind=UnitKind.RECOMMENDER, name=quota.recommender, parent_id=world.office) for quota in quotas]
        known = set(session.scalars(select(Unit.name)))
        session.add_all(unit for unit in units if unit.name not in known)
        session.flush()
        by_name = {unit.name: unit.id for unit in session.scalars(select(Unit).where(Unit.parent_id == world.office))}
        columns = [column.name for column in Period.__table__.columns if column.name != "id"]
        row = {name: getattr(first, "set_deadline" if name == "conclude_by" else name) for name in columns}
        row["set_deadline"] = row.pop("conclude_by")
        for place, unit in enumerate(list(by_name.values())[:10]):
            ends = first.closes_at + dt.timedelta(days=place % 3)
            session.add(Period(**row | {"organiser_id": unit, "closes_at": ends}))
        everybody = [(quota, one) for quota in quotas for one in people.nominees(quota, 20251016)]
        listed = sorted(islice(everybody, NAMES), key=lambda each: Kind(each[1].kind) is Kind.INDIVIDUAL)
        teams = sum(Kind(one.kind) is Kind.COLLECTIVE for _, one in listed)
        counted = {"collectives": teams, "individuals": len(listed) - teams}
        shown = [quota.recommender for quota in quotas]
        city = Period(**row | {"organiser_id": world.office, "round_number": 3, "recommenders": shown} | counted)
        session.add(city)
        session.flush()
        for place, (quota, one) in enumerate(listed, start=1):
            of = {"kind": Kind(one.kind), "position": place, "name": one.name, "deeds": one.deeds}
            unit = by_name[quota.recommender]
            [nominee] = session.scalars(
                insert(Nominee).returning(Nominee.id),
                [of | {"programme_id": world.programme, "unit_id": unit, "recommender_id": unit}],
            )
            more = {
                "period_id": city.id,
                "nominee_id": nominee,
                "unit": one.workplace,
                "recommender": quota.recommender,
            }
            session.execute(insert(Entry), [of | more])
        session.commit()
        return city.id


def small_phone(portal: Portal, **options: bool) -> Page:
    page = portal.visit("phone", **options)
    page.set_viewport_size({"width": 360, "height": SCREEN})
    return page


def measured(page: Page, path: str) -> tuple[int, int]:
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200
    high: int = page.evaluate("document.documentElement.scrollHeight")
    return high, len(answer.body())


def test_home_list_and_nominee_are_short_and_light(portal: Portal) -> None:
    city = twelve_open_lists(portal.world)
    portal.time_is(OPEN)
    page = small_phone(portal)
    for path, (most_high, most_bytes) in {"/": HOME, f"/periods/{city}": LIST}.items():
        high, size = measured(page, path)
        assert (high <= most_high, size <= most_bytes) == (True, True), (path, high, size)
        if path == "/":
            assert page.locator(".hero").count() + page.locator(".open .rows li").count() == 12
    assert page.locator(".roll tbody tr:not(.group)").count() == NAMES  # all on one page
    rows = page.evaluate("[...document.querySelectorAll('.roll tbody tr')].map(row => row.offsetHeight)")
    assert max(rows) <= 70, "a row is one or two lines"
    page.get_by_role("link", name=PERSON).click()
    high, size = measured(page, page.url)
    assert (high <= NOMINEE[0], size <= NOMINEE[1]) == (True, True), (high, size)


def test_the_index_stays_and_leads_to_each_unit(portal: Portal) -> None:
    city = twelve_open_lists(portal.world)
    portal.time_is(OPEN)
    page = small_phone(portal)
    page.goto(f"/periods/{city}")
    index = page.get_by_role("navigation", name="推荐单位")
    last = index.get_by_role("link").last
    last.click()
    box, heading = index.bounding_box(), page.locator(".roll .group th").last.bounding_box()
    assert box is not None
    assert heading is not None
    assert (box["y"], heading["y"] >= box["y"] + box["height"] - 1, heading["y"] < SCREEN) == (0, True, True)
    expect(page.locator(".roll .group th").last).to_contain_text(last.inner_text())
    check_page(page)


def test_the_way_to_object_stays_in_view_and_covers_nothing(portal: Portal) -> None:
    city = twelve_open_lists(portal.world)
    portal.time_is(OPEN)
    page = small_phone(portal)
    page.goto(f"/periods/{city}")
    page.get_by_role("link", name=PERSON).click()
    bar = page.locator(".bar")
    expect(bar).to_be_in_viewport(ratio=1)
    expect(bar).to_contain_text("最迟 9月23日 24:00")
    covered = page.evaluate(
        """() => {
          const bar = document.querySelector('.bar');
          const others = [...document.querySelectorAll('main a, main summary')].filter(each => !bar.contains(each));
          return others.flatMap(each => {
            each.focus();
            const over = each.getBoundingClientRect().bottom - bar.getBoundingClientRect().top;
            const under = bar.getBoundingClientRect().bottom - each.getBoundingClientRect().top;
            return over > 0 && under > 0 ? [`${each.textContent} under the bar by ${over}px`] : [];
          });
        }"""
    )
    assert covered == []
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    ends = page.evaluate("['.bar', '.bottom'].map(name => document.querySelector(name).getBoundingClientRect())")
    assert ends[0]["bottom"] <= ends[1]["top"]
    check_page(page)
    page.set_viewport_size({"width": 1280, "height": 800})
    wide = page.evaluate(
        "[...document.querySelectorAll('.deeds p')].map(p => p.offsetWidth / parseFloat(getComputedStyle(p).fontSize))"
    )
    assert max(wide) <= 36.1, "a line of deeds holds at most 36 characters"


def test_a_person_is_found_by_a_name_with_a_space_and_without_a_script(portal: Portal) -> None:
    twelve_open_lists(portal.world)
    portal.time_is(OPEN)
    page = small_phone(portal, java_script_enabled=False)
    page.goto("/")
    page.get_by_role("searchbox").fill(TYPED)
    press(page, "查找")
    page.get_by_role("link", name=PERSON).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PERSON)
    expect(page.locator(".nominee .of")).to_contain_text(" · ")
    page.get_by_role("link", name="提出异议").click()
    assert "/objection" in page.url
    page.go_back()
    page.locator(".back a").click()
    page.get_by_label("名称或姓名").fill(TYPED)  # the list itself forgives the space too
    press(page, "查找")
    expect(page.get_by_role("status")).to_contain_text("找到1个")
