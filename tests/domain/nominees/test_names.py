"""Names are cleaned in the same way at every door (R9)."""

from __future__ import annotations

import pytest

from app.domain.nominees.names import clean_name


@pytest.mark.parametrize(
    ("typed", "published"),
    [
        ("张 三", "张三"),
        ("欧阳　小明", "欧阳小明"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽‧买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("第１中队", "第1中队"),
        ("㛃〇𠮷", "㛃〇𠮷"),  # no character of a name is replaced by a likeness
        ("John Smith", "John Smith"),
        (" 张三\n", "张三"),
    ],
)
def test_a_name_is_published_in_one_spelling(typed: str, published: str) -> None:
    assert clean_name(typed) == published
