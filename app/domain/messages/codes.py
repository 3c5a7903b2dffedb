"""How many codes one address gets a day (R14, R22).

Anybody can type a stranger's number, and whoever guesses has a few tries with each code.
"""

from __future__ import annotations

import datetime as dt

MOST_CODES = 6
CODES_COUNT_FOR = dt.timedelta(hours=24)


def gets_another(sent_lately: int) -> bool:
    """Return whether an address gets another code after those of the last 24 hours."""
    return sent_lately < MOST_CODES
