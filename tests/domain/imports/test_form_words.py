"""Words of the forms' lists, as people write them."""

from __future__ import annotations

from app.domain.nominees.annexes import ETHNICITIES
from tests.qujing import LISTS, form_word


def test_every_word_of_a_list_is_its_own_word() -> None:
    assert [(field, word) for field, words in LISTS.items() for word in words if form_word(field, word) != word] == []
    assert len(set(ETHNICITIES)) == 58
