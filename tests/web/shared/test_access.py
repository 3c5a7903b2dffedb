"""Access control: every route declares its roles; the matrix of roles and routes is written out here (R21)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.domain.cases.states import Action, Conclusion, Role, State
from app.services.cases import investigation, settlement
from app.services.imports import receiving
from app.web.shared.access import allowed_roles
from tests import lists
from tests.files import attach, pdf, vault_in
from tests.web.browsing import TOKEN, Browser, Page
from tests.world import World, at

LOGINS = {"office": Role.OFFICE, "head": Role.HEAD, "handler": Role.HANDLER, "auditor": Role.AUDITOR}
EVERYBODY = frozenset(LOGINS)
OFFICE = frozenset({"office"})
HEAD = frozenset({"head"})
DESK = frozenset({"office", "head", "handler"})
LEADS = frozenset({"office", "head"})
RECORD = frozenset({"office", "auditor"})
FORM = "/periods/6/nominees/3/objection"
PLAN = "/office/periods/new/1/2/3"
MANAGERS = frozenset({"office", "head"})
UNITS = frozenset({"head", "handler"})
AGREERS = MANAGERS | {"auditor"}
HANDLE = "a-handle-of-22-letters"

# Method, address, what a stranger gets, who of the staff may, what they get (empty forms are refused as such).
MATRIX = [
    ("GET", "/", 200, EVERYBODY, 200),
    ("GET", "/privacy", 200, EVERYBODY, 200),
    ("GET", "/genuine", 200, EVERYBODY, 200),
    ("GET", "/log/check", 200, EVERYBODY, 200),
    ("GET", "/log/consistency", 404, EVERYBODY, 404),  # of no sizes: tests/web/record/test_log_proofs.py
    ("GET", "/log/checkpoints/1/stamp", 404, EVERYBODY, 404),
    ("POST", "/log/add-checkpoint", 404, EVERYBODY, 404),  # no witness: no log is set
    ("GET", "/accessibility", 200, EVERYBODY, 200),
    ("GET", "/log/", 200, EVERYBODY, 200),
    ("GET", "/log/checkpoint", 404, EVERYBODY, 404),  # none yet: tests/web/record/test_log.py
    ("GET", "/log/checkpoints/1", 404, EVERYBODY, 404),
    ("GET", "/site-mark", 404, EVERYBODY, 404),  # none is set: tests/web/shared/test_site.py
    ("GET", "/robots.txt", 200, EVERYBODY, 200),
    ("GET", "/favicon.ico", 200, EVERYBODY, 200),
    ("GET", "/.well-known/security.txt", 404, EVERYBODY, 404),  # none is set: tests/web/shared/test_indexing.py
    ("GET", "/search", 200, EVERYBODY, 200),
    ("GET", "/periods/6", 200, EVERYBODY, 200),
    ("GET", "/periods/6/print", 200, EVERYBODY, 200),
    ("GET", "/periods/6/list.json", 200, EVERYBODY, 200),
    ("GET", "/periods/6/proof.json", 404, EVERYBODY, 404),  # nothing is stated yet: tests/web/periods/test_proofs.py
    ("GET", "/periods/6/nominees/3", 200, EVERYBODY, 200),
    ("GET", "/decisions/", 200, EVERYBODY, 200),
    ("GET", "/decisions/1", 404, EVERYBODY, 404),  # no decision yet
    ("GET", FORM, 200, EVERYBODY, 200),
    ("POST", FORM, 422, EVERYBODY, 422),
    ("GET", f"{FORM}/{HANDLE}", 200, EVERYBODY, 200),
    ("GET", f"{FORM}/{HANDLE}/contact", 200, EVERYBODY, 200),  # nothing was sent yet: it leads to the first step
    ("GET", f"{FORM}/{HANDLE}/facts", 200, EVERYBODY, 200),
    ("GET", f"{FORM}/{HANDLE}/check", 200, EVERYBODY, 200),
    ("POST", f"{FORM}/evidence", 422, EVERYBODY, 422),
    ("POST", f"{FORM}/evidence/1/remove", 422, EVERYBODY, 422),
    ("POST", f"{FORM}/letter", 422, EVERYBODY, 422),
    ("POST", f"{FORM}/letter/1/remove", 422, EVERYBODY, 422),
    ("POST", "/reading", 303, EVERYBODY, 303),
    ("GET", "/receipt", 200, EVERYBODY, 200),
    ("POST", "/receipt", 422, EVERYBODY, 422),
    ("GET", f"/receipt/again/{HANDLE}", 302, EVERYBODY, 302),
    ("GET", "/receipt/file", 302, EVERYBODY, 302),
    ("GET", "/receipt/proof", 302, EVERYBODY, 302),
    ("GET", "/receipt/filed", 302, EVERYBODY, 302),
    ("POST", "/receipt/kept", 303, EVERYBODY, 303),
    ("POST", "/receipt/supplement", 401, EVERYBODY, 401),
    ("POST", "/receipt/withdraw", 401, EVERYBODY, 401),
    ("POST", "/receipt/evidence", 422, EVERYBODY, 422),
    ("POST", "/receipt/evidence/1/remove", 422, EVERYBODY, 422),
    ("POST", "/receipt/letter", 422, EVERYBODY, 422),
    ("POST", "/receipt/letter/1/remove", 422, EVERYBODY, 422),
    ("GET", "/receipt/evidence/1", 302, EVERYBODY, 302),
    ("GET", "/receipt/letters/999", 302, EVERYBODY, 302),
    ("GET", "/receipt/letters/999/file", 302, EVERYBODY, 302),
    ("POST", "/receipt/look", 401, EVERYBODY, 401),
    ("POST", "/receipt/leave", 303, EVERYBODY, 303),
    ("GET", "/static/css/base.css", 200, EVERYBODY, 200),
    ("GET", "/healthz", 200, EVERYBODY, 200),
    ("GET", "/readyz", 200, EVERYBODY, 200),
    ("GET", "/metrics", 404, EVERYBODY, 404),  # whoever has the token is no member of staff: test_metrics.py
    ("GET", "/login", 200, EVERYBODY, 302),
    ("POST", "/login", 422, EVERYBODY, 422),
    ("GET", "/login/code", 302, EVERYBODY, 302),
    ("POST", "/login/code", 303, EVERYBODY, 303),
    ("GET", "/login/oidc", 404, EVERYBODY, 404),  # no provider is set: tests/web/accounts/test_provider.py
    ("GET", "/login/oidc/back", 404, EVERYBODY, 404),
    ("POST", "/logout", 401, EVERYBODY, 303),
    ("GET", "/account", 302, EVERYBODY, 200),
    ("GET", "/account/password", 302, EVERYBODY, 200),
    ("POST", "/account/password", 401, EVERYBODY, 422),
    ("GET", "/account/second-factor", 302, EVERYBODY, 200),
    ("POST", "/account/second-factor", 401, EVERYBODY, 422),
    ("POST", "/account/second-factor/confirm", 401, EVERYBODY, 422),
    ("GET", "/account/recovery-codes", 302, EVERYBODY, 200),
    ("POST", "/account/recovery-codes", 401, EVERYBODY, 422),
    ("POST", "/account/sessions/end", 401, EVERYBODY, 303),
    ("GET", "/desk/", 302, DESK, 200),
    ("GET", "/desk/cases.xlsx", 302, DESK, 200),
    ("GET", "/desk/watched", 302, DESK, 200),
    ("GET", "/desk/letters", 302, DESK, 200),
    ("GET", "/desk/letters.xlsx", 302, DESK, 200),
    ("GET", "/desk/letters/999", 302, DESK, 404),  # ids are drawn: there is none of this one
    ("GET", "/desk/letters/999/file", 302, DESK, 404),
    ("POST", "/desk/letters/files", 401, DESK, 303),
    ("POST", "/desk/letters/issue", 401, DESK, 422),
    ("POST", "/desk/accept-many", 401, DESK, 422),
    ("POST", "/desk/assign-many", 401, LEADS, 422),
    ("POST", "/desk/propose-many", 401, DESK, 422),
    ("POST", "/desk/confirm-many", 401, DESK, 422),
    ("GET", "/desk/phrases", 302, DESK, 200),
    ("POST", "/desk/phrases", 401, DESK, 422),
    ("POST", "/desk/phrases/999", 401, DESK, 422),
    ("POST", "/desk/phrases/999/remove", 401, DESK, 404),
    ("GET", "/desk/cases/1", 302, DESK, 200),
    ("GET", "/desk/cases/1/evidence/1", 302, DESK, 200),
    ("POST", "/desk/cases/1/note", 401, DESK, 422),
    ("GET", "/desk/cases/1/files/1", 302, DESK, 404),  # no file of the handlers yet
    ("GET", "/desk/cases/1/volume.zip", 302, DESK, 200),
    ("GET", "/desk/registrations", 302, DESK, 200),
    ("GET", "/desk/registrations/periods/6", 302, DESK, 200),
    ("GET", "/desk/registrations/entries/8", 302, DESK, 200),
    ("POST", "/desk/registrations/entries/8", 401, DESK, 422),
    ("GET", "/desk/registrations/slip", 302, DESK, 302),
    ("POST", "/desk/registrations/slip/done", 401, DESK, 303),
    ("GET", "/desk/flood", 302, HEAD, 200),
    ("GET", "/desk/flood/text/1", 302, HEAD, 200),
    ("POST", "/desk/flood/text/1", 401, HEAD, 422),
    ("GET", "/desk/flood/acts/999", 302, UNITS, 404),
    ("POST", "/desk/flood/acts/999/confirm", 401, UNITS, 404),
    ("POST", "/desk/flood/acts/999/return", 401, UNITS, 404),
    ("GET", "/office/", 302, OFFICE, 200),
    ("GET", "/office/flood/acts/999", 302, OFFICE, 404),
    ("POST", "/office/flood/acts/999/confirm", 401, OFFICE, 404),
    ("POST", "/office/flood/acts/999/return", 401, OFFICE, 404),
    ("GET", "/office/flood/extension", 302, OFFICE, 200),
    ("POST", "/office/flood/extension", 401, OFFICE, 422),
    ("GET", "/office/flood", 302, OFFICE, 200),
    ("GET", "/office/flood/source/1", 302, OFFICE, 200),
    ("POST", "/office/flood/source/1", 401, OFFICE, 422),
    ("GET", "/office/cases", 302, OFFICE, 200),
    ("GET", "/office/cases.xlsx", 302, OFFICE, 200),
    ("GET", "/office/ledger.xlsx", 302, OFFICE, 200),
    ("GET", "/desk/ledger.xlsx", 302, DESK, 200),
    ("GET", "/office/statistics", 302, OFFICE, 200),
    ("GET", "/office/statistics.svg", 302, OFFICE, 200),
    ("GET", "/office/statistics.xlsx", 302, OFFICE, 200),
    ("GET", "/office/nominees", 302, OFFICE, 302),
    ("GET", "/documents/1", 302, DESK, 404),
    ("GET", "/programmes/", 302, DESK, 200),
    ("GET", "/programmes/1", 302, DESK, 200),
    ("GET", "/programmes/new", 302, OFFICE, 200),
    ("POST", "/programmes/new", 401, OFFICE, 422),
    ("GET", "/programmes/1/edit", 302, OFFICE, 200),
    ("POST", "/programmes/1/edit", 401, OFFICE, 422),
    ("GET", "/programmes/1/quotas", 302, OFFICE, 200),
    ("POST", "/programmes/1/quotas", 401, OFFICE, 422),
    ("POST", "/programmes/1/archive", 401, OFFICE, 409),
    ("POST", "/programmes/1/archive.zip", 401, OFFICE, 422),
    ("POST", "/programmes/1/reopen", 401, OFFICE, 422),
    ("GET", "/programmes/1/book.xlsx", 302, OFFICE, 200),
    ("GET", "/programmes/book", 302, OFFICE, 200),
    ("GET", "/programmes/book/blank.xlsx", 302, OFFICE, 200),
    ("POST", "/programmes/book", 401, OFFICE, 422),
    ("POST", "/programmes/book/load", 401, OFFICE, 422),
    ("GET", "/units/", 302, MANAGERS, 200),
    ("GET", "/units/new", 302, OFFICE, 200),
    ("POST", "/units/new", 401, OFFICE, 422),
    ("GET", "/units/2", 302, MANAGERS, 200),
    ("POST", "/units/2/contact", 401, MANAGERS, 422),
    ("POST", "/units/2/name", 401, OFFICE, 422),
    ("POST", "/units/2/parent", 401, OFFICE, 422),
    ("POST", "/units/2/retire", 401, OFFICE, 409),
    ("POST", "/units/2/restore", 401, OFFICE, 409),
    ("POST", "/account/resets/known", 401, EVERYBODY, 303),
    ("POST", "/account/deputies", 401, DESK, 422),
    ("POST", "/account/deputies/1/end", 401, DESK, 404),
    ("POST", "/account/proof/1/code", 401, EVERYBODY, 404),
    ("POST", "/account/proof/1", 401, EVERYBODY, 422),
    ("GET", "/people/", 302, MANAGERS, 200),
    ("GET", "/people/new", 302, MANAGERS, 200),
    ("POST", "/people/new", 401, MANAGERS, 422),
    ("GET", "/people/many", 302, MANAGERS, 200),
    ("POST", "/people/many", 401, MANAGERS, 422),
    ("GET", "/people/many/blank.xlsx", 302, MANAGERS, 200),
    ("POST", "/people/many/sheet", 401, MANAGERS, 422),
    ("POST", "/people/many/sheet/save", 401, MANAGERS, 422),
    ("POST", "/people/slips.docx", 401, MANAGERS, 422),
    ("POST", "/people/5/name", 401, MANAGERS, 422),
    ("POST", "/people/invite", 401, MANAGERS, 422),
    ("POST", "/people/disable", 401, MANAGERS, 422),
    ("GET", "/people/leaving", 302, MANAGERS, 200),
    ("POST", "/people/5/deputies", 401, MANAGERS, 422),
    ("POST", "/people/5/deputies/1/end", 401, MANAGERS, 404),
    ("GET", "/people/5", 302, MANAGERS, 200),
    ("POST", "/people/5/enable", 401, MANAGERS, 409),
    ("POST", "/people/5/place", 401, MANAGERS, 422),
    ("POST", "/people/5/agree", 401, MANAGERS, 409),
    ("POST", "/people/5/address", 401, OFFICE, 422),
    ("GET", "/people/agreements", 302, AGREERS, 200),
    ("POST", "/people/agreements", 401, AGREERS, 422),
    ("POST", "/people/resets/seen", 401, OFFICE, 303),
    ("POST", "/nominees/1/conditions/merit_1", 401, OFFICE, 422),
    ("POST", "/nominees/1/rank", 401, OFFICE, 422),
    ("POST", "/nominees/1/reviews/final", 401, OFFICE, 422),
    ("POST", "/nominees/1/opinions", 401, DESK, 422),
    ("POST", "/nominees/many", 401, DESK, 303),
    ("GET", "/nominees/many/conditions", 302, OFFICE, 200),
    ("POST", "/nominees/many/conditions", 401, OFFICE, 422),
    ("GET", "/nominees/many/reviews/final", 302, OFFICE, 200),
    ("POST", "/nominees/many/reviews/final", 401, OFFICE, 422),
    ("GET", "/nominees/many/opinions", 302, DESK, 200),
    ("POST", "/nominees/many/opinions", 401, DESK, 422),
    ("GET", "/nominees/many/opinions/1/2/police", 302, DESK, 302),
    ("GET", "/nominees/new", 302, DESK, 200),
    ("POST", "/nominees/new", 401, DESK, 422),
    ("GET", "/nominees/order", 302, DESK, 200),
    ("POST", "/nominees/order", 401, DESK, 422),
    ("GET", "/nominees/vacancies", 302, DESK, 200),
    ("GET", "/nominees/3/correction", 302, OFFICE, 200),
    ("POST", "/nominees/3/correction", 401, OFFICE, 422),
    ("GET", "/nominees/3/revision", 302, DESK, 409),  # it is shown just now
    ("POST", "/nominees/3/revision", 401, DESK, 422),
    ("GET", "/nominees/3/withdrawal", 302, OFFICE | HEAD, 200),
    ("POST", "/nominees/3/withdrawal", 401, OFFICE | HEAD, 422),
    ("GET", "/nominees/2/replacement", 302, DESK, 200),
    ("POST", "/nominees/2/replacement", 401, DESK, 422),
    ("GET", "/nominees/3/edit", 302, DESK, 409),
    ("POST", "/nominees/3/edit", 401, DESK, 409),
    ("GET", "/programmes/1/plan", 302, DESK, 200),
    ("GET", "/imports/", 302, DESK, 200),
    ("POST", "/imports/", 401, DESK, 422),
    ("GET", "/imports/blanks/1/2/3", 302, DESK, 200),
    ("GET", "/imports/1", 302, DESK, 200),
    ("GET", "/imports/1/problems", 302, DESK, 200),
    ("POST", "/imports/1/confirm", 401, DESK, 409),
    ("POST", "/imports/1/drop", 401, DESK, 409),
    ("POST", "/imports/1/read-again", 401, DESK, 409),
    ("GET", "/nominees/", 302, DESK, 200),
    ("GET", "/nominees/1", 302, DESK, 200),
    ("POST", "/nominees/1/dossier", 401, DESK, 200),
    ("POST", "/nominees/3/photo", 401, DESK, 422),
    ("POST", "/nominees/3/material", 401, DESK, 422),
    ("POST", "/nominees/disqualifications/1/reversal", 401, OFFICE, 422),
    ("POST", "/nominees/disqualifications/1/reversal/confirm", 401, OFFICE, 409),
    ("GET", "/programmes/1/papers", 302, DESK, 200),
    ("GET", "/programmes/1/papers/periods", 302, DESK, 200),
    ("GET", "/programmes/1/papers/nominees", 302, DESK, 200),
    ("POST", "/programmes/1/papers/nominees/opinions", 401, DESK, 303),
    ("POST", "/programmes/1/papers/nominees/forms", 401, DESK, 303),
    ("GET", "/programmes/1/papers/asking", 302, DESK, 200),
    ("GET", "/programmes/1/papers/units/2/asking/police/all", 302, DESK, 200),
    ("GET", "/programmes/1/papers/certificates/all", 302, OFFICE, 409),
    ("GET", "/programmes/1/papers/templates", 302, OFFICE, 200),
    ("GET", "/programmes/1/papers/units/2/annex-2", 302, DESK, 200),
    ("GET", "/programmes/1/papers/units/2/preliminary.zip", 302, DESK, 200),
    ("GET", "/programmes/1/papers/preliminary.zip", 302, OFFICE, 200),
    ("GET", "/papers/periods/6/notice", 302, DESK, 200),
    ("GET", "/papers/nominees/1/form", 302, DESK, 200),
    ("GET", "/papers/templates/notice.docx", 302, OFFICE, 200),
    ("POST", "/nominees/honours/999/revocation", 401, OFFICE, 404),
    ("POST", "/nominees/honours/999/revocation/confirm", 401, OFFICE, 404),
    ("POST", "/nominees/honours/999/revocation/drop", 401, OFFICE, 404),
    ("GET", "/programmes/1/award", 302, DESK, 200),
    ("GET", "/programmes/1/award/honours", 302, DESK, 200),
    ("GET", "/programmes/1/award/papers", 302, OFFICE, 200),
    ("POST", "/programmes/1/award/papers", 401, OFFICE, 422),
    ("GET", "/programmes/1/award/decision", 302, OFFICE, 200),
    ("POST", "/programmes/1/award/decision", 401, OFFICE, 422),
    ("GET", "/office/identities", 302, OFFICE, 200),
    ("GET", "/office/objections/1/identity", 302, OFFICE, 200),
    ("POST", "/office/objections/1/identity", 401, OFFICE, 422),
    ("GET", "/office/identities/999", 302, OFFICE, 404),
    ("POST", "/office/identities/999/grant", 401, OFFICE, 404),
    ("POST", "/office/identities/999/refuse", 401, OFFICE, 404),
    ("POST", "/office/identities/999/read", 401, OFFICE, 404),
    ("POST", "/office/identities/999/letters/1", 401, OFFICE, 404),
    ("POST", "/office/identities/999/letters/1/sort", 401, OFFICE, 404),
    ("GET", "/office/data-requests", 302, OFFICE, 200),
    ("GET", "/office/data-requests/new", 302, OFFICE, 200),
    ("POST", "/office/data-requests/new", 401, OFFICE, 422),
    ("GET", "/office/data-requests/999", 302, OFFICE, 404),
    ("POST", "/office/data-requests/999/read", 401, OFFICE, 404),
    ("POST", "/office/data-requests/999/answer", 401, OFFICE, 404),
    ("GET", "/office/periods", 302, OFFICE, 200),
    ("GET", "/office/periods/new", 302, OFFICE, 200),
    ("GET", "/office/periods/new-many", 302, OFFICE, 200),
    ("POST", "/office/periods/new-many/1/2", 401, OFFICE, 422),
    ("GET", PLAN, 302, OFFICE, 200),
    ("POST", PLAN, 401, OFFICE, 422),
    ("GET", "/office/periods/6", 302, OFFICE, 200),
    ("GET", "/office/periods/close-many", 302, OFFICE, 200),
    ("POST", "/office/periods/close-many", 401, OFFICE, 422),
    ("GET", "/office/periods/6/entries", 302, OFFICE, 200),
    ("POST", "/office/periods/6/extend", 401, OFFICE, 422),
    ("POST", "/office/periods/6/extend-window", 401, OFFICE, 422),
    ("POST", "/office/periods/6/cancel", 401, OFFICE, 422),
    ("GET", "/office/periods/6/close", 302, OFFICE, 200),
    ("POST", "/office/periods/6/close", 401, OFFICE, 409),
    ("GET", "/office/periods/1/report", 302, OFFICE, 200),
    ("GET", "/office/calendar", 302, OFFICE, 200),
    ("POST", "/office/calendar", 401, OFFICE, 422),
    ("POST", "/office/calendar/replan", 401, OFFICE, 422),
    ("GET", "/office/record", 302, RECORD, 200),
    ("GET", "/office/messages", 302, OFFICE, 200),
    ("POST", "/office/messages/1/again", 401, OFFICE, 404),
    ("POST", "/office/messages/trial", 401, OFFICE, 422),
    ("GET", "/office/messages/mailbox", 302, OFFICE, 404),  # the demonstration's alone
    ("GET", "/account/messages", 302, EVERYBODY, 200),
    ("POST", "/account/messages", 401, EVERYBODY, 422),
    ("POST", "/account/messages/1/confirm", 401, EVERYBODY, 404),
    ("POST", "/account/messages/1/code", 401, EVERYBODY, 404),
    ("POST", "/account/calendar", 401, EVERYBODY, 200),
    ("POST", "/account/calendar/revoke", 401, EVERYBODY, 303),
    ("GET", "/receipt/messages", 303, EVERYBODY, 303),
    ("POST", "/receipt/messages/confirm", 303, EVERYBODY, 303),
    ("POST", "/receipt/messages/end", 303, EVERYBODY, 303),
    ("GET", "/stop/1-nobodys", 404, EVERYBODY, 404),
    ("POST", "/stop/1-nobodys", 404, EVERYBODY, 404),
    ("GET", "/feeds/1.atom", 200, EVERYBODY, 200),
    ("GET", "/feeds/1.ics", 200, EVERYBODY, 200),
    ("GET", "/feeds/staff/nobodys.ics", 404, EVERYBODY, 404),
    ("GET", "/units/2/messages", 302, MANAGERS, 200),
    ("POST", "/units/2/messages", 401, MANAGERS, 422),
    ("POST", "/units/2/messages/1/confirm", 401, MANAGERS, 404),
    ("POST", "/units/2/messages/1/code", 401, MANAGERS, 404),
    ("GET", "/office/checks", 302, RECORD, 200),
]


@pytest.fixture
def eventful(world: World, tmp_path: Path) -> World:
    """Period 6 is open; case 1 received, with evidence 1; case 2 upheld, so that disqualification 1 stands; period 1
    is closed. Import 1 was dropped."""
    period = world.round_two()
    attach(world, tmp_path / "evidence", pdf(), now="2026-09-18 Fri 08:00")
    world.file(period, world.nominees[2], "2026-09-18 Fri 08:00", form_token=TOKEN, files=1)
    upheld, _ = world.file(period, world.nominees[1], "2026-09-18 Fri 08:00")
    world.bring(upheld, State.CONCLUDED, "2026-09-18 Fri 08:30", Conclusion.UPHELD)
    world.run(settlement.settle_due, now=at("2026-09-18 Fri 08:30"))
    import_id = lists.receive(world, tmp_path / "evidence", {"a.xlsx": lists.sheet([lists.person()])})
    vault = vault_in(tmp_path / "evidence", world.key)
    world.run(receiving.drop, vault, import_id, by=world.actor("handler"), now=at("2026-09-18 Fri 08:30"))
    return world


def call(browser: Browser, method: str, path: str, *, csrf: bool = True) -> Page:
    return browser.get(path) if method == "GET" else browser.post(path, csrf=csrf)


# --- every route declares ------------------------------------------------------------------------


def undeclared(app: Flask) -> set[str]:
    with app.app_context():
        return {str(rule) for rule in app.url_map.iter_rules() if allowed_roles(rule.endpoint) is None}


def test_security_19_every_route_declares_who_may_call_it_and_one_that_does_not_answers_nobody(
    world: World, make_app: Callable[..., Flask]
) -> None:
    assert undeclared(make_app()) == set()
    careless = make_app()
    careless.add_url_rule("/forgotten", view_func=lambda: "names", methods=["GET", "POST"])
    assert undeclared(careless) == {"/forgotten"}
    for browser in (Browser(careless), Browser(careless).sign_in(world.people["office"])):
        assert browser.get("/forgotten").status == browser.post("/forgotten").status == 404


def test_security_19_the_matrix_names_every_route_and_every_method(app: Flask) -> None:
    routes = app.url_map.bind("localhost")
    written = {(routes.match(path, method)[0], method) for method, path, *_ in MATRIX}
    automatic = {"HEAD", "OPTIONS"}
    rules = app.url_map.iter_rules()
    there = {(rule.endpoint, method) for rule in rules for method in (rule.methods or set()) - automatic}
    assert written == there
    assert len(MATRIX) == len(there)


@pytest.mark.walk
@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True)
@pytest.mark.usefixtures("next_morning")
def test_security_19_the_whole_matrix(eventful: World, app: Flask) -> None:
    found, expected = {}, {}
    for who in ("anonymous", *LOGINS):
        for method, path, stranger, allowed, answer in MATRIX:
            browser = Browser(app) if who == "anonymous" else Browser(app).sign_in(eventful.people[who])
            found[who, method, path] = call(browser, method, path).status
            expected[who, method, path] = stranger if who == "anonymous" else answer if who in allowed else 404
    assert found == expected


def test_a_stranger_is_sent_to_the_login_and_back_to_where_they_wanted(world: World, client: Browser) -> None:
    for path in ("/desk/", "/office/", "/office/record?subject=case:1&page=2"):
        location = client.get(path).headers["Location"]
        assert location.startswith("/login?next=/")
        assert client.get(location).form("/login").fields["next"] == path
    refused = client.post("/desk/cases/1/note", {"text": "写了一半的核查记录，登录已经失效了，不能让它就这样没有了"})
    assert refused.status == 401
    assert "写了一半的核查记录" in refused.source


# --- not theirs ----------------------------------------------------------------------------------

COMPLETE = {
    "ground": "no_facts",
    "conclusion": "upheld",
    "findings": "查明",
    "grounds": "依据",
    "answer": "答复",
    "text": "足够长的理由",
    "chosen": "5",
}


def test_security_20_another_units_case_does_not_exist_for_reading_nor_for_any_action(
    eventful: World, staff: Callable[[str], Browser]
) -> None:
    stranger = staff("stranger")
    before = eventful.everything()
    assert "2026-0001" not in stranger.get("/desk/").text
    for case in (1, 2, 999, 2**31, 10**30):
        seen = {stranger.get(f"/desk/cases/{case}").source}
        assert stranger.get(f"/desk/cases/{case}").status == 404
        for action in (*Action, "delete", "../1", "ACCEPT"):
            assert stranger.post(f"/desk/cases/{case}/{action}", COMPLETE).status == 404, action
        assert len(seen) == 1
    assert eventful.everything() == before


@pytest.mark.usefixtures("next_morning")
def test_security_20_a_recused_person_finds_nothing_any_more(eventful: World, staff: Callable[[str], Browser]) -> None:
    handler = staff("handler")
    assert handler.get("/desk/cases/1").status == 200
    left = handler.post("/desk/cases/1/recuse", {"chosen": str(eventful.people["handler"]), "text": "是亲属"})
    assert (left.status, left.headers["Location"]) == (303, "/desk/")
    before = eventful.everything()
    assert handler.get("/desk/cases/1").status == 404
    assert "2026-0001" not in handler.get("/desk/").text
    for action in Action:
        assert handler.post(f"/desk/cases/1/{action}", COMPLETE).status == 404, action
    assert eventful.everything() == before
    assert eventful.act(investigation.accept, 1, "head", now="2026-09-18 Fri 09:30") is None  # the others go on


@pytest.mark.walk
def test_security_21_no_post_passes_without_its_csrf_token(eventful: World, app: Flask) -> None:
    before = eventful.everything()
    for method, path, _, allowed, _ in MATRIX:
        if method == "POST":
            browser = Browser(app).sign_in(eventful.people[min(allowed)])
            browser.csrf_token()
            # A mail program posts to the address of a message's end by itself (RFC 8058): its secret link is the key.
            # Larger letters are chosen on pages that are kept for everybody and can hold no token.
            # Another installation asks for a cosignature without a session; where none is a witness there is no page.
            without = {"/reading": 303, "/log/add-checkpoint": 404}
            answer = 404 if path.startswith("/stop/") else without.get(path, 400)
            for token in ({}, {"csrf_token": ""}, {"csrf_token": "forged"}):
                assert browser.post(path, COMPLETE | token, csrf=False).status == answer, (path, token)
    assert eventful.everything() == before


def test_security_24_a_session_that_names_nobody_is_nobodys(world: World, client: Browser) -> None:
    for claim in ("", "0", "1", "5.0", "-1", "²", "1 ", "None", "x" * 43, "x" * 5000):
        client.write_session(_user_id=claim, _fresh=True)
        assert client.get("/desk/").status == 302, claim
