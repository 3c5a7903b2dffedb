"""Objections by channel: what each channel brought, and what a unit is told of it (R19, R33)."""

from __future__ import annotations

import pytest

from app.domain.objections.arrival import Arrival, Channel
from app.services.objections import channels, registering
from app.services.periods import closing
from app.services.shared.stored_rows import Selection
from tests.world import World, at

FRIDAY, SATURDAY = at("2026-09-18 Fri 10:00"), at("2026-09-19 Sat 10:00")
NOTHING = dict.fromkeys(Channel, 0)


def register(world: World, period: int, nominee: int, channel: Channel) -> None:
    filing = world.filing(contact=f"1300000{nominee:04d}")
    arrival = Arrival(channel, FRIDAY, FRIDAY.date() if channel is Channel.LETTER else None)
    by = world.actor("office")
    world.run(registering.register, world.entry(period, nominee), filing, arrival, by=by, now=FRIDAY)


def test_each_objection_counts_for_its_channel_and_its_period(world: World) -> None:
    period = world.round_two()
    with world.database.reader() as session:
        assert channels.counts_of_period(session, period) == NOTHING
    first, second, third, *_ = world.nominees
    world.file(period, first, "2026-09-18 Fri 10:00")
    for nominee, channel in ((first, Channel.VISIT), (second, Channel.VISIT), (third, Channel.LETTER)):
        register(world, period, nominee, channel)
    counts = NOTHING | {Channel.WEB: 1, Channel.VISIT: 2, Channel.LETTER: 1}
    with world.database.reader() as session:
        assert channels.counts_of_period(session, period) == counts
        assert channels.counts_of_period(session, 1) == NOTHING
        assert channels.counts_under_way(session) == counts
    assert channels.said(counts) == "异议的来源渠道：网上提交1件、来信1件、来访2件。"
    assert channels.said(NOTHING) == ""


def test_a_closed_period_is_not_under_way(world: World) -> None:
    period = world.round_two()
    world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-09-24 Thu 09:00"))
    with world.database.reader() as session:
        assert channels.counts_under_way(session) == NOTHING


@pytest.mark.parametrize(("login", "seen"), [("office", 2), ("head", 1), ("stranger", 0), ("auditor", 0)])
def test_a_unit_s_list_leaves_out_a_complaint_against_it(world: World, login: str, seen: int) -> None:
    period = world.round_two()
    register(world, period, world.nominees[0], Channel.VISIT)
    world.file(period, world.nominees[1], "2026-09-18 Fri 10:00", against_handler=True)
    with world.database.reader() as session:
        rows = channels.stored_objections(session, world.actor(login), SATURDAY)
        assert sum(channels.find_there(rows).by_channel.values()) == len(list(rows.every(Selection()))) == seen
