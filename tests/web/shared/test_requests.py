"""The log has JSON lines that name a request, and nothing of the person who made it (R18, R19)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app import logs
from app.services.objections import intake
from tests.lines import Lines
from tests.web.browsing import Browser, MovingClock, Page, filled
from tests.world import World

MakeApp = Callable[..., Flask]
NAME = "欧阳植入"
CONTACT = "13912345678"
FACTS = "这是植入的一段话，二十个字以上，在任何一行日志里都不应当出现。"
ADDRESS = "198.51.100.177"
PASSWORD = "a planted password"
LOGIN = "planted-login"
MARKS = (NAME, CONTACT, FACTS[:6], ADDRESS, PASSWORD, LOGIN)
# The whole of what a line may say.
LINE = {"event", "time", "level", "logger", "request_id", "exception", "cause", "place", *logs.KEYS}


# Nothing here depends on the kind of database.
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def planted(**changes: str) -> dict[str, str]:
    return filled(**({"name": NAME, "contact": CONTACT, "facts": FACTS} | changes))


def raises(*_: Any) -> None:
    raise RuntimeError(f"could not store {NAME}, {CONTACT}: {FACTS}")


# --- nothing personal ----------------------------------------------------------------------------


@on_sqlite
def test_security_39_whatever_is_filed_refused_or_broken_no_line_tells_who_or_what(
    world: World, make_app: MakeApp, clock: MovingClock, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = f"/periods/{world.round_two()}/nominees/{world.nominees[0]}/objection"
    visitor = Browser(make_app(limit_contact="1/hour", limit_login="2/hour"), ADDRESS)
    answers: list[Page] = []

    def post(path: str, data: dict[str, str], **options: Any) -> None:
        answers.append(visitor.post(path, data, referer=f"/?name={NAME}", user_agent=FACTS[:6], **options))

    post(form, planted())
    answers.append(visitor.get("/receipt"))
    [code] = re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}", answers[-1].text)
    post("/receipt", {"code": code})
    post("/receipt", {"code": code[:-4] + "0000"})
    post(form, planted(facts=FACTS[:6]))
    post(form, planted(), csrf=False)
    post(form, planted(facts=FACTS + "再一次"))  # the same form with another text
    post(form, planted(form_token="another-form-token-of-24"))
    post(form, planted(facts=FACTS * 1500))
    for _ in range(3):
        post("/login", {"login": LOGIN, "password": PASSWORD})
    answers.append(visitor.get(f"/{NAME}/{CONTACT}?name={FACTS}"))
    answers.append(visitor.get(f"/periods/6?name={NAME}"))
    answers.append(Page(visitor.open(f"/periods/{CONTACT}", method="PROPFIND")))
    monkeypatch.setattr(intake, "file_objection", raises)
    post(form, planted(contact=CONTACT + "b@example.com"))
    monkeypatch.undo()
    with world.database.writer() as session:
        session.execute(text("ALTER TABLE identities RENAME TO elsewhere"))
        session.commit()
    post(form, planted(contact=CONTACT + "@example.com", form_token="a-third-form-token-of-24"))
    clock.to("2026-09-24 Thu 00:00")
    post(form, planted(contact="1" + CONTACT + "@example.com"))

    statuses = [303, 200, 303, 422, 422, 400, 409, 428, 413, 422, 422, 429, 404, 200, 405, 500, 503, 409]
    assert [answer.status for answer in answers] == statuses
    assert [line["status"] for line in lines.of_requests()] == visitor.statuses
    for mark in (*MARKS, code, code.replace("-", ""), code[:9]):
        assert not lines.hold(mark), mark
    for line in lines.all:
        assert line.keys() <= LINE, line
    ids = [line["request_id"] for line in lines.of_requests()]
    told = [answer.headers["X-Request-ID"] for answer in answers if "X-Request-ID" in answer.headers]
    assert len(told) == len(answers) - 1  # the cached page has none
    assert [each for each in ids if each in told] == told
    assert len(set(ids)) == len(visitor.statuses)


@on_sqlite
def test_security_39_a_fault_is_told_by_its_type_and_its_place(
    world: World, client: Browser, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = f"/periods/{world.round_two()}/nominees/{world.nominees[0]}/objection"
    monkeypatch.setattr(intake, "file_objection", raises)
    page = client.post(form, planted())
    [fault] = [line for line in lines.all if line["level"] == "error"]
    assert (fault["event"], fault["logger"], fault["exception"]) == ("fault", "gongshi.web", "RuntimeError")
    assert re.fullmatch(r"app/web/objections/filing\.py:\d+", fault["place"])
    number = page.headers["X-Request-ID"]
    assert fault["request_id"] == number
    assert f"编号 {number[:8]} " in page.text  # what is read out on the telephone leads to the line
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", fault["time"])


@on_sqlite
def test_security_12_the_receipt_is_in_no_address_and_no_log(world: World, client: Browser, lines: Lines) -> None:
    form = f"/periods/{world.round_two()}/nominees/{world.nominees[0]}/objection"
    filed = client.post(form, filled())
    shown = client.follow(filed)
    [code] = re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}", shown.text)
    found = client.post("/receipt", {"code": code.lower().replace("-", " ")})
    case = client.follow(found)
    wrong = client.post("/receipt", {"code": code[:-1]})
    left = client.post("/receipt/leave")
    addresses = [page.headers["Location"] for page in (filed, found, left)]
    for page in (filed, shown, found, case, wrong, left):
        addresses += [page.path, *page.links, *(each.action for each in page.forms)]
        assert all(each.method == "post" for each in page.forms if "code" in each.fields), page.path
    bare = code.replace("-", "").lower()
    assert not [address for address in addresses if bare in re.sub(r"\W|_", "", address).lower()]
    assert bare not in re.sub(r"[- ]", "", lines.written.getvalue()).lower()
    assert code not in client.get("/receipt").source  # its owner left
    assert len(lines.of_requests()) == len(client.statuses) == 8


# --- what a line is good for ---------------------------------------------------------------------


@on_sqlite
def test_a_line_names_the_route_and_a_caller_that_can_be_recognised_but_not_read(
    world: World, make_app: MakeApp, lines: Lines
) -> None:
    app = make_app()
    for address in (ADDRESS, "198.51.100.8", ADDRESS):
        Browser(app, address).get(f"/periods/999?from={NAME}")
    Browser(make_app(secret_key="another secret for tests, 32 bytes"), ADDRESS).get("/receipt")
    one, two, three, elsewhere = lines.of_requests()
    route = "/periods/<int:period_id>"
    assert {(line["method"], line["route"], line["status"]) for line in (one, two, three)} == {("GET", route, 404)}
    assert one["client"] == three["client"] != two["client"]
    assert elsewhere["client"] != one["client"]  # the key is this installation's own
    assert 0 < one["ms"] < 60_000


@on_sqlite
def test_what_machines_ask_every_few_seconds_is_logged_when_the_answer_is_no(
    world: World, client: Browser, lines: Lines
) -> None:
    world.round_two()  # the first rounds' deadline has passed and nothing settled them: not ready
    for path in ("/healthz", "/static/css/base.css", "/static/none.css", "/metrics", "/readyz"):
        client.get(path)
    told = [(line["route"], line["status"]) for line in lines.of_requests()]
    assert told == [("/static/<path:filename>", 404), ("/metrics", 404), ("/readyz", 503)]


# --- the number of a request ---------------------------------------------------------------------


@on_sqlite
def test_a_number_given_by_the_caller_counts_only_where_a_proxy_is_trusted(
    world: World, make_app: MakeApp, lines: Lines
) -> None:
    given = "0123456789abcdef0123456789abcdef"
    direct, behind = Browser(make_app()), Browser(make_app(trusted_proxies=1))

    def number(browser: Browser, sent: str) -> str:
        return browser.get("/receipt", x_request_id=sent).headers["X-Request-ID"]

    assert number(behind, given) == given
    for browser, sent in ((direct, given), (behind, CONTACT), (behind, given + CONTACT), (behind, given.upper())):
        assert re.fullmatch(r"[0-9a-f]{32}", number(browser, sent))
        assert number(browser, sent) not in (sent, given)
    assert not lines.hold(CONTACT)


@on_sqlite
def test_a_page_that_caches_may_keep_carries_nobodys_number(world: World, client: Browser) -> None:
    for path in (f"/periods/{world.round_two()}", "/", "/static/css/base.css"):
        for _cold_and_hot in range(2):
            assert "X-Request-ID" not in client.get(path).headers, path
