"""When a granted reading of an objector's identity is valid (R19)."""

from __future__ import annotations

import datetime as dt

READ_WITHIN = dt.timedelta(hours=24)


def may_read(granted_at: dt.datetime | None, read_in: str | None, login_session: str, now: dt.datetime) -> bool:
    """Tell whether a grant holds: it is used within a day, then for the one login session it was used in."""
    if granted_at is None:
        return False
    return now < granted_at + READ_WITHIN if read_in is None else read_in == login_session
