"""A list against those who stand already: places, one nominee once, whose photo it is (R9, R11)."""

from __future__ import annotations

import pytest

from app.domain.imports.fields import Problem
from app.domain.imports.lists import (
    MOST_ROWS,
    KnownNominee,
    PlacesTaken,
    Register,
    photo_owner,
    quota_problem,
    recommender_problem,
    stray_photo,
)
from app.domain.periods.rounds import Kind
from tests.qujing import QUJING

TEAM, PERSON = Kind.COLLECTIVE, Kind.INDIVIDUAL
OURS = KnownNominee(1, PERSON, "张三", "一中", "麒麟区", ours=True, entered=False, person_hash="h1")
SHOWN = KnownNominee(2, PERSON, "李四", "一中", "麒麟区", ours=True, entered=True, person_hash="h2")
THEIRS = KnownNominee(3, PERSON, "王五", "二中", "沾益区", ours=False, entered=False, person_hash="h3")
FORCE = KnownNominee(4, TEAM, "一大队", "一大队", "麒麟区", ours=True, entered=False, person_hash=None)
REGISTER = Register([OURS, SHOWN, THEIRS, FORCE])


@pytest.mark.parametrize(
    ("kind", "name", "unit", "hashes", "fills", "told", "to_office"),
    [
        (PERSON, "赵六", "一中", ["h9"], False, [], []),
        (PERSON, "张三", "二中", ["h9"], False, [], []),  # another of the same name
        (PERSON, "张 三", "一中", [], False, ["名单上已经有了"], ["名单上已经有了"]),
        (PERSON, "张三", "一中", ["h1"], True, [], []),  # its own form
        (PERSON, "李四", "一中", ["h2"], True, ["已经列入公示，不能再用推荐表改动"],
         ["已经列入公示，不能再用推荐表改动"]),
        (PERSON, "张三", "一中", ["h9"], False, ["名单上已经有一个同名的人，身份证号码不同"],
         ["名单上已经有一个同名的人，身份证号码不同"]),  # a question
        (PERSON, "王五", "二中", [], True, ["已由其他单位推荐"], ["已由沾益区推荐"]),  # the office alone reads whose
        (PERSON, "王武", "一中", ["h3"], False, ["已由其他单位推荐"], ["已由沾益区推荐"]),
        (PERSON, "张三", "一中", ["h2"], True, ["和名单上的另一个推荐对象一样"], ["和名单上的另一个推荐对象一样"]),
        (TEAM, "一大队", "别的单位", [], False, ["名单上已经有了"], ["名单上已经有了"]),  # its name says whose it is
        (PERSON, "一大队", "一大队", [], False, [], []),
    ],
)  # fmt: skip
def test_a_row_meets_who_stands_already_by_name_and_by_number(
    kind: Kind, name: str, unit: str, hashes: list[str], fills: bool, told: list[str], to_office: list[str]
) -> None:
    clashes = REGISTER.clashes(kind, name, unit, hashes, fills=fills)
    assert [clash.problem.wrong for clash in clashes] == told
    assert [clash.to_office for clash in clashes] == to_office


def test_a_form_fills_the_units_own_nominee_and_a_row_of_a_list_fills_nobody() -> None:
    assert REGISTER.filled(PERSON, "张三", "一中", ["h1"], fills=True) is OURS
    assert REGISTER.filled(PERSON, "张三", "一中", [], fills=True) is OURS
    assert REGISTER.filled(PERSON, "张三", "一中", ["h9"], fills=True) is None  # another person of the name
    assert REGISTER.filled(PERSON, "张三", "一中", ["h1"], fills=False) is None
    assert REGISTER.filled(PERSON, "王五", "二中", ["h3"], fills=True) is None


def test_of_two_namesakes_a_form_fills_the_one_whose_number_it_has() -> None:
    second = KnownNominee(5, PERSON, "张三", "一中", "麒麟区", ours=True, entered=False, person_hash="h5")
    register = Register([OURS, second])
    assert [register.filled(PERSON, "张三", "一中", [hash_], fills=True) for hash_ in ("h1", "h5", "h6")] == [
        OURS, second, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("places", "secret", "taken", "coming", "over"),
    [(5, 0, 0, 5, None), (5, 1, 0, 5, 1), (5, 1, 3, 1, None), (5, 1, 3, 2, 1), (2, 0, 3, 1, 1), (0, 0, 0, 1, 1)],
)
def test_a_list_has_the_places_that_nobody_took_and_no_secret_one_holds(
    places: int, secret: int, taken: int, coming: int, over: int | None
) -> None:
    problem = quota_problem(PERSON, PlacesTaken(places, secret, taken), coming, QUJING)
    assert (problem.wrong.rpartition("超出")[2] if problem else None) == (f"{over}个" if over else None)


@pytest.mark.parametrize(
    ("written", "fits"),
    [
        ("麒麟区", True), ("麒麟 区", True), ("麒麟区（盖章）", True), ("麒麟区(公章)", True),
        ("沾益区", False), ("（盖章）", False), ("", False),
    ],
)  # fmt: skip
def test_a_list_names_the_unit_that_hands_it_in(written: str, fits: bool) -> None:
    assert (recommender_problem(written, "麒麟区") is None) is fits


def test_a_photo_belongs_to_whom_it_is_named_after_and_to_nobody_where_two_have_the_name() -> None:
    names = {5: "张三", 6: "李四", 7: "李四"}
    files = ("麒麟区—张三.jpg", "麒麟区—李四.jpg", "沾益区—张三.jpg")
    assert [photo_owner(file, names, "麒麟区") for file in files] == [5, None, None]


def test_a_list_has_two_thousand_rows_at_most() -> None:
    assert MOST_ROWS == 2_000


ONCE = "一个推荐对象只报一次：请删去这一行；要补充材料，请上传推荐表"
BOTH_NUMBERS = "是同名的两个人的，请把两个人的身份证号码都填上"


@pytest.mark.parametrize(
    ("kind", "name", "unit", "hashes", "problem"),
    [
        (PERSON, "张三", "一中", ["h1"], Problem("姓名", "名单上已经有了", f"{ONCE}；{BOTH_NUMBERS}")),
        (TEAM, "一大队", "一大队", [], Problem("集体名称", "名单上已经有了", ONCE)),  # two collectives have two names
        (
            PERSON,
            "张三",
            "一中",
            ["h9"],
            Problem(
                "姓名",
                "名单上已经有一个同名的人，身份证号码不同",
                "是两个人的，请在下面确认；是同一个人的，请核对身份证号码",
                asks=True,  # it may be right: whoever confirms answers for it
            ),
        ),
        (
            PERSON,
            "王五",
            "二中",
            [],
            Problem("姓名", "已由其他单位推荐", "同一个对象只能由一个单位推荐：请核对，或者与市级专班联系"),
        ),
    ],
)
def test_whoever_hands_in_a_row_reads_what_would_be_right(
    kind: Kind, name: str, unit: str, hashes: list[str], problem: Problem
) -> None:
    assert [clash.problem for clash in REGISTER.clashes(kind, name, unit, hashes, fills=False)] == [problem]


@pytest.mark.parametrize(
    ("place", "coming", "wrong", "right"),
    [
        (PlacesTaken(5, 0, 0), 6, "先进个人名额5个，这次报了6个，超出1个", "最多再报5个"),
        (PlacesTaken(5, 0, 3), 4, "先进个人名额5个，已经用去3个，这次报了4个，超出2个", "最多再报2个"),
        (PlacesTaken(5, 1, 1), 5, "先进个人名额5个，已经用去2个，这次报了5个，超出2个", "最多再报3个"),
        (PlacesTaken(5, 2, 3), 1, "先进个人名额5个，已经用去5个，这次报了1个，超出1个", "不能再报"),
        (PlacesTaken(0, 0, 0), 2, "没有先进个人名额，这次报了2个，超出2个", "不能再报"),
    ],
)
def test_a_list_that_is_too_long_says_by_how_much(place: PlacesTaken, coming: int, wrong: str, right: str) -> None:
    also = "；要顶替已取消资格的对象，请在那个对象的页面上办理递补"
    assert quota_problem(PERSON, place, coming, QUJING) == Problem("名额", wrong, right + also)


@pytest.mark.parametrize(
    ("written", "wrong"),
    [("沾益区", "写的是“沾益区”"), ("沾益区（盖章）", "写的是“沾益区”"), ("", "没有填"), ("（盖章）", "没有填")],
)
def test_a_list_of_another_unit_says_whose_it_should_be(written: str, wrong: str) -> None:
    assert recommender_problem(written, "麒麟区") == Problem("推荐单位", wrong, "应填“麒麟区”")


def test_a_photo_of_nobody_is_told_how_it_should_be_named() -> None:
    assert stray_photo("麒麟区", QUJING) == Problem(
        "照片",
        "没有和这个文件名对应的先进个人推荐表，或者有几份",
        "文件名应是“麒麟区—姓名.jpg”，与推荐表一起上传；也可以以后在这个人的页面上单独上传",
    )
