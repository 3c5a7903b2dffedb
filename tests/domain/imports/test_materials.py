"""事迹材料: as long as the notice allows a collective's and an individual's to be, and not empty."""

from __future__ import annotations

import pytest

from app.domain.imports.materials import characters_in, material_problem
from app.domain.periods.rounds import Kind
from tests.qujing import QUJING


def test_characters_are_counted_as_word_does_without_white_space() -> None:
    assert characters_in(" 一，\t二。\n\u3000三 ") == 5


@pytest.mark.parametrize("kind", Kind)
def test_the_longest_is_taken_one_character_more_is_not_and_nothing_is_not(kind: Kind) -> None:
    longest = QUJING.material_limits[kind]
    assert [material_problem(length, kind, QUJING) for length in (1, longest)] == [None, None]
    over, empty = material_problem(longest + 1, kind, QUJING), material_problem(0, kind, QUJING)
    assert over is not None
    assert (over.wrong, over.right.endswith("请删去1字")) == (f"有{longest + 1}字", True)
    assert empty is not None
    assert empty.wrong == "里面没有文字"
