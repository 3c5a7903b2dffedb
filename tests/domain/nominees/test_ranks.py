"""The rank that a 职务职级 or 集体级别 plainly names (R10)."""

from __future__ import annotations

import pytest

from app.domain.nominees.annexes import Rank
from app.domain.nominees.ranks import rank_of


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("副厅级", Rank.ABOVE),
        ("正厅级领导", Rank.ABOVE),
        ("省部级", Rank.ABOVE),
        ("地市级", Rank.ABOVE),
        ("二级巡视员", Rank.ABOVE),
        ("相当于副厅级", Rank.ABOVE),
        ("县处级", Rank.COUNTY),
        ("副局长（正处级）", Rank.COUNTY),
        ("副 处 级", Rank.COUNTY),
        ("县级", Rank.COUNTY),
        ("四级调研员", Rank.COUNTY),
        ("科长（享受副处级待遇）", Rank.COUNTY),
        ("乡科级", Rank.BELOW),
        ("正科级", Rank.BELOW),
        ("股级", Rank.BELOW),
        ("一级主任科员", Rank.BELOW),
        ("无", Rank.NONE),
        ("无行政级别", Rank.NONE),
        ("—", Rank.NONE),
        ("局长", Rank.UNKNOWN),
        ("无线电管理处主任", Rank.UNKNOWN),
        ("", Rank.UNKNOWN),
    ],
)
def test_a_rank_is_what_is_plainly_said(text: str, rank: Rank) -> None:
    assert rank_of(text) is rank
