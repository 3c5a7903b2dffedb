"""Codes and links of addresses are derived with the server's key, and keep working while it is replaced (R14)."""

from __future__ import annotations

import pytest

from app.models import Reach
from app.sealing import Keyring
from app.services.messages import codes
from tests.world import at

OLD, NEW = "an old key, thirty-two bytes long!", "a new key, thirty-two bytes long!!"
SENT = "2026-09-18 Fri 09:00"


def sealed_reach(keyring: Keyring, now: str = SENT, address: str = "zhangsan@example.com") -> Reach:
    return Reach(id=5, code_at=at(now), sealed=keyring.seal(address, codes.seal_context(5)))


def test_a_code_depends_on_the_address_the_moment_and_the_key() -> None:
    ring, other = Keyring(OLD), Keyring(NEW)
    code = codes.derive_code(ring, sealed_reach(ring))
    assert len(code) == 6
    assert code.isdecimal()
    assert codes.derive_code(ring, sealed_reach(ring)) == code
    others = [
        codes.derive_code(ring, sealed_reach(ring, "2026-09-18 Fri 09:01")),
        codes.derive_code(ring, sealed_reach(ring, address="lisi@example.com")),
        codes.derive_code(other, sealed_reach(other)),
    ]
    assert code not in others


def test_a_code_that_left_before_the_key_was_replaced_is_still_right() -> None:
    old, replaced = Keyring(OLD), Keyring(NEW, [OLD])
    reach = sealed_reach(old)
    code = codes.derive_code(old, reach)
    assert codes.is_code(replaced, reach, code)
    assert codes.is_code(replaced, reach, codes.derive_code(replaced, reach))


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "１２３４５６", "abcdef"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    ring = Keyring(OLD)
    assert not codes.is_code(ring, sealed_reach(ring), typed)


def test_a_stop_link_names_its_address_also_after_the_key_was_replaced() -> None:
    token = codes.make_stop_token(Keyring(OLD), 5)
    assert codes.find_stopped_reach(Keyring(OLD), token) == 5
    assert codes.find_stopped_reach(Keyring(NEW, [OLD]), token) == 5
    assert codes.find_stopped_reach(Keyring(NEW), token) is None


@pytest.mark.parametrize(
    "change", ["", "5", "5-", "6-{proof}", "٥-{proof}", "-5-{proof}", "0000000005-{proof}", "5-{proof}0"]
)
def test_a_token_that_was_not_made_here_stops_nothing(change: str) -> None:
    ring = Keyring(OLD)
    proof = codes.make_stop_token(ring, 5).partition("-")[2]
    assert codes.find_stopped_reach(ring, change.format(proof=proof)) is None
