"""The length of 事迹材料 in a Word file: tables count, white space does not."""

from __future__ import annotations

import io

import pytest

from app.domain.refusals import UnreadableForm
from app.papers.materials import length_of
from tests.lists import material


@pytest.mark.parametrize("characters", [10, 1_500])
def test_every_character_of_paragraphs_and_tables_counts(characters: int) -> None:
    assert length_of(io.BytesIO(material(characters)), "材料.docx") == characters


def test_what_is_no_word_file_is_refused_by_its_name() -> None:
    with pytest.raises(UnreadableForm) as refused:
        length_of(io.BytesIO(b"%PDF-1.7\n"), "材料.pdf")
    assert refused.value.source == "材料.pdf"
