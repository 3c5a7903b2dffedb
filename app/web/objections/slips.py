"""Slips: a request delayed past the close by a challenge or wait keeps the moment at which it was first made (R6, R17).

A slip is signed, is a hidden field of the page, and belongs to one form, one nominee and one exact text. It does not
replace limits and challenges, which hold after the close as before it.
"""

from __future__ import annotations

import datetime as dt

from itsdangerous import BadData, URLSafeSerializer

from app.domain.objections.receipt import keyed_hash
from app.services.objections.intake import Filing
from app.web.shared.portal import now, portal

# The shipped limits delay an address by a day at most, and a form's files are kept for a day.
GOOD_FOR = dt.timedelta(hours=23)


def first_made(slip: str, entry: int, filing: Filing) -> dt.datetime | None:
    """Return the moment in a valid slip. Returns None for one of another form, nominee or text, or one too old."""
    try:
        mark, instant = _signer().loads(slip)
        made = dt.datetime.fromisoformat(instant)
    except (BadData, ValueError, TypeError):
        return None
    return made if mark == _mark(entry, filing) and made <= now() < made + GOOD_FOR else None


def issue(entry: int, filing: Filing) -> str:
    """Sign that this request was made now."""
    return str(_signer().dumps([_mark(entry, filing), now().isoformat()]))


def _mark(entry: int, filing: Filing) -> str:
    key = portal().keyring.hash_key
    return keyed_hash(key, "slip", f"{filing.form_token}:{filing.digest(key, entry)}")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(keyed_hash(portal().keyring.hash_key, "slip-signer", ""))
