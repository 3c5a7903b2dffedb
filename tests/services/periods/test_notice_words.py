"""What of a notice is kept at closing, so that its archive copy stays as it hung."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.models import Period
from app.services.accounts import units
from app.services.periods import closing
from app.services.periods.notice_words import words_of_notice
from tests.world import World, at

OVER = at("2026-10-09 Fri 09:00")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_words_of_a_notice_are_kept_when_its_period_is_closed(world: World) -> None:
    period = world.round_two()
    with world.database.reader() as session:
        before = words_of_notice(session, session.get_one(Period, period))
    assert before["signatories"] == [before["organiser"]]
    assert before["contact"].keys() == {"phone", "address", "email", "hours"}
    world.run(closing.close_period, period, by=world.actor("office"), now=OVER)
    with world.database.reader() as session:
        contact = replace(units.contact_of(session.get_one(Period, period).organiser), phone="0874-9999999")
    world.run(
        units.reach_at, world.qilin, contact, "中共麒麟区委员会、麒麟区人民政府", by=world.actor("office"), now=OVER
    )
    with world.database.reader() as session:
        row = session.get_one(Period, period)
        assert row.closing is not None
        assert row.closing.report["notice"] == before
        assert words_of_notice(session, row)["signatories"] == ["中共麒麟区委员会", "麒麟区人民政府"]
