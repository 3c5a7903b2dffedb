"""The slips with first passwords, shown on one page and stored nowhere."""

from __future__ import annotations

import datetime as dt
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.sealing import SealBroken
from app.services.accounts.staffing import Slip
from app.web.shared.access import me
from app.web.shared.portal import now, portal

_SLIPS_KEPT = dt.timedelta(hours=1)


def login_at() -> str:
    """Return the login address for a slip: the portal's own, whatever host this request was sent to."""
    return portal().settings.public_url + url_for("account.login")


def shown_once(slips: Sequence[Slip]) -> ResponseReturnValue:
    """Answer without a redirect: a redirect would have to store the passwords, at least in a cookie."""
    return render_template("accounts/slips.html", slips=slips, login_at=login_at(), sealed=sealed_slips(slips))


def sealed_slips(slips: Sequence[Slip]) -> str:
    """Seal slips into the page that shows them, so that they can be had as a file and are stored nowhere."""
    rows = [[each.login, each.name, each.unit, each.role, each.password, each.expires_at.isoformat()] for each in slips]
    content = json.dumps([now().isoformat(), rows], ensure_ascii=False)
    return urlsafe_b64encode(portal().keyring.seal(content, _place_of_slips())).decode()


def slips_of_page(sealed: str) -> list[Slip] | None:
    """Return the slips that `sealed_slips` sealed for this very person within the hour; None for all else."""
    try:
        content = portal().keyring.unseal_text(urlsafe_b64decode(sealed.encode()), _place_of_slips())
    except (SealBroken, ValueError):
        return None
    shown_at, rows = json.loads(content)
    if now() >= dt.datetime.fromisoformat(shown_at) + _SLIPS_KEPT:
        return None
    return [
        Slip(login, name, unit, Role(role), password, dt.datetime.fromisoformat(expires_at))
        for login, name, unit, role, password, expires_at in rows
    ]


def _place_of_slips() -> str:
    return f"slips:{me().id}"
