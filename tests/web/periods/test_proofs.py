"""The list to keep inside the window, and its proof without names for good (R5, R38)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from flask import Flask

from app.services.periods import listings
from app.services.record.checkpoints import log_keys_of, publish
from app.services.shared.work import Work
from tests.verifying import verified
from tests.web.browsing import Browser, MovingClock
from tests.world import World


def state(world: World, app: Flask, now: dt.datetime, period_id: int) -> None:
    with world.database.writer() as session:
        listings.state(Work(session, now), period_id)
    assert publish(world.database, log_keys_of(world.keyring, app.extensions["portal"].settings.public_url), now)


def test_a_list_is_kept_inside_the_window_and_proven_afterwards(
    world: World, app: Flask, client: Browser, clock: MovingClock, tmp_path: Path
) -> None:
    period_id = world.round_two()
    kept, proof = f"/periods/{period_id}/list.json", f"/periods/{period_id}/proof.json"
    opens_at, closes_at = world.period(period_id).opens_at, world.period(period_id).closes_at
    second = dt.timedelta(seconds=1)
    for moment, status in ((opens_at - second, 404), (opens_at, 200), (closes_at - second, 200), (closes_at, 404)):
        clock.to(moment)
        assert client.get(kept).status == status
    clock.to(opens_at)
    assert client.get(proof).status == 404
    state(world, app, opens_at, period_id)
    page = client.get(f"/periods/{period_id}/print")
    assert f'href="{kept}"' in page.source
    answer = client.open(kept)
    assert "no-store" in answer.headers["Cache-Control"]
    names = [entry["name"] for entry in json.loads(answer.data)["entries"]]
    assert len(names) == world.period(period_id).collectives + world.period(period_id).individuals
    clock.to(closes_at)
    state(world, app, closes_at, period_id)
    page = client.get(f"/periods/{period_id}")
    assert f'href="{proof}"' in page.source
    proven = client.open(proof)
    code, said = verified(tmp_path, "period", proven.data, answer.data)
    assert code == 0, said
    assert "公示期2026年09月18日00:00:00至2026年09月24日00:00:00" in said
    assert not any(name in proven.data.decode() for name in names)


def test_periods_that_are_not_there_have_no_proof(world: World, client: Browser) -> None:
    for path in ("/periods/999/list.json", "/periods/999/proof.json"):
        assert client.get(path).status == 404
