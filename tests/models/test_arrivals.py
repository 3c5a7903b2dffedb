"""What units know of, asked of the database and of one case: both say the same at every moment (R19, R33)."""

from __future__ import annotations

from sqlalchemy import select, update

from app.domain.cases.states import State
from app.models import Case, Objection
from app.models.arrivals import shown_to_units
from app.services.cases import flood, investigation, queue
from app.services.cases.flood import Likeness
from tests.services.objections.test_registering import case_of, register
from tests.world import World, at

FRIDAY = "2026-09-18 Fri 09:00"
MOMENTS = [
    FRIDAY,
    "2026-09-18 Fri 23:59:59",
    "2026-09-19 Sat 00:00",
    "2026-09-28 Mon 12:00",
    "2026-09-28 Mon 23:59:59",
    "2026-09-29 Tue 00:00",
    "2026-09-29 Tue 12:00",
    "2026-09-29 Tue 23:59:59",
]


def test_pages_and_queries_show_a_unit_the_same_cases_at_every_moment(world: World) -> None:
    period = world.round_two()
    theirs = case_of(world, register(world, period, "handler"))
    of_office = case_of(world, register(world, period, "office"))
    by_web, _ = world.file(period, world.nominees[0], FRIDAY)
    accepted, _ = world.file(period, world.nominees[0], FRIDAY)
    late, on_the_last_day = (world.file(period, world.nominees[1], FRIDAY)[0] for _ in range(2))
    with world.database.writer() as session:
        for case, moment in [(late, "2026-09-28 Mon 10:00"), (on_the_last_day, "2026-09-29 Tue 10:00")]:
            session.execute(update(Case).where(Case.id == case).values(received_at=at(moment)))
        session.execute(update(Case).where(Case.id == accepted).values(state=State.ACCEPTED, decided_at=at(FRIDAY)))
        session.commit()
    shown = {}
    for moment in MOMENTS:
        now = at(moment)
        with world.database.reader() as session:
            there = Case.received_at <= now
            asked = set(session.scalars(select(Case.id).where(there, shown_to_units(now))))
            judged = {case.id for case in session.scalars(select(Case).where(there)) if case.facts(now).shown_to_units}
            # A query over objections asks of the case, not of the objection it stands at.
            over = select(Case.id).join(Objection, Objection.case_id == Case.id)
            joined = set(session.scalars(over.where(there, shown_to_units(now))))
        assert asked == judged == joined, moment
        shown[moment] = asked
    everything = {theirs, of_office, by_web, accepted, late, on_the_last_day}
    assert shown[FRIDAY] == shown["2026-09-18 Fri 23:59:59"] == {theirs, accepted}
    assert shown["2026-09-19 Sat 00:00"] == shown["2026-09-28 Mon 23:59:59"] == {theirs, of_office, by_web, accepted}
    assert shown["2026-09-29 Tue 00:00"] == everything - {on_the_last_day}
    assert shown["2026-09-29 Tue 12:00"] == shown["2026-09-29 Tue 23:59:59"] == everything


def test_a_colleague_handles_at_once_what_the_unit_registered_and_is_told_of_nothing_else(world: World) -> None:
    period = world.round_two()
    theirs = case_of(world, register(world, period, "handler"))
    world.file(period, world.nominees[0], FRIDAY)
    register(world, period, "office")
    for login in ("head", "handler2"):
        actor = world.actor(login)
        assert [row.case.id for row in world.do(queue.list_queue, actor, at(FRIDAY))] == [theirs]
        assert world.do(flood.alike, Likeness.TEXT, theirs, actor, at(FRIDAY)) == [theirs]
    assert world.do(queue.list_queue, world.actor("handler"), at(FRIDAY)) == []  # who registered it decides nothing
    world.act(investigation.accept, theirs, "handler2", now=FRIDAY)
    assert world.case(theirs).state is State.ACCEPTED
