"""The nominees of a period as a list: whom it put out, what corrections made of an entry, how many cases there are."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from app.models import Entry, Period
from app.services.periods import closing, corrections, listed
from app.services.shared.stored_rows import Selection
from tests import busy
from tests.world import World, at


def test_a_period_lists_what_its_report_says(world: World, tmp_path: Path) -> None:
    there = busy.busy(world, tmp_path / "evidence")
    for now in (busy.OPEN, busy.DUE):
        with world.database.reader() as session:
            period = session.get_one(Period, there.period)
            rows = list(listed.stored_entries(session, period, at(now)).every(Selection()))
            cases = closing.cases_of(session, period)
            out = closing.who_is_out(session, period, cases, at(now))
            assert {row.view.nominee_id: row.grounds for row in rows if row.grounds} == out
            assert listed.out_by(session, period, at(now)) == out
            against = {row.view.id: sum(case.entry_id == row.view.id for case in cases) for row in rows}
            assert {row.view.id: row.cases for row in rows} == against
            stored = dict(session.execute(select(Entry.id, listed.cases_against()).where(Entry.id.in_(against))).all())
            assert stored == against
            assert [row.view.position for row in rows] == sorted(row.view.position for row in rows)


def test_a_corrected_name_is_found_as_it_reads_now(world: World) -> None:
    period = world.round_two()
    nominee, now = world.nominees[2], at(busy.OPEN)
    world.run(corrections.correct, nominee, "name", "麒小更", "错字。", by=world.actor("office"), now=now)
    with world.database.reader() as session:
        query = select(Entry.nominee_id).where(Entry.period_id == period)
        assert session.scalars(query.where(listed.as_corrected(Entry.name) == "麒小更")).all() == [nominee]
