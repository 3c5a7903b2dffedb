"""Counts what one browser filed under one contact: beyond the contact's share its challenge is harder (R17).

Anybody can type any contact. So the database is not asked what others filed under it: neither an answer nor its timing
may reveal that. The sender's own filings are counted in the sender's signed session. A browser that discards its
session counts as a new one.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any

from flask import session as cookie

from app.domain.objections.contacts import plain_contact
from app.domain.objections.receipt import keyed_hash
from app.domain.objections.sameness import Allowance, beyond
from app.web.shared.portal import now, portal

_NAME = "shares"
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MOST_KEPT = 40  # filings that a session remembers: a cookie holds no more
_HARDEST = 8


def effort(allowances: Sequence[Allowance], form_token: str, contact: str) -> int:
    """Return the factor by which this request's challenge is harder than usual.

    It is 1 up to the contact's share, and doubles with each objection that this browser files beyond it. A form that
    was filed already only fetches its receipt again, so its factor is 1.
    """
    kept = _kept()
    form, mark = _mark(kept, form_token), _mark(kept, plain_contact(contact))
    if any(form == each for each, _, _ in kept["filed"]):
        return 1
    filed = [_EPOCH + dt.timedelta(seconds=at) for _, each, at in reversed(kept["filed"]) if each == mark]
    return int(min(2 ** beyond(filed, allowances, now()), _HARDEST))


def note_filing(form_token: str, contact: str) -> None:
    """Remember that this browser filed this form under this contact."""
    kept = _kept()
    seconds = int((now() - _EPOCH).total_seconds())
    filed = [*kept["filed"], [_mark(kept, form_token), _mark(kept, plain_contact(contact)), seconds]]
    cookie[_NAME] = {"of": kept["of"], "filed": filed[-_MOST_KEPT:]}


def forget_filings() -> None:
    """Forget what this browser filed, for a shared computer."""
    cookie.pop(_NAME, None)


def _kept() -> dict[str, Any]:
    found: dict[str, Any] = cookie.get(_NAME) or {"of": secrets.token_hex(8), "filed": []}
    return found


def _mark(kept: dict[str, Any], text: str) -> str:
    """Return the keyed hash of a contact or a form for the session. It differs in every browser."""
    return keyed_hash(portal().keyring.hash_key, "share", f"{kept['of']} {text}")[:12]
