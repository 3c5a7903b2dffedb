"""Setting up in the browser: a programme from a file, slips shown once, what a head may see and nobody else's."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.programmes.plan import Places
from app.models import Unit, User
from app.services.programmes import quotas, setting_up
from tests.qujing import written
from tests.services.office.test_programme_books import BOOK, PLAN
from tests.web.browsing import Browser, Page
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what a page shows is one on both
Staff = Callable[[str], Browser]


def upload(browser: Browser, content: bytes) -> Page:
    return browser.post("/programmes/book", {"book": (io.BytesIO(content), "活动.xlsx")})


def codes(page: Page) -> list[str]:
    """What is printed large on the slips: login and password, one person after the other."""
    return [html.unescape(text) for text in re.findall(r'<span class="code">(.*?)</span>', page.source)]


def test_a_file_is_looked_at_then_saved_and_each_slip_is_shown_once(world: World, staff: Staff, app: Flask) -> None:
    office, before = staff("office"), world.everything()
    seen = upload(office, written(BOOK))
    assert seen.status == 200
    assert "没有发现错误，还没有保存" in seen.text
    assert world.everything() == before
    loaded = office.send(seen.form("/programmes/book/load"))
    assert loaded.status == 200
    login, password, *_ = codes(loaded)
    assert [*codes(loaded)[::2]] == ["zfw01", "ban03"]
    page = office.get(f"/programmes/{world.programme + 1}")
    assert all(text in page.text for text in (PLAN.title, "市委政法委", "2026年9月1日", "0874-0000000"))
    again = office.send(seen.form("/programmes/book/load"))
    assert (again.status, "已经有同名的活动" in again.text, codes(again)) == (422, True, [])

    newcomer = Browser(app)
    entered = newcomer.post("/login", {"login": login, "password": password})
    assert (entered.status, newcomer.follow(entered).status) == (303, 303)
    assert newcomer.get("/desk/").headers["Location"] == "/account/password"


def test_security_26_the_address_on_a_slip_is_the_portals_own(staff: Staff, world: World, app: Flask) -> None:
    """Whatever host the request was sent to: here "localhost", and a forged one."""
    sent = {"login": "qilin09", "name": "新来的", "role": "handler", "unit": str(world.qilin)}
    page = staff("office").post("/people/new", sent, x_forwarded_host="evil.example")
    assert codes(page)[0] == "qilin09"
    assert f"{app.extensions['portal'].settings.public_url}/login" in page.source
    assert {host for host in ("evil.example", "localhost") if host in page.source} == set()


def test_security_33_a_file_that_is_no_book_is_refused_beside_its_field(staff: Staff) -> None:
    office = staff("office")
    for content, said in (
        (b"", "是空的"),
        (b"login,name", "不是其中任何一种"),
        (written(BOOK)[:-300], "不完整或已损坏"),
        (b"PK\x03\x04" + bytes(300_000), "太大"),
    ):
        page = upload(office, content)
        assert (page.status, said in page.error_of("book")) == (422, True), page.error_of("book")
    errors = upload(office, written(replace(BOOK, plan=replace(PLAN, lapse_clause=""))))
    assert (errors.status, [form.action for form in errors.forms if "load" in form.action]) == (422, [])
    assert "活动 10 B 逾期未结论的依据请写4到400个字，现在还没有写。" in errors.text


def test_security_36_a_forged_preview_is_refused_and_nothing_is_stored(staff: Staff, world: World) -> None:
    office, before = staff("office"), world.everything()
    broken = ["", "{", "[]", "null", "7", "[" * 50_000]
    shapes = [
        '{"活动": 7}',
        '{"活动": [[1]]}',
        '{"活动": [[1, [1]]]}',
        '{"人员": [["x", ["a"]]]}',
        '{"名额分配": [[1, []]]}',
    ]
    for sheets in (*broken, *shapes, r'{"活动": [[1, ["\ud800", "\u0000"]]]}'):
        assert office.post("/programmes/book/load", {"sheets": sheets}).status == 422, sheets[:40]
    assert world.everything() == before


def test_what_was_typed_stays_and_each_error_stands_beside_its_field(staff: Staff, world: World) -> None:
    office = staff("office")
    form = office.get("/programmes/new").form("/programmes/new")
    typed = {
        "title": "曲靖市2026年评选表彰",
        "collective_honour": "集体",
        "individual_honour": "个人",
        "county_share": "120",
    }
    page = office.send(form, **typed, lapse_clause="第四部分", upheld_clause="第七部分", starts_2=form.fields["ends_1"])
    assert page.status == 422
    assert "0到100的整数" in page.error_of("county_share")
    assert "组织推荐阶段结束" in page.error_of("starts_2")
    again = page.form("/programmes/new")
    assert {key: again.fields[key] for key in typed} == typed
    made = office.send(again, county_share="10", starts_2=form.fields["starts_2"])
    assert (made.status, made.headers["Location"]) == (303, f"/programmes/{world.programme + 1}/quotas")
    places = office.follow(made).form("/quotas")
    wrong = office.send(places, **{f"u{world.qilin}-collectives": "三", f"u{world.luoping}-secret_individuals": "1"})
    assert (wrong.status, wrong.form("/quotas").fields[f"u{world.qilin}-collectives"]) == (422, "三")
    wrong = office.send(places, **{f"u{world.luoping}-secret_individuals": "1"})
    assert "不能多于个人名额0" in wrong.error_of(f"u{world.luoping}-secret_individuals")
    saved = office.send(places, **{f"u{world.qilin}-collectives": "5", f"u{world.qilin}-individuals": "9"})
    page = office.follow(saved).text
    assert "麒麟区 14 5 9 0 14" in page


def test_security_20_a_head_finds_its_own_branch_and_everything_else_is_not_there(world: World, staff: Staff) -> None:
    with world.database.reader() as session:
        other = session.scalars(select(Unit.id).where(Unit.parent_id == world.luoping)).first()
    head, before = staff("head"), world.everything()
    assert {"/people/" + str(world.people[login]) for login in ("head", "handler", "handler2")} == {
        link for link in head.get("/people/").links if re.fullmatch(r"/people/\d+", link)
    }
    for path in (f"/units/{world.office}", f"/units/{world.luoping}", f"/units/{other}", "/units/999", "/units/new"):
        assert head.get(path).status == 404, path
    for login in ("office", "auditor", "stranger"):
        person = world.people[login]
        sent = {"chosen": str(person), "role": "handler", "unit": str(world.qilin), "phone": "0874-1"}
        assert head.get(f"/people/{person}").status == 404
        for path in (f"/people/{person}/place", f"/people/{person}/enable", f"/units/{other}/contact"):
            assert head.post(path, sent).status == 404, path
        for path in ("/people/invite", "/people/disable"):
            assert head.post(path, sent).status in (404, 409), path
    for role, unit in (("handler", other), ("handler", world.office), ("office", world.office), ("king", world.qilin)):
        sent = {"login": "new01", "name": "新来的", "role": role, "unit": str(unit)}
        assert head.post("/people/new", sent).status in (404, 422), (role, unit)
    assert world.everything() == before


def test_a_units_page_of_a_programme_holds_nothing_of_another_unit(world: World, staff: Staff) -> None:
    places = Places(world.luoping, 77, 88, secret_collectives=66, note="罗平的备注")
    world.run(quotas.give_places, world.programme, [places], by=world.actor("office"), now=at("2026-09-18 Fri 09:00"))
    here = f"/programmes/{world.programme}"
    assert {text for text in ("77", "88", "66", "罗平") if text in staff("head").get(here).text} == set()
    assert {text for text in ("77", "88", "66", "罗平") if text in staff("stranger").get(here).text} == {
        *("77", "88", "66", "罗平")
    }


def test_an_archived_programme_is_only_read(world: World, staff: Staff) -> None:
    world.run(setting_up.archive, world.programme, by=world.actor("office"), now=at("2026-09-18 Fri 08:00"))
    office, here = staff("office"), f"/programmes/{world.programme}"
    page = office.get(here)
    assert "已归档，只能查看" in page.text
    assert not [form.action for form in page.forms if form.action.endswith("/archive")]
    before = world.everything()
    sent = office.get(f"{here}/edit").form("/edit").fields
    assert "已经归档" in office.post(f"{here}/edit", sent).text
    sent = office.get(f"{here}/quotas").form("/quotas").fields
    assert "已经归档" in office.post(f"{here}/quotas", sent).text
    assert world.everything() == before


def test_several_people_are_invited_again_or_shut_out_at_once(world: World, staff: Staff) -> None:
    office = staff("office")
    people = [str(world.people[login]) for login in ("handler", "handler2")]
    assert codes(office.post("/people/invite", {"chosen": people}))[::2] == ["handler", "handler2"]
    done = office.follow(office.post("/people/disable", {"chosen": people}))
    assert "已停用2个账号" in done.text
    with world.database.reader() as session:
        gone = session.scalars(select(User.login).where(User.disabled_at.is_not(None)).order_by(User.login)).all()
        assert gone == ["handler", "handler2"]
    refused = office.post("/people/invite", {"chosen": [*people, "x", "-1", "9" * 30]})
    assert (refused.status, "已经停用，请先启用" in refused.text) == (409, True)
    assert {href.partition("?")[0] for href in refused.links if "?" in href} == {"/people/"}, "the list of before"
