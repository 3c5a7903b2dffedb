"""Objections over HTTP by 16 clients, every receipt checked, against one-row durable commits of the same database.

Timed is the request that files: the whole form at once, as the check page sends it. The three steps before it write
drafts and file nothing, so they are not part of the figure; each filing has the token of a first step of its own.
"""

from __future__ import annotations

import html
import re
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

import psycopg
from sqlalchemy import func, make_url, select
from sqlalchemy.orm import Session

from app.clock import now
from app.database import Database
from app.domain.objections.receipt import receipt_hash
from app.models import AuditRow, Case, Entry, Identity, Objection, OutboxRow
from app.sealing import Keyring
from app.services.objections.identities import unseal_objector
from app.services.record.verifying import verify
from bench import content, report, servers
from bench.load import CLIENTS, Answer, Outcome, get, post, send

_OBJECTIONS = 480  # a round
_BARE_SECONDS = 1.0
_FACTS = "该对象申报材料所列第二项事迹与实际不符，该项工作由另一单位完成，可以向当年的参与人员核实。" * 3
_FIELD = {name: re.compile(rf'name="{name}"[^>]* value="([^"]+)"') for name in ("csrf_token", "form_token")}
_COOKIE = re.compile(r"^set-cookie: ([^;]+)", re.IGNORECASE | re.MULTILINE)
_CODE = re.compile(r'<p class="code"[^>]*>([0-9A-Z-]+)</p>')
Filed = tuple[str, str]  # the cookie that shows the receipt, and the name it was filed under


def run_sqlite(home: Path) -> None:
    bare = sqlite3.connect(home / "bare.sqlite", isolation_level=None)
    bare.execute("PRAGMA journal_mode=WAL")
    bare.execute("PRAGMA synchronous=FULL")
    bare.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)")
    _run("sqlite", f"sqlite:///{home}/objections.sqlite", lambda: bare.execute("INSERT INTO bare (text) VALUES ('x')"))
    bare.close()


def run_postgresql(home: Path) -> None:
    with servers.postgresql(home / "postgresql") as url:
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as bare:
            bare.execute("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text)")
            _run("postgresql", url, lambda: bare.execute("INSERT INTO bare (text) VALUES ('x')"))


def _run(kind: str, url: str, commit_one_row: Callable[[], object]) -> None:
    database = Database(url)
    database.migrate()
    period = content.city_round(database, now())
    with database.reader() as session:
        nominees = session.scalars(select(Entry.nominee_id).where(Entry.period_id == period)).all()
    paths = [f"/periods/{period}/nominees/{nominee}/objection" for nominee in nominees]
    bare, name = f"bare_commits_{kind}", f"objections_{kind}"
    with servers.portal(url, limits_enabled="0") as portal:
        crowd = Crowd(portal, paths)
        crowd.file(CLIENTS)  # statements are cached, connections open
        crowd.forget_times()
        samples = report.interleaved(
            {bare: lambda: _bare_commits(commit_one_row), name: lambda: crowd.file(_OBJECTIONS)}
        )
        with database.reader() as session:
            checked = crowd.check(session, RING)
    database.dispose()
    report.line(bare, "commits/s", samples)
    report.line(
        name,
        "objections/s",
        samples,
        bare,
        p50_ms=round(report.percentile(crowd.milliseconds, 50), 2),
        p99_ms=round(report.percentile(crowd.milliseconds, 99), 2),
        cpu_ms=round(median(crowd.cpu_milliseconds), 2),
        clients=CLIENTS,
        errors=0,
        checked=checked,
    )


RING = Keyring(servers.KEY)


class Crowd:
    """Sixteen clients that file and keep their receipts. An answer that is not a receipt ends the bench."""

    def __init__(self, portal: servers.Server, paths: Sequence[str], clients: int = CLIENTS) -> None:
        self._portal = portal
        self._clients = clients
        self._paths = paths
        self._codes: list[tuple[str, str]] = []  # receipt code, name
        self.forget_times()

    def forget_times(self) -> None:
        self.milliseconds: list[float] = []
        self.cpu_milliseconds: list[float] = []

    @property
    def receipts(self) -> int:
        """Return how many receipts were shown."""
        return len(self._codes)

    def file(self, count: int, begin: Callable[[], object] = lambda: None) -> float:
        """File so many objections, each with a form of its own, and return how many a second were accepted.

        `begin` is called once the forms are there, before the first is filed.
        """
        paths = [self._paths[number % len(self._paths)] for number in range(count)]
        # Each in the first step of a form of its own, to which the form's address leads.
        pages = (f"{path}/{secrets.token_urlsafe(16)}" for path in paths)
        forms = self._send(map(get, pages)).expect(200).answers
        names = {form.number: f"赵{len(self._codes) + form.number:06}" for form in forms}
        filings = [_filing(paths[form.number], form, names[form.number]) for form in forms]
        begin()
        cpu = self._portal.cpu_seconds()
        filed = self._send(filings).expect(303)
        self.cpu_milliseconds.append((self._portal.cpu_seconds() - cpu) / count * 1000)
        self.milliseconds += [answer.seconds * 1000 for answer in filed.answers]
        receipts = self._send(get("/receipt", Cookie=_cookie(answer)) for answer in filed.answers).expect(200)
        for receipt in receipts.answers:
            form = forms[filed.answers[receipt.number].number]
            self._codes.append((_found(_CODE, receipt.body), names[form.number]))
        return filed.per_second

    def _send(self, requests: Iterable[bytes]) -> Outcome:
        return send(self._portal.port, requests, clients=self._clients, keep=True, host=self._portal.host)

    def check(self, session: Session, keyring: Keyring) -> int:
        """Check that every receipt shown leads to one objection, with its case, identity and row of the record."""
        rows = session.execute(
            select(Objection.receipt_hash, Identity)
            .join(Identity, Identity.objection_id == Objection.id)
            .join(Case, Case.id == Objection.case_id)
        )
        filed_under = {code: unseal_objector(keyring, identity).name for code, identity in rows}
        assert filed_under == {receipt_hash(keyring.hash_key, code): name for code, name in self._codes}
        told = session.scalar(select(func.count(OutboxRow.case_id.distinct())))
        written = session.scalar(select(func.count()).where(AuditRow.action == "objection.filed"))
        assert told == written == len(self._codes)
        assert verify(session).holds
        return len(self._codes)


def _filing(path: str, form: Answer, name: str) -> bytes:
    fields = {
        "csrf_token": html.unescape(_found(_FIELD["csrf_token"], form.body)),
        "form_token": _found(_FIELD["form_token"], form.body),
        "objector_kind": "person",
        "name": name,
        "contact": f"138{form.number:08}",
        "category": "deeds",
        "facts": _FACTS,
        "step": "submit",
    }
    return post(path, urlencode(fields).encode(), Cookie=_cookie(form))


def _cookie(answer: Answer) -> str:
    return _found(_COOKIE, answer.head)


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    assert match, f"{pattern.pattern} is not in {text[:400]}"
    return match[1]


def _bare_commits(commit_one_row: Callable[[], object]) -> float:
    count, start = 0, time.perf_counter()
    while time.perf_counter() < start + _BARE_SECONDS:
        commit_one_row()
        count += 1
    return count / (time.perf_counter() - start)
