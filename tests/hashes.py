"""The real password hash with a low cost, for tests that do not test its cost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher

from app.services.accounts import passwords


@contextmanager
def cheap_hashes() -> Iterator[None]:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", hasher)
        patch.setattr(passwords, "_NOBODY", hasher.hash("nobody has this password"))
        yield
