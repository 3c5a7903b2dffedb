"""Making accounts: role and unit, first login, and the sessions that a reset or new password ends."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.cases.states import Role
from app.domain.refusals import AlreadyDone, LoginRefused, NotAllowed, TooManyFailures, WeakPassword, WrongPassword
from app.models import AuditRow, RecoveryCode, SecondFactor, Unit, User
from app.sealing import Keyring
from app.services.accounts import logins, making, second_factor, sessions
from app.services.shared.work import Work
from tests.refusing import NO_SUCH_ACCOUNT, refuses
from tests.world import World, at

# Nothing here hangs on the kind of database.
pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

NOW = at("2026-09-18 Fri 09:00")
PASSWORD, ANOTHER = "correct horse battery", "a quiet morning by the lake"


def add(world: World, login: str, role: Role, unit: int, password: str = PASSWORD, name: str = "新来的") -> int:
    def write(session: Session) -> int:
        return making.add_user(Work(session, NOW), login, name, role, session.get_one(Unit, unit), password).id

    return world.do(write)


def keyring(world: World) -> Keyring:
    return world.keyring


def user(world: World, user_id: int) -> User:
    with world.database.reader() as session:
        found = session.get_one(User, user_id)
        session.expunge(found)
        return found


def let_in(world: World, user_id: int) -> str:
    """A session's token, as a login gives it."""

    def write(session: Session) -> str:
        return logins.let_in(Work(session, NOW, keyring=keyring(world)), session.get_one(User, user_id), None, "").token

    return world.do(write)


def lives(world: World, token: str) -> bool:
    return world.do(sessions.find, token, NOW) is not None


def enters(world: World, login: str, password: str) -> bool:
    try:
        world.run(logins.check_password, login, password, None, now=NOW)
    except LoginRefused:
        return False
    return True


def test_an_account_fits_its_unit_has_a_good_password_and_its_own_name(world: World) -> None:
    before = world.everything()
    for refusal, login, role, unit, password in (
        (WeakPassword, "new", Role.HANDLER, world.qilin, "fourteen chars"),
        (WeakPassword, "new", Role.HANDLER, world.qilin, "x" * 201),
        (WeakPassword, "new", Role.HANDLER, world.qilin, "passwordpassword"),
        (WeakPassword, "xiaohe-2026", Role.HANDLER, world.qilin, "xiaohe-2026 xiaohe-2026"),
        (WeakPassword, "new", Role.HANDLER, world.qilin, "麒麟区麒麟区麒麟区麒麟区麒麟区"),
        (NotAllowed, "new", Role.OFFICE, world.qilin, PASSWORD),
        (NotAllowed, "new", Role.HEAD, world.office, PASSWORD),
        (NotAllowed, "new", Role.HANDLER, world.office, PASSWORD),
        (AlreadyDone, "head", Role.HEAD, world.qilin, PASSWORD),
    ):
        with refuses(refusal):
            add(world, login, role, unit, password)
    assert world.everything() == before
    new = add(world, "new", Role.HANDLER, world.qilin)
    assert user(world, new).must_change_password


def test_who_is_let_in(world: World) -> None:
    add(world, "new", Role.HANDLER, world.qilin)
    add(world, "gone", Role.AUDITOR, world.office)
    world.run(making.disable, "gone", now=NOW)
    for login, password, expected in [
        ("new", PASSWORD, True),
        ("new", PASSWORD.upper(), False),
        ("new", "", False),
        ("NEW", PASSWORD, False),
        ("nobody", PASSWORD, False),
        ("", "", False),
        ("gone", PASSWORD, False),
    ]:
        assert (login, password, enters(world, login, password)) == (login, password, expected)


def test_nobody_chooses_a_password_without_the_one_they_have(world: World) -> None:
    new = add(world, "new", Role.HANDLER, world.qilin)
    before, rows = user(world, new).password_hash, len(world.acts())
    for refusal, old, chosen in (
        (WeakPassword, PASSWORD, "short"),
        (WeakPassword, PASSWORD, "newcomernewcomer"),
        (WeakPassword, PASSWORD, PASSWORD),  # the same again
        (WrongPassword, "something else entirely", ANOTHER),
        (WrongPassword, "", ANOTHER),
        (WrongPassword, "", ANOTHER),
        (WrongPassword, "", ANOTHER),
        (WrongPassword, "", ANOTHER),
        (TooManyFailures, PASSWORD, ANOTHER),  # the right one too has to wait now
    ):
        with refuses(refusal):
            world.run(making.change_password, new, old, chosen, now=NOW)
    assert user(world, new).password_hash == before
    assert {act for _, act, _ in world.acts(rows)} == {"user.password_refused"}
    assert enters(world, "new", PASSWORD)  # whoever plays at that screen keeps nobody out at the door


def test_security_24_a_changed_password_ends_every_session_but_its_own(world: World) -> None:
    new, other = add(world, "new", Role.HANDLER, world.qilin), world.people["handler"]
    here, elsewhere, somebody_elses = let_in(world, new), let_in(world, new), let_in(world, other)
    changed = world.run(making.change_password, new, PASSWORD, ANOTHER, now=NOW)
    assert [lives(world, token) for token in (here, elsewhere, changed.token, somebody_elses)] == [
        False,
        False,
        True,
        True,
    ]
    assert [enters(world, "new", password) for password in (PASSWORD, ANOTHER)] == [False, True]
    assert not user(world, new).must_change_password


@pytest.mark.parametrize(
    ("use_case", "values"), [(making.reset, (ANOTHER,)), (making.disable, ())], ids=["reset", "disable"]
)
def test_security_24_reset_and_disable_end_every_session_at_once(
    world: World, use_case: Callable[..., object], values: tuple[object, ...]
) -> None:
    new = add(world, "new", Role.HANDLER, world.qilin)
    token, other = let_in(world, new), let_in(world, world.people["handler"])
    world.run(use_case, "new", *values, now=NOW)
    assert (lives(world, token), lives(world, other)) == (False, True)
    assert not enters(world, "new", PASSWORD)


def test_a_reset_gives_another_password_and_takes_the_second_factor_only_when_told(world: World) -> None:
    office = world.people["office"]
    world.run(second_factor.renew_recovery_codes, office, now=NOW)

    def guards() -> tuple[bool, int]:
        with world.database.reader() as session:
            return session.get(SecondFactor, office) is not None, len(session.scalars(select(RecoveryCode)).all())

    with pytest.raises(WeakPassword):
        world.run(making.reset, "office", "passwordpassword", now=NOW)
    world.run(making.reset, "office", ANOTHER, now=NOW)
    assert user(world, office).must_change_password
    assert enters(world, "office", ANOTHER)
    assert guards() == (True, 10)

    def reset_all(session: Session) -> None:
        making.reset(Work(session, NOW), "office", PASSWORD, with_second_factor=True)

    world.do(reset_all)
    assert guards() == (False, 0)


def test_what_was_done_to_accounts_is_on_record_and_no_password_ever_is(world: World) -> None:
    new = add(world, "new", Role.HEAD, world.qilin)
    world.run(making.reset, "new", ANOTHER, now=NOW)
    world.run(making.disable, "new", now=NOW)
    world.run(making.enable, "new", now=NOW)
    for use_case, login in (
        (making.enable, "new"),
        (making.disable, "nobody"),
        (making.enable, "nobody"),
    ):
        with refuses(AlreadyDone if login == "new" else NO_SUCH_ACCOUNT):
            world.run(use_case, login, now=NOW)
    assert not enters(world, "new", PASSWORD)
    assert not enters(world, PASSWORD, "new")  # each typed into the other's field
    let_in(world, new)
    assert world.acts() == [
        ("cli", "user.added", f"user:{new}"),
        ("cli", "user.reset", f"user:{new}"),
        ("cli", "user.disabled", f"user:{new}"),
        ("cli", "user.enabled", f"user:{new}"),
        ("stranger", "user.login_failed", f"user:{new}"),
        ("stranger", "user.login_failed", "user:unknown"),
        (f"user:{new}", "user.logged_in", f"user:{new}"),
    ]
    with world.database.reader() as session:
        details = [json.loads(row) for row in session.scalars(select(AuditRow.details).order_by(AuditRow.id))]
    assert details == [{"login": "new", "role": "head", "unit": world.qilin}, {"second_factor": False}, *[{}] * 5]
    kept = world.everything()
    assert {table for table, rows in kept.items() for word in (PASSWORD, ANOTHER) if word in " ".join(rows)} == set()
