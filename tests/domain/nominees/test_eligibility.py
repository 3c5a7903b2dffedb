"""The conditions of the notice, clause by clause, and the share of 县处级 (R10)."""

from __future__ import annotations

import datetime as dt

import pytest

from app.domain.nominees.annexes import Rank
from app.domain.nominees.eligibility import (
    CheckOutcome,
    ConditionAnswer,
    NomineeFacts,
    county_share,
)
from app.domain.periods.rounds import Kind
from tests.qujing import QUJING, checks_of, conditions_of

PASSED, FAILED, OPEN = CheckOutcome.PASSED, CheckOutcome.FAILED, CheckOutcome.TO_CONFIRM
COUNTY_BODY, DISCIPLINE = "county_body", "discipline"
TEAM, PERSON = Kind.COLLECTIVE, Kind.INDIVIDUAL
WHEN = dt.datetime(2025, 11, 3, tzinfo=dt.UTC)


def said(met: bool, note: str = "") -> ConditionAnswer:
    return ConditionAnswer(met, note, "周工", WHEN)


def outcome(key: str, facts: NomineeFacts, **confirmed: ConditionAnswer) -> CheckOutcome:
    return next(check.outcome for check in checks_of(facts, confirmed) if check.condition.key == key)


def test_every_clause_of_parts_two_and_three_has_its_check() -> None:
    assert [(key, each.clause) for key, each in conditions_of(TEAM).items()] == [
        ("rank", "二（一）"),
        ("county_body", "二（一）"),
        ("since_2023", "二（一）"),
        ("grassroots", "二（一）"),
        ("stance", "三"),
        ("conduct", "三"),
        ("discipline", "三"),
        *[(f"merit_{number}", f"三（一）{number}") for number in range(1, 5)],
    ]
    assert [(key, each.clause) for key, each in conditions_of(PERSON).items()] == [
        ("rank", "二（一）"),
        ("since_2023", "二（一）"),
        ("grassroots", "二（一）"),
        ("stance", "三"),
        ("conduct", "三"),
        ("discipline", "三"),
        *[(f"merit_{number}", f"三（二）{number}") for number in range(1, 5)],
    ]
    assert all(each.text and each.name for each in QUJING.conditions)


@pytest.mark.parametrize(
    ("rank", "expected"),
    [(Rank.UNKNOWN, OPEN), (Rank.NONE, PASSED), (Rank.BELOW, PASSED), (Rank.COUNTY, PASSED), (Rank.ABOVE, FAILED)],
)
def test_nobody_of_a_vice_prefectures_rank_or_above(rank: Rank, expected: CheckOutcome) -> None:
    for kind in Kind:
        assert outcome("rank", NomineeFacts(kind, "某某", rank), rank=said(True)) is expected  # no word changes it


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("中共曲靖市麒麟区委员会", FAILED),
        ("中共会泽县委", FAILED),
        ("麒麟区委", FAILED),
        ("宣威市人民政府", FAILED),
        ("云南省曲靖市富源县人民政府", FAILED),
        ("罗平县委县政府", FAILED),
        ("师宗县委、县人民政府", FAILED),
        ("陆良 县政府", FAILED),
        ("曲靖经开区党工委", OPEN),
        ("曲靖经济技术开发区管委会", OPEN),
        ("中共麒麟区委办公室", PASSED),
        ("麒麟区委政法委", PASSED),
        ("会泽县人民政府办公室", PASSED),
        ("富源县中安街道党工委", PASSED),
        ("共青团麒麟区委", PASSED),
        ("民盟宣威市委员会", PASSED),
        ("太和社区委员会", PASSED),
        ("麒麟区纪委", PASSED),
        ("罗平县板桥镇人民政府", PASSED),
        ("沾益区西平街道办事处", PASSED),
        ("曲靖市第一小学校区委员会", PASSED),
        ("", PASSED),
    ],
)
def test_no_county_committee_and_no_county_government_by_its_name(name: str, expected: CheckOutcome) -> None:
    assert outcome(COUNTY_BODY, NomineeFacts(TEAM, name, Rank.NONE)) is expected


def test_a_persons_word_decides_of_a_zone_and_never_of_a_county() -> None:
    zone, county = (NomineeFacts(TEAM, name, Rank.NONE) for name in ("曲靖经开区党工委", "麒麟区委"))
    assert outcome(COUNTY_BODY, zone, county_body=said(True)) is PASSED
    assert outcome(COUNTY_BODY, zone, county_body=said(False, "相当于县级")) is FAILED
    assert outcome(COUNTY_BODY, county, county_body=said(True)) is FAILED


@pytest.mark.parametrize(
    ("penalties", "word", "expected"),
    [
        ("无", None, OPEN),
        ("无", said(True), PASSED),
        ("无。", said(True), PASSED),
        ("未受过任何处分", said(True), PASSED),
        ("无", said(False, "有举报属实"), FAILED),
        (None, None, OPEN),
        (None, said(True), PASSED),
        ("", said(True), PASSED),
        ("2019年警告", None, OPEN),
        ("2019年警告", said(True), OPEN),  # yes alone is too little where the form says otherwise
        ("2019年警告", said(True, "已过三年"), PASSED),
        ("2019年警告", said(False, "在三年内"), FAILED),
        ("无、警告一次", said(True), OPEN),
    ],
)
def test_no_breach_of_discipline_is_what_the_form_says_and_a_person_confirms(
    penalties: str | None, word: ConditionAnswer | None, expected: CheckOutcome
) -> None:
    confirmed = {DISCIPLINE: word} if word else {}
    for kind in Kind:
        assert outcome(DISCIPLINE, NomineeFacts(kind, "某某", Rank.NONE, penalties), **confirmed) is expected


def test_what_no_machine_knows_waits_for_a_person() -> None:
    facts = NomineeFacts(PERSON, "麒小三", Rank.BELOW, "无")
    waiting = {check.condition.key for check in checks_of(facts, {}) if check.outcome is OPEN}
    assert waiting == set(conditions_of(PERSON)) - {"rank"}
    everything = dict.fromkeys(conditions_of(PERSON), said(True))
    assert {check.outcome for check in checks_of(facts, everything)} == {PASSED}
    one = checks_of(facts, everything | {"merit_2": said(False, "事迹不属实")})
    assert [(check.condition.key, check.why) for check in one if check.outcome is FAILED] == [("merit_2", "事迹不属实")]


@pytest.mark.parametrize(
    ("county", "total", "percent", "exceeded", "most", "words"),
    [
        (15, 150, 10, False, 15, "10.0%"),
        (16, 150, 10, True, 15, "10.7%"),
        (14, 149, 10, False, 14, "9.4%"),
        (15, 149, 10, True, 14, "10.1%"),
        (100, 999, 10, True, 99, "10.1%"),  # 10.01…, which must not read as 10.0
        (0, 0, 10, False, 0, "0.0%"),
        (1, 0, 10, True, 0, "0.0%"),
        (1, 8, 10, True, 0, "12.5%"),
        (1, 100, 0, True, 0, "1.0%"),
        (7, 7, 100, False, 7, "100.0%"),
    ],
)
def test_the_share_of_county_rank_to_the_last_head(
    county: int, total: int, percent: int, exceeded: bool, most: int, words: str
) -> None:
    share = county_share(county, total, percent)
    assert (share.exceeded, share.most, share.words) == (exceeded, most, words)


@pytest.mark.parametrize(
    ("county", "total", "left", "near"),
    [
        # 15 places in 150: the last fifth is three
        (0, 150, 15, False),
        (11, 150, 4, False),
        (12, 150, 3, True),
        (15, 150, 0, True),
        (16, 150, 0, False),  # exceeded: it is too late to warn
        # 16 in 160: a fifth of them is three, and no fourth
        (12, 160, 4, False),
        (13, 160, 3, True),
        # 4 in 40: the last one
        (2, 40, 2, False),
        (3, 40, 1, True),
        (0, 10, 1, False),  # nobody has used it
        (0, 9, 0, False),
        (1, 10, 0, True),
    ],
)
def test_a_share_that_is_nearly_used_up_is_told_in_time(county: int, total: int, left: int, near: bool) -> None:
    share = county_share(county, total, 10)
    assert (share.left, share.is_near) == (left, near)


@pytest.mark.parametrize(
    ("key", "facts", "word", "expected"),
    [
        # what a person may say of it, and whether yes needs a reason
        ("rank", NomineeFacts(TEAM, "某某", Rank.UNKNOWN), None, (OPEN, "行政级别还没有确认", False, False)),
        ("rank", NomineeFacts(TEAM, "某某", Rank.ABOVE), None, (FAILED, "行政级别：副厅级及以上", False, False)),
        (COUNTY_BODY, NomineeFacts(TEAM, "麒麟区委", Rank.NONE), None,
         (FAILED, "从名称看是县级党委或者政府", False, False)),
        (COUNTY_BODY, NomineeFacts(TEAM, "麒麟区公安分局", Rank.NONE), None,
         (PASSED, "从名称看不是县级党委或者政府", False, False)),
        (COUNTY_BODY, NomineeFacts(TEAM, "曲靖经开区党工委", Rank.NONE), None,
         (OPEN, "从名称看是开发区的党工委或者管委会，请确认是否相当于县级党委和政府", True, False)),
        (DISCIPLINE, NomineeFacts(PERSON, "某某", Rank.NONE, "无"), None,
         (OPEN, "推荐表处分栏写“无”，还须由人核对确认", True, False)),
        (DISCIPLINE, NomineeFacts(PERSON, "某某", Rank.NONE, "警告"), None,
         (OPEN, "推荐表处分栏写的不是“无”，请核实；确认符合的，要写明理由", True, True)),
        (DISCIPLINE, NomineeFacts(PERSON, "某某", Rank.NONE, "警告"), said(True),
         (OPEN, "推荐表处分栏写的不是“无”，请核实；确认符合的，要写明理由", True, True)),
        (DISCIPLINE, NomineeFacts(PERSON, "某某", Rank.NONE, "警告"), said(True, "已过三年"),
         (PASSED, "已过三年", True, True)),
        ("stance", NomineeFacts(PERSON, "某某", Rank.NONE), said(True), (PASSED, "已由人核对确认", True, False)),
    ],
)  # fmt: skip
def test_what_a_check_says_and_whom_it_asks(
    key: str, facts: NomineeFacts, word: ConditionAnswer | None, expected: tuple[CheckOutcome, str, bool, bool]
) -> None:
    checks = checks_of(facts, {key: word} if word else {})
    [check] = [check for check in checks if check.condition.key == key]
    assert (check.outcome, check.why, check.asks, check.wants_note) == expected
    assert check.said == (word if check.asks else None)
