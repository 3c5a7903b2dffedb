"""Codes and secret links of addresses, derived with the server's key, so that none is stored (R14)."""

from __future__ import annotations

import datetime as dt
import hmac

from app.domain.objections.receipt import keyed_hash
from app.models import Reach
from app.sealing import Keyring

CODE_LASTS = dt.timedelta(minutes=30)
MOST_TRIES = 5
_DIGITS = 6


def seal_context(reach_id: int) -> str:
    """Return the place a sealed address is bound to."""
    return f"reach:{reach_id}"


def unseal_address(keyring: Keyring, reach: Reach) -> str:
    return keyring.unseal_text(reach.sealed, seal_context(reach.id))


def derive_code(keyring: Keyring, reach: Reach) -> str:
    """Return the six digits that confirm an address, for the moment they were asked for."""
    return _derive_code(keyring, keyring.hash_key, reach)


def is_code(keyring: Keyring, reach: Reach, typed: str) -> bool:
    """Tell whether this is the code of an address, also where it left before the key was replaced."""
    return any(
        hmac.compare_digest(_derive_code(keyring, key, reach).encode(), typed.encode()) for key in keyring.hash_keys
    )


def _derive_code(keyring: Keyring, key: bytes, reach: Reach) -> str:
    digest = keyed_hash(key, "reach-code", f"{reach.id}:{reach.code_at.isoformat()}:{unseal_address(keyring, reach)}")
    return f"{int(digest, 16) % 10**_DIGITS:0{_DIGITS}}"


def make_stop_token(keyring: Keyring, reach_id: int) -> str:
    """Return the token of the link that ends the messages to an address."""
    return f"{reach_id}-{_sign_reach(keyring.hash_key, reach_id)}"


def find_stopped_reach(keyring: Keyring, token: str) -> int | None:
    """Return the address that a link is about; None for a token that was not made here."""
    number, _, proof = token.partition("-")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    good = any(hmac.compare_digest(_sign_reach(key, int(number)), proof) for key in keyring.hash_keys)
    return int(number) if good else None


def _sign_reach(key: bytes, reach_id: int) -> str:
    return keyed_hash(key, "reach-stop", str(reach_id))[:32]
