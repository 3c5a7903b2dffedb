"""What a leaf is made of (R38): every part of an act, and its salt."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest

from app.domain.record.leaves import LeafContent, moment_as_hashed

CONTENT = LeafContent(
    "00" * 16, "2026-09-18T01:00:00.000000+00:00", "user:7", "case.accept", "case:1", '{"to":"某单位"}'
)


def test_a_leaf_is_a_hash_that_anybody_can_make() -> None:
    text = (
        '["'
        + "00" * 16
        + '","2026-09-18T01:00:00.000000+00:00","user:7","case.accept","case:1","{\\"to\\":\\"某单位\\"}"]'
    )
    assert CONTENT.text == text.encode()
    assert CONTENT.hash == hashlib.sha256(b"\0" + text.encode()).digest()


@pytest.mark.parametrize("part", LeafContent._fields)
def test_another_part_is_another_leaf(part: str) -> None:
    assert CONTENT._replace(**{part: "x"}).hash != CONTENT.hash


def test_an_instant_is_hashed_in_utc() -> None:
    at = dt.datetime(2026, 9, 18, 9, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    assert moment_as_hashed(at) == CONTENT.at
