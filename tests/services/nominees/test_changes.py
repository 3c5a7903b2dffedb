"""A change of a nominee first checks whose it is, whether it still stands, and where it is on show (R9, R20)."""

from __future__ import annotations

import pytest

from app.domain.cases.states import Conclusion, State
from app.domain.refusals import NoLongerStands, NotYourCase
from app.models import Nominee
from app.services.nominees import changes
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED = "2026-09-18 Fri 09:00"
CONFIRMED = "2026-09-21 Mon 09:00"


def test_another_unit_locks_nobody(world: World) -> None:
    with pytest.raises(NotYourCase):
        world.do(changes.lock_nominee, world.nominees[0], world.actor("stranger"))


def test_a_nominee_who_is_out_is_changed_no_more(world: World) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    case, _ = world.file(period, nominee, FILED)
    with world.database.reader() as session:
        row = session.get_one(Nominee, nominee)
        changes.require_standing(session, row, at(FILED))
        assert not changes.has_left(session, row, at(FILED))
    world.bring(case, State.CONCLUDED, CONFIRMED, Conclusion.UPHELD)
    with world.database.reader() as session:
        row = session.get_one(Nominee, nominee)
        assert changes.has_left(session, row, at(CONFIRMED))
        with pytest.raises(NoLongerStands):
            changes.require_standing(session, row, at(CONFIRMED))


def test_entries_are_current_until_their_window_ends(world: World) -> None:
    second, nominee = world.round_two(), world.nominees[2]

    def periods(now: str) -> list[int]:
        with world.database.reader() as session:
            return [entry.period_id for entry in changes.current_entries(session, nominee, at(now))]

    with world.database.reader() as session:
        every = [(entry.period.round_number, entry.period_id) for entry in changes.entries_of(session, nominee)]
    assert [number for number, _ in every] == [1, 2]
    assert periods("2026-09-17 Thu 12:00") == [second]  # before it opens, too
    assert periods("2026-09-23 Wed 23:59:59.999999") == [second]
    assert periods("2026-09-24 Thu 00:00") == []
