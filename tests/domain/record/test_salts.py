"""Salts (R38)."""

from __future__ import annotations

from app.domain.record.salts import new_salt


def test_each_salt_is_another() -> None:
    salts = {new_salt() for _ in range(1000)}
    assert len(salts) == 1000
    assert {len(salt) for salt in salts} == {16}
