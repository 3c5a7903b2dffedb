"""What a unit sees of when objections came: days, in lists, histories and papers, and no order within one (R19)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.models import Objection, drawing
from app.services.cases import investigation
from app.services.messages import feeds
from app.services.objections import following
from tests.web.browsing import Browser, MovingClock, filled
from tests.web.walking import read_by, told_apart
from tests.world import FACTS, World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Staff = Callable[[str], Browser]
MOMENTS = [f"2026-09-18 Fri {hour:02}:{minute:02}" for hour, minute in ((0, 7), (9, 13), (11, 17), (13, 41), (23, 59))]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids as the portal draws them."""
    monkeypatch.setattr(drawing, "draw", drawing.draw_random_id)


@pytest.mark.walk
def test_security_43_no_minute_of_an_arrival_is_in_anything_a_unit_reads(
    world: World, app: Flask, staff: Staff, clock: MovingClock
) -> None:
    period = world.round_two()
    for number, moment in enumerate(MOMENTS):
        world.file(period, world.nominees[number], moment, facts=f"{FACTS}{number}")
    clock.to("2026-09-21 Mon 08:00")
    for login in ("head", "handler"):
        answers = read_by(app, world.database, staff(login), login)
        for hour in (moment[-5:] for moment in MOMENTS):
            told = {path for path, content in answers.items() if re.search(rf"\b{hour}\b".encode(), content)}
            assert told == set(), hour


@pytest.mark.soak
def test_security_43_a_supplement_and_a_withdrawal_are_shown_at_once_and_with_their_day_alone(
    world: World, app: Flask, staff: Staff, clock: MovingClock
) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], "2026-09-18 Fri 09:00")
    world.act(investigation.accept, case, "handler", now="2026-09-21 Mon 09:00")
    world.act(investigation.ask_supplement, case, "handler", "请补充", 2, now="2026-09-21 Mon 09:00")
    objection = world.do(lambda session: session.scalars(select(Objection.id).where(Objection.case_id == case)).one())
    world.run(following.supplement, objection, "补充的事实", now=at("2026-09-21 Mon 10:37"))
    world.run(following.withdraw, objection, "不追究了", now=at("2026-09-21 Mon 11:43"))
    clock.to("2026-09-21 Mon 12:00")
    for login in ("head", "handler"):
        page = staff(login).get(f"/desk/cases/{case}").text
        assert ("补充的事实" in page, "不追究了" in page) == (True, True)
        answers = read_by(app, world.database, staff(login), login)
        for hour in ("10:37", "11:43", "02:37", "03:43"):
            told = {path for path, content in answers.items() if re.search(rf"\b{hour}\b".encode(), content)}
            assert told == set(), hour


@pytest.mark.soak
@pytest.mark.parametrize("login", ["head", "handler"])
def test_security_43_who_watches_the_queue_learns_the_day_and_not_the_hour(
    world: World, app: Flask, staff: Staff, clock: MovingClock, login: str
) -> None:
    """Every page, list, count, sheet and paper reads the same before and after somebody files, until the day is over.

    The group of equal texts and the warnings come with it. The office sees each at once.
    """
    period, watcher = world.round_two(), staff(login)
    clock.to("2026-09-18 Fri 10:00")
    read_by(app, world.database, watcher, login)  # what is opened is on record, once and for all
    before = read_by(app, world.database, watcher, login)
    cases = [world.file(period, world.nominees[2], f"2026-09-18 Fri 10:0{n}")[0] for n in range(1, 4)]
    clock.to("2026-09-18 Fri 10:04")
    assert all(f"/cases/{case}" in staff("office").get("/office/cases").source for case in cases)
    for moment in ("2026-09-18 Fri 10:04", "2026-09-18 Fri 23:59:59"):
        clock.to(moment)
        after = read_by(app, world.database, watcher, login)
        there = {path: content for path, content in after.items() if path in before}
        assert told_apart(before, there) == [], moment
        assert not [path for path in after.keys() - there.keys() if not after[path].startswith(b"404")], moment
    for case in cases:
        watcher.post(f"/desk/cases/{case}/note", {"text": "试一试"})
        watcher.post("/desk/accept-many", {"chosen": str(case)})
    assert {world.case(case).touched_at for case in cases} == {None}
    clock.to("2026-09-19 Sat 00:00")
    queue = watcher.get("/desk/")
    assert all(f"/desk/cases/{case}" in queue.links for case in cases)
    assert "新收异议" in queue.text
    assert ("/desk/flood" in queue.links) is (login == "head")


def test_security_43_a_private_calendar_holds_back_what_the_queue_does(world: World, app: Flask) -> None:
    """A handler's phone that fetches the calendar every minute must not learn the minute at which somebody filed."""
    period = world.round_two()
    token = world.run(feeds.make_calendar, by=world.actor("handler"), now=at("2026-09-18 Fri 09:00"))
    case, _ = world.file(period, world.nominees[2], "2026-09-18 Fri 10:00")

    def told(now: str) -> list[str]:
        return [each.key for each in world.do(feeds.list_of_staff, world.keyring, token, at(now))]

    assert told("2026-09-18 Fri 10:00") == told("2026-09-18 Fri 23:59:59") == []
    assert told("2026-09-19 Sat 00:00") == [f"case-{case}"]


def test_security_43_the_order_of_a_queue_tells_no_order_within_a_day(
    world: World, staff: Staff, clock: MovingClock, drawn: None
) -> None:
    """Lists are ordered by the day, and then by numbers that are drawn: the first that came may stand anywhere."""
    period = world.round_two()
    first = [world.file(period, world.nominees[0], f"2026-09-18 Fri 09:{n:02}")[0] for n in range(12)]
    later = [world.file(period, world.nominees[0], f"2026-09-21 Mon 09:{n:02}")[0] for n in range(12)]
    clock.to("2026-09-22 Tue 08:00")
    links = [int(found) for found in re.findall(r'href="/desk/cases/(\d+)"', staff("handler").get("/desk/").source)]
    listed = list(dict.fromkeys(links))[:24]
    assert (listed[:12], listed[12:]) == (sorted(first), sorted(later))
    assert first != sorted(first)


def test_security_43_between_two_acts_of_the_unit_a_history_puts_nothing_an_objector_did(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    period = world.round_two()
    case, code = world.file(period, world.nominees[2], "2026-09-18 Fri 09:00")
    objection = world.do(following.find_by_receipt, world.keyring, code)
    world.act(investigation.accept, case, "handler", now="2026-09-21 Mon 10:00")
    world.act(investigation.note, case, "handler", "电话联系不上", now="2026-09-21 Mon 10:20")
    world.run(following.supplement, objection, "另有一名证人。", now=at("2026-09-21 Mon 10:30"))
    world.act(investigation.note, case, "handler", "再次电话联系", now="2026-09-21 Mon 10:40")
    clock.to("2026-09-21 Mon 11:00")
    page = staff("handler").get(f"/desk/cases/{case}")
    history = page.text[page.text.index("办理经过") :]
    order = [history.index(text) for text in ("收到异议", "受理", "电话联系不上", "再次电话联系", "另有一名证人")]
    assert order == sorted(order)
    assert "10:30" not in history


def test_security_43_what_the_public_upload_and_the_session_say_does_not_count_up(
    world: World, client: Browser, drawn: None
) -> None:
    here = f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"
    for number in range(4):
        token = f"form-token-of-24-char-{number:03}"
        assert client.post(here, filled(form_token=token)).status == 303
        assert set(client.cookie()["receipt"]) == {"sealed"}
    with world.database.reader() as session:
        seen = session.scalars(select(Objection.id)).all()
    assert all(each >= drawing.LOWEST for each in seen)
    assert len(set(seen)) == 4
