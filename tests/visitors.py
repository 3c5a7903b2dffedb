"""A citizen at a real server, over HTTP: files an objection with evidence and follows it."""

from __future__ import annotations

import datetime as dt
import html
import http.client
import re
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from sqlalchemy import update

from app import clock
from app.domain.objections.receipt import new_form_token
from app.models import Period
from tests.web.browsing import filled
from tests.world import World

_FIELD = r'name="{}"[^>]* value="([^"]*)"'
_CODE = re.compile(r'<p class="code"[^>]*>([0-9A-Z-]+)</p>')


def open_today(world: World, period_id: int) -> None:
    """A period of the test's world moved to today: a real server lives by the real clock."""
    today, day = clock.now(), dt.timedelta(days=1)
    moved = {"scheduled_at": today - 2 * day, "opens_at": today - day, "closes_at": today + day}
    with world.database.writer() as session:
        session.execute(update(Period).where(Period.id == period_id).values(conclude_by=today + 9 * day, **moved))
        session.commit()


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: http.client.HTTPMessage


@dataclass
class Citizen:
    """One browser without scripts, its cookies kept; `form` is the address of the form it fills in."""

    address: str
    form: str
    token: str = field(default_factory=new_form_token)
    files: int = 0
    cookies: dict[str, str] = field(default_factory=dict)

    def attach(self, title: str, content: bytes) -> None:
        """Send a file for the form, as the page's script does."""
        named = {"X-CSRFToken": self._csrf(), "X-Form-Token": self.token, "X-File-Name": quote(title)}
        answer = self._ask(
            "POST", f"{self.form}/evidence", content, named | {"Content-Type": "application/octet-stream"}
        )
        assert answer.status == 201, answer.text
        self.files += 1

    def file(self, **changes: str) -> Answer:
        """Send the form to its end. Where it leads to the receipt, that page."""
        typed = filled(form_token=self.token, files_seen=str(self.files), csrf_token=self._csrf(), **changes)
        return self._send(self.form, typed)

    def follow(self, code: str) -> Answer:
        return self._send("/receipt", {"csrf_token": self._csrf("/receipt"), "code": code})

    def code_on(self, page: Answer) -> str:
        found = _CODE.search(page.text)
        assert found, page.text
        return found[1]

    def _csrf(self, path: str = "") -> str:
        answer = self._ask("GET", path or self.form)
        if answer.status == 302:  # to a page of this form alone
            answer = self._ask("GET", answer.headers["Location"])
        found = re.search(_FIELD.format("csrf_token"), answer.text)
        assert found
        return html.unescape(found[1])

    def _send(self, path: str, fields: dict[str, str]) -> Answer:
        answer = self._ask(
            "POST", path, urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        )
        return self._ask("GET", answer.headers["Location"]) if answer.status == 303 else answer

    def _ask(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection.request(method, path, body or None, {"Cookie": cookie} | (headers or {}))
        answer = connection.getresponse()
        for set_cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = set_cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        text = answer.read().decode(errors="replace")
        connection.close()
        return Answer(answer.status, text, answer.headers)
