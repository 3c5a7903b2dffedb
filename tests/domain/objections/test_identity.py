"""How long a granted look at an identity may be taken, and by whom (R19)."""

from __future__ import annotations

import pytest

from app.domain.objections.identity import may_read
from tests.days import at

GRANTED = "2026-09-18 Fri 09:00"


@pytest.mark.parametrize(
    ("granted", "read_in", "session", "now", "may"),
    [
        (None, None, "a", "2026-09-18 Fri 09:00", False),  # nobody granted it
        (GRANTED, None, "a", "2026-09-18 Fri 09:00", True),
        (GRANTED, None, "a", "2026-09-19 Sat 08:59", True),
        (GRANTED, None, "a", "2026-09-19 Sat 09:00", False),  # a day later it is spent
        (GRANTED, "a", "a", "2026-09-19 Sat 10:00", True),  # the session that used it goes on
        (GRANTED, "a", "b", "2026-09-18 Fri 09:01", False),  # another session of the same person does not
    ],
)
def test_a_grant_is_used_within_a_day_and_in_one_session(
    granted: str | None, read_in: str | None, session: str, now: str, may: bool
) -> None:
    assert may_read(at(granted) if granted else None, read_in, session, at(now)) is may
