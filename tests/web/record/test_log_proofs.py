"""How strangers check the log; and the address at which other installations ask for a cosignature (R38)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from flask import Flask

from app.models import CheckpointStamp
from app.services.record.checkpoints import log_keys_of, publish
from tests.services.upkeep.test_witnessing import FORK, LOG_KEY, ONE
from tests.verifying import verified
from tests.web.browsing import Browser
from tests.world import World, at

ADDRESS = "/log/add-checkpoint"


def post(app: Flask, body: str | bytes) -> tuple[int, str, str]:
    answer = app.test_client().post(ADDRESS, data=body, content_type="text/plain")
    return answer.status_code, answer.get_data(as_text=True), answer.headers["Content-Type"]


def test_two_checkpoints_are_proven_to_fit(world: World, app: Flask, client: Browser, tmp_path: Path) -> None:
    keys = log_keys_of(world.keyring, app.extensions["portal"].settings.public_url)
    period_id = world.round_two()
    first = publish(world.database, keys, at("2026-09-18 09:00"))
    world.file(period_id, world.nominees[2], "2026-09-18 09:30")
    second = publish(world.database, keys, at("2026-09-18 10:00"))
    assert first is not None
    assert second is not None
    proof = client.open(f"/log/consistency?from={first.size}&to={second.size}")
    assert proof.status_code == 200
    assert verified(tmp_path, "checkpoints", first.note.encode(), proof.data, keys=("--key", keys.known[0]))[0] == 0
    for query in ("", "?from=1", f"?from={second.size}&to={first.size}", f"?from={first.size}&to=x", "?from=-1&to=99"):
        assert client.get(f"/log/consistency{query}").status == 404, query
    assert client.get(f"/log/checkpoints/{first.size}/stamp").status == 404
    with world.database.writer() as session:
        session.add(CheckpointStamp(checkpoint_id=first.id, asked_at=first.at, stamped_at=first.at, token=b"stamp"))
        session.commit()
    assert client.open(f"/log/checkpoints/{first.size}/stamp").data == b"stamp"


def test_the_page_says_how_to_check_and_hands_out_the_program(app: Flask, client: Browser) -> None:
    page = client.get("/log/check")
    assert page.status == 200
    assert 'href="/static/verify/gongshi-verify.py"' in page.source
    portal = app.extensions["portal"]
    assert str(log_keys_of(portal.keyring, portal.settings.public_url).known[0]) in page.source
    assert client.get("/static/verify/gongshi-verify.py").status == 200


def test_only_a_witness_answers_requests_to_cosign(app: Flask) -> None:
    assert post(app, ONE.request(0, 9))[0] == 404


def test_a_witness_answers_as_c2sp_asks(make_app: Callable[..., Flask]) -> None:
    app = make_app(witnessed_logs=str(LOG_KEY))
    status, line, _ = post(app, ONE.request(0, 9))
    assert (status, line.startswith("\u2014 127.0.0.1:8000/witness ")) == (200, True)
    assert post(app, ONE.request(0, 5)) == (409, "9\n", "text/x.tlog.size")
    assert post(app, FORK.request(9, 11))[0] == 422
    assert post(app, ONE.request(9, 11))[0] == 200
    for body in (b"", b"\xff\xfe", b"old 0\n\n", b"x" * 20_000):
        assert post(app, body)[0] == 400
    assert post(app, ONE.request(11, 11, name="elsewhere/log"))[0] == 404
