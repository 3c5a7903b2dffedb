"""What a closed period proves: which list was public, by salted digests of its entries (R5, R38).

The acts of the record hold one digest over those of the entries, in the order of the list, and no name. An entry's salt
is handed out with the entry while it is public. Afterwards whoever kept both can show that it stood on the list.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from enum import StrEnum

# The texts of an entry that its digest holds, in this order. A field that the round does not show is null.
ENTRY_FIELDS = ("position", "kind", "name", "unit", "recommender", "post", "category", "trade", "deeds")


class ListStage(StrEnum):
    """Why a list was stated."""

    OPENED = "opened"
    CORRECTED = "corrected"
    CLOSED = "closed"


LISTED_ACTS = {each: f"period.list_{each}" for each in ListStage}


def entry_digest(salt: bytes, texts: Mapping[str, object]) -> bytes:
    """Return the digest of an entry as it is shown: 32 bytes."""
    parts = [salt.hex(), *(texts[field] for field in ENTRY_FIELDS)]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()).digest()


def list_digest(digests: Sequence[bytes]) -> str:
    """Return the digest of a whole list as 64 hexadecimal digits: SHA-256 over those of its entries, in its order."""
    return hashlib.sha256(b"".join(digests)).hexdigest()
