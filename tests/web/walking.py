"""Returns every address of the portal, filled in with existing ids, so that tests include new routes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import product

from flask import Flask
from sqlalchemy import desc, select
from werkzeug.routing import Rule

from app.database import Database
from app.domain.cases.states import Action, Role
from app.domain.periods.rounds import Kind
from app.models import Base, ReviewStage
from app.web.shared.access import EVERYONE, allowed_roles
from tests.qujing import ROUNDS, conditions_of
from tests.web.browsing import Browser

STAFF = {Role.OFFICE: "office", Role.HEAD: "head", Role.HANDLER: "handler", Role.AUDITOR: "auditor"}
# Others who sit where one of STAFF does.
SEATS = {"office2": "office", "stranger": "head", "handler2": "handler"}
_FEW = 6
_WORDS: dict[str, Sequence[object]] = {
    "action": list(Action),
    "round_number": list(ROUNDS),
    "likeness": ["text", "source"],
    "condition": list(conditions_of(Kind.INDIVIDUAL)),
    "stage": list(ReviewStage),
}
PART = re.compile(r"<((?:[^:<>]+:)?\w+)>")


def rules(app: Flask, method: str) -> list[Rule]:
    """Every route that takes this method, but the files of the house."""
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()) and rule.endpoint != "static"]


def logins(app: Flask, rule: Rule) -> list[str | None]:
    """By whom a route may be called; None is somebody without a login."""
    with app.app_context():
        allowed = allowed_roles(rule.endpoint) or frozenset()
    return [None] if allowed is EVERYONE else [login for role, login in STAFF.items() if role in allowed]


def addresses(database: Database, rule: Rule, few: int = _FEW) -> Iterator[str]:
    """The addresses of a route: each id of the table it names, newest first; of several tables the newest `few`."""
    names = PART.findall(rule.rule)
    most = None if len(names) == 1 else few
    for values in product(*(values_of(database, name)[:most] for name in names)):
        left = list(values)
        yield PART.sub(lambda _: str(left.pop(0)), rule.rule)  # noqa: B023 - used up before the next turn


def read_by(
    app: Flask, database: Database, browser: Browser, login: str, *, public: bool = False, few: int = _FEW
) -> dict[str, bytes]:
    """Every answer to a GET that this person gets, by its address: headers and body, packed files unpacked.

    `public` takes what is everybody's as well, of which some is drawn anew for every answer.
    """
    found: dict[str, bytes] = {}
    for rule in rules(app, "GET"):
        if {SEATS.get(login, login), *([None] if public else [])} & {*logins(app, rule)}:
            for address in addresses(database, rule, few):
                answer = browser.open(address)
                found[address] = f"{answer.status_code}\n{answer.headers}".encode() + answer.data
                found |= {f"{address}!{name}": content for name, content in unpacked(answer.data)}
    return found


_DRAWN = re.compile(
    (
        r'(?:X-Request-ID: |Set-Cookie: |ETag: |Content-Length: |Retry-After: |csrf_token" (?:type="hidden" )?value="'
        r'|id="csrf[^>]*value="|form_token" (?:type="hidden" )?value="|ticket" value="|编号 <code>)[^"\r\n]*'
        r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
    ).encode()
)


def told_apart(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """The addresses whose answers differ in more than what is drawn anew for every answer there is."""
    addresses = sorted(before.keys() | after.keys())
    return [each for each in addresses if _plain(before.get(each, b"")) != _plain(after.get(each, b""))]


def _plain(content: bytes) -> bytes:
    """An answer without its tokens, request ids and moments of writing; a packed file is looked at part by part."""
    head, packed, _ = content.partition(b"PK\x03\x04")
    return _DRAWN.sub(b"", head if packed else content)


def unpacked(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of a packed file, and the parts of those that are packed themselves: an archive of .docx and .xlsx."""
    if not content.startswith(b"PK\x03\x04"):
        return
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            part = archive.read(info)
            yield info.filename, info.filename.encode() + part
            yield from ((f"{info.filename}!{name}", inner) for name, inner in unpacked(part))


def values_of(database: Database, part: str) -> Sequence[object]:
    """What may stand at a place of this name: `period_id` is an id of `periods`."""
    name = part.rpartition(":")[2]
    if part.startswith("any("):
        return [word.strip('"') for word in part[len("any(") : part.index(")")].split(",")]
    if name in _WORDS:
        return _WORDS[name]
    named = {"organiser_id": "unit", "request_id": "identity_request", "decision_id": "proceeding"}
    thing = named.get(name, name.removesuffix("_id"))
    tables = Base.metadata.tables
    table = tables.get(f"{thing}s", tables.get(thing))
    if table is None:
        return [1, 2, 3] if part.startswith("int") else ["x"]
    with database.reader() as session:
        return session.scalars(select(*table.primary_key).order_by(*map(desc, table.primary_key))).all() or [1]
