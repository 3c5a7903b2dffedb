"""Who signs stands centred above the date (GB/T 9704)."""

from __future__ import annotations

import pytest

from app.papers.signatures import Signature, signature


@pytest.mark.parametrize(
    ("signed_by", "expected"),
    [
        ("麒麟区", Signature(625, 400)),  # 3 characters above 7.5
        ("市级专班办", Signature(525, 400)),
        ("市委宣传部办公室", Signature(375, 400)),  # 8 characters: a little nearer to the edge than the date
        ("市实施群众满意度提升“四个工程”工作专班", Signature(200, 825)),  # 20: two characters from the edge at least
    ],
)
def test_both_lines_have_one_middle(signed_by: str, expected: Signature) -> None:
    assert signature(signed_by, "2026年9月30日") == expected


def test_a_longer_date_moves_the_name_alone() -> None:
    assert signature("麒麟区", "2026年10月30日") == Signature(650, 400)
