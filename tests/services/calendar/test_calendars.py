"""The office's holiday notices: loaded whole, the newest wins, and no date moves by itself (R2, R3)."""

import datetime as dt
import json

import pytest

from app.calendars.china import PACKAGE, estimated_notice
from app.domain.refusals import BadNotice, BeyondHorizon
from app.services.calendar import calendars
from app.services.calendar.calendars import Affected
from app.services.periods import scheduling
from app.services.shared.work import Work
from tests.data import STATE_COUNCIL, STATUTORY_2027
from tests.world import World, at

DATA = json.loads(STATE_COUNCIL.read_text(encoding="utf-8"))
OF_2027 = {"notice": "国办发明电〔2026〕1号", "published": "2026-11-04", "off": STATUTORY_2027, "work": []}
NOW = "2026-11-05 Thu 09:00"


def of_2026(number: str, *, without: str = "", with_off: str = "") -> str:
    """The notice of 2026 with a working Sunday taken out, or another day off."""
    notice = DATA["2026"] | {"notice": number}
    notice["work"] = [day for day in notice["work"] if day != without]
    notice["off"] = sorted({*notice["off"], *filter(None, [with_off])})
    return json.dumps({"2026": notice}, ensure_ascii=False)


def load(world: World, text: str, now: str = NOW) -> list[str]:
    return [notice.number for notice in world.run(calendars.load_notices, text, now=at(now))]


def test_a_document_is_loaded_whole_or_not_at_all(world: World) -> None:
    before = world.everything()
    for text in ("", "{", json.dumps({"2027": OF_2027, "2028": {}})):
        with pytest.raises(BadNotice):
            load(world, text)
    assert world.everything() == before
    assert load(world, json.dumps({"2027": OF_2027})) == ["国办发明电〔2026〕1号"]
    assert world.acts() == [("cli", "calendar.loaded", "calendar:2027")]


def test_a_loaded_year_moves_the_horizon_and_the_newest_notice_of_a_year_holds(world: World) -> None:
    with world.database.reader() as session:
        assert calendars.calendar_of(session).version == PACKAGE
        with pytest.raises(BeyondHorizon):
            calendars.calendar_of(session).day(dt.date(2027, 1, 4))
    load(world, json.dumps({"2027": OF_2027}))
    load(world, of_2026("补充通知", without="2026-09-20"))
    load(world, of_2026("再次通知"))
    load(world, of_2026("最后通知", with_off="2026-09-21"))
    with world.database.reader() as session:
        calendar = calendars.calendar_of(session)
    assert calendar.version == f"{PACKAGE} + 2026 最后通知 + 2027 国办发明电〔2026〕1号"
    days = [dt.date(2026, 9, 20), dt.date(2026, 9, 21), dt.date(2027, 1, 1), dt.date(2027, 1, 4)]
    assert [calendar.day(day).works for day in days] == [True, False, False, True]


def test_an_estimate_is_for_the_demonstration_alone(world: World) -> None:
    def store(session: scheduling.Session) -> None:
        with Work(session, at(NOW)) as work:
            calendars.store_notices(work, (estimated_notice(2027),))

    world.do(store)
    with world.database.reader() as session:
        assert calendars.calendar_of(session).horizon == dt.date(2026, 12, 31)
        assert calendars.calendar_of(session, demonstration=True).horizon == dt.date(2027, 12, 31)


def test_a_newer_notice_lists_what_it_would_change_and_moves_nothing(world: World) -> None:
    period = world.round_two()
    later = world.schedule(2, world.luoping, through_round_one(world), "2026-10-08", 3, "2026-09-17 Thu 10:00")
    before = {number: world.period(number).days for number in (period, later)}
    now = "2026-09-17 Thu 12:00"
    load(world, of_2026("补充通知", without="2026-09-20", with_off="2026-09-22"), now)

    def affected(now: str) -> list[Affected]:
        with world.database.reader() as session:
            return calendars.affected_periods(session, calendars.calendar_of(session), at(now))

    why = "2026-09-20、2026-09-22 的上班安排变了"
    expected = [Affected(period, "麒麟区拟推荐对象公示", why)]
    assert affected(now) == expected
    assert affected("2026-09-29 Tue 23:59:59.999999") == expected
    assert affected("2026-09-30 Wed 00:00") == []  # over: nothing left to change
    assert {number: world.period(number).days for number in (period, later)} == before
    assert world.period(period).closes_at == at("2026-09-24 Thu 00:00")
    world.run(scheduling.cancel, period, "放假安排有变", by=world.actor("office"), now=at(now))
    assert affected(now) == []


def through_round_one(world: World) -> list[int]:
    world.past_round_one(world.others)
    return world.others
