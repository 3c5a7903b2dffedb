"""Salts: what hides a text behind a digest until it is handed out (R38)."""

from __future__ import annotations

import secrets

SALT_LENGTH = 16


def new_salt() -> bytes:
    """Return a fresh salt: 128 bits from the system's generator."""
    return secrets.token_bytes(SALT_LENGTH)
