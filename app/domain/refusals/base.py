"""Named refusals. Each carries the facts it was refused for, and says in Chinese what would be right.

A refusal is an answer, not a fault: one place in `web` turns it into a page, the command line prints it.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_SHANGHAI = ZoneInfo("Asia/Shanghai")


class Refusal(Exception):
    """What the portal will not do, and why. `str()` is a sentence for the person who asked."""


def moment(instant: dt.datetime) -> str:
    """A Shanghai clock time as people write it."""
    return f"{instant.astimezone(_SHANGHAI):%Y-%m-%d %H:%M}"
