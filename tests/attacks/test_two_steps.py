"""One person alone never completes an act of two, by whatever path (R22, SECURITY 50 and 51)."""

from __future__ import annotations

import ast
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.database import Database
from app.domain.accounts.deputies import DeputyDays
from app.domain.cases.states import Role
from app.domain.refusals import AccountNotAgreed, NotAllowed, Refusal
from app.models import Case, Recusal, Unit, User
from app.services.accounts import staffing, standing_in
from app.services.award import revocation
from app.services.nominees import access
from app.services.objections import identities
from tests.attacks.two_steps import BY_ONE, STEPS, Step
from tests.world import World, at, enrol

ROOT = Path(__file__).resolve().parents[2]
# What asks whether somebody is a second person, or acts with an account of their own.
ASKING = {"require_two_people", "require_second_person", "require_own_voice", "require_own_account"}
Path_ = Callable[[World, Step], None]


def _owned(world: World, login: str, now: str) -> None:
    """Whoever holds the slip logged in, chose a password and set up a second factor: it may be anybody."""
    with world.database.writer() as session:
        user = session.scalars(select(User).where(User.login == login)).one()
        user.must_change_password, user.password_expires_at = False, None
        if user.second_factor is None:
            enrol(session, world.keyring, [user], at(now))
        world.people[login] = user.id
        session.commit()


def _invited(world: World, step: Step, by: str, login: str = "invented") -> str:
    second = world.actor(step.second)
    world.run(staffing.invite, login, "新同事", second.role, second.unit_id, by=world.actor(by), now=at(step.now))
    _owned(world, login, step.now)
    return login


def _reset(world: World, step: Step, who: str, by: str) -> None:
    world.run(staffing.invite_again, [world.people[who]], by=world.actor(by), now=at(step.now))
    _owned(world, who, step.now)


def _propose(world: World, step: Step, who: str = "") -> None:
    step.propose(world, who or step.first, step.now)


def _confirm(world: World, step: Step, who: str, version: int | None = None, now: str = "") -> None:
    try:
        step.confirm(world, who, now or step.now, version)
    except Refusal as refusal:
        raise Held from refusal


# --- the paths: each ends with the act that must be refused ------------------------------------------


def with_the_same_account(world: World, step: Step) -> None:
    _propose(world, step)
    _confirm(world, step, step.first)


def with_an_account_made_for_it(world: World, step: Step) -> None:
    made = _invited(world, step, step.first)
    _propose(world, step)
    _confirm(world, step, made)


def with_an_account_made_after_the_proposal(world: World, step: Step) -> None:
    _propose(world, step)
    _confirm(world, step, _invited(world, step, step.first))


def with_an_account_that_an_account_made_for_it_made(world: World, step: Step) -> None:
    if world.actor(step.second).role is Role.HANDLER:
        world.run(
            staffing.invite, "between", "新同事", Role.HEAD, world.qilin, by=world.actor("head"), now=at(step.now)
        )
        _owned(world, "between", step.now)
    else:
        _invited(world, step, step.first, "between")
    made = _invited(world, step, "between")
    _propose(world, step)
    _confirm(world, step, made)


def with_the_account_of_a_colleague_that_was_reset(world: World, step: Step) -> None:
    _reset(world, step, step.second, step.first)
    _propose(world, step)
    _confirm(world, step, step.second)


def with_the_account_of_a_colleague_that_is_reset_after_the_proposal(world: World, step: Step) -> None:
    _propose(world, step)
    _reset(world, step, step.second, step.first)
    _confirm(world, step, step.second)


def with_an_account_made_for_it_and_given_another_name(world: World, step: Step) -> None:
    made = _invited(world, step, step.first)
    world.run(staffing.rename, world.people[made], "别的名字", by=world.actor(step.first), now=at(step.now))
    _propose(world, step)
    _confirm(world, step, made)


def with_an_account_made_elsewhere_and_moved_here(world: World, step: Step) -> None:
    second, by = world.actor(step.second), world.actor(step.first)
    role = Role.AUDITOR if second.role is Role.OFFICE else Role.HEAD
    unit = world.office if second.role is Role.OFFICE else _unit_below(world)
    world.run(staffing.invite, "invented", "新同事", role, unit, by=by, now=at(step.now))
    _owned(world, "invented", step.now)
    place = world.people["invented"], second.role, second.unit_id
    world.run(staffing.place, *place, by=by, now=at(step.now))
    _propose(world, step)
    _confirm(world, step, "invented")


def with_an_account_that_was_reset_disabled_and_enabled(world: World, step: Step) -> None:
    who, by = world.people[step.second], world.actor(step.first)
    _reset(world, step, step.second, step.first)
    world.run(staffing.disable, [who], by=by, now=at(step.now))
    world.run(staffing.enable, who, by=by, now=at(step.now))
    _propose(world, step)
    _confirm(world, step, step.second)


def as_the_deputy_of_the_second_person(world: World, step: Step) -> None:
    day = at(step.now).date()
    pair = world.people[step.second], world.people[step.first]
    world.run(
        standing_in.name_deputy, *pair, DeputyDays(day, day), "出差", by=world.actor(step.second), now=at(step.now)
    )
    _propose(world, step)
    _confirm(world, step, step.first)


def who_is_recused_in_between(world: World, step: Step) -> None:
    if not step.case:
        raise NotApplicable
    _propose(world, step)
    with world.database.writer() as session:
        for case in session.scalars(select(Case.id)):
            who = world.people[step.second]
            session.add(Recusal(case_id=case, user_id=who, reason="亲属", recused_at=at(step.now)))
        session.commit()
    _confirm(world, step, step.second)


def who_moved_to_another_unit_in_between(world: World, step: Step) -> None:
    _propose(world, step)
    place = world.people[step.second], Role.HANDLER, world.luoping
    world.run(staffing.place, *place, by=world.actor("office"), now=at(step.now))
    _confirm(world, step, step.second)


def who_confirms_what_was_not_read(world: World, step: Step) -> None:
    if not step.versions:
        raise NotApplicable
    _propose(world, step)
    _confirm(world, step, step.second, version=0)


def who_confirms_a_later_version_than_there_is(world: World, step: Step) -> None:
    if not step.versions:
        raise NotApplicable
    _propose(world, step)
    _confirm(world, step, step.second, version=2**40)


def who_comes_after_the_deadline(world: World, step: Step) -> None:
    if not step.deadline:
        raise NotApplicable
    _propose(world, step)
    _confirm(world, step, step.second, now="2026-09-30 Wed 00:00")


def of_another_unit(world: World, step: Step) -> None:
    _propose(world, step)
    _confirm(world, step, "stranger")


def who_only_watches(world: World, step: Step) -> None:
    _propose(world, step)
    _confirm(world, step, "auditor")


class Held(Exception):
    """The confirmation was refused, and nothing before it."""


class NotApplicable(Exception):
    """This step knows no such path."""


PATHS: list[Path_] = [
    with_the_same_account,
    with_an_account_made_for_it,
    with_an_account_made_after_the_proposal,
    with_an_account_that_an_account_made_for_it_made,
    with_the_account_of_a_colleague_that_was_reset,
    with_the_account_of_a_colleague_that_is_reset_after_the_proposal,
    with_an_account_made_for_it_and_given_another_name,
    with_an_account_made_elsewhere_and_moved_here,
    with_an_account_that_was_reset_disabled_and_enabled,
    as_the_deputy_of_the_second_person,
    who_is_recused_in_between,
    who_moved_to_another_unit_in_between,
    who_confirms_what_was_not_read,
    who_confirms_a_later_version_than_there_is,
    who_comes_after_the_deadline,
    of_another_unit,
    who_only_watches,
]


def _unit_below(world: World) -> int:
    with world.database.reader() as session:
        return session.scalars(select(Unit.id).where(Unit.parent_id == world.qilin).limit(1)).one()


@contextmanager
def copied(world: World, folder: Path) -> Iterator[World]:
    """The world as it stands, in a database of its own: each path begins with the same."""
    there = folder / f"{secrets.token_hex(8)}.sqlite"
    with sqlite3.connect(str(world.database.engine.url.database)) as origin, sqlite3.connect(there) as copy:
        origin.backup(copy)
    database = Database(f"sqlite:///{there}")
    try:
        yield replace(world, database=database, people=dict(world.people))
    finally:
        database.dispose()


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # how two at once meet is raced on PostgreSQL
def test_security_50_nobody_is_a_second_person_by_any_path(world: World, tmp_path: Path, name: str) -> None:
    step = STEPS[name]
    step.begin(world, tmp_path / "evidence")
    fell = {}
    for path in PATHS:
        with copied(world, tmp_path) as there:
            try:
                path(there, step)
            except (Held, NotApplicable):
                pass
            except Refusal as refusal:
                fell[path.__name__] = f"refused before it came to the attack: {refusal}"
            else:
                fell[path.__name__] = "got through"
            if _done(there, step):
                fell[path.__name__] = "was done"
    assert fell == {}
    _propose(world, step)
    assert not _done(world, step)
    _confirm(world, step, step.second)  # two people can, or every refusal above was one of something else
    assert _done(world, step)


def _done(world: World, step: Step) -> bool:
    """Whether the second step was taken: a use case named in `of` that confirms is on the record."""
    confirming = (
        *("case.confirm", "case.confirm_decline", "case.confirm_look", "case.reopen", "group.confirmed"),
        *("identity.granted", "disqualification.reversed", "revocation.confirmed"),
    )
    acts = [action for _, action, _ in world.acts() if action in confirming]
    looked = name_is_a_look(step)
    return len(acts) > (1 if looked else 0)


def name_is_a_look(step: Step) -> bool:
    """Whether what comes before this step is itself a conclusion of two people."""
    return any(each.startswith("second_looks.") for each in step.of)


def test_every_use_case_that_asks_for_a_second_person_is_attacked() -> None:
    asking = set()
    for path in (ROOT / "app" / "services").rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or node.name in ASKING:
                continue
            called = {
                ast.unparse(each.func).rpartition(".")[2] for each in ast.walk(node) if isinstance(each, ast.Call)
            }
            if called & ASKING:
                asking.add(f"{path.stem}.{node.name}")
    attacked = {each for step in STEPS.values() for each in step.of}
    assert asking - attacked - BY_ONE.keys() == set()


# --- what else one person could do ---------------------------------------------------------------------


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_security_50_who_resets_the_account_that_was_granted_a_look_reads_nothing(world: World, tmp_path: Path) -> None:
    """Whoever granted the look could then have read alone, with the account that asked for it."""
    step = STEPS["a look at who filed"]
    step.begin(world, tmp_path / "evidence")
    _propose(world, step)
    _confirm(world, step, step.second)
    _reset(world, step, step.first, by=step.second)
    before = world.everything()
    with pytest.raises(AccountNotAgreed):
        world.act(identities.read, 1, step.first, "a login", now=step.now)
    assert world.everything() == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_security_50_who_is_recused_from_a_nominees_case_neither_takes_an_award_back_nor_leaves_it(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = STEPS["a revocation"]
    step.begin(world, tmp_path / "evidence")
    _propose(world, step)
    before = world.everything()
    monkeypatch.setattr(access, "is_recused", lambda _session, _nominee, user: user == world.people[step.second])
    with pytest.raises(Held):
        _confirm(world, step, step.second)
    with pytest.raises(NotAllowed, match="有回避"):
        world.act(revocation.drop_revocation, 1, step.second, "写错了文号", now=step.now)
    monkeypatch.setattr(access, "is_recused", lambda *_: True)
    with pytest.raises(NotAllowed, match="有回避"):
        step.propose(world, step.first, step.now)
    assert world.everything() == before
