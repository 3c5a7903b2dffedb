"""Characters that nobody sees are taken out of a text; everything else stays as it is."""

from __future__ import annotations

import pytest

from app.domain.shared.invisible import without_invisible


@pytest.mark.parametrize(
    "unseen",
    [
        pytest.param("\x00", id="NUL"),
        pytest.param("\x1b", id="escape"),
        pytest.param("\x85", id="next line"),
        pytest.param("\u200b", id="zero width space"),
        pytest.param("\u200f", id="right-to-left mark"),
        pytest.param("\u202e", id="right-to-left override"),
        pytest.param("\u2066", id="left-to-right isolate"),
        pytest.param("\ufeff", id="byte order mark"),
        pytest.param("\ud83d", id="lone surrogate"),
        pytest.param("\uffff", id="no character"),
    ],
)
def test_what_nobody_sees_is_taken_out(unseen: str) -> None:
    assert without_invisible(f"张{unseen}三{unseen}") == "张三"


@pytest.mark.parametrize("text", ["一\t二\r\n三", "阿依古丽·买买提", "𠮷野", "é", "👍", "全角　空格"])
def test_what_people_type_stays(text: str) -> None:
    assert without_invisible(text) == text
