"""What comes in is looked through before a library opens it: hostile files are refused by name (SECURITY 33, 37)."""

from __future__ import annotations

from typing import BinaryIO

from app.domain.errors import FileRefused, UnreadableForm
from app.evidence.inspection import inspect
from app.evidence.kinds import FileKind

FORM_LIMIT = 50 * 1024 * 1024


def guarded(file: BinaryIO, source: str) -> FileKind:
    """What the file is, by its content, once it is known to carry nothing it may not; the file at its beginning.

    Raises UnreadableForm.
    """
    try:
        kind = inspect(file, limit=FORM_LIMIT, as_it_came=True).kind
    except FileRefused as refusal:
        why, stop, right = refusal.why.partition("。")
        raise UnreadableForm(source, why + stop, right) from None
    file.seek(0)
    return kind
