"""Letters of a case as a file: one, or many to be printed together (R34)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from app.domain.shared.wording import full_day
from app.models import Letter
from app.papers.signatures import signature
from app.services.papers.paper import Paper, Stationery


def paper_of(letters: Sequence[Letter], stationery: Stationery) -> Paper:
    """Return one file with these letters, each from a new sheet on."""
    only = letters[0]
    name = f"{only.name}{only.numbered}" if len(letters) == 1 else f"文书{len(letters)}份"
    return stationery.written("letters.docx", name, {"letters": [_as_printed(letter) for letter in letters]})


def _as_printed(letter: Letter) -> dict[str, object]:
    dated = full_day(dt.date.fromisoformat(letter.words["dated"]))
    at = signature(letter.words["signed_by"].splitlines(), dated)
    # The last two as templates had them that were restyled before several could sign.
    placed = {"signed": at.as_context(), "signed_right": at.lines[-1].right, "dated_right": at.dated.right}
    return {**letter.words, "number": letter.numbered, "dated": dated, **placed}
