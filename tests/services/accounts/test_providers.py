"""Whom an identity provider vouches for, and which account that opens: once bound, that subject alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.refusals import NotKnownHere, Refusal
from app.models import User
from app.sealing import Keyring
from app.services.accounts import logins, making, providers
from app.services.accounts.providers import Vouched
from app.services.shared.work import Work
from tests.services.accounts.logging_in import NOW, ON_SQLITE
from tests.world import World, at_once

ISSUER = "https://id.example.org"


def comes_in(world: World, keyring: Keyring, subject: str, login: str, issuer: str = ISSUER) -> str:
    """Come in without a second factor. Returns the login of the account, or the name of the refusal."""

    def enter(session: Session) -> str:
        work, vouched = Work(session, NOW, keyring=keyring), Vouched(issuer, subject, login)
        user = providers.recognise(work, vouched)
        logins.let_in(work, user, None, "", providers.subject_of(keyring, vouched))
        return user.login

    try:
        return world.do(enter)
    except Refusal as refusal:
        return type(refusal).__name__


def bound(world: World) -> dict[str, bool]:
    with world.database.reader() as session:
        users = session.scalars(select(User))
        return {user.login: True for user in users if user.provider_subject is not None}


@ON_SQLITE
def test_who_comes_first_under_a_login_is_who_it_belongs_to(world: World, keyring: Keyring) -> None:
    assert comes_in(world, keyring, "1", "handler") == "handler"
    for subject, login, issuer, comes_to in (
        ("1", "handler", ISSUER, "handler"),
        ("1", "renamed there", ISSUER, "handler"),
        ("1", "head", ISSUER, "handler"),  # the id counts, not the name
        ("2", "handler", ISSUER, "NotKnownHere"),
        ("1", "handler", "https://other.example.org", "NotKnownHere"),
        ("3", "nobody", ISSUER, "NotKnownHere"),
        ("3", "", ISSUER, "NotKnownHere"),
        ("3", "HEAD", ISSUER, "NotKnownHere"),
    ):
        assert comes_in(world, keyring, subject, login, issuer) == comes_to, (subject, login, issuer)
    assert bound(world) == {"handler": True}


@ON_SQLITE
def test_a_new_password_from_outside_unbinds_and_a_disabled_account_opens_for_nobody(
    world: World, keyring: Keyring
) -> None:
    assert comes_in(world, keyring, "1", "handler") == "handler"
    world.run(making.disable, "handler", now=NOW)
    assert comes_in(world, keyring, "1", "handler") == "NotKnownHere"
    world.run(making.enable, "handler", now=NOW)
    world.run(making.reset, "handler", "a heron over 9 rice fields", now=NOW)
    assert bound(world) == {}
    assert comes_in(world, keyring, "2", "handler") == "handler"
    assert comes_in(world, keyring, "1", "handler") == "NotKnownHere"


@ON_SQLITE
def test_a_replaced_key_still_knows_who_was_bound(world: World, keyring: Keyring) -> None:
    assert comes_in(world, keyring, "1", "handler") == "handler"
    renewed = Keyring("another key for tests, thirty-two bytes", [world.key.decode()])
    assert comes_in(world, renewed, "2", "handler") == "NotKnownHere"
    with world.database.reader() as session:
        work = Work(session, NOW, keyring=renewed)
        assert providers.recognise(work, Vouched(ISSUER, "1", "gone")).login == "handler"


def test_of_two_who_come_under_one_login_at_once_one_is_bound(world: World, keyring: Keyring) -> None:
    came = at_once([lambda subject=subject: comes_in(world, keyring, subject, "handler") for subject in "12"])  # type: ignore[misc]
    assert sorted(str(each) for each in came) == ["NotKnownHere", "handler"]


def test_one_who_comes_under_two_logins_at_once_gets_one(world: World, keyring: Keyring) -> None:
    came = at_once([lambda login=login: comes_in(world, keyring, "1", login) for login in ("handler", "head")])  # type: ignore[misc]
    assert len(bound(world)) == 1
    assert set(came) - {"NotKnownHere"} == set(bound(world))


def test_the_refusal_tells_nothing_apart() -> None:
    with pytest.raises(NotKnownHere, match="请找管账号的人核对，或者用登录名和密码登录"):
        raise NotKnownHere
