"""A crowd that files objections over HTTP while everything breaks under it, and afterwards counts what is left."""

from __future__ import annotations

import html
import http.client
import random
import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from sqlalchemy import func, select

from app.database import Database
from app.domain.objections.receipt import receipt_hash
from app.models import AuditRow, Case, Entry, Objection
from app.services.record.verifying import verify
from tests.files import png
from tests.running import KEY

_FACTS = "该对象申报材料所列第二项事迹与实际不符，该项工作由另一单位完成，可以向当年的参与人员核实。第{}份。"
_FIELD = {name: re.compile(rf'name="{name}"[^>]* value="([^"]+)"') for name in ("csrf_token", "form_token")}
_CODE = re.compile(r'<p class="code"[^>]*>([0-9A-Z-]+)</p>')
_CLIENTS = 6
_PATIENCE = 300.0  # seconds for which a client retries one form
SILENCE = 20.0  # seconds without an answer before a retry


class Broken(Exception):
    """No answer, or one that asks to come back: the client does not know whether the form was filed."""


def connect_plainly(address: str) -> http.client.HTTPConnection:
    """Return a connection to a server's address."""
    return http.client.HTTPConnection(urlsplit(address).netloc, timeout=SILENCE)


@dataclass
class Visitor:
    """One browser: it keeps its cookie and goes to whichever server answers."""

    addresses: Sequence[str]
    cookie: str = ""
    tries: int = 0
    connect: Callable[[str], http.client.HTTPConnection] = connect_plainly

    def get(self, path: str) -> tuple[int, str]:
        """Return the page of this address, redirects followed."""
        status, text, leads_to = self._exchange("GET", path, None)
        while status in (302, 303):
            status, text, leads_to = self._exchange("GET", leads_to, None)
        return status, text

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """Send a form and return the page that the answer redirects to."""
        body = urlencode(fields).encode()
        status, _, leads_to = self._exchange("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        return status, leads_to

    def attach(self, path: str, tokens: dict[str, str], file: bytes) -> tuple[int, str]:
        """Send a picture for the form at this address, as the page's script does."""
        headers = {"X-CSRFToken": tokens["csrf_token"], "X-Form-Token": tokens["form_token"], "X-File-Name": "1.png"}
        status, text, _ = self._exchange(
            "POST", f"{path}/evidence", file, headers | {"Content-Type": "application/octet-stream"}
        )
        return status, text

    def _exchange(
        self, method: str, path: str, body: bytes | None, kind: dict[str, str] | None = None
    ) -> tuple[int, str, str]:
        self.tries += 1
        connection = self.connect(self.addresses[self.tries % len(self.addresses)])
        headers = {"Cookie": self.cookie} | (kind or {})
        if isinstance(connection, http.client.HTTPSConnection):
            headers["Referer"] = f"https://{connection.host}{path}"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            raise Broken(repr(error)) from None
        finally:
            connection.close()
        if answer.status >= 500:
            raise Broken(f"{answer.status} for {method} {path}")
        if cookie := answer.headers["Set-Cookie"]:
            self.cookie = cookie.partition(";")[0]
        return answer.status, text, answer.headers["Location"] or ""


@dataclass
class Crowd:
    """Clients with one form after the other, each sent until its receipt is on the screen (R16)."""

    addresses: Sequence[str]
    paths: Sequence[str]
    codes: list[str] = field(default_factory=list)  # every receipt that was shown
    again: list[str] = field(default_factory=list)  # the receipts shown for forms that were sent again
    broken: list[str] = field(default_factory=list)  # requests that failed and were sent again
    connect: Callable[[str], http.client.HTTPConnection] = connect_plainly
    files_every: int = 0  # each so many-th form brings a picture; 0: none does
    # Of each form, by the monotonic clock: when it was first asked for, and when its receipt was shown.
    spans: list[tuple[float, float]] = field(default_factory=list)
    calls: threading.Event = field(default_factory=threading.Event)  # cleared: nobody begins another form
    _began: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def files(self, forms: int, strike: Callable[[], None], strikes: int, clients: int = _CLIENTS) -> None:
        """Have so many forms acknowledged, and strike so many times meanwhile, at moments nobody expects."""
        dice = random.Random(forms)
        self.calls.set()
        with ThreadPoolExecutor(clients) as threads:
            people = [threads.submit(self._person, forms) for _ in range(clients)]
            for number in range(strikes):
                self._wait_for(forms * (number + 1) // (strikes + 1), people)
                time.sleep(dice.uniform(0, 0.05))
                strike()
        for person in people:
            person.result()
        assert len(self.codes) == forms

    def longest_wait(self) -> float:
        """Return the seconds that it took the slowest form from its first request to its receipt."""
        return max(shown - began for began, shown in self.spans)

    def _wait_for(self, acknowledged: int, people: Sequence[object]) -> None:
        """Wait until so many are acknowledged. Fails when none is for as long as a client has patience."""
        seen, until = -1, 0.0
        while (shown := len(self.codes)) < acknowledged and any(not person.done() for person in people):  # type: ignore[attr-defined] # futures
            if shown > seen:
                seen, until = shown, time.monotonic() + _PATIENCE
            assert time.monotonic() < until, f"{shown} acknowledged, and no more for {_PATIENCE} s"
            time.sleep(0.01)

    def _person(self, forms: int) -> None:
        while self.calls.wait(_PATIENCE):
            with self._lock:
                if self._began == forms:
                    return
                self._began += 1
                number = self._began
            self._file(number)

    def _file(self, number: int) -> None:
        began = time.monotonic()
        visitor = Visitor(self.addresses, tries=number, connect=self.connect)
        path = self.paths[number % len(self.paths)]
        file = png(number % 256) if self.files_every and number % self.files_every == 0 else None
        form = self._until(lambda: visitor.get(path), 200)  # at an address of its own
        filled = {
            "csrf_token": html.unescape(_found(_FIELD["csrf_token"], form)),
            "form_token": _found(_FIELD["form_token"], form),
            "objector_kind": "person",
            "name": "赵小禾",
            "contact": f"138{number:08}",
            "category": "deeds",
            "facts": _FACTS.format(number),
            "step": "submit",
        }
        if file is not None:
            self._until(lambda: visitor.attach(path, filled, file), 201)
            filled["files_seen"] = "1"
        before = visitor.cookie

        def receipt() -> str:
            assert self._until(lambda: visitor.post(path, filled), 303) == "/receipt"
            return _found(_CODE, self._until(lambda: visitor.get("/receipt"), 200))

        code = receipt()
        self.spans.append((began, time.monotonic()))
        self.codes.append(code)
        if number % 5 == 0:  # goes back and presses the button again
            visitor.cookie = before
            self.again.append(f"{code} {receipt()}")

    def _until(self, exchange: Callable[[], tuple[int, str]], status: int) -> str:
        """Try again and again until there is an answer, which must be this one."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            try:
                got, text = exchange()
            except Broken as broken:
                last = broken
                self.broken.append(str(broken))
                time.sleep(0.1)
            else:
                assert got == status, f"{got} instead of {status}: {text[:2000]}"
                return text
        raise AssertionError(f"still {last} after {_PATIENCE} s")

    def count(self, database: Database) -> Count:
        """Look for every receipt ever shown, on the page where people follow it and in the database."""
        with ThreadPoolExecutor(_CLIENTS) as threads:
            parts = [self.codes[number::_CLIENTS] for number in range(_CLIENTS)]
            followed = {code for part in threads.map(self._followed, parts) for code in part}
        with database.reader() as session:
            stored = session.scalars(select(Objection.receipt_hash)).all()
            here = Entry.period_id == int(self.paths[0].split("/")[2])
            cases = session.scalar(select(func.count(Case.id)).join(Entry).where(here)) or 0
            filed = session.scalar(select(func.count()).where(AuditRow.action == "objection.filed")) or 0
            assert verify(session).holds
        assert all(first == second for first, second in (pair.split() for pair in self.again)), self.again
        found = followed.intersection(stored)
        return Count(
            acknowledged=len(self.codes),
            found=len(found),
            lost=len(self.codes) - len(found),
            doubled=max(len(stored), cases, filed) - len(found),
            broken=len(self.broken),
        )

    def _followed(self, codes: Sequence[str]) -> set[str]:
        """Return the hashes of those receipts that one browser can follow."""
        visitor = Visitor(self.addresses, connect=self.connect)
        asked = self._until(lambda: visitor.get("/receipt"), 200)
        token = html.unescape(_found(_FIELD["csrf_token"], asked))
        followed = set()
        for code in codes:
            if visitor.post("/receipt", {"code": code, "csrf_token": token}) == (303, "/receipt"):
                followed.add(receipt_hash(KEY.encode(), code))
        return followed


@dataclass(frozen=True)
class Count:
    """What became of a crowd's objections."""

    acknowledged: int
    found: int
    lost: int
    doubled: int
    broken: int

    def __str__(self) -> str:
        return (
            f"acknowledged {self.acknowledged}, found {self.found}, lost {self.lost}, doubled {self.doubled} "
            f"({self.broken} requests came to nothing and were sent again)"
        )


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    assert match, f"{pattern.pattern} is not in {text[:400]}"
    return match[1]
