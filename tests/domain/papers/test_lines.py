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
        ("", 10, []),
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
