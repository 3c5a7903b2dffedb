"""A list against those who stand already: places, one nominee once, whose photo it is (R9, R11)."""

from __future__ import annotations

import pytest

from app.domain.imports.lists import (
    MOST_ROWS,
    KnownNominee,
    PlacesTaken,
    Register,
    photo_owner,
    quota_problem,
    recommender_problem,
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
