"""Reading the description of a notice from its file, and the messages for a wrong file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.nominees.annexes import Rank
from app.domain.periods.rounds import Kind, Organiser
from app.domain.programmes.notice import AskedOf, Judge
from app.notices.reading import UnusableNotice, read_notice
from tests.qujing import FOLDER, QUJING

LANHE = FOLDER / "lanhe-2031.toml"
WRITTEN = LANHE.read_text("utf-8")
Edit = Callable[[str], str]


def test_a_description_is_taken_as_it_is_written() -> None:
    notice = read_notice(LANHE)
    assert (notice.key, notice.barred_from, notice.places) == (
        "lanhe-2031",
        Rank.COUNTY,
        ("青岳省", "云屏市", "岚河县"),
    )
    assert [(each.key, each.asked) for each in notice.authorities] == [
        ("water", AskedOf.EVERYBODY),
        ("integrity", AskedOf.PUBLIC_BODIES),
        ("safety", AskedOf.EVERYBODY),
    ]
    assert {each.key: (each.check, each.kinds) for each in notice.conditions} == {
        "level": (Judge.RANK, frozenset(Kind)),
        "years": (Judge.PERSON, frozenset({Kind.INDIVIDUAL})),
        "reach": (Judge.PERSON, frozenset({Kind.COLLECTIVE})),
        "clean": (Judge.DISCIPLINE, frozenset(Kind)),
    }
    assert notice.printed_notes(notice.forms[Kind.COLLECTIVE]) == [
        "单位类型从这些里选：县直单位、乡镇、村（社区）、企业。",
        "主要事迹不超过300字。",
    ]


def test_who_organises_a_round_and_what_it_shows_is_no_matter_of_the_notice() -> None:
    rounds = read_notice(LANHE).rounds
    assert [each.organiser for each in rounds.values()] == [*Organiser]
    assert [each.shown for each in rounds.values()] == [each.shown for each in QUJING.rounds.values()]


def replaced(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda _: "key = ", "不是 UTF-8 编码的 TOML 文件"),
        (replaced('reviewers = "县护河评选小组"\n', ""), "缺少 reviewers。"),
        (replaced("county_share = 100", 'county_share = "100"'), "county_share 应是一个整数。"),
        (replaced("county_share = 100", "county_share = true"), "county_share 应是一个整数。"),
        (replaced('places = ["青岳省", "云屏市", "岚河县"]', 'places = ["青岳省", 3]'), "places 应是几段文字。"),
        (replaced('barred_from = "county"', 'barred_from = "king"'), "barred_from 写的是“king”，可以写的有："),
        (replaced('check = "rank"', 'check = "luck"'), "conditions 第1个.check 写的是“luck”，可以写的有："),
        (replaced('asked = "everybody"', 'asks = "everybody"'), "缺少 authorities 第1个.asked。"),
        (replaced('clause = "第七条"', 'clause = "第七条"\nweight = 3'), "没有“conditions 第4个.weight”这一项"),
        (replaced("[rounds.3]", "[rounds.4]"), "缺少 rounds.3。"),
        (replaced("[kinds]", "workdays = 4\n[kinds]"),  # R4 is no matter of a notice
         "没有“workdays”这一项"),
        (replaced('[lists.unit_type.meant]\n"镇" = "乡镇"', "[lists.unit_type]\nmeant = 3"), "不是 UTF-8 编码的 TOML"),
        (replaced('"镇" = "乡镇"', '"镇" = 3'), "lists.unit_type.meant 应是词和词的对照表。"),
        (replaced("photo = { width = 480, ", "photo = { "), "缺少 limits.photo.width。"),
    ],
)  # fmt: skip
def test_a_file_of_another_shape_says_where_it_is_wrong(edit: Edit, words: str, tmp_path: Path) -> None:
    file = tmp_path / "notice.toml"
    file.write_text(edit(WRITTEN), "utf-8")
    with pytest.raises(UnusableNotice) as refused:
        read_notice(file)
    first, *faults = str(refused.value).splitlines()
    assert first == f"评选通知的描述文件 {file} 用不了："
    assert words in faults[0]


def test_a_file_that_is_not_there_or_no_text_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UnusableNotice, match="读不到这个文件"):
        read_notice(tmp_path / "nothing.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(UnusableNotice, match="不是 UTF-8"):
        read_notice(tmp_path / "bytes.toml")
