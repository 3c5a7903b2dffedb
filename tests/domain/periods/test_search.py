"""Tables of what people type: which entries it finds, and in which order."""

from __future__ import annotations

import pytest

from app.domain.periods.search import Match, Searchable, find, fold, match

LV = Searchable(
    ("吕丽敏",), ("lvlimin", "lulimin", "llm"), ("曲靖市第一中学", "麒麟区"), ("qujingshidiyizhongxue", "qlq")
)
TEAM = Searchable(("麒麟区交警中队",), ("qilinqujiaojingzhongdui", "qlqjjzd"), ("麒麟区",), ("qilinqu", "qlq"))


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("吕 丽敏", "吕丽敏"),
        ("  吕　丽敏 ", "吕丽敏"),
        ("ＬＶ　Limin", "lvlimin"),
        ("Lü-Limin", "lvlimin"),
        ("阿布都·热西提", "阿布都热西提"),
        ("“吕丽敏”", "吕丽敏"),
        ("。，！", ""),
    ],
)
def test_width_case_spaces_and_punctuation_count_for_nothing(typed: str, folded: str) -> None:
    assert fold(typed) == folded


def test_the_best_match_comes_first() -> None:
    """A name before its sound, and either before the unit; within each the whole, its beginning, a part."""
    assert sorted(Match) == [
        Match.NAME,
        Match.NAME_BEGINS,
        Match.NAME_HOLDS,
        Match.NAME_SOUNDS,
        Match.NAME_SOUND_BEGINS,
        Match.UNIT_HOLDS,
        Match.UNIT_SOUNDS,
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("吕丽敏", Match.NAME),
        ("吕", Match.NAME_BEGINS),
        ("丽敏", Match.NAME_HOLDS),
        ("lvlimin", Match.NAME_SOUNDS),
        ("lulimin", Match.NAME_SOUNDS),
        ("llm", Match.NAME_SOUNDS),
        ("lvl", Match.NAME_SOUND_BEGINS),
        ("一中学", Match.UNIT_HOLDS),
        ("麒麟", Match.UNIT_HOLDS),
        ("diyizhongxue", Match.UNIT_SOUNDS),
        ("zhangsan", None),
        ("qlq", Match.UNIT_SOUNDS),
        ("ql", None),  # two letters are in every unit
        ("李", None),
        ("limin吕", None),
    ],
)
def test_how_a_query_matches_an_entry(query: str, found: Match | None) -> None:
    assert match(query, LV) is found


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("麒麟区", ["team", "lv"]),  # a name that begins so before a unit
        ("吕 丽敏", ["lv"]),
        ("麒麟区 吕丽敏", ["lv"]),
        ("麒麟区 第一中学", ["lv"]),
        ("麒麟区 李四", []),
        ("qlq", ["team", "lv"]),
        ("lvlimin 麒麟区", ["lv"]),
        ("吕丽敏" + " " * 36 + "的", []),  # forty characters are looked at
        ("吕丽敏" + " " * 37 + "的", ["lv"]),
        ("   ", []),
        ("。 ，", []),
        ("。", []),
        ("敏" * 1000, []),
    ],
)
def test_what_is_found_and_in_which_order(typed: str, found: list[str]) -> None:
    assert find(typed, [("lv", LV), ("team", TEAM)]) == found
