"""What the page's script is answered: one file a request, in JSON, judged before any of it is read (R6, R17)."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import altcha
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from app.evidence.inspection import FILE_LIMIT
from app.services.objections import unfiled
from app.services.shared import work
from tests.files import MARK, jpeg, pdf, png
from tests.web.browsing import TOKEN, Browser, MovingClock, filled
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the services have both


@pytest.fixture
def here(world: World) -> str:
    return f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"


def send(
    browser: Browser,
    path: str,
    content: bytes | None,
    title: str = MARK,
    token: str = TOKEN,
    csrf: bool = True,
    more: dict[str, str] | None = None,
    **options: Any,
) -> TestResponse:
    """A file as the script sends it: the bare body, what belongs to it in headers."""
    browser.csrf_token()
    headers = {"X-Form-Token": token, "X-File-Name": quote(title)} | (more or {})
    if csrf:
        headers["X-CSRFToken"] = browser.signed_csrf()
    kind = {"content_type": "application/octet-stream"} | options
    return browser.open(path, method="POST", data=content, headers=headers, **kind)


def take_back(browser: Browser, path: str, token: str = TOKEN) -> TestResponse:
    headers = {"X-Form-Token": token, "X-CSRFToken": browser.signed_csrf()}
    return browser.open(path, method="POST", headers=headers)


def on_disk(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "evidence").rglob("*") if path.is_file()]


# --- when much lies unfiled already ----------------------------------------------------------------


def test_security_49_from_half_of_the_ceiling_on_each_file_costs_a_challenge(
    world: World, client: Browser, clock: MovingClock, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"{here}/evidence"
    assert send(client, path, png(1)).status_code == 201  # most people are asked nothing
    monkeypatch.setattr(unfiled, "unfiled_bytes", lambda _: 1100 * 1024**2)
    asked = send(client, path, png(2))
    assert (asked.status_code, "安全检查" in asked.json["error"]) == (428, True)
    assert asked.json["solver"].startswith("/static/")
    answer = answer_to(asked.json["puzzle"])
    assert send(client, path, png(2), more={"X-Answer": answer}).status_code == 201
    assert send(client, path, png(3), more={"X-Answer": answer}).status_code == 409  # one answer, one file
    assert send(client, path, png(3), more={"X-Answer": "forged"}).status_code == 428


def answer_to(puzzle: str) -> str:
    """Solve a challenge as the page's script does."""
    made = json.loads(puzzle)
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(made))
    assert solution is not None
    return base64.b64encode(json.dumps({"challenge": made, "solution": solution.to_dict()}).encode()).decode()


def test_security_49_without_a_script_a_form_with_files_waits_once_for_its_address(
    world: World, client: Browser, clock: MovingClock, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfiled, "unfiled_bytes", lambda _: 1100 * 1024**2)

    facts = client.steps(client.get(here))[1]
    refused = client.send(facts.form("/objection"), "next", evidence=(io.BytesIO(png(5)), "a.png"))
    assert "3分钟" in refused.text
    assert world.everything()["evidence"] == []
    clock.forward(minutes=4)
    taken = client.send(refused.form("/objection"), "next", evidence=(io.BytesIO(png(5)), "a.png"))
    assert "3分钟" not in taken.text
    assert len(world.everything()["evidence"]) == 1


# --- refused -----------------------------------------------------------------------------------------


def test_every_refusal_is_a_sentence_and_leaves_nothing(
    world: World, client: Browser, clock: MovingClock, here: str, tmp_path: Path
) -> None:
    before = world.everything()
    path = f"{here}/evidence"
    for answer, status, said in (
        (send(client, path, b"no file at all"), 422, "只能上传"),
        (send(client, path, b""), 422, "空的"),
        (send(client, path, pdf(), token="forged"), 422, "重新打开表单"),
        (send(client, path, pdf(), csrf=False), 400, "页面停留得太久"),
        (send(client, path, bytes(FILE_LIMIT + 1)), 422, "50 MB"),
        (send(client, path, bytes(FILE_LIMIT + 2 * 1024 * 1024)), 413, "50 MB"),
        (send(client, path, b"evidence=a", content_type="application/x-www-form-urlencoded"), 422, "没有传完"),
        (send(client, "/receipt/evidence", pdf()), 401, "重新输入查询码"),
    ):
        assert (answer.status_code, said in answer.json["error"]) == (status, True), answer.json
        assert answer.headers["Cache-Control"] == "no-store"
    for moment, said in (("2026-09-17 Thu 23:59:59", "尚未开始"), ("2026-09-24 Thu 00:00", "已经结束")):
        clock.to(moment)
        answer = send(client, path, pdf())
        assert (answer.status_code, said in answer.json["error"]) == (409, True)
        assert "麒小3" not in answer.json["error"]
    assert world.everything() == before
    assert on_disk(tmp_path) == []


def test_a_file_that_breaks_off_is_not_taken(world: World, client: Browser, here: str, tmp_path: Path) -> None:
    before = world.everything()
    content = pdf(padding=200_000)
    for more, status in (
        ({"CONTENT_LENGTH": str(len(content) + 1)}, 400),
        ({"CONTENT_LENGTH": None, "HTTP_TRANSFER_ENCODING": "chunked"}, 411),  # it could break off unseen
    ):
        cut_off = more | {"wsgi.input": io.BytesIO(content), "wsgi.input_terminated": True}
        answer = send(client, f"{here}/evidence", content, environ=cut_off)
        assert (answer.status_code, "没有收下" in answer.json["error"]) == (status, True)
    assert world.everything() == before
    assert on_disk(tmp_path) == []


def test_security_27_the_bucket_of_uploads_trips_alone_and_says_when_to_come_back(
    world: World, make_app: Callable[..., Flask], here: str
) -> None:
    app = make_app(limit_upload="3/hour")
    client = Browser(app)
    assert [send(client, f"{here}/evidence", pdf(f"{n}")).status_code for n in range(2)] == [201, 201]
    two = [(io.BytesIO(pdf(f"by form {n}")), f"{n}.pdf") for n in range(2)]
    refused = client.post(here, {**filled(step="check"), "evidence": two})
    assert (refused.status, refused.form("/objection").fields["name"]) == (429, "赵小禾")  # two have no room …
    assert send(client, f"{here}/evidence", pdf("3")).status_code == 201  # … one has
    answer = send(client, f"{here}/evidence", pdf("4"))
    assert answer.status_code == 429
    assert 3500 < int(answer.headers["Retry-After"]) <= 3600
    assert "60分钟后再传" in answer.json["error"]
    assert send(Browser(app, "203.0.113.9"), f"{here}/evidence", pdf("5")).status_code == 201
    assert client.post(here, filled(step="check")).status == 200  # without files it goes on


def test_security_04_a_fault_of_the_storage_is_said_and_may_be_tried_again(
    world: World, client: Browser, here: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evidence").write_text("a file where the folder should be")
    answer = send(client, f"{here}/evidence", pdf())
    assert (answer.status_code, answer.json["error"][:8]) == (503, "服务器暂时存不下")
    (tmp_path / "evidence").unlink()
    with monkeypatch.context() as patch:
        fault = OperationalError("SELECT", {}, Exception("disk I/O error"))
        patch.setattr(work, "record", lambda *_args: (_ for _ in ()).throw(fault))
        assert send(client, f"{here}/evidence", pdf()).status_code == 503
    assert send(client, f"{here}/evidence", pdf()).status_code == 201


# --- taken -------------------------------------------------------------------------------------------


def test_files_sent_one_by_one_are_listed_on_the_check_and_filed(world: World, client: Browser, here: str) -> None:
    form = client.get(here).form("/objection")
    token = form.fields["form_token"]
    first = send(client, f"{here}/evidence", pdf(), token=token)
    assert first.status_code == 201
    assert first.json == {
        "id": 1,
        "title": MARK,
        "size": len(pdf()),
        "sha256": hashlib.sha256(pdf()).hexdigest(),
    }
    assert send(client, f"{here}/evidence", pdf(), token=token).json["id"] == 1  # a retry after a lost answer
    assert send(client, f"{here}/evidence", png(), "照片.png", token).json["id"] == 2
    assert (
        send(client, f"{here}/evidence", jpeg(), "../../" + "长" * 200 + ".jpg", token).json["title"].endswith("长.jpg")
    )
    assert take_back(client, f"{here}/evidence/2/remove", token).status_code == 200
    check = client.post(here, filled(form_token=token, step="check"))
    assert check.text.count("SHA-256") == 2
    assert check.form("/objection").fields["files_seen"] == "2"
    receipt = client.follow(client.send(check.form("/objection"), "submit"))
    assert hashlib.sha256(pdf()).hexdigest() in receipt.source
    assert send(client, f"{here}/evidence", png(7), token=token).status_code == 409  # filed: it takes no more
    before = world.everything()
    take_back(client, f"{here}/evidence/1/remove", token)
    assert world.everything() == before


def test_whose_form_it_is_not_removes_nothing(world: World, client: Browser, here: str) -> None:
    send(client, f"{here}/evidence", pdf())
    before = world.everything()
    take_back(client, f"{here}/evidence/1/remove", "another-token-of-24-char")
    take_back(client, "/receipt/evidence/1/remove", "another-token-of-24-char")
    assert take_back(client, f"{here}/evidence/1/remove", "forged").status_code == 422
    assert world.everything() == before


def test_a_supplements_files_sent_one_by_one(world: World, client: Browser, here: str) -> None:
    client.post(here, filled())
    code = client.receipt_code()
    client.get("/receipt")
    page = client.follow(client.post("/receipt", {"code": code}))
    form = page.form("/supplement")
    token = form.fields["form_token"]
    assert send(client, "/receipt/evidence", pdf(), token=token).status_code == 201
    assert send(client, "/receipt/evidence", png(), token=token).status_code == 201
    assert take_back(client, "/receipt/evidence/2/remove", token).status_code == 200
    done = client.follow(client.send(form, text="补充的说明"))
    assert hashlib.sha256(pdf()).hexdigest() in done.source
    assert hashlib.sha256(png()).hexdigest() not in done.source
