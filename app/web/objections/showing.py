"""The receipt while it is shown: until its owner says that it is kept, half an hour at most (R18).

What shows it lies in this browser's session alone, sealed. When it is over, that is noted on the server, so that a
copy of the session shows nothing any more.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import secrets
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
_OVER = "over"  # the handle of the note that one of these is over


@dataclass(frozen=True, slots=True)
class Shown:
    """A receipt as its page shows it."""

    code: str
    objection_id: int
    draft: str


def begin(filed: Filed, draft: str) -> None:
    """Have this browser show the receipt of what it just filed. `draft` is the handle of the form's page."""
    _put(_RECEIPT, {"code": filed.receipt_code, "objection": filed.objection_id, "draft": draft}, SHOWN_FOR)


def shown() -> Shown | None:
    """Return the receipt that this browser still shows."""
    held = _held(_RECEIPT)
    return None if held is None else Shown(held["code"], held["objection"], held["draft"])


def end() -> None:
    """Stop showing the receipt, also to a copy of this session; what was typed goes from the server with it."""
    held = _held(_RECEIPT)
    _end(_RECEIPT)
    if held is not None:
        drafting.forget(held["draft"])


def begin_slip(filed: Filed, user_id: int) -> None:
    """Have this browser show the slip of what this person of the staff just registered, to be printed (R33)."""
    _put(_SLIP, {"code": filed.receipt_code, "objection": filed.objection_id, "user": user_id}, SHOWN_FOR)


def slip(user_id: int) -> Shown | None:
    """Return the slip that this browser still shows, to the person who registered and to nobody else."""
    held = _held(_SLIP)
    return None if held is None or held["user"] != user_id else Shown(held["code"], held["objection"], "")


def end_slip() -> None:
    """Stop showing the slip, also to a copy of this session."""
    _end(_SLIP)


def begin_following(objection_id: int) -> None:
    """Open an objection in this browser, for half an hour."""
    _put(_FOLLOW, {"objection": objection_id}, FOLLOWED_FOR)


def followed_objection() -> int | None:
    """Return the id of the objection that this browser opened with its code, for half an hour at most."""
    held = _held(_FOLLOW)
    objection_id: int | None = None if held is None else held["objection"]
    return objection_id


def end_following() -> None:
    """Close the objection that this browser opened, also for a copy of this session."""
    _end(_FOLLOW)


def _put(what: str, content: dict[str, object], lasts: dt.timedelta) -> None:
    nonce = secrets.token_urlsafe(12)
    plain = json.dumps({**content, "until": (now() + lasts).timestamp()})
    sealed = portal().keyring.seal(plain, _place(what, nonce))
    cookie[what] = {"nonce": nonce, "sealed": base64.b85encode(sealed).decode()}


def _held(what: str) -> dict[str, Any] | None:
    if what not in cookie:  # looking must not write a cookie
        return None
    held: Any = cookie[what]
    try:
        nonce, sealed = held["nonce"], base64.b85decode(held["sealed"])
        content = json.loads(portal().keyring.unseal_text(sealed, _place(what, nonce)))
    except (TypeError, KeyError, ValueError, SealBroken):  # none, or one of a version before
        cookie.pop(what, None)
        return None
    if now().timestamp() >= content["until"] or drafts.find(session(), portal().keyring, nonce, _OVER, now()):
        cookie.pop(what, None)
        return None
    return dict(content)


def _end(what: str) -> None:
    held = cookie.pop(what) if what in cookie else None
    if isinstance(held, dict) and "nonce" in held:
        drafts.note(work(), held["nonce"], _OVER)


def _place(what: str, nonce: str) -> str:
    return f"{what}-shown:{nonce}"
