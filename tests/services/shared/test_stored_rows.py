"""Both databases order, find and count as Python does: names by sound, days in Shanghai, what is empty last."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.accounts.unit_order import by_sound
from app.domain.calendar.workdays import local_date
from app.domain.shared.wording import coarse
from app.models import Objection, Period, Programme
from app.models.expressions import DayWritten, Earlier, LocalDay
from app.services.shared.stored_rows import Selection, StoredRows, a_day, a_name, a_number, a_text, an_end
from tests.world import World, at

NAMES = ["曲靖市", "罗平县", "Alpha", "会泽县", "安宁", "鱂水 100%", ""]


def programmes(world: World) -> list[str]:
    """Programmes whose numbers of notice are the names, one of them empty."""
    with world.database.writer() as session:
        for number, name in enumerate(NAMES):
            session.add(
                Programme(
                    title=f"活动{number}",
                    notice_number=name,
                    collective_honour="甲",
                    individual_honour="乙",
                    lapse_clause="丙",
                    upheld_clause="丁",
                    created_at=at("2026-09-18 Fri 00:00") + dt.timedelta(hours=number),
                )
            )
        session.commit()
    return NAMES


def rows_of(session: Session) -> StoredRows[Programme]:
    def load(ids: Sequence[int]) -> list[Programme]:
        return list(session.scalars(select(Programme).where(Programme.id.in_(ids))))

    source = select(Programme.id).where(Programme.title.startswith("活动"))
    return StoredRows(session, Programme.id, source, (Programme.id,), load, lambda row: row.id)


def test_names_sort_by_sound_in_both_directions_and_empty_ones_stand_last(world: World) -> None:
    names = programmes(world)
    there = sorted((name for name in names if name), key=by_sound)
    with world.database.reader() as session:
        rows = rows_of(session)
        for descending, expected in ((False, there), (True, there[::-1])):
            selection = Selection(sort=a_text(Programme.notice_number), descending=descending)
            assert [row.notice_number for row in rows.every(selection)] == [*expected, ""]
            assert [row.notice_number for row in rows.page(selection, 1, 2)] == expected[1:3]


def test_every_word_is_found_in_one_column_or_another_and_signs_are_signs(world: World) -> None:
    programmes(world)
    with world.database.reader() as session:
        rows = rows_of(session)
        finds = [each.finds for each in (a_text(Programme.title), a_text(Programme.notice_number)) if each.finds]

        def found(*words: str) -> list[str]:
            return [row.title for row in rows.every(Selection(words=words, searched=finds))]

        assert found("alpha") == ["活动2"]
        assert found("活动", "县") == ["活动1", "活动3"]
        assert found("100%") == ["活动5"]
        assert found("_") == found("活动2", "县") == []
        assert rows.count(Selection(words=["县"], searched=finds)) == 2


def test_days_are_those_of_shanghai_as_pages_write_them(world: World) -> None:
    period = world.round_two()
    with world.database.reader() as session:
        row = session.get_one(Period, period)
        for moment in (Period.opens_at, Period.closes_at, Period.scheduled_at):
            stored = getattr(row, moment.key)
            written, day = session.execute(
                select(DayWritten(moment), LocalDay(moment)).where(Period.id == period)
            ).one()
            assert (written, day) == (coarse(stored), local_date(stored))
        for column, word, found in (
            (an_end(Period.conclude_by), "9月29日", True),  # 24:00 of the 29th is no moment of the 30th
            (an_end(Period.conclude_by), "9月30日", False),
            (a_day(Period.opens_at), "2026年9月18日", True),
            (a_number(Period.round_number), "2", True),
            (a_name(Period.round_number, {2: "第二轮"}), "二轮", True),
            (a_name(Period.round_number, {2: "第二轮"}), "三轮", False),
        ):
            assert column.finds is not None
            asked = session.scalars(select(Period.id).where(Period.id == period, column.finds(word))).all()
            assert bool(asked) is found, word


@pytest.mark.parametrize(
    ("filed", "day", "written"),
    [
        ("2026-09-18 Fri 00:00", "2026-09-18", "2026年9月18日"),
        ("2026-09-18 Fri 23:59:59", "2026-09-18", "2026年9月18日"),
        ("2026-09-18 Fri 23:59:59.999999", "2026-09-18", "2026年9月18日"),  # SQLite's own date() says the 19th
        ("2026-09-19 Sat 00:00", "2026-09-19", "2026年9月19日"),
    ],
)
def test_the_last_microsecond_of_a_day_is_of_that_day(world: World, filed: str, day: str, written: str) -> None:
    world.file(world.round_two(), world.nominees[0], filed)
    at_midnight = Earlier(Objection.filed_at)
    with world.database.reader() as session:
        found = session.execute(
            select(LocalDay(Objection.filed_at), DayWritten(Objection.filed_at), LocalDay(at_midnight))
        ).one()
    before = "2026-09-17" if filed == "2026-09-18 Fri 00:00" else "2026-09-18"
    assert found == (dt.date.fromisoformat(day), written, dt.date.fromisoformat(before))


def test_options_are_counted_in_one_look(world: World) -> None:
    programmes(world)
    with world.database.reader() as session:
        rows = rows_of(session)
        options = {"all": Programme.id > 0, "named": Programme.notice_number != ""}
        assert rows.counts(options) == (7, {"all": 7, "named": 6})
        assert rows.counts_by(Programme.demonstration) == {False: 7}
        assert {kind for (kind,) in rows.distinct(Programme.demonstration)} == {False}


def test_rows_that_stand_first_come_before_the_others_on_every_page(world: World) -> None:
    programmes(world)
    with world.database.reader() as session:
        rows = replace(rows_of(session), first=Programme.notice_number.contains("县"), order=(Programme.id.desc(),))
        everything = [row.title for row in rows.every(Selection())]
        assert everything == ["活动3", "活动1", "活动6", "活动5", "活动4", "活动2", "活动0"]
        for offset in range(len(NAMES) + 2):
            for limit in range(1, len(NAMES) + 2):
                shown = [row.title for row in rows.page(Selection(), offset, limit)]
                assert shown == everything[offset : offset + limit], (offset, limit)
        alike = Selection(sort=a_number(Programme.demonstration), conditions=[Programme.notice_number != ""])
        assert [row.title for row in rows.every(alike)] == [each for each in everything if each != "活动6"]


def test_joins_that_only_search_and_sorting_need_are_left_out_of_the_rest(world: World) -> None:
    programmes(world)
    with world.database.reader() as session:
        bare = rows_of(session).source
        joined = bare.join(Period, Period.programme_id == Programme.id)  # no programme has one: what reads it is empty
        rows = replace(rows_of(session), source=joined, bare=bare)
        named = Selection(conditions=[Programme.notice_number != ""])
        assert (rows.count(Selection()), rows.count(named), len(rows.page(named, 0, 9))) == (7, 6, 6)
        assert rows.counts({"all": Programme.id > 0}) == (7, {"all": 7})
        assert rows.counts_by(Programme.demonstration) == {False: 7}
        assert len(rows.distinct(Programme.id)) == 7
        for asks in (
            Selection(words=["活"], searched=[a_text(Programme.title).finds]),
            Selection(sort=a_text(Programme.title)),
        ):
            assert (rows.count(asks), list(rows.every(asks))) == (0, [])
