"""Every route that carries an id, with ids that are not its caller's: of another unit or parent, or of no row at all.

The routes come from the application's own map, so a new one is attacked by itself. What belongs to whom is written out
here once more, apart from the code that decides it (R19, R21, SECURITY 19 and 20).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.models import (
    Case,
    CaseFile,
    Deputy,
    Document,
    Entry,
    Evidence,
    GroupAct,
    IdentityRequest,
    Import,
    Letter,
    Nominee,
    Objection,
    Period,
    Phrase,
    Programme,
    Reach,
    Unit,
    User,
)
from app.web.shared.access import EVERYONE, allowed_roles
from tests.attacks.ground import FILLED, NOW, Ground, ground
from tests.attacks.writes import watched
from tests.web.browsing import TOKEN, Browser, MovingClock
from tests.web.walking import PART, values_of
from tests.world import World

# Ids that no row has: below the first, the last that either database holds, and beyond what either can hold.
ABSENT = ("0", "2147483647", str(2**63))
# What is no number: the first of a route's callers is enough for it.
ODD = ("-1", "9" * 30, "%C2%B2", "1.0", "1%00")
FEW = 2


# Thousands of addresses: the same on either database.
pytestmark = pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)], indirect=True
)


@dataclass
class Siege:
    """The application with its ground, and the browsers of those who attack it."""

    app: Flask
    ground: Ground
    browsers: dict[str, Browser]

    def fire(self, login: str, method: str, path: str) -> int:
        browser = self.browsers[login]
        if method == "GET":
            return browser.open(path).status_code
        sent = FILLED | {"csrf_token": browser.csrf_token()}
        headers = {"X-Form-Token": TOKEN, "X-CSRFToken": sent["csrf_token"]}
        return browser.open(path, method="POST", data=sent, headers=headers).status_code


@pytest.fixture
def siege(world: World, make_app: Callable[..., Flask], clock: MovingClock, tmp_path: Path) -> Siege:
    there = ground(world, tmp_path / "evidence")
    clock.to(NOW)
    app = make_app(limits_enabled=False, mail_url="smtp://127.0.0.1:9", mail_from="office@example.com")
    logins = ("office", "auditor", "head", "handler", "stranger", "stranger2")
    browsers = {login: Browser(app).sign_in(world.people[login]) for login in logins}
    browsers["citizen"] = Browser(app)
    browsers["citizen"].post("/receipt", {"code": there.qilins.cases["awaiting"][1]})
    return Siege(app, there, browsers)


def rules_with_ids(app: Flask) -> list[tuple[str, Rule]]:
    return [
        (method, rule)
        for rule in sorted(app.url_map.iter_rules(), key=str)
        for method in ("GET", "POST")
        if method in (rule.methods or ()) and "<int:" in rule.rule
    ]


def callers(siege: Siege, rule: Rule) -> list[str]:
    with siege.app.app_context():
        allowed = allowed_roles(rule.endpoint) or frozenset()
    if allowed is EVERYONE:
        return ["citizen"]
    seats = {
        "office": "office",
        "auditor": "auditor",
        "head": "head",
        "stranger": "head",
        "handler": "handler",
        "stranger2": "handler",
    }
    found = [login for login, role in seats.items() if role in allowed]
    # Who may name what does not depend on the database. What a number can be does: one caller is enough for it.
    return found if siege.app.extensions["portal"].database.engine.dialect.name == "sqlite" else found[-1:]


# --- what is whose ---------------------------------------------------------------------------------


def _of_unit(unit: int) -> Select[int]:
    return select(Unit.id).where(or_(Unit.id == unit, Unit.parent_id == unit))


def _cases(unit: int) -> Select[int]:
    return select(Case.id).where(Case.handler_unit_id.in_(_of_unit(unit)))


def _nominees(unit: int) -> Select[int]:
    return select(Nominee.id).where(or_(Nominee.recommender_id == unit, Nominee.unit_id == unit))


def _entries(unit: int) -> Select[int]:
    return select(Entry.id).join(Period).where(Period.organiser_id.in_(_of_unit(unit)))


# For each name of a part: the ids that somebody of this unit may name. What is not here is the office's alone.
OF_UNIT: dict[str, Callable[[int], Select[int]]] = {
    "case_id": _cases,
    "evidence_id": lambda unit: select(Evidence.id).join(Objection).where(Objection.case_id.in_(_cases(unit))),
    "case_file_id": lambda unit: select(CaseFile.id).where(CaseFile.case_id.in_(_cases(unit))),
    "letter_id": lambda unit: (
        select(Letter.id)
        .join(Case)
        .join(Entry)
        .where(or_(Letter.case_id.in_(_cases(unit)), Entry.nominee_id.in_(_nominees(unit))))
    ),
    "phrase_id": lambda unit: select(Phrase.id).where(Phrase.unit_id == unit),
    "entry_id": _entries,
    "period_id": lambda unit: select(Period.id).where(
        or_(Period.organiser_id.in_(_of_unit(unit)), Period.round_number == 3)
    ),
    "document_id": lambda unit: select(Document.id).where(
        or_(
            Document.nominee_id.in_(_nominees(unit)),
            Document.import_id.in_(select(Import.id).where(Import.unit_id == unit)),
            Document.purpose == "opinion",  # of whose nominees it is, is asked below
        )
    ),
    "import_id": lambda unit: select(Import.id).where(Import.unit_id == unit),
    "nominee_id": _nominees,
    "unit_id": _of_unit,
    "user_id": lambda unit: select(User.id).where(User.unit_id.in_(_of_unit(unit))),
    "deputy_id": lambda unit: select(Deputy.id).join(User, Deputy.absent_id == User.id).where(User.unit_id == unit),
    "reach_id": lambda unit: (
        select(Reach.id)
        .outerjoin(User, Reach.user_id == User.id)
        .where(or_(Reach.unit_id.in_(_of_unit(unit)), User.unit_id == unit))
    ),
    # Each proposal for a group is of one case here, so that SQL can tell whose it is.
    "act_id": lambda unit: select(GroupAct.id).where(
        GroupAct.proposed_by.in_(select(User.id).where(User.unit_id == unit))
    ),
    "programme_id": lambda _: select(Programme.id),  # of every one each unit sees what concerns it
}


def foreign(siege: Siege, session: Session, login: str, rule: Rule, name: str) -> list[object]:
    """Ids of rows that are there, and that this caller must not name in a place of this name."""
    everything = values_of(siege.ground.world.database, name)
    if login == "citizen":
        own = _citizens(siege, session, rule, name)
    elif rule.rule.startswith("/account/messages") or rule.rule.startswith("/account/proof"):
        own = _own(siege, session, login, name)
    elif login in ("office", "auditor"):
        own = set(everything)
    else:
        user = session.get_one(User, siege.ground.world.people[login])
        own = set(session.scalars(OF_UNIT[name.partition(":")[2]](user.unit_id)))
    return [each for each in everything if each not in own]


def _own(siege: Siege, session: Session, login: str, name: str) -> set[object]:
    who = siege.ground.world.people[login]
    assert name == "int:reach_id"
    return set(session.scalars(select(Reach.id).where(Reach.user_id == who)))


def _citizens(siege: Siege, session: Session, rule: Rule, name: str) -> set[object]:
    """What an objector who follows a case may name: files and letters of that objection."""
    if not rule.rule.startswith("/receipt/"):
        return set(values_of(siege.ground.world.database, name))
    mine = select(Objection.id).where(Objection.case_id == siege.ground.qilins.cases["awaiting"][0])
    table = {"int:evidence_id": Evidence, "int:letter_id": Letter}[name]
    return set(session.scalars(select(table.id).where(table.objection_id.in_(mine))))


# --- the addresses ---------------------------------------------------------------------------------


def filled_in(rule: Rule, values: dict[str, object]) -> str:
    left = [values[part] for part in PART.findall(rule.rule)]
    return PART.sub(lambda _: str(left.pop(0)), rule.rule)


def strange(siege: Siege, rule: Rule, login: str) -> Iterator[str]:
    """Addresses of a route of which at least one id is not this caller's, or of no row."""
    names = PART.findall(rule.rule)
    usual: dict[str, object] = {name: values_of(siege.ground.world.database, name)[0] for name in names}
    with siege.ground.world.database.reader() as session:
        for name in names:
            if not name.startswith("int:"):
                continue
            for odd in (*ABSENT, *(ODD if login == callers(siege, rule)[0] else ())):
                yield filled_in(rule, usual | {name: odd})
            if name != "int:round_number":
                for other in spread(foreign(siege, session, login, rule, name)):
                    yield filled_in(rule, usual | {name: other})


def spread(ids: list[object], most: int = FEW) -> list[object]:
    """A few of many, from the oldest to the newest."""
    return ids if len(ids) <= most else [ids[place * (len(ids) - 1) // (most - 1)] for place in range(most)]


# --- parents that are not theirs -------------------------------------------------------------------

# For two ids in one address: the rows of (parent, child) that belong together.
TOGETHER: dict[tuple[str, str], Select[tuple[int, int]]] = {
    ("case_id", "evidence_id"): select(Objection.case_id, Evidence.id).join(Evidence),
    ("case_id", "case_file_id"): select(CaseFile.case_id, CaseFile.id),
    ("unit_id", "reach_id"): select(Reach.unit_id, Reach.id),
    ("user_id", "deputy_id"): select(Deputy.absent_id, Deputy.id),
    ("request_id", "evidence_id"): select(IdentityRequest.id, Evidence.id).join(
        Evidence, Evidence.objection_id == IdentityRequest.objection_id
    ),
    ("period_id", "nominee_id"): select(Entry.period_id, Entry.nominee_id),
    ("programme_id", "organiser_id"): select(Nominee.programme_id, Nominee.recommender_id),
}
# Two ids that do not belong to each other in any sense, and why.
APART = {
    ("programme_id", "round_number"): "a round is a number, of every programme",
    ("round_number", "organiser_id"): "a round is a number",
    ("period_id", "evidence_id"): "a file of a form is found by the form's token, which belongs to no period",
    ("nominee_id", "evidence_id"): "as for the period",
    ("programme_id", "unit_id"): "a unit that recommends nobody in a programme has papers without a name",
}


def pairs_of(rule: Rule) -> list[tuple[str, str]]:
    names = [name.removeprefix("int:") for name in PART.findall(rule.rule) if name.startswith("int:")]
    return [(first, second) for place, first in enumerate(names) for second in names[place + 1 :]]


def apart(siege: Siege, rule: Rule) -> Iterator[str]:
    """Addresses whose ids are of rows that are there, but do not belong together."""
    database = siege.ground.world.database
    names = PART.findall(rule.rule)
    usual: dict[str, object] = {name: values_of(database, name)[0] for name in names}
    for first, second in pairs_of(rule):
        if (first, second) in APART:
            continue
        with database.reader() as session:
            there = {tuple(row) for row in session.execute(TOGETHER[first, second])}
        parents, children = ({pair[place] for pair in there} for place in (0, 1))
        wrong = [(a, b) for a in sorted(parents - {None}) for b in sorted(children) if (a, b) not in there]
        for a, b in spread(list(wrong), 2 * FEW):  # type: ignore[arg-type,misc] # pairs of ids
            yield filled_in(rule, usual | {f"int:{first}": a, f"int:{second}": b})


def attacked(siege: Siege, paths: Callable[[str, Rule], Iterator[str]], *, mismatched: bool = False) -> list[str]:
    """What fell: each address that was answered, or that changed something."""
    fell = []
    before = siege.ground.world.everything()
    with watched(siege.app) as written:
        for method, rule in rules_with_ids(siege.app):
            for login in callers(siege, rule):
                for path in dict.fromkeys(paths(login, rule)):
                    written.clear()
                    status = siege.fire(login, method, path)
                    if written and (now := siege.ground.world.everything()) != before:
                        changed = [table for table in now if now[table] != before[table]]
                        fell.append(f"{login} {method} {path}: {status}, and {changed} changed")
                        before = now
                    if status not in answers_to(method, rule, mismatched=mismatched):
                        fell.append(f"{login} {method} {path}: {status}")
    return fell


def answers_to(method: str, rule: Rule, *, mismatched: bool) -> frozenset[int]:
    """What may be answered: nothing there, or not allowed. 405 is of an id that is none, where only the page exists."""
    if rule.rule.startswith("/periods/<int:period_id>/nominees/<int:nominee_id>") and mismatched:
        return frozenset({200, 302, 303, 404, 409, 422})  # outside of a window every nominee is answered alike (R5)
    if rule.endpoint.startswith("objections.draft_"):
        return frozenset({302, 404})  # to the first step, which is not there either
    if rule.endpoint.startswith("evidence.remove"):
        return frozenset({200, 404})  # what is not of the form is gone already: said to the script, and nothing done
    return frozenset({403, 404, 405} if method == "POST" else {403, 404})


def test_security_20_no_id_of_somebody_elses_is_answered_or_changes_anything(siege: Siege) -> None:
    assert attacked(siege, lambda login, rule: strange(siege, rule, login)) == []


def test_security_20_what_is_there_is_not_found_under_a_parent_that_is_not_its_own(siege: Siege) -> None:
    assert attacked(siege, lambda _, rule: apart(siege, rule), mismatched=True) == []


def test_every_pair_of_ids_in_an_address_is_known_here(app: Flask) -> None:
    pairs = {pair for _, rule in rules_with_ids(app) for pair in pairs_of(rule)}
    assert pairs == TOGETHER.keys() | APART.keys()
