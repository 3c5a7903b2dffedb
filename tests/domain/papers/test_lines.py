"""Lines of titles and cells end where words end; names stay whole."""

from __future__ import annotations

import pytest

from app.domain.papers.lines import break_lines, set_in_rows, width_of


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        (
            "关于曲靖市提升人民群众获得感幸福感安全感先进集体和先进个人评选表彰拟正式推荐对象的公示",
            20,
            ["关于曲靖市提升人民群众获得感幸福感安全感", "先进集体和先进个人评选表彰", "拟正式推荐对象的公示"],
        ),
        # As the notice itself sets the titles of its annexes 4, 5 and 6.
        (
            "曲靖市提升人民群众获得感幸福感安全感先进集体推荐表",
            20,
            ["曲靖市提升人民群众获得感幸福感安全感", "先进集体推荐表"],
        ),
        (
            "曲靖市提升人民群众获得感幸福感安全感推荐对象征求意见表",
            20,
            ["曲靖市提升人民群众获得感幸福感安全感", "推荐对象征求意见表"],
        ),
        ("市实施群众满意度提升“四个工程”工作专班", 16, ["市实施群众满意度提升", "“四个工程”工作专班"]),
        ("申报市级先进集体单位有关信息情况表", 20, ["申报市级先进集体单位有关信息情况表"]),
        ("麒麟区第1单位拟推荐对象公示（本单位）", 12, ["麒麟区第1单位拟推荐对象", "公示（本单位）"]),
        # Of unknown words a line rather ends behind a place, or where a comma stands, than in the middle.
        *((f"某某某{sign}某某某某某某", 6, [f"某某某{sign}", "某某某某某某"]) for sign in "省市县区乡镇、，；"),
        ("某某某某某某某某某某", 6, ["某某某某某", "某某某某某"]),
        # A good place is worth an uneven line, a word that ends there is too, and neither is worth a line more.
        ("某某某关于某某某某某", 6, ["某某某关于", "某某某某某"]),
        ("某某某某先进某某某某", 6, ["某某某某", "先进某某某某"]),
        ("某某某某医院某某某某", 6, ["某某某某医院", "某某某某"]),
        ("某某某（某某某某某）", 7, ["某某某", "（某某某某某）"]),
        ("某某“某某某某”某某某", 6, ["某某", "“某某某某”", "某某某"]),  # what is quoted stays whole
        (
            "会泽县者海镇人民政府关于提升人民群众获得感幸福感安全感先进集体和先进个人评选表彰拟推荐对象的公示",
            22,
            [
                "会泽县者海镇人民政府",
                "关于提升人民群众获得感幸福感安全感先进集体",
                "和先进个人评选表彰拟推荐对象的公示",
            ],
        ),
        ("会泽县人力资源和社会保障局", 11, ["会泽县", "人力资源和社会保障局"]),
        ("会泽县人力资源和社会保障局", 9, ["会泽县人力资源", "和社会保障局"]),  # a word wider than its line
        ("曲靖市2025年评选表彰活动市级专班", 6, ["曲靖市2025年", "评选表彰", "活动市级专班"]),
        ("居委会某某某某某", 5, ["居委会", "某某某某某"]),  # a word at the very beginning
        ("公示", 1, ["公", "示"]),
        ("公示", 0.5, ["公示"]),  # no line is narrower than a character
        ("", 10, []),
        ("公示 ", 2.5, ["公示 "]),  # what fits is left as it is
    ],
)
def test_lines_end_where_words_end(text: str, width: int, lines: list[str]) -> None:
    assert break_lines(text, width) == lines


def test_a_name_stays_whole_wherever_it_stands_and_the_text_stays_the_same() -> None:
    name = "阿卜杜拉·买买提"
    for before in range(40):
        text = "某" * before + name + "某" * (40 - before)
        lines = break_lines(text, 20, [name])
        assert "".join(lines) == text
        assert [line for line in lines if name in line], lines
        assert max(map(width_of, lines)) <= 20


@pytest.mark.parametrize("whole", ["20251016", "A-4.5", "“四个工程”"])
def test_a_number_and_what_is_quoted_are_never_broken(whole: str) -> None:
    for before in range(12):
        lines = break_lines("某" * before + whole + "某" * (12 - before), 6)
        assert [line for line in lines if whole in line], lines
        assert max(map(width_of, lines)) <= 6


@pytest.mark.parametrize(
    ("whole", "lines"),
    [
        # as wide as the line, at its beginning and at its end
        (["阿卜杜拉·买买提"], ["阿卜杜拉·买买提", "某某某"]),
        (["阿卜杜拉·买买提", "", "张三"], ["阿卜杜拉·买买提", "某某某"]),
        ([], ["阿卜杜拉·买", "买提某某某"]),
    ],
)
def test_a_name_as_wide_as_its_line_stays_whole(whole: list[str], lines: list[str]) -> None:
    assert break_lines("阿卜杜拉·买买提某某某", 8, whole) == lines


def test_what_no_line_can_hold_is_broken_all_the_same() -> None:
    assert [len(line) for line in break_lines("某" * 45, 20, ["某" * 45])] == [15, 15, 15]


def test_names_stand_in_columns_and_a_row_fits_its_line() -> None:
    names = ["张三", "李小四", "欧阳小五", "赵六", "钱七", "孙八"]
    rows = set_in_rows(names, 25)
    assert [row.split() for row in rows] == [names[:5], names[5:]]
    assert all(width_of(row) <= 25 for row in rows)
    assert {row.index(row.split()[0]) for row in rows} == {0}
    assert [row.find("李小四") for row in rows[:1]] == [5]
    long = ["罗平县人民医院急诊科", "演示市麒麟区东山镇便民服务中心综合窗口"]
    assert set_in_rows(long, 25) == long
    assert set_in_rows([], 25) == []


@pytest.mark.parametrize(
    ("names", "width", "rows"),
    [
        (["麒麟区公安分局", "沾益区司法局"], 17, ["麒麟区公安分局\u3000沾益区司法局"]),
        # as long as half a line, less the space between: two in a row
        (["某" * 12, "乙" * 12], 25, ["某" * 12 + "\u3000" + "乙" * 12]),
        (["某" * 13, "乙"], 25, ["某" * 13, "乙"]),
        (["张三", "某" * 13, "李四", "王五"], 25, ["张三", "某" * 13, "李四\u3000王五"]),
        # Latin letters are half as wide
        (["A队", "乙队"], 10, ["A队\u3000 乙队"]),
        (["四字名称"] * 5, 23, ["\u3000".join(["四字名称"] * 4), "四字名称"]),
        (["四字名称"] * 5, 24, ["\u3000".join(["四字名称"] * 5)]),
        (["A队", "B"], 26, ["A队\u3000 B"]),
        (["张三", "李小四", "欧阳小五", "赵六"], 8, ["张三\u3000\u3000李小四", "欧阳小五", "赵六"]),
        (["甲", "乙", "丙"], 3, ["甲\u3000乙", "丙"]),
    ],
)
def test_how_a_row_of_names_is_filled(names: list[str], width: int, rows: list[str]) -> None:
    assert set_in_rows(names, width) == rows


@pytest.mark.parametrize(("text", "width"), [("", 0), ("公示", 2), ("A4", 1), ("附件1", 2.5), ("“四”", 3)])
def test_latin_letters_and_digits_are_half_as_wide(text: str, width: float) -> None:
    assert width_of(text) == width


@pytest.mark.parametrize("sign", "、，。；：！？）》」』】〉”’·—的等级个名")
def test_no_line_begins_with_what_closes(sign: str) -> None:
    assert not any(line.startswith(sign) for line in break_lines(f"某某某某{sign}某某某", 4))


@pytest.mark.parametrize("sign", "（《「『【〈“‘第和与及对拟")
def test_no_line_ends_with_what_opens(sign: str) -> None:
    assert not any(line.endswith(sign) for line in break_lines(f"某某某{sign}某某某某", 4))
