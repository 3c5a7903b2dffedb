"""Slips: whoever is held up past the close keeps the moment at which the request was first made (R6, R17).

A slip is signed, lies in the page, and belongs to one form, one nominee and exactly what was written. It does not let
anything through by itself: limits and challenges hold after the close as before it.
"""

from __future__ import annotations

import datetime as dt

from itsdangerous import BadData, URLSafeSerializer

from app.domain.objections.receipt import keyed_hash
from app.services.objections.intake import Filing
from app.web.shared.portal import now, portal

# The limits as shipped hold an address up for a day at most; the files of a form are kept for a day.
GOOD_FOR = dt.timedelta(hours=23)


def first_made(slip: str, entry: int, filing: Filing) -> dt.datetime | None:
    """Return the moment a valid slip holds; None for one that is not of this form, nominee and text, or too old."""
    try:
        mark, instant = _signer().loads(slip)
        made = dt.datetime.fromisoformat(instant)
    except (BadData, ValueError, TypeError):
        return None
    return made if mark == _mark(entry, filing) and made <= now() < made + GOOD_FOR else None


def issue(entry: int, filing: Filing) -> str:
    """Sign that this very request was made now."""
    return str(_signer().dumps([_mark(entry, filing), now().isoformat()]))


def _mark(entry: int, filing: Filing) -> str:
    key = portal().keyring.hash_key
    return keyed_hash(key, "slip", f"{filing.form_token}:{filing.digest(key, entry)}")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(keyed_hash(portal().keyring.hash_key, "slip-signer", ""))
