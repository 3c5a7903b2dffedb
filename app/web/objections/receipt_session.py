"""The receipt while it is shown: until the objector confirms having kept it, half an hour at most (R18).

The code is kept sealed in this browser's session alone. The end of showing it is noted on the server for this browser
and objection. So a copy of the session shows nothing any more, nor does that of another answer to the same click.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from flask import session as cookie

from app.sealing import SealBroken
from app.services.objections import drafts
from app.services.objections.intake import Filed
from app.web.objections import drafting
from app.web.shared.access import work
from app.web.shared.portal import now, portal, session

SHOWN_FOR = dt.timedelta(minutes=30)
FOLLOWED_FOR = dt.timedelta(minutes=30)
_RECEIPT, _FOLLOW, _SLIP = "receipt", "follow", "slip"
_LATER = 1e-5  # seconds


@dataclass(frozen=True, slots=True)
class Shown:
    """A receipt to show on its page."""

    code: str
    objection_id: int
    draft: str


def begin(filed: Filed, draft: str) -> None:
    """Start showing the receipt of the objection just filed. `draft` is the name of the form's draft."""
    _put(_RECEIPT, {"code": filed.receipt_code, "objection": filed.objection_id, "draft": draft}, SHOWN_FOR)


def shown() -> Shown | None:
    """Return the receipt that this browser may still show."""
    stored = _stored(_RECEIPT)
    return None if stored is None else Shown(stored["code"], stored["objection"], stored["draft"])


def end() -> None:
    """Stop showing the receipt, also to a copy of this session, and delete the draft."""
    stored = _stored(_RECEIPT)
    _end(_RECEIPT)
    if stored is not None:
        drafts.forget(work(), drafting.browser(), stored["draft"])


def begin_slip(filed: Filed, user_id: int) -> None:
    """Start showing the printable slip of an objection that this member of staff just registered (R33)."""
    _put(_SLIP, {"code": filed.receipt_code, "objection": filed.objection_id, "user": user_id}, SHOWN_FOR)


def slip(user_id: int) -> Shown | None:
    """Return the slip that this browser may still show. Only the person who registered gets it."""
    stored = _stored(_SLIP)
    return None if stored is None or stored["user"] != user_id else Shown(stored["code"], stored["objection"], "")


def end_slip() -> None:
    """Stop showing the slip, also to a copy of this session."""
    _end(_SLIP)


def begin_following(objection_id: int) -> None:
    """Open an objection in this browser, for half an hour."""
    content = {"objection": objection_id}
    _put(_FOLLOW, content, FOLLOWED_FOR, _over_at(_FOLLOW, content))


def followed_objection() -> int | None:
    """Return the id of the objection that this browser opened with its code, for half an hour at most."""
    stored = _stored(_FOLLOW)
    objection_id: int | None = None if stored is None else stored["objection"]
    return objection_id


def end_following() -> None:
    """Close the objection that this browser opened, also for a copy of this session."""
    _end(_FOLLOW)


def _put(what: str, content: dict[str, Any], lasts: dt.timedelta, over_at: float = 0.0) -> None:
    """Store sealed content in the session. Its start is later than `over_at`, even within one tick of the clock."""
    browser, begun = drafting.browser(), max(now().timestamp(), over_at + _LATER)
    plain = json.dumps({**content, "begun": begun, "until": begun + lasts.total_seconds()})
    sealed = portal().keyring.seal(plain, _place(what, browser))
    cookie[what] = {"sealed": base64.b85encode(sealed).decode()}


def _stored(what: str) -> dict[str, Any] | None:
    if what not in cookie:  # reading must not write a cookie
        return None
    content = _read(what)
    if content is None or now().timestamp() >= content["until"] or content["begun"] <= _over_at(what, content):
        cookie.pop(what, None)
        return None
    return content


def _read(what: str) -> dict[str, Any] | None:
    """Return what this browser's session holds sealed; None for nothing, and for the format of an older version."""
    try:
        sealed = base64.b85decode(cookie[what]["sealed"])
        content = json.loads(portal().keyring.unseal_text(sealed, _place(what, cookie["browser"])))
    except (TypeError, KeyError, ValueError, SealBroken):
        return None
    return content if "begun" in content else None


def _over_at(what: str, content: dict[str, Any]) -> float:
    """Return when this browser last stopped showing this objection. Every copy that began earlier has ended."""
    note = drafts.find(session(), portal().keyring, drafting.browser(), _note_of(what, content), now())
    return 0.0 if note is None else float(note["over_at"])


def _end(what: str) -> None:
    content = _read(what) if what in cookie else None
    cookie.pop(what, None)
    if content is not None:
        drafts.note_over(work(), cookie["browser"], _note_of(what, content))


def _note_of(what: str, content: dict[str, Any]) -> str:
    """Return the handle of the note that showing has ended. Both answers to a double click have the same handle."""
    return f"over:{what}:{content['objection']}"


def _place(what: str, browser: str) -> str:
    return f"{what}-shown:{browser}"
