"""Names of stored files, and the two ways in which a store fails."""

from __future__ import annotations

import re
import secrets

_NAME = re.compile(r"[0-9a-f]{32}")


class FileMissing(Exception):
    """No file is stored under this name."""


class StoreDown(Exception):
    """The disk is full or the bucket does not answer. Nothing was kept, and it can be tried again."""


def new_name() -> str:
    """Return a name for a new file: 128 random bits in hex."""
    return secrets.token_hex(16)


def checked(name: str) -> str:
    """Return the name itself, if it is one that `new_name` could have given: no path hides in it."""
    if not is_name(name):
        raise ValueError("not the name of a stored file")
    return name


def is_name(name: str) -> bool:
    return _NAME.fullmatch(name) is not None
