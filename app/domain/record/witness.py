"""What a witness does with a checkpoint it is shown: the request, and the answer (C2SP tlog-witness; R38).

A witness remembers the newest checkpoint of each log that it cosigned. It cosigns another one only with a proof that
the log grew from there. So it never cosigns two that do not fit together.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from app.domain.record.merkle import EMPTY_ROOT, HASH_LENGTH, verify_consistency
from app.domain.record.notes import BadNote, Checkpoint

MOST_HASHES = 63
_OLD = re.compile(r"old (0|[1-9]\d{0,17})", re.ASCII)


class WitnessAnswer(IntEnum):
    """The answers that tlog-witness names, by their HTTP status."""

    COSIGNED = 200
    MALFORMED = 400
    NOT_SIGNED = 403
    UNKNOWN_LOG = 404
    OTHER_SIZE = 409
    NOT_GROWN = 422


@dataclass(frozen=True, slots=True)
class WitnessRequest:
    """A checkpoint to cosign (its signed note), and the proof that it grew from the size last cosigned."""

    old: int
    path: Sequence[bytes]
    note: str

    @classmethod
    def parse(cls, text: str) -> WitnessRequest:
        """Read the body of `add-checkpoint`. Raises BadNote."""
        head, separator, note = text.partition("\n\n")
        first, *hashes = head.split("\n")
        old = _OLD.fullmatch(first)
        if not separator or old is None or len(hashes) > MOST_HASHES:
            raise BadNote("no request of a witness")
        return cls(int(old[1]), [_hash(each) for each in hashes], note)

    def __str__(self) -> str:
        hashes = "".join(f"{base64.b64encode(each).decode()}\n" for each in self.path)
        return f"old {self.old}\n{hashes}\n{self.note}"


def judge(request: WitnessRequest, shown: Checkpoint, size: int, root: bytes) -> WitnessAnswer:
    """Judge a checkpoint that its log signed against the newest one cosigned, of this size and root.

    Of a log that is new `size` is 0 and `root` that of the empty tree.
    """
    if request.old > shown.size:
        return WitnessAnswer.MALFORMED
    if request.old != size or (request.old == shown.size and root != shown.root):
        return WitnessAnswer.OTHER_SIZE
    if not verify_consistency(size, shown.size, root, shown.root, request.path):
        return WitnessAnswer.NOT_GROWN
    return WitnessAnswer.COSIGNED


NOTHING_YET = (0, EMPTY_ROOT)


def _hash(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadNote("no hash") from error
    if len(raw) != HASH_LENGTH:
        raise BadNote("no hash")
    return raw
