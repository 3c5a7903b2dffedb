"""Digests of a list (R38): every text that is shown is in them, and the salt."""

from __future__ import annotations

import pytest

from app.domain.record.listings import ENTRY_FIELDS, LISTED_ACTS, ListStage, entry_digest, list_digest

TEXTS: dict[str, object] = {field: field for field in ENTRY_FIELDS}
SALT = bytes(16)


@pytest.mark.parametrize("field", ENTRY_FIELDS)
def test_another_text_is_another_digest(field: str) -> None:
    for other in ("another", None, ""):
        assert entry_digest(SALT, TEXTS | {field: other}) != entry_digest(SALT, TEXTS)
    assert entry_digest(bytes([1]) * 16, TEXTS) != entry_digest(SALT, TEXTS)
    assert entry_digest(SALT, TEXTS | {"id": 5, "left": "withdrawn"}) == entry_digest(SALT, TEXTS)


def test_another_order_is_another_list() -> None:
    one, two = entry_digest(SALT, TEXTS), entry_digest(bytes([1]) * 16, TEXTS)
    assert len({list_digest([one, two]), list_digest([two, one]), list_digest([one]), list_digest([])}) == 4


def test_each_stage_is_an_act() -> None:
    assert LISTED_ACTS[ListStage.OPENED] == "period.list_opened"
    assert len(set(LISTED_ACTS.values())) == 3
