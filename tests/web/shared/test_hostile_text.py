"""Stored text is escaped wherever it is shown (SECURITY 35)."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from sqlalchemy import Column, Enum, String, cast, literal, true, update

from app.database import Database
from app.domain.programmes.contacts import LINES
from app.domain.programmes.plan import TEXTS
from app.models import Base, ImportForm
from tests import lists
from tests.busy import DUE, OPEN, Busy, busy, changed, closed
from tests.qujing import written
from tests.services.office.test_programme_books import BOOK, PLAN
from tests.web.browsing import Browser, MovingClock, filled
from tests.web.walking import addresses, logins, rules
from tests.world import World
from tests.xss import Dangers

pytestmark = pytest.mark.walk

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what a page shows is one on both
MARK = re.compile(r"hit\('([\w. ]+)'\)")
QUERIES = (
    "name",
    "unit",
    "kind",
    "state",
    "subject",
    "matter",
    "words",
    "action",
    "next",
    "programme",
    "round",
    "mine",
    "q",
)
DESCRIBED = {"entries", "nominees", "programmes", "units"}
NO_TEXT = re.compile(
    r"hash|digest|sha256|sealed|secret|token|bucket|calendar_version|"
    r"^(evidence|documents)\.name|^evidence\.copy_name|^identity_requests\.read_in|^corrections\.field|"
    r"^programmes\.notice|^opinions\.authority|"  # keys of what is described in a file
    r"^nominee_marks\.(counted_as|shown_in)|"  # codes and numbers of periods
    r"^(spent_answers|audit_rows|identities)\."
)


def mark(name: str) -> str:
    """A text that would run if any part of it were taken for markup, in a body or in an attribute."""
    return f"\"'><img src=x onerror=hit('{name}')>"


def plant(database: Database, tables: Iterable[str] = ()) -> set[str]:
    """Write a mark of its own into every column of text, of these tables or of all. Returns the columns."""
    planted = set()
    with database.writer() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if _is_text(column) and (not tables or table.name in tables):
                    # The id at the end keeps apart what must be unique.
                    text = literal(mark(str(column))) + cast(next(iter(table.primary_key)), String)
                    # Elsewhere a text that is missing says something: a reason, that something was done.
                    says_something = table.name not in DESCRIBED or str(column) == "nominees.withdraw_reason"
                    rows = column.is_not(None) if says_something else true()
                    if session.execute(update(table).values({column: text}).where(rows)).rowcount:
                        planted.add(str(column))
        session.commit()
    return planted


def _is_text(column: Column[object]) -> bool:
    text = isinstance(column.type, String) and not isinstance(column.type, Enum)
    return text and not NO_TEXT.search(str(column)) and not column.primary_key


class Walk:
    """Visits every page as every role, and collects which marks came as text and which as markup."""

    def __init__(self, app: Flask, there: Busy) -> None:
        self.app, self.there = app, there
        self.seen: set[str] = set()
        self.dangers: list[str] = []

    def look(self, browser: Browser, path: str) -> None:
        answer = browser.open(path)
        assert answer.status_code < 500, path
        if answer.mimetype != "text/html":  # a picture, a sheet: nothing that a browser runs
            return
        source = answer.get_data(as_text=True)
        self.seen |= set(MARK.findall(html.unescape(source)))
        self.dangers += [f"{path}: {tag}" for tag in Dangers(source).found]

    def everywhere(self) -> None:
        """Every address there is, as the first who may; the desk as the first and as the last."""
        for rule in rules(self.app, "GET"):
            for login in {who: who for who in (logins(self.app, rule)[0], logins(self.app, rule)[-1])}:
                browser = self.browser(login)
                for path in addresses(self.there.world.database, rule):
                    self.look(browser, path)
        for code in self.there.codes:
            follower = Browser(self.app)
            follower.post("/receipt", {"code": code})
            self.look(follower, "/receipt")

    def asking(self) -> None:
        """Send marks in the query of every page."""
        for rule in rules(self.app, "GET"):
            browser = self.browser(logins(self.app, rule)[0])
            paths = list(addresses(self.there.world.database, rule))
            path = next((path for path in paths if f"/{self.there.period}" in path), paths[0])
            self.look(browser, f"{path}?{urlencode({name: mark(f'query {name}') for name in QUERIES})}")
            self.look(browser, f"{path}?{urlencode({'page': mark('query page')})}")

    def browser(self, login: str | None) -> Browser:
        browser = Browser(self.app)
        return browser if login is None else browser.sign_in(self.there.world.people[login])


@pytest.fixture
def walk(world: World, make_app: Callable[..., Flask], clock: MovingClock, tmp_path: Path) -> Walk:
    """At OPEN, in a world whose people, units and nominees are called by marks and where everybody wrote marks."""
    clock.to(OPEN)
    plant(world.database, {"units", "programmes", "nominees", "users"})
    there = busy(world, tmp_path / "evidence", mark("written"))
    changed(world, mark("written"))
    unread = {"a.xlsx": lists.sheet([lists.person()])}
    lists.read(
        world, tmp_path / "evidence", lists.receive(world, tmp_path / "evidence", unread, form=ImportForm.COLLECTIVES)
    )
    return Walk(make_app(limits_enabled=False), there)


def test_the_judge_sees_a_mark_that_is_not_escaped() -> None:
    for unescaped in (mark("x"), f'<input value="{mark("x")}">', f"<p title='{mark('x')}'>", "<p onclick=hit(1)>"):
        assert Dangers(unescaped).found, unescaped
        assert Dangers(html.escape(unescaped)).found == []


@sqlite
@pytest.mark.soak
def test_security_35_every_stored_text_is_escaped_on_every_page(walk: Walk, clock: MovingClock) -> None:
    planted = plant(walk.there.world.database)
    walk.everywhere()
    walk.asking()
    clock.to(DUE)
    closed(walk.there.world, walk.there.period)
    walk.everywhere()
    assert walk.dangers == []
    assert {"written", "query name", "query matter", "query words", "query action"} <= walk.seen
    assert planted - walk.seen == NEVER_SHOWN, "a text that no page shows: name it below, or look for where it is lost"


@sqlite
def test_security_35_what_a_form_answers_with_is_escaped_too(walk: Walk, tmp_path: Path) -> None:
    """Pages that no address leads to: a look before something is done, what was done, slips, refusals."""
    there, world, office, head = walk.there, walk.there.world, walk.browser("office"), walk.browser("head")
    short = "<b onclick=hit('x')>"
    many, half = {"opening": "2026-09-28", "conclude": "3"}, [str(nominee) for nominee in world.nominees]
    cases = [str(case) for case, _ in there.cases.values()]
    sheet = lists.sheet([lists.person(name=short, post=mark("post"))], unit=mark("unit"))
    book = written(replace(BOOK, plan=replace(PLAN, title=mark("title")), office=short))
    pages = {
        "planned": office.post(
            f"/office/periods/new-many/{world.programme}/2",
            many | {"chosen": [str(world.qilin), str(world.luoping)], "nominee": half},
        ),
        "looked at": office.post("/office/periods/close-many", {"chosen": [str(there.period)]}),
        "closed": office.post("/office/periods/close-many", {"chosen": [str(there.period)], "step": "close"}),
        "accepted": office.post("/desk/accept-many", {"chosen": cases}),
        "assigned": office.post("/desk/assign-many", {"chosen": cases, "assignee": str(world.people["handler"])}),
        "slips": office.post("/people/invite", {"chosen": [str(world.people["handler"])]}),
        "leaving": office.follow(office.post("/people/disable", {"chosen": [str(world.people["office"])]})),
        "person": office.post("/people/new", {"login": mark("login"), "name": mark("name"), "unit": str(world.qilin)}),
        "unit": office.post("/units/new", {"name": mark("name") * 9, "parent": str(world.office)}),
        "called": office.post(f"/units/{world.qilin}/name", {"name": mark("name") * 9}),
        "reached": office.post(f"/units/{world.qilin}/contact", dict.fromkeys(LINES, mark("line"))),
        "programme": office.post("/programmes/new", {key: mark(key) for key in TEXTS}),
        "places": office.post(f"/programmes/{world.programme}/quotas", {f"u{world.qilin}-note": mark("note")}),
        "book": office.post("/programmes/book", {"book": (io.BytesIO(book), f"{short}.xlsx")}),
        "file": office.post("/imports/", {"unit": str(world.qilin), "files": (io.BytesIO(b"MZ"), f"{short}.docx")}),
        "list": office.follow(
            office.post("/imports/", {"unit": str(world.qilin), "files": (io.BytesIO(sheet), f"{short}.xlsx")})
        ),
        "entered": head.post("/nominees/new", {"name": mark("name"), "deeds": mark("deeds")}),
        "paper": office.post(f"/programmes/{world.programme}/award/papers", {"issuer": mark("issuer")}),
        "decision": office.post(f"/programmes/{world.programme}/award/decision", {"number": mark("number")}),
        "opinion": head.post(f"/nominees/{world.nominees[0]}/opinions", {"text": mark("text")}),
        "review": office.post(f"/nominees/{world.nominees[0]}/reviews/final", {"reason": mark("reason")}),
    }
    assert {name: page.status for name, page in pages.items() if page.status not in (200, 409, 422)} == {}
    assert {name: Dangers(page.source).found for name, page in pages.items()} == {name: [] for name in pages}
    assert {name for name, page in pages.items() if "hit(" in html.unescape(page.source)} == set(pages)


NEVER_SHOWN = {"calendar_notices.source", "cases.decline_reason", "recusals.reason"}


@sqlite
def test_security_35_what_was_typed_is_escaped_while_it_travels_with_its_form(
    world: World, make_app: Callable[..., Flask]
) -> None:
    app = make_app(limits_enabled=False)
    here = f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"
    short = "'><b onclick=hit(1)>"
    taken = {"name": short, "facts": mark("facts")}
    client, stale = Browser(app), Browser(app)
    pages = {
        "check": client.post(here, filled(step="check", **taken)),
        "edit": client.post(here, filled(step="edit-facts", **taken)),
        "refused": client.post(here, filled(**taken | {"contact": mark("contact"), "name": mark("name")})),
        "stale": stale.post(here, filled(**taken), csrf=False),
        "unknown code": client.post("/receipt", {"code": mark("code")}),
        "login refused": client.post("/login?next=/" + quote(mark("next")), {"login": mark("login")}),
        "kept": client.post("/desk/cases/1/note", {"text": mark("text"), mark("field"): "x" * 40, "x": mark("x") * 2}),
        "too late to follow": client.post("/receipt/supplement", {"text": mark("text")}),
        "filed": client.follow(client.post(here, filled(**taken))),
    }
    expected = dict(zip(pages, (200, 200, 422, 400, 422, 422, 401, 401, 200), strict=True))
    assert {name: page.status for name, page in pages.items()} == expected
    assert {name: Dangers(page.source).found for name, page in pages.items()} == {name: [] for name in pages}
    repeated = {name for name, page in pages.items() if "hit(" in html.unescape(page.source)}
    assert repeated == set(pages) - {"filed"}
