"""The files by which strangers check the record (R38): JSON that the program in `static/verify/` reads.

A hash in a path is base64, an instant ISO 8601 in UTC. `leaf` is the content of a leaf as `LeafContent` has it, and
`index` its place in the tree, from 0. `key` is the log's key: compare it with one from elsewhere.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.domain.record.filings import FiledContent
from app.domain.record.leaves import LeafContent
from app.domain.record.listings import ENTRY_FIELDS

RECEIPT, FILED, PERIOD, LIST, GROWTH = (
    f"gongshi-{name}-v1" for name in ("receipt", "filed", "period", "list", "growth")
)


@dataclass(frozen=True, slots=True)
class ProvenLeaf:
    """A leaf, its place, and the path from it to the root of a checkpoint."""

    content: LeafContent
    index: int
    path: Sequence[bytes]

    def as_json(self) -> dict[str, Any]:
        return {"leaf": list(self.content), "index": self.index, "path": _texts(self.path)}


@dataclass(frozen=True, slots=True)
class SignedTree:
    """A checkpoint as its signed note, and the log's key."""

    note: str
    key: str

    def as_json(self) -> dict[str, Any]:
        return {"checkpoint": self.note, "key": self.key}


def receipt_file(tree: SignedTree, leaf: ProvenLeaf, salt: bytes | None) -> bytes:
    """Return the proof that an objection is on the record. The salt ties it to what was filed."""
    return _written({"format": RECEIPT, **tree.as_json(), **leaf.as_json(), "salt": salt.hex() if salt else None})


def filed_file(content: FiledContent) -> bytes:
    """Return what was filed, for the objector to keep beside the proof."""
    return _written({"format": FILED, **content.as_json()}, indent=1)


def period_file(tree: SignedTree, period_id: int, lists: Iterable[tuple[ProvenLeaf, Sequence[Sequence[Any]]]]) -> bytes:
    """Return the proof of which lists of a period were stated when, each with the digests that are new in it."""
    stated = [{**leaf.as_json(), "digests": digests} for leaf, digests in lists]
    return _written({"format": PERIOD, **tree.as_json(), "period": period_id, "lists": stated})


def list_file(period_id: int, entries: Iterable[tuple[Mapping[str, Any], bytes]]) -> bytes:
    """Return entries with their salts, which their readers keep for later. It holds names: inside the window only."""
    rows = [{**{field: texts[field] for field in ENTRY_FIELDS}, "salt": salt.hex()} for texts, salt in entries]
    return _written({"format": LIST, "period": period_id, "entries": rows}, indent=1)


def growth_file(old: str, new: SignedTree, path: Sequence[bytes]) -> bytes:
    """Return the proof that one checkpoint grew into another, with the notes of both."""
    return _written({"format": GROWTH, "old": old, **new.as_json(), "path": _texts(path)})


def _texts(path: Sequence[bytes]) -> list[str]:
    return [base64.b64encode(each).decode() for each in path]


def _written(content: dict[str, Any], indent: int | None = None) -> bytes:
    separators = (",", ":") if indent is None else (",", ": ")
    return json.dumps(content, ensure_ascii=False, separators=separators, indent=indent).encode() + b"\n"
