"""What a leaf of the record's tree is made of (R38)."""

from __future__ import annotations

import datetime as dt
import json
from typing import NamedTuple

from app.domain.record.merkle import leaf_hash


class LeafContent(NamedTuple):
    """One act as its leaf holds it, in this order. `salt` is hexadecimal, `details` canonical JSON as text.

    The position in the tree is not part of it: the leaf is known before the act is sealed.
    """

    salt: str
    at: str
    actor: str
    action: str
    subject: str
    details: str

    @property
    def text(self) -> bytes:
        """The bytes that are hashed: a JSON array without spaces, in UTF-8, characters as they are."""
        return json.dumps(list(self), ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def hash(self) -> bytes:
        return leaf_hash(self.text)


def moment_as_hashed(at: dt.datetime) -> str:
    """Return the instant of an act as its hashes hold it."""
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")
