"""Texts that the record needs: their length counts without the space around them."""

from __future__ import annotations

import pytest

from app.domain.refusals import MissingText
from app.services.shared.texts import checked_text


@pytest.mark.parametrize("text", ["理由", "  理由\r\n", "一二三四五"])
def test_a_text_within_its_bounds_is_taken_without_the_space_around_it(text: str) -> None:
    assert checked_text(text, "理由", (2, 5)) == text.strip()


@pytest.mark.parametrize("text", ["", "   \n", "理", "一二三四五六"])
def test_a_text_too_short_or_too_long_is_refused_beside_its_own_field(text: str) -> None:
    with pytest.raises(MissingText, match="理由") as refused:
        checked_text(text, "理由", (2, 5), "reason")
    assert refused.value.field == "reason"


def test_a_line_end_of_a_form_is_one_character() -> None:
    assert checked_text("一\r\n二", "理由", (2, 3)) == "一\n二"
