"""What the head of a unit reads after junk under suspects' numbers: the same whoever has filed (R19, SECURITY 40)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update

from app.domain.cases.states import State
from app.models import Objection
from tests.web.browsing import Browser
from tests.web.walking import read_by, told_apart
from tests.world import FACTS, World

pytestmark = [pytest.mark.parametrize("database", ["sqlite"], indirect=True), pytest.mark.usefixtures("next_morning")]
FRIDAY = "2026-09-18 Fri 08:00"
SUSPECTS = ("13900000001", "13900000002", "13900000003")
JUNK = "随便写的一段没有内容的文字，只是为了看看有没有同来源的，第{}段。"


@pytest.mark.soak
@pytest.mark.parametrize("step", [None, State.ACCEPTED, State.PROPOSED])
def test_security_40_nothing_a_unit_reads_tells_whose_number_an_objection_came_from(
    world: World, app: Flask, staff: Callable[[str], Browser], step: State | None
) -> None:
    """Three objections of one who is looked for, three of junk under each suspect's number, one text copied.

    Then the same with another suspect as the one who filed: every page, list, sheet and paper must read the same.
    """
    period, nominee = world.round_two(), world.nominees[2]
    honest = [world.file(period, nominee, FRIDAY, contact=SUSPECTS[0], facts=f"{FACTS}{n}")[0] for n in range(3)]
    for number, suspect in enumerate(SUSPECTS):
        for facts in (JUNK.format(number), JUNK.format(number + 10), f"{FACTS}0"):
            world.file(period, nominee, FRIDAY, contact=suspect, facts=facts)
    if step is not None:
        world.bring(honest[0], step, FRIDAY)
    for login, junk in (("head", 7), ("handler", 10)):
        browser = staff(login)
        read_by(app, world.database, browser, login)  # what is opened is on record, once and for all
        first = read_by(app, world.database, browser, login)
        assert len(first) > 50
        hash_of = select(Objection.contact_hash).where(Objection.id == junk).scalar_subquery()
        with world.database.writer() as session:
            session.execute(update(Objection).where(Objection.id <= 3).values(contact_hash=hash_of))
            session.commit()
        assert told_apart(first, read_by(app, world.database, browser, login)) == []
