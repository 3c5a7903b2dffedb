"""How many codes one address gets a day."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.messages.codes import CODES_COUNT_FOR, MOST_CODES, gets_another


@pytest.mark.parametrize(("sent", "another"), [(0, True), (5, True), (6, False), (7, False)])
def test_six_codes_a_day_and_no_seventh(sent: int, another: bool) -> None:
    assert gets_another(sent) is another
    assert (6, dt.timedelta(days=1)) == (MOST_CODES, CODES_COUNT_FOR)
