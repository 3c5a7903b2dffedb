"""What the last night's check found, on the office's first page and on a page of its own (R37)."""

from __future__ import annotations

from collections.abc import Callable

from app.services.record.checks.registry import INVARIANTS
from app.services.record.checks.run import Finding
from app.services.upkeep import checking
from tests.web.browsing import Browser
from tests.world import World, at

Staff = Callable[[str], Browser]
NIGHT = "2026-09-18 Fri 03:00:10"
LATE = Finding("objection-is-filed-inside-the-window", "R6", "objections", 7)
GONE = Finding("an-invariant-of-an-older-version", "R6", "objections", 8)


def night(world: World, *findings: Finding) -> None:
    world.run(checking.store_findings, list(findings), 1.5, now=at(NIGHT))


def test_before_the_first_night_the_pages_say_so(world: World, staff: Staff) -> None:
    office = staff("office")
    assert "现在还没有核对过" in office.get("/office/").text
    page = office.get("/office/checks").text
    assert "还没有核对过，今天夜里会核对" in page
    assert all(each.says in page for each in INVARIANTS.values())


def test_a_sound_night_is_green(world: World, staff: Staff) -> None:
    night(world)
    office = staff("office")
    first = office.get("/office/")
    assert f"03:00核对过全部数据（ {len(INVARIANTS)} 项 ），都符合规则" in first.text
    assert "处不符" not in first.text
    assert "都符合规则" in office.get("/office/checks").text


def test_what_breaks_a_rule_is_red_and_listed_by_rule_table_and_row(world: World, staff: Staff) -> None:
    night(world, LATE, GONE)
    office = staff("office")
    first = office.get("/office/")
    assert "核对数据不符，马上告诉系统管理员：2处不符" in first.text
    assert 'href="/office/checks"' in first.source
    page = staff("auditor").get("/office/checks")
    assert "有 2 处不符" in page.text
    for said in ("异议都在公示时间内提出", "objections", "7", GONE.name):
        assert said in page.text


def test_a_unit_is_told_nothing_of_it(world: World, staff: Staff) -> None:
    night(world, LATE)
    assert staff("head").get("/office/checks").status == 404
    assert "处不符" not in staff("head").get("/desk/").text
