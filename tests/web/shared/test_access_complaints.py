"""A complaint against the handling unit itself: nothing that the unit can read tells that it exists (SECURITY 44)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.domain.cases.states import State
from tests.web.browsing import Browser, MovingClock
from tests.web.walking import read_by, told_apart
from tests.world import World

pytestmark = [pytest.mark.walk, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
FILED = "2026-09-18 Fri 09:30"
WATCHED = ("2026-09-18 Fri 10:00", "2026-09-24 Thu 09:00")


@pytest.mark.soak
@pytest.mark.parametrize("own", [False, True], ids=["alone", "beside a case of its own"])
@pytest.mark.parametrize("now", WATCHED)
def test_security_44_everything_a_unit_reads_is_the_same_with_and_without_a_complaint_against_it(
    world: World, app: Flask, staff: Callable[[str], Browser], clock: MovingClock, now: str, own: bool
) -> None:
    """In the window and after it: page, list, count, sheet and paper."""
    period, nominee = world.round_two(), world.nominees[2]
    if own:
        case, _ = world.file(period, nominee, "2026-09-18 Fri 09:00")
        world.bring(case, State.ACCEPTED, "2026-09-18 Fri 09:10")
    clock.to(now)
    browsers = {login: staff(login) for login in ("head", "handler")}
    before = {}
    for login, browser in browsers.items():
        read_by(app, world.database, browser, login)  # what is opened is on record, once and for all
        before[login] = read_by(app, world.database, browser, login)
    world.file(period, nominee, FILED, against_handler=True)
    for login, browser in browsers.items():
        after = read_by(app, world.database, browser, login)
        there = {path: content for path, content in after.items() if path in before[login]}
        assert told_apart(before[login], there) == [], login
        # Addresses of the case itself, which nobody of the unit knows, do not exist.
        assert not [path for path in after.keys() - there.keys() if not after[path].startswith(b"404")]
