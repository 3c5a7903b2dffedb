"""The receipt code (回执/查询码): how it is made, written and read back (R18).

120 bits in Crockford's alphabet, which has no I, L, O or U: a code read out over the telephone or copied by
hand comes back whole. It is derived from the form's random token with the server's key, so that the same
form sent twice shows the same receipt while the database holds only a keyed hash.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 24  # x 5 bits = 120 bits
_GROUP = 4
_TOKEN_BYTES = 18
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_form_token() -> str:
    """Return a fresh token for a form: 144 bits from the system's generator."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def looks_like_form_token(token: str) -> bool:
    return len(token) == 24 and token.replace("-", "").replace("_", "").isalnum() and token.isascii()


def keyed_hash(key: bytes, purpose: str, text: str) -> str:
    """Return HMAC-SHA256 as hex. Each purpose gives different values."""
    return hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def receipt_code(key: bytes, form_token: str) -> str:
    """Return the receipt code that belongs to a form token, grouped for reading: XXXX-XXXX-…"""
    digest = hmac.new(key, b"receipt\0" + form_token.encode(), hashlib.sha256).digest()
    number = int.from_bytes(digest[:15])
    code = "".join(_ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(_LENGTH)))
    return "-".join(code[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))


def normalised(typed: str) -> str:
    """Return what a person typed as the code itself: case, spaces, hyphens, width and 0/O, 1/I/L are forgiven."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    kept = "".join(character for character in plain if character.isalnum())
    return kept.translate(_LOOK_ALIKES)


def receipt_hash(key: bytes, typed: str) -> str:
    """Return the hash that is stored of a code, and by which a typed code is found."""
    return keyed_hash(key, "receipt-hash", normalised(typed))
