"""A browser for tests: it keeps cookies, reads pages, fills in the forms it finds there, and runs no JavaScript."""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import Client, TestResponse

from app.models import User
from app.services.accounts import sessions
from tests.world import FACTS, at

TOKEN = "a-form-token-of-24-chars"
_DRAFT = re.compile(r"/objection/[\w-]{22}(/contact|/facts|/check)?$|/receipt/again/[\w-]{22}$")
CSRF = "a token of the test's own, forty characters"
# When the sessions of `sign_in` begin: no test that moves its clock is thrown out. How sessions end is tested by login.
_ALWAYS = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)


def filled(**changes: str) -> dict[str, str]:
    """The objection form filled in and about to be submitted. Give `form_token` where a test files twice."""
    values = {
        "form_token": TOKEN,
        "objector_kind": "person",
        "name": "赵小禾",
        "contact": "13000000001",
        "category": "deeds",
        "facts": FACTS,
        "step": "submit",
    }
    return values | changes


class MovingClock:
    """A clock that stands where a test puts it: `clock.to("2026-09-18 Fri 09:00")`."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def to(self, moment: str | dt.datetime) -> None:
        self.now = at(moment) if isinstance(moment, str) else moment

    def forward(self, **duration: float) -> None:
        self.now += dt.timedelta(**duration)


@dataclass
class Form:
    """A form as it stands on a page: where it goes, and what its fields hold."""

    action: str
    method: str
    fields: dict[str, Any] = field(default_factory=dict)  # a text, or a list of those ticked of one name
    buttons: list[str] = field(default_factory=list)
    written: set[str] = field(default_factory=set)  # names of the fields that somebody types into


class Page(HTMLParser):
    """What a reader sees of an answer: text, links, forms."""

    def __init__(self, answer: TestResponse) -> None:
        super().__init__()
        self.status = answer.status_code
        self.headers = answer.headers
        self.source = answer.get_data().decode(errors="replace")  # files are not parsed
        self.path = answer.request.path
        self._forms: list[Form] = []
        self._links: list[str] = []
        self._texts: list[str] = []
        self._area: str | None = None
        # Parsed when somebody looks: many tests ask for the status alone.
        # The bytes of a document may look like broken markup.
        self._is_parsed = not (answer.mimetype or "").startswith("text/")

    def _parse(self) -> None:
        if not self._is_parsed:
            self._is_parsed = True
            self.feed(self.source)

    @property
    def forms(self) -> list[Form]:
        self._parse()
        return self._forms

    @property
    def links(self) -> list[str]:
        self._parse()
        return self._links

    @property
    def text(self) -> str:
        self._parse()
        return " ".join(" ".join(self._texts).split())

    def form(self, action_ends: str) -> Form:
        """The one form that goes to an address ending so."""
        found = [form for form in self.forms if form.action.endswith(action_ends)]
        assert len(found) == 1, f"{len(found)} forms to …{action_ends} on {self.path}"
        return found[0]

    def error_of(self, name: str) -> str:
        """The error that stands beside a field, as `aria-describedby` ties it; "" when there is none."""
        found = re.search(rf'<p class="error" id="(?:[\w]+-)?{name}-error">(.*?)</p>', self.source)
        return html.unescape(found[1]) if found else ""

    def days(self) -> list[str]:
        """The strip of days as text, one a day."""
        items = re.findall(r'<li class="day [^>]*>(.*?)</li>', self.source, re.DOTALL)
        return [html.unescape(" ".join(re.sub(r"<[^>]+>", " ", item).split())) for item in items]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        had = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._forms.append(Form(had.get("action") or self.path, had.get("method", "get")))
        elif tag == "a":
            self._links.append(had.get("href", ""))
        elif tag == "button" and self._forms:
            self._forms[-1].buttons.append(had.get("value", ""))
        elif tag == "textarea":
            self._area = had.get("name", "")
            if self._forms and self._area:
                self._forms[-1].fields[self._area] = ""
                self._forms[-1].written.add(self._area)
        elif tag == "input" and self._forms and (name := had.get("name")) and had.get("type") != "file":
            chosen = had.get("type") not in ("radio", "checkbox") or "checked" in had
            if had.get("type", "text") in ("text", "search", "tel", "email", "number", "date"):
                self._forms[-1].written.add(name)
            if chosen:
                fields, value = self._forms[-1].fields, had.get("value", "")
                several = had.get("type") == "checkbox" and name in fields
                before = fields[name] if several else []
                fields[name] = [*([before] if isinstance(before, str) else before), value] if several else value

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None

    def handle_data(self, data: str) -> None:
        if self._area is None:
            self._texts.append(data)
        elif self._forms and self._area:
            # A browser drops the line end right after <textarea>, which the widget writes.
            self._forms[-1].fields[self._area] += data.removeprefix("\r\n").removeprefix("\n")


class Browser:
    """One visitor at one address. Every answer is a `Page`; redirects are followed only where asked."""

    def __init__(self, app: Flask, address: str = "198.51.100.7") -> None:
        self.app = app
        self.client = Client(app, app.response_class)
        self.address = address
        self._cookie_name: str = app.config["SESSION_COOKIE_NAME"]
        self.redirects: list[tuple[str, int]] = []  # redirects to drafts' pages, which are followed automatically
        self.statuses: list[int] = []  # of every answer, those of redirects too

    def get(self, path: str, **headers: str) -> Page:
        return self._shown(self.open(path, headers=_named(headers)), _named(headers))

    def head(self, path: str, **headers: str) -> Page:
        return Page(self.open(path, method="HEAD", headers=_named(headers)))

    def post(self, path: str, data: Any = None, *, csrf: bool = True, **headers: str) -> Page:
        """A form sent with the fields given and, unless told otherwise, a valid CSRF token."""
        if csrf:
            data = {**(data or {}), "csrf_token": self.csrf_token()}
        return self._shown(self.open(path, method="POST", data=data, headers=_named(headers)), _named(headers))

    def send(self, form: Form, press: str = "", **changes: Any) -> Page:
        """Press a button of a form found on a page, after changing some fields."""
        data = {**form.fields, **changes} | ({"step": press} if press else {})
        assert not press or press in form.buttons
        return self._shown(self.open(form.action, method=form.method.upper(), data=data), {})

    def steps(self, page: Page, **typed: Any) -> list[Page]:
        """Go through the form from the page of a step, and return every page that comes after it."""
        values = {name: value for name, value in filled(**typed).items() if name not in ("step", "form_token")}
        asked = {"who": ("objector_kind", "name"), "contact": ("contact_person", "contact", "tell_me")}
        pages = [page]
        while (at := pages[-1].form("/objection").fields["at"]) != "check" and len(pages) < 5:
            own = asked.get(at) or [name for name in values if not any(name in names for names in asked.values())]
            changes = {name: values[name] for name in own if name in values}
            pages.append(self.send(pages[-1].form("/objection"), "next", **changes))
            assert pages[-1].status == 200, pages[-1].text
        return pages[1:]

    def to_check(self, path: str, **typed: Any) -> Page:
        """Fill in the form at this address, step by step, and return its check page."""
        return self.steps(self.get(path), **typed)[-1]

    def _shown(self, answer: TestResponse, headers: dict[str, str]) -> Page:
        """The page of a draft, to which every public form leads, or else the answer itself."""
        while answer.status_code in (302, 303) and _DRAFT.search(answer.headers["Location"]):
            self.redirects.append((answer.request.method, answer.status_code))
            answer = self.open(answer.headers["Location"], headers=headers)
        return Page(answer)

    def follow(self, page: Page) -> Page:
        """Open the page that a redirect leads to."""
        assert page.status in (302, 303), page.status
        return self.get(page.headers["Location"])

    def open(self, path: str, **options: Any) -> TestResponse:
        """An answer as it came. `environ` is what the server in front of the application says besides."""
        environ = {"REMOTE_ADDR": self.address, **options.pop("environ", {})}
        answer = self.client.open(path, environ_overrides=environ, **options)
        self.statuses.append(answer.status_code)
        return answer

    def csrf_token(self) -> str:
        """A token this browser's session accepts, without having to open a page first."""
        self.write_session(csrf_token=CSRF)
        return self.signed_csrf()

    def signed_csrf(self) -> str:
        signed: str = URLSafeTimedSerializer(self.app.secret_key, salt="wtf-csrf-token").dumps(CSRF)
        return signed

    def sign_in(self, user_id: int) -> Browser:
        """A session of a member of staff, as /login would have made it."""
        with self.app.extensions["portal"].database.writer() as writing:
            _, token = sessions.begin(writing, writing.get_one(User, user_id), _ALWAYS)
            writing.commit()
        self.write_session(_user_id=token, _fresh=True)
        return self

    def receipt_code(self) -> str:
        """The code of the receipt that this browser shows."""
        found = re.search(r'id="code" data-copy>([0-9A-Z-]+)<', self.get("/receipt").source)
        assert found, "no receipt is shown"
        return found[1]

    def cookie(self) -> dict[str, Any]:
        """What this browser's session cookie says to whoever reads it: it is signed, not secret."""
        found = self.client.get_cookie(self._cookie_name)
        if found is None:
            return {}
        signer = self.app.session_interface.get_signing_serializer(self.app)
        content: dict[str, Any] = signer.loads(found.value)
        return content

    def write_session(self, **values: Any) -> None:
        content = {**self.cookie(), **values}
        signer = self.app.session_interface.get_signing_serializer(self.app)
        self.client.set_cookie(self._cookie_name, signer.dumps(content))


def _named(headers: dict[str, str]) -> dict[str, str]:
    """Keyword to header: accept_encoding → Accept-Encoding."""
    return {name.replace("_", "-").title(): value for name, value in headers.items()}
