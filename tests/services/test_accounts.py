"""Staff: who may have which account, and who is let in."""

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases import Role
from app.domain.errors import AlreadyDone, MissingText, NotAllowed
from app.models import AuditRow, Unit, User
from app.services import accounts
from tests.world import World, at

NOW = at("2026-09-18 Fri 09:00")
PASSWORD = "correct horse battery"


def add(world: World, login: str, role: Role, unit: int, password: str = PASSWORD) -> int:
    def write(session: Session) -> int:
        return accounts.add_user(session, login, "新来的", role, session.get_one(Unit, unit), password, NOW).id

    return world.do(write)


def test_an_account_fits_its_unit_has_a_long_password_and_its_own_name(world: World) -> None:
    before = world.everything()
    for refusal, login, role, unit, password in (
        (MissingText, "new", Role.HANDLER, world.qilin, "fourteen chars"),
        (MissingText, "new", Role.HANDLER, world.qilin, "x" * 201),
        (NotAllowed, "new", Role.OFFICE, world.qilin, PASSWORD),
        (NotAllowed, "new", Role.HEAD, world.office, PASSWORD),
        (NotAllowed, "new", Role.HANDLER, world.office, PASSWORD),
        (AlreadyDone, "head", Role.HEAD, world.qilin, PASSWORD),
    ):
        with pytest.raises(refusal):
            add(world, login, role, unit, password)
    assert world.everything() == before


def test_who_is_let_in(world: World) -> None:
    new = add(world, "new", Role.HANDLER, world.qilin)
    gone = add(world, "gone", Role.AUDITOR, world.office)

    def leave(session: Session) -> None:
        session.get_one(User, gone).disabled_at = NOW
        session.commit()

    world.do(leave)
    attempts = [
        ("new", PASSWORD, new),
        ("new", PASSWORD + " ", None),
        ("new", PASSWORD.upper(), None),
        ("new", "", None),
        ("NEW", PASSWORD, None),
        ("nobody", PASSWORD, None),
        ("", "", None),
        ("gone", PASSWORD, None),
    ]
    with world.database.reader() as session:
        for login, password, expected in attempts:
            user = accounts.authenticate(session, login, password)
            assert (login, password, user.id if user else None) == (login, password, expected)
        stored = session.scalars(select(User.password_hash).where(User.id.in_((new, gone)))).all()
    assert len(set(stored)) == 2  # salted
    assert all(hash_.startswith("$argon2id$") for hash_ in stored)


def test_logins_are_on_record_and_no_password_ever_is(world: World) -> None:
    new = add(world, "new", Role.HEAD, world.qilin)
    with world.database.writer() as session:
        accounts.note_login(session, session.get_one(User, new), NOW)
        accounts.note_failed_login(session, "new", NOW)
        accounts.note_failed_login(session, PASSWORD, NOW)  # typed into the wrong field
        details = [json.loads(row) for row in session.scalars(select(AuditRow.details).order_by(AuditRow.id))]
    assert world.acts() == [
        ("cli", "user.added", f"user:{new}"),
        (f"user:{new}", "user.logged_in", f"user:{new}"),
        ("stranger", "user.login_failed", f"user:{new}"),
        ("stranger", "user.login_failed", "user:unknown"),
    ]
    assert details == [{"login": "new", "role": "head", "unit": world.qilin}, {}, {}, {}]
    assert {table for table, rows in world.everything().items() if PASSWORD in " ".join(rows)} == set()
