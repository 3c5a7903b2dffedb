"""Fixtures of the tests of logins: the password of all accounts, and the key that codes are sealed with."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from app.models import User
from app.sealing import Keyring
from app.services.accounts import passwords
from tests.services.accounts.logging_in import PASSWORD
from tests.world import World


@pytest.fixture
def passwords_for_all(world: World) -> None:
    """Everybody's password is PASSWORD."""
    with world.database.writer() as session:
        session.execute(update(User).values(password_hash=passwords.hashed(PASSWORD)))
        session.commit()


@pytest.fixture
def keyring(world: World) -> Keyring:
    return world.keyring
