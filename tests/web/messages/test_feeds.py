"""Feeds: windows and deadlines of a programme without a name; a person's own deadlines behind a secret address (R5)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from xml.etree import ElementTree

from sqlalchemy import select

from app.models import Nominee, Programme
from app.services.calendar.calendars import calendar_of
from app.services.periods import scheduling
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

OPEN = "2026-09-18 Fri 09:00"


def test_a_programme_s_feeds_have_its_dates_and_nobody_s_name(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period = world.round_two()
    clock.to(OPEN)
    atom = client.get(f"/feeds/{world.programme}.atom")
    calendar = client.get(f"/feeds/{world.programme}.ics")
    assert (atom.status, calendar.status) == (200, 200)
    assert "麒麟区拟推荐对象公示：办结期限" in atom.source
    assert f"/periods/{period}" in atom.source
    assert "DTSTART:20260917T160000Z" in calendar.source
    assert "DTEND:20260923T160000Z" in calendar.source
    with world.database.reader() as session:
        names = session.scalars(select(Nominee.name)).all()
    plain = (atom.source + calendar.source).replace("\r\n ", "")
    assert [name for name in names if name in plain] == []
    assert client.get("/feeds/99.atom").status == 404


def test_a_deadline_that_was_extended_is_told_anew(world: World, client: Browser, clock: MovingClock) -> None:
    """The Atom entry and the calendar's event are the same ones with a later date, and say the new deadline."""
    period, later = world.round_two(), "2026-09-22 Tue 12:00"
    clock.to(later)
    before = client.get(f"/feeds/{world.programme}.atom").source
    assert "办结期限2026年9月29日 24:00" in before
    extended = (scheduling.extend_deadline, period, at("2026-09-30 Wed 12:00").date(), "案情复杂，须延长。")
    with world.database.reader() as session:
        days = calendar_of(session)
    world.run(*extended, days, by=world.actor("office"), now=at(later))
    after = client.get(f"/feeds/{world.programme}.atom").source
    assert "办结期限2026年9月30日 24:00" in after
    assert "<updated>2026-09-22T04:00:00+00:00</updated>" in after
    assert "2026-09-22T04:00:00" not in before
    assert re.findall(r"<id>.*?</id>", after) == re.findall(r"<id>.*?</id>", before)
    event = client.get(f"/feeds/{world.programme}.ics").source
    assert event.count("SEQUENCE:1") == 2
    assert event.count("LAST-MODIFIED:20260922T040000Z") == 2


def test_a_private_calendar_has_numbers_alone_and_ends_when_it_is_revoked(
    world: World, client: Browser, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[0], "2026-09-18 Fri 08:30")
    clock.to(OPEN)
    handler = staff("handler")
    form = handler.get("/account/messages").form("/account/calendar")
    made = handler.post(form.action, form.fields)
    found = re.search(r"/feeds/staff/[\w-]+\.ics", made.source)
    assert found is not None
    line = f"案件 {world.case(case).number}：办结期限"
    assert line not in client.get(found[0]).source.replace("\r\n ", "")  # a unit knows the day, not the minute (R19)
    clock.to("2026-09-19 Sat 00:00")
    assert line in client.get(found[0]).source.replace("\r\n ", "")
    second = handler.post(form.action, form.fields)
    assert client.get(found[0]).status == 404
    found = re.search(r"/feeds/staff/[\w-]+\.ics", second.source)
    assert found is not None
    clock.to(at("2026-09-30 Wed 00:00"))
    assert "办结期限" not in client.get(found[0]).source
    handler.post("/account/calendar/revoke", form.fields)
    assert client.get(found[0]).status == 404


def test_an_atom_feed_has_what_rfc_4287_asks_for(world: World, client: Browser, clock: MovingClock) -> None:
    world.round_two()
    clock.to(OPEN)
    with world.database.writer() as session:
        programme = session.get_one(Programme, world.programme)
        programme.title = "评选 <b>& 表彰\x0b"  # what XML may not hold is left out, the rest escaped
        session.commit()
    feed = ElementTree.fromstring(client.get(f"/feeds/{world.programme}.atom").source.encode())  # noqa: S314 - the portal's own
    atom = {"a": "http://www.w3.org/2005/Atom"}
    assert feed.findtext("a:title", namespaces=atom) == "评选 <b>& 表彰"
    assert feed.findtext("a:author/a:name", namespaces=atom) == "公示与异议处理平台"
    entries = feed.findall("a:entry", atom)
    assert len(entries) == 2 * 6  # the window and the deadline of round 2, and of round 1 in five units
    for one in (feed, *entries):
        assert [one.findtext(f"a:{tag}", "", atom) == "" for tag in ("id", "title", "updated")] == [False] * 3
    ids = [entry.findtext("a:id", namespaces=atom) for entry in entries]
    assert len({*ids}) == len(ids)
    changed = [entry.findtext("a:updated", "", atom) for entry in entries]
    assert changed == sorted(changed, reverse=True)
    assert all(dt.datetime.fromisoformat(each).utcoffset() is not None for each in changed)
