"""No page and no paper counts nobody as 0: it says 没有, or nothing."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import update

from app.models import Quota
from app.services.periods import closing
from tests.web.browsing import Browser, MovingClock
from tests.web.walking import read_by
from tests.world import World, at

pytestmark = [pytest.mark.walk, pytest.mark.soak]

_NOBODY = re.compile(r"(?<![\d.,:])0\s?[个名](?!工作日)")
_TAGS = re.compile(r"<[^>]+>")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nobody_is_counted_as_nought(world: World, app: Flask, clock: MovingClock) -> None:
    """Read every address with lists of one kind only, open and closed, and a unit with places of one kind only."""
    with world.database.writer() as session:
        session.execute(update(Quota).where(Quota.unit_id == world.luoping).values(collectives=0))
        session.commit()
    world.past_round_one(world.nominees)
    period = world.schedule(2, world.qilin, world.nominees[2:], "2026-09-18", 3, "2026-09-17 Thu 10:00")
    found: set[str] = set()
    for moment in ("2026-09-18 Fri 10:00", "2026-09-30 Wed 10:00"):
        clock.to(moment)
        if clock.now > at("2026-09-30 Wed 00:00"):
            world.run(closing.close_period, period, by=world.actor("office"), now=clock.now)
        browser = Browser(app)
        browser.sign_in(world.people["office"])
        for path, content in read_by(app, world.database, browser, "office", public=True).items():
            text = _TAGS.sub("", content.decode("utf-8", "replace"))
            found |= {f"{path}: {text[max(0, each.start() - 20) : each.end() + 10]}" for each in _NOBODY.finditer(text)}
    assert sorted(found) == []
