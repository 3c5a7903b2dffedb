"""What a receipt binds to: a salted commitment to what was filed, in the act that says so (R18, R38).

The act names no text and no file. Whoever has the salt and what was filed makes the commitment anew; without the salt
nobody can try a guess at it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FiledContent:
    """What was filed against whom. `files` are the SHA-256 of its files, hexadecimal, in any order."""

    period: int
    nominee: int
    name: str
    category: str
    facts: str
    files: Sequence[str]

    def as_json(self) -> dict[str, object]:
        """Return what the file of the objector's own content holds."""
        return {
            "period": self.period,
            "nominee": self.nominee,
            "name": self.name,
            "category": self.category,
            "facts": self.facts,
            "files": sorted(self.files),
        }


def commitment(salt: bytes, content: FiledContent) -> str:
    """Return the commitment as 64 hexadecimal digits: SHA-256 of a canonical JSON array that begins with the salt."""
    parts = [salt.hex(), *content.as_json().values()]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
