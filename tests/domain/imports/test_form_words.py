"""Words of the forms' lists, as people write them."""

from __future__ import annotations

import pytest

from app.domain.imports.form_words import word_problem
from app.domain.nominees.annexes import ETHNICITIES
from tests.qujing import LISTS, QUJING, form_word


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("字" * 20, "字" * 20),
        ("字" * 21, "字" * 20 + "…"),
        ("汉\n族人", "汉 族人"),
        ("汉族123", "汉族123"),
        ("汉族1234", "汉族…"),  # it may be a person's number
        ("110105194912310021X", "…"),
    ],
)
def test_a_strange_word_is_shown_short_and_without_numbers(text: str, shown: str) -> None:
    problem = word_problem("ethnicity", text, QUJING)
    assert problem is not None
    assert problem.wrong == f"“{shown}”不在“民族”可以填写的范围内"


def test_every_word_of_a_list_is_its_own_word() -> None:
    assert [(field, word) for field, words in LISTS.items() for word in words if form_word(field, word) != word] == []
    assert len(set(ETHNICITIES)) == 58
