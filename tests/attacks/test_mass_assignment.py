"""Fields that belong to no form of a page, sent along with it: none reaches a column (SECURITY 20).

Every POST route, found by itself, is sent its own form three times to the same world: twice as it is, so that what is
drawn anew each time is known, and once with the columns of every table among its fields. The rows must be the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from app.models import Base
from tests.fuzz.conftest import target
from tests.fuzz.target import Target
from tests.fuzz.values import Attack
from tests.web.walking import rules

__all__ = ["target"]  # the fixture
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

Rows = dict[str, list[dict[str, object]]]
_KINDS = {"": "7", "_at": "2031-01-01T00:00:00", "_by": "2", "_id": "3", "_on": "2031-01-01"}
_PLAIN = {
    "role": "office",
    "state": "concluded",
    "conclusion": "upheld",
    "kind": "office",
    "confirmed": "1",
    "granted": "1",
    "passed": "1",
    "public": "1",
    "demonstration": "1",
    "now": "2031-01-01T00:00:00",
    "user": "2",
    "actor": "2",
    "by": "2",
    "session_epoch": "99",
    "is_admin": "1",
    "_method": "DELETE",
    "_user_id": "2",
}


def columns() -> dict[str, str]:
    """Every column of every table as a field, with a value that would tell where it went."""
    names = {column.name for table in Base.metadata.sorted_tables for column in table.columns}
    found = {}
    for name in sorted(names):
        ending = next((each for each in _KINDS if each and name.endswith(each)), "")
        found[name] = _KINDS[ending]
    return found | _PLAIN


def everything(aim: Target) -> Rows:
    with aim.there.world.database.reader() as session:
        return {
            table.name: [dict(row) for row in session.execute(select(table)).mappings()]
            for table in Base.metadata.sorted_tables
            if table.name != "staff_sessions"
        }


def told(before: Rows, after: Rows, drawn: set[tuple[str, str]]) -> dict[str, list[str]]:
    """The rows that came and went, without what is drawn anew each time."""
    found = {}
    for table, rows in after.items():
        changed = [row for row in rows if row not in before[table]]
        gone = len([row for row in before[table] if row not in rows])
        if changed or gone:
            shown = [repr({k: v for k, v in row.items() if (table, k) not in drawn}) for row in changed]
            found[table] = [*sorted(shown), f"{gone} gone"]
    return found


def differing(one: Rows, other: Rows, before: Rows) -> set[tuple[str, str]]:
    """The columns in which two runs of the same differ: numbers that are drawn, seals, hashes."""
    drawn = set()
    for table in one:
        new = [[row for row in rows[table] if row not in before[table]] for rows in (one, other)]
        for column in {key for rows in new for row in rows for key in row}:
            first, second = (sorted(repr(row[column]) for row in rows) for rows in new)
            if first != second:
                drawn.add((table, column))
    return drawn


def sent(aim: Target, rule: Rule, login: str | None, place: str, fields: Mapping[str, str]) -> Rows:
    """What the world looks like after one request; then it is put back."""
    body = urlencode(fields).encode()
    answer = aim._open("POST", login, place, Attack(body=body))
    assert answer.status_code < 500, f"{rule.rule}: {answer.status_code}"
    answer.close()
    rows = everything(aim)
    aim._put_back()
    return rows


@pytest.mark.soak
def test_security_20_no_field_of_another_form_reaches_a_column(target: Target) -> None:
    fell, taken = [], 0
    before = everything(target)
    for rule in rules(target.app, "POST"):
        fields = target.fields(rule)
        extra = {name: value for name, value in columns().items() if name not in fields}
        for login in target.people(rule)[:1]:
            place = target.places(rule)[0]
            plain = sent(target, rule, login, place, fields)
            if plain == before:
                loaded = sent(target, rule, login, place, fields | extra)
                if told(before, loaded, set()):
                    fell.append(f"{rule.rule} by {login}: refused, and with more fields {told(before, loaded, set())}")
                continue
            taken += 1
            again = sent(target, rule, login, place, fields)
            loaded = sent(target, rule, login, place, fields | extra)
            drawn = differing(plain, again, before) | {("audit_rows", "hash"), ("audit_rows", "previous_hash")}
            was, became = told(before, plain, drawn), told(before, loaded, drawn)
            if was != became:
                fell.append(f"{rule.rule} by {login}: {was} became {became}")
    assert fell == []
    assert taken >= 25  # or it was not the forms that were filled in
