"""The portal under attack: a world that is restored after every accepted input, and the checks after each."""

from __future__ import annotations

import gzip
import re
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from app.domain.cases.states import DeclineGround
from app.models import Base
from app.services.record.verifying import verify
from app.web.shared.headers import security_headers
from tests.busy import OPEN, Busy
from tests.fuzz.values import Attack
from tests.invariants import broken
from tests.rows import Rows
from tests.web.browsing import Browser, filled
from tests.web.walking import addresses, logins, rules
from tests.world import FACTS, at
from tests.xss import Dangers

# Valid values by field name, so that some inputs reach the rules.
FILLED = filled() | {
    "text": FACTS,
    "findings": "经走访核实",
    "grounds": "评选通知第三部分",
    "answer": "已核实，谢谢监督",
    "conclusion": "dismissed",
    "ground": DeclineGround.NO_FACTS.value,
    "chosen": "5",
    "opening": "2026-09-28",
    "day": "2026-10-09",
    "conclude": "3",
    "nominee": "8",
    "year": "2028",
    "number": "国办发明电〔2027〕1号",
    "published": "2027-11-04",
    "off": "2028-01-01 2028-05-01 2028-10-01 2028-10-02 2028-10-03",
    "checked": "y",
    "login": "office",
    "password": "a password of nobody",
    "role": "handler",
    "unit": "2",
    "assignee": "5",
    "what": "opinions",
    "name": "麒小七",
    "deeds": "十年养路无事故。",
    "reason": "核对以后，按规定办理。",
    "passed": "no",
    "met": "no",
    "note": "经核实不符合。",
    "rank": "below",
    "authority": "police",
    "outcome": "favourable",
    "kind": "consultation",
    "issuer": "市委组织部",
    "title": "关于推荐对象的复函",
    "dated": "2026-09-21",
    "agreed": "yes",
    "collective_honour": "先进集体",
    "individual_honour": "先进个人",
    "lapse_clause": "第四部分（二）3",
    "upheld_clause": "第七部分（二）",
    "parent": "1",
}
_OF_THE_SEALER = ("unsealed", "seals", "tiles", "checkpoints")  # written after an act, not by it
_LEAKS = re.compile(r"Traceback|sqlalchemy|sqlite3|psycopg|INSERT INTO|\bFROM \w+ WHERE\b|File \"/", re.IGNORECASE)
_UNPACK = {"": bytes, "gzip": gzip.decompress}
_BOXED = "sandbox; default-src 'none'; frame-ancestors 'none'"  # the form token of another objector's file
# How many of a route's accepted inputs are checked against every invariant, since each check takes time.
_CHECKED_A_ROUTE = 5
_KEEP_DRAFTS = ("objections", "receipts", "following")  # blueprints of the public forms: a refusal comes by 303
# These routes record what they refused: failed logins, wrong receipt codes.
_REMEMBER_REFUSALS = re.compile(r"^account\.|^own\.|^receipts\.find$")


class Names(HTMLParser):
    """The fields of the forms on a page, by the address they go to."""

    def __init__(self, path: str, source: str) -> None:
        super().__init__()
        self.here, self.action = path, path
        self.found: dict[str, dict[str, str]] = {}
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = urlsplit(had.get("action") or self.here).path
            self.found.setdefault(self.action, {})
        elif tag in ("input", "textarea", "select", "button") and (name := had.get("name")):
            self.found.setdefault(self.action, {}).setdefault(name, had.get("value", ""))


@dataclass
class Target:
    """The application and its world. `fire` sends one attack and judges what came of it."""

    app: Flask
    there: Busy
    path: Path  # of the database
    few: int | None  # how many addresses of a route are read for the fields of their forms, newest first; None: all
    fired: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._cookies = {login: self._cookie_of(login) for login in (None, *self.there.world.people)}
        self._fields = self._found_on_pages()
        self._reader = Rows()
        self._dispose()
        with sqlite3.connect(self.path) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        self._as_it_was = self.path.read_bytes()
        self._rows = self._content()
        self._checked: Counter[str] = Counter()
        self._unsound = broken(self.there.world.database, at(OPEN))  # a few rows of `busy` no service wrote
        self._dispose()
        self._watch()

    def __hash__(self) -> int:
        return id(self)

    # --- where ----------------------------------------------------------------------------------

    def places(self, rule: Rule) -> list[str]:
        """Generate addresses of a route: with ids that exist, ids that do not exist, and values that are not ids."""
        real = list(addresses(self.there.world.database, rule))
        wrong = [
            re.sub(r"\d+", odd, real[0]) for odd in ("0", "2147483647", "2147483648", "9" * 30, "-1", "%C2%B2", "x")
        ]
        # Most often in the period that is open, where most acts are possible.
        real += 4 * [place for place in real if f"/periods/{self.there.period}/" in place]
        return real + (wrong if re.search(r"\d", real[0]) else [])

    def people(self, rule: Rule) -> list[str | None]:
        """Generate the logins that may call a route; for public routes also an objector who follows a case."""
        return logins(self.app, rule)

    def fields(self, rule: Rule) -> dict[str, str]:
        """Generate the filled-in fields of the forms that post to a route."""
        adapter = self.app.url_map.bind("localhost")
        found: dict[str, str] = {}
        for action, fields in self._fields.items():
            if adapter.test(action, "POST") and adapter.match(action, "POST", return_rule=True)[0] is rule:
                found |= fields
        found = {name: value for name, value in found.items() if name != "csrf_token"}
        return {name: FILLED.get(name, value) for name, value in found.items()} or dict(FILLED)

    def queries(self) -> list[str]:
        """Return every name that a page reads from its query or has in a GET form."""
        known = {"name", "unit", "kind", "page", "state", "mine", "subject", "action", "verify", "programme", "round"}
        return sorted(known | {"out", "next"} | set().union(*self._fields.values()))

    # --- fire -----------------------------------------------------------------------------------

    def fire(self, method: str, rule: Rule, login: str | None, place: str, attack: Attack) -> None:
        self.fired[f"{method} {rule.rule}"] += 1
        answer = self._open(method, login, place, attack)
        try:
            self._judge_answer(answer)
            answer.close()  # the response's closing callbacks have run
            self._judge_database(method, rule, answer.status_code)
        except AssertionError as wrong:
            raise AssertionError(f"{wrong}\n{method} {place} by {login}: {attack}") from None

    def _open(self, method: str, login: str | None, place: str, attack: Attack) -> TestResponse:
        browser = Browser(self.app)
        browser.client.set_cookie("gongshi", self._cookies[login])
        headers = dict(attack.headers)
        if method == "POST" and "Cookie" not in headers:
            headers["X-CSRFToken"] = browser.csrf_token()
        options: dict[str, object] = {}
        if method == "POST":
            options = {"data": attack.body, "content_type": attack.content_type}
            if attack.lie is not None:
                headers["Content-Length"] = str(attack.lie)
        path = f"{place}?{attack.query}" if attack.query else place
        return browser.open(path, method=method, headers=headers, **options)

    def _judge_answer(self, answer: TestResponse) -> None:
        body = _UNPACK[answer.headers.get("Content-Encoding", "")](answer.get_data())
        assert answer.status_code < 500, f"{answer.status_code}: {body[:300]!r}"
        for name, value in security_headers(self.app):
            allowed = {value, _BOXED} if name == "Content-Security-Policy" else {value}
            assert answer.headers.get(name) in allowed, f"{name} is {answer.headers.get(name)!r}"
        location = answer.headers.get("Location", "/")
        assert location.startswith("/"), location
        assert not location.startswith(("//", "/\\")), location
        if answer.mimetype not in ("text/html", "application/json"):
            return
        text = body.decode()  # UTF-8, or the answer is broken
        assert not (leak := _LEAKS.search(text)), f"leaks {leak}"
        if "hit(" in text:
            assert Dangers(text).found == [], "something written has become a part of the page"

    def _judge_database(self, method: str, rule: Rule, status: int) -> None:
        if self._version() == self._seen:
            return
        rows = self._content()
        if rows == self._rows:
            self._seen = self._version()
            return
        changed = {table for table in rows if rows[table] != self._rows[table]}
        try:
            # A GET changes nothing, apart from readings that are recorded.
            assert method == "POST" or changed == {"audit_rows"}, f"reading changed {changed}"
            self._judge_change(rule, status, changed, rows)
        finally:
            self.taken[f"{method} {rule.rule}"] += 1
            self._put_back()

    def _judge_change(self, rule: Rule, status: int, changed: set[str], rows: dict[str, list[str]]) -> None:
        if changed == {"drafts"}:  # a sealed draft, kept for an hour: it is no act and not recorded
            assert rule.endpoint.partition(".")[0] in _KEEP_DRAFTS, f"{rule.endpoint} keeps a draft"
            return
        if status >= 400:
            assert _REMEMBER_REFUSALS.match(rule.endpoint), f"refused with {status}, and {changed} changed"
            gone = {table for table in changed if not set(self._rows[table]) <= set(rows[table])}
            assert "audit_rows" not in gone, "the record lost a row"
        assert "audit_rows" in changed, f"{changed} changed, and it is not on the record"
        assert self._watching.execute("PRAGMA integrity_check").fetchall() == [("ok",)]  # NOT NULL and CHECKs too
        assert self._watching.execute("PRAGMA foreign_key_check").fetchall() == []
        assert self.there.world.do(verify).holds
        self._checked[rule.rule] += 1
        if self._checked[rule.rule] <= _CHECKED_A_ROUTE:
            assert broken(self.there.world.database, at(OPEN), self._unsound) == []

    # --- the world ------------------------------------------------------------------------------

    def _cookie_of(self, login: str | None) -> str:
        """A session: of somebody of the staff, or of an objector who follows their case."""
        browser = Browser(self.app)
        if login is None:
            browser.post("/receipt", {"code": self.there.cases["awaiting"][1]})
        else:
            browser.sign_in(self.there.world.people[login])
        cookie = browser.client.get_cookie("gongshi")
        assert cookie is not None
        return cookie.value

    def _found_on_pages(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for rule in rules(self.app, "GET"):
            for login in {*self.people(rule)[:1], *self.people(rule)[-1:]}:
                for place in islice(addresses(self.there.world.database, rule), self.few):
                    answer = self._open("GET", login, place, Attack())
                    if answer.mimetype == "text/html":
                        for action, fields in Names(place, answer.get_data().decode(errors="replace")).found.items():
                            found.setdefault(action, {}).update(fields)
        # The page that asks once more stands at the address of a draft.
        found.setdefault("/receipt/withdraw", {})["sure"] = "y"
        return found

    def _content(self) -> dict[str, list[str]]:
        with self.there.world.database.reader() as session:
            tables = [table for table in Base.metadata.sorted_tables if table.name not in _OF_THE_SEALER]
            return self._reader.read(session, tables)

    def _version(self) -> int:
        """Return a number that differs after every commit of another connection."""
        return int(self._watching.execute("PRAGMA data_version").fetchone()[0])

    def _watch(self) -> None:
        self._watching = sqlite3.connect(self.path, isolation_level=None)
        self._seen = self._version()

    def _dispose(self) -> None:
        self.app.extensions["portal"].database.dispose()
        self.there.world.database.dispose()

    def _put_back(self) -> None:
        self._watching.close()
        self._dispose()
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.path.write_bytes(self._as_it_was)
        self._watch()
