"""个人简历: 精确到月，不得断档."""

import datetime as dt

import pytest

from app.domain.imports.resumes import resume_problems

TODAY = dt.date(2025, 10, 20)
WHOLE = "2001.09—2004.07 曲靖市第一中学学习\n2004.09—2008.07 云南大学法学专业学习\n2008.08至今 麒麟区公安局民警"


def told(text: str) -> list[str]:
    return [problem.wrong for problem in resume_problems(text, TODAY)]


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        "2001年9月至2004年7月 一中学习；2004年9月至2008年7月 云南大学；2008年7月至今 麒麟区公安局",
        "2001-09~2004-07 高中\n2004-09~2008-07 大学\n2008-07~现在 工作",
        "２００１．０９－２００４．０７　高中\n２００４．０９－今　工作",
        "2001.09.01-2004.07.15 高中\n2004.09.01-至今 工作",  # more exact than asked
        "2001.09-2004.06 甲厂\n2004.07-至今 乙厂",  # the next month
        "2001.09-2004.06 甲厂\n2004.06-至今 乙厂",  # the same month
        "2001.09-2004.06 甲厂\n2004.05-2004.05 培训\n2004.07-至今 乙厂",  # one month within another job
        "2001.09-2001.09 待业\n2001.10-至今 乙厂",
        "2001.09-2004.06 甲厂\n2003.01-2004.06 大学\n2004.09-至今 乙厂",  # the school began last
        # Education first, work in a block of its own, as many write it.
        "教育：2001.09-2004.07 高中；2007.09-2010.07 夜大\n工作：2004.07-2010.01 甲厂；2010.02-至今 乙厂",
        "2001.09—2004.07 高中学习\n2004.09—        某厂",  # as cadres' forms write it
        "2008.07-2025.09 某局",  # this month may still be missing
        "2001.09-2004.07 高中\n2004.08-2020.03 某厂工作，2020年3月退休",
        "2001.09-2004.07 高中学习\n2004.09起 某厂",  # after school there are two free months
    ],
)
def test_a_resume_without_gaps_passes(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2001.09-2004.07 高中\n2004.10-至今 某厂", "经历中断：2004年8月至2004年9月没有说明"),
        ("2001.09-2004.03 甲厂\n2004.05-至今 乙厂", "经历中断：2004年4月没有说明"),
        ("2001.09-2004.06 高中\n2003.01-2004.06 甲厂\n2004.09-至今 乙厂", "经历中断：2004年7月至2004年8月没有说明"),
        ("2001.09-2004.06 高中\n2005.09-至今 大学", "经历中断：2004年7月至2005年8月没有说明"),  # a holiday and a year
        ("2001.09-2004.06 甲厂\n2004.08-至今 乙厂", "经历中断：2004年7月没有说明"),
        (
            "2001.09-2004.06 甲厂\n2004.09-至今 云南大学",
            "经历中断：2004年7月至2004年8月没有说明",
        ),  # what follows is no matter
        ("2001.09-2004.06 甲厂\n2002.01-2002.03 大学\n2004.09-至今 乙厂", "经历中断：2004年7月至2004年8月没有说明"),
        ("2001.09-2004.06 甲厂\n2004.09-至今 乙厂", "经历中断：2004年7月至2004年8月没有说明"),  # no school, no holiday
        ("2001.09-2004.05 高中\n2004.09-至今 大学", "经历中断：2004年6月至2004年8月没有说明"),  # longer than a holiday
        ("2001.09-2004.06 高中\n2004.10-至今 大学", "经历中断：2004年7月至2004年9月没有说明"),
        ("2001.09-2004.05 高中\n2004.07-至今 大学", "经历中断：2004年6月没有说明"),
        ("2001.09-2025.08 某厂", "经历中断：2025年9月至2025年10月没有说明"),
        ("2001.09-2024.12 某厂", "经历中断：2025年1月至2025年10月没有说明"),
        (
            "2001.09-2002.01 甲\n2002.03-2003.01 乙\n2003.03-至今 丙",
            "经历中断：2002年2月；2003年2月没有说明",
        ),
        ("在某厂工作多年", "看不出各段经历的起止年月"),
        ("2001年—2004年 高中", "看不出各段经历的起止年月"),
        ("2001年—2004年 高中\n2004.07至今 某厂", "有的经历只写了年份"),
        # A line that ends before it begins is told once, and opens no gap behind it after which a holiday would do.
        ("2004.06-2001.09 高中\n2004.09-至今 某厂", "有一段经历的结束时间早于开始时间（2004年6月开始的一段）"),
        (
            "2006.07-2006.06 甲厂\n2004.06-2001.09 乙厂\n2001.09-至今 丙厂",  # the first of several as they stand
            "有一段经历的结束时间早于开始时间（2006年7月开始的一段）",
        ),
        ("2004.07-2001.09 高中\n2001.09-至今 某厂", "有一段经历的结束时间早于开始时间（2004年7月开始的一段）"),
    ],
)
def test_what_is_missing_is_named_by_its_months(text: str, wrong: str) -> None:
    assert told(text) == [wrong]


@pytest.mark.parametrize(("gaps", "more"), [(5, ""), (6, "等6处")])
def test_five_gaps_are_named_and_the_others_counted(gaps: int, more: str) -> None:
    text = "\n".join(f"{year}.01-{year}.11 某厂" for year in range(2000, 2000 + gaps)) + f"\n{2000 + gaps}.01至今 某厂"
    named = "；".join(f"{year}年12月" for year in range(2000, 2005))
    assert told(text) == [f"经历中断：{named}{more}没有说明"]


def test_many_gaps_are_not_all_told() -> None:
    text = "\n".join(f"{year}.01-{year}.11 某厂" for year in range(2000, 2020)) + "\n2020.01至今 某厂"
    assert told(text) == ["经历中断：2000年12月；2001年12月；2002年12月；2003年12月；2004年12月等20处没有说明"]
