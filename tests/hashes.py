"""The real password hash at a low cost, for every test but that of its cost.

Servers that a test starts have the real one.
"""

from __future__ import annotations

from argon2 import PasswordHasher

from app.services.accounts import passwords

OF_THE_PORTAL = passwords._hasher


def hash_cheaply() -> None:
    """Let every later hash of this process cost next to nothing."""
    passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._NOBODY = passwords._hasher.hash("nobody has this password")
