"""Who signs stands centred above the date, several one below the other with room for their seals (GB/T 9704)."""

from __future__ import annotations

import pytest

from app.papers.signatures import Signature, signature


def rights(signed: Signature) -> list[int]:
    return [*(line.right for line in signed.lines), signed.dated.right]


@pytest.mark.parametrize(
    ("signed_by", "expected"),
    [
        ("麒麟区", [625, 400]),  # 3 characters above 7.5
        ("市级专班办", [525, 400]),
        ("市委宣传部办公室", [375, 400]),  # 8 characters: a little nearer to the edge than the date
        ("市实施群众满意度提升“四个工程”工作专班", [200, 825]),  # 20: two characters from the edge at least
    ],
)
def test_both_lines_have_one_middle(signed_by: str, expected: list[int]) -> None:
    assert rights(signature([signed_by], "2026年9月30日")) == expected


def test_a_longer_date_moves_the_name_alone() -> None:
    assert rights(signature(["麒麟区"], "2026年10月30日")) == [650, 400]


def test_joint_signatories_have_a_line_each_with_one_middle_and_room_for_a_seal() -> None:
    signed = signature(["中共罗平县委员会", "罗平县人民政府"], "2026年9月30日")
    assert [line.text for line in signed.lines] == ["中共罗平县委员会", "罗平县人民政府"]
    assert rights(signed) == [375, 425, 400]
    first, second = (line.before / 20 / 72 * 25.4 for line in signed.lines)  # millimetres
    assert first == pytest.approx(2 * 28.9 / 72 * 25.4, abs=0.1)
    assert second + 28.9 / 72 * 25.4 >= 45 - 0.1  # a seal of 42 mm, and no two touch
    assert signed.dated.before == 0


def test_a_name_that_no_line_holds_is_set_in_two_where_words_end() -> None:
    signed = signature(["中共曲靖市委实施群众满意度提升“四个工程”工作领导小组办公室"], "2026年9月30日")
    assert [line.text for line in signed.lines] == ["中共曲靖市委实施群众满意度提升", "“四个工程”工作领导小组办公室"]
    assert [line.before > 0 for line in signed.lines] == [True, False]
    assert min(rights(signed)) >= 200
