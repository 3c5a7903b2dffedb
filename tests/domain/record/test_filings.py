"""The commitment of a filing (R38): every part of what was filed is in it, and the salt."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from app.domain.record.filings import FiledContent, commitment

CONTENT = FiledContent(6, 3, "张三", "deeds", "事实“如此”。\n第二段", ["b", "a"])
SALT = bytes(range(16))


def test_it_is_a_hash_that_anybody_can_make() -> None:
    text = '["000102030405060708090a0b0c0d0e0f",6,3,"张三","deeds","事实“如此”。\\n第二段",["a","b"]]'
    assert commitment(SALT, CONTENT) == hashlib.sha256(text.encode()).hexdigest()
    assert commitment(SALT, replace(CONTENT, files=["a", "b"])) == commitment(SALT, CONTENT)


@pytest.mark.parametrize(
    "change",
    [{"period": 7}, {"nominee": 4}, {"name": "李四"}, {"category": "other"}, {"facts": ""}, {"files": ["a"]}],
)
def test_another_part_is_another_commitment(change: dict[str, object]) -> None:
    assert commitment(SALT, replace(CONTENT, **change)) != commitment(SALT, CONTENT)  # type: ignore[arg-type]
    assert commitment(bytes(16), CONTENT) != commitment(SALT, CONTENT)
