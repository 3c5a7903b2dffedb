"""Who is on the award list and why somebody is not; whose paper counts; what is still missing (R31, notice 四)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from app.domain.award.decision import (
    AwardStep,
    Facts,
    Fate,
    FinalRound,
    ProceedingKind,
    RecordedPaper,
    Tally,
    UnitQuota,
    count_places,
    find_approvals,
    find_overfull_units,
    find_papers_in_force,
    is_of_the_award,
    list_obstacles,
    list_steps,
)
from app.domain.cases.verdict import Ground
from app.domain.periods.rounds import Kind
from tests.qujing import award_list, judge

OVER = dt.date(2026, 10, 10)  # the day after the window
LATER = dt.date(2026, 10, 12)
THROUGH = Facts(1, "张三", Kind.INDIVIDUAL, 7, passed=True, shown=(FinalRound(1, True, OVER),))
QUOTAS = {7: UnitQuota("麒麟区", {Kind.COLLECTIVE: 1, Kind.INDIVIDUAL: 2})}
APPROVAL, SUBMISSION, CONSULTATION = ProceedingKind.APPROVAL, ProceedingKind.SUBMISSION, ProceedingKind.CONSULTATION

FATES = [
    (THROUGH, Fate.NAMED, ""),
    (replace(THROUGH, out={Ground.UPHELD}), Fate.LEFT_OUT, "取消参评资格（异议成立）"),
    (replace(THROUGH, out={Ground.LAPSED, Ground.UPHELD}), Fate.LEFT_OUT, "取消参评资格（逾期未结论、异议成立）"),
    (replace(THROUGH, out={Ground.LAPSED}, withdrawn=True), Fate.LEFT_OUT, "取消参评资格（逾期未结论）"),
    (replace(THROUGH, withdrawn=True), Fate.LEFT_OUT, "已退出推荐"),
    (replace(THROUGH, passed=None), Fate.LEFT_OUT, "没有经过复审"),
    (replace(THROUGH, passed=False), Fate.LEFT_OUT, "复审未通过"),
    (replace(THROUGH, shown=()), Fate.PENDING, "还没有列入全市公示"),
    (replace(THROUGH, shown=(FinalRound(1, False, OVER),)), Fate.PENDING, "全市公示还没有办结"),
    (replace(THROUGH, edition=2), Fate.PENDING, "事迹修改过，须重新进行全市公示"),
    (
        replace(THROUGH, edition=2, shown=(FinalRound(1, True, OVER), FinalRound(2, False, LATER))),
        Fate.PENDING,
        "全市公示还没有办结",
    ),
    (replace(THROUGH, edition=2, shown=(FinalRound(1, False, OVER), FinalRound(2, True, LATER))), Fate.NAMED, ""),
    (replace(THROUGH, open_cases=1), Fate.PENDING, "还有异议没有结论"),
    (replace(THROUGH, open_cases=1, withdrawn=True), Fate.LEFT_OUT, "已退出推荐"),
    # What was recorded against it since comes before any step that is not done, and after what excludes it.
    (replace(THROUGH, doubt="公安机关有异议"), Fate.PENDING, "公安机关有异议"),
    (replace(THROUGH, doubt="公安机关有异议", shown=(), open_cases=1), Fate.PENDING, "公安机关有异议"),
    (replace(THROUGH, doubt="公安机关有异议", withdrawn=True), Fate.LEFT_OUT, "已退出推荐"),
]


@pytest.mark.parametrize(("facts", "fate", "reason"), FATES)
def test_each_nominee_has_one_fate_and_its_reason(facts: Facts, fate: Fate, reason: str) -> None:
    judged = judge(facts)
    assert (judged.fate, judged.reason) == (fate, reason)


def test_the_list_has_collectives_first_and_keeps_the_order_within() -> None:
    facts = [
        replace(THROUGH, nominee_id=1),
        replace(THROUGH, nominee_id=2, kind=Kind.COLLECTIVE),
        replace(THROUGH, nominee_id=3, out={Ground.UPHELD}),
        replace(THROUGH, nominee_id=4),
        replace(THROUGH, nominee_id=5, kind=Kind.COLLECTIVE, shown=()),
        replace(THROUGH, nominee_id=6, kind=Kind.COLLECTIVE),
    ]
    award = award_list(facts)
    assert [each.nominee_id for each in award.named] == [2, 6, 1, 4]
    assert [each.facts.nominee_id for each in award.pending] == [5]
    assert [each.facts.nominee_id for each in award.left_out] == [3]


def test_places_are_counted_by_kind_with_the_secret_ones_on_paper() -> None:
    award = award_list([THROUGH, replace(THROUGH, nominee_id=2, out={Ground.UPHELD})])
    quotas = {7: UnitQuota("麒麟区", {Kind.COLLECTIVE: 2, Kind.INDIVIDUAL: 4}, {Kind.INDIVIDUAL: 1})}
    found = count_places([facts.kind for facts in award.named], quotas)
    assert found == {
        Kind.COLLECTIVE: Tally(places=2, named=0),
        Kind.INDIVIDUAL: Tally(places=4, named=1, secret=1),
    }
    assert [tally.vacant for tally in found.values()] == [2, 2]
    assert find_overfull_units(award, quotas) == []


@pytest.mark.parametrize(
    ("places", "named", "secret", "vacant"),
    [(0, 0, 0, 0), (2, 0, 0, 2), (2, 1, 0, 1), (2, 1, 1, 0), (2, 2, 0, 0), (2, 2, 1, 0), (2, 3, 0, 0)],
)
def test_a_place_is_vacant_unless_somebody_has_it_and_never_fewer_than_none(
    places: int, named: int, secret: int, vacant: int
) -> None:
    assert Tally(places, named, secret).vacant == vacant
    assert secret or Tally(places, named).vacant == vacant


def test_a_unit_without_places_of_a_kind_adds_none() -> None:
    quotas = {
        7: UnitQuota("麒麟区", {Kind.COLLECTIVE: 2}, {Kind.COLLECTIVE: 1}),
        8: UnitQuota("沾益区", {Kind.INDIVIDUAL: 3}),
    }
    assert count_places([Kind.INDIVIDUAL] * 2, quotas) == {
        Kind.COLLECTIVE: Tally(places=2, named=0, secret=1),
        Kind.INDIVIDUAL: Tally(places=3, named=2, secret=0),
    }


@pytest.mark.parametrize(
    ("names", "places", "secret", "told"),
    [
        (1, 1, 0, []),
        (1, 1, 1, ["麒麟区的个人超出名额（名额1个，名单上1个）"]),
        (2, 1, 0, ["麒麟区的个人超出名额（名额1个，名单上2个）"]),
        (1, 0, 0, ["麒麟区的个人超出名额（没有名额，名单上1个）"]),
        (0, 0, 1, []),  # nobody of it is on the list
    ],
)
def test_names_and_secret_ones_fit_into_the_places_to_the_last(
    names: int, places: int, secret: int, told: list[str]
) -> None:
    award = award_list([replace(THROUGH, nominee_id=number) for number in range(names)])
    quota = UnitQuota("麒麟区", {Kind.INDIVIDUAL: places}, {Kind.INDIVIDUAL: secret})
    assert find_overfull_units(award, {7: quota}) == told
    if not places and not secret:
        assert find_overfull_units(award, {7: UnitQuota("麒麟区", {Kind.COLLECTIVE: 5})}) == told


def test_more_names_than_places_are_told_by_unit_and_kind() -> None:
    award = award_list([replace(THROUGH, nominee_id=number) for number in (1, 2)])
    assert find_overfull_units(award, QUOTAS) == []
    secret = {7: replace(QUOTAS[7], secret={Kind.INDIVIDUAL: 1})}
    assert find_overfull_units(award, secret) == ["麒麟区的个人超出名额（名额2个，名单上2个）"]
    assert find_overfull_units(award, {}) == ["没有名额的单位的个人超出名额（没有名额，名单上2个）"]


# --- papers ----------------------------------------------------------------------------------------


def test_the_last_paper_of_an_issuer_counts_and_an_approval_for_showing_is_none_for_the_award() -> None:
    papers = [
        RecordedPaper(1, CONSULTATION, "市公安局", dt.date(2026, 9, 20), False),
        RecordedPaper(2, APPROVAL, "市委", dt.date(2026, 9, 25), True),  # to show the list
        RecordedPaper(3, CONSULTATION, "市公安局", dt.date(2026, 9, 20), True),  # as it should have been recorded
        RecordedPaper(4, APPROVAL, "市委", OVER, False),
        RecordedPaper(5, APPROVAL, "市政府", OVER, True),
        RecordedPaper(6, APPROVAL, "市委", OVER, True),
    ]
    assert [paper.id for paper in find_papers_in_force(papers, OVER)] == [2, 3, 5, 6]
    assert [paper.id for paper in find_approvals(papers, OVER)] == [5, 6]
    # Somebody is shown once more: what was approved before that does not cover the list as it will be.
    assert find_approvals(papers, OVER + dt.timedelta(days=1)) == []
    assert find_approvals(papers, None) == []


@pytest.mark.parametrize(
    ("kind", "first", "second", "in_force"),
    [
        # One consultation replaces the one before, whenever the list was shown.
        (CONSULTATION, OVER - dt.timedelta(days=1), OVER, [2]),
        (CONSULTATION, OVER, LATER, [2]),
        # An approval before and one after are two things; two on one side are one.
        (APPROVAL, OVER - dt.timedelta(days=1), OVER, [1, 2]),
        (APPROVAL, OVER, LATER, [2]),
        (SUBMISSION, OVER - dt.timedelta(days=2), OVER - dt.timedelta(days=1), [2]),
        (SUBMISSION, OVER - dt.timedelta(days=1), LATER, [1, 2]),
    ],
)
def test_what_a_second_paper_of_an_issuer_replaces(
    kind: ProceedingKind, first: dt.date, second: dt.date, in_force: list[int]
) -> None:
    papers = [RecordedPaper(1, kind, "市委", first, True), RecordedPaper(2, kind, "市委", second, True)]
    assert [paper.id for paper in find_papers_in_force(papers, OVER)] == in_force


@pytest.mark.parametrize(
    ("kind", "dated", "shown_until", "counts"),
    [
        (APPROVAL, OVER - dt.timedelta(days=1), OVER, False),
        (APPROVAL, OVER, OVER, True),  # the day after the window
        (SUBMISSION, LATER, OVER, True),
        (APPROVAL, LATER, None, False),  # nobody was shown yet
        (CONSULTATION, LATER, OVER, False),  # a department is asked about the nominees, not about the award
    ],
)
def test_a_paper_is_of_the_award_once_the_list_was_shown(
    kind: ProceedingKind, dated: dt.date, shown_until: dt.date | None, counts: bool
) -> None:
    assert is_of_the_award(RecordedPaper(1, kind, "市委", dated), shown_until) is counts


AGREED = [RecordedPaper(1, APPROVAL, "市委", OVER, True), RecordedPaper(2, APPROVAL, "市政府", LATER, True)]


def missing(facts: list[Facts], papers: list[RecordedPaper], *, unsettled: bool = False) -> list[str]:
    return list_obstacles(award_list(facts), papers, QUOTAS, unsettled=unsettled)


def test_nothing_is_missing_when_everybody_is_through_and_everybody_agreed() -> None:
    assert missing([THROUGH], AGREED) == []
    assert missing([THROUGH], AGREED[:1]) == []
    assert missing([THROUGH, replace(THROUGH, nominee_id=2, withdrawn=True)], AGREED) == []


def test_whatever_is_missing_is_named() -> None:
    waiting = replace(THROUGH, nominee_id=2, name="李四", shown=(FinalRound(1, False, OVER),))
    assert missing([THROUGH, waiting], AGREED) == ["建议名单上还有1个对象没有走完程序：李四（全市公示还没有办结）"]
    assert missing([], AGREED) == [
        "没有一个推荐对象走完程序，名单是空的",
        "还没有登记市委、市政府同意表彰的批复（日期须在全市公示结束以后）",
    ]
    refused = [*AGREED, RecordedPaper(3, APPROVAL, "市政府", LATER, False)]
    assert missing([THROUGH], refused) == ["市政府没有同意"]
    early = [replace(AGREED[0], dated=OVER - dt.timedelta(days=1))]
    assert missing([THROUGH], early) == ["还没有登记市委、市政府同意表彰的批复（日期须在全市公示结束以后）"]
    assert missing([THROUGH], AGREED, unsettled=True) == ["有公示的办结期限已到、系统还没有处理完，请过一分钟再试"]


def test_five_who_wait_are_all_that_there_are() -> None:
    facts = [replace(THROUGH, nominee_id=number, name=f"对象{number}", shown=()) for number in range(1, 6)]
    [obstacle, _] = missing(facts, [])
    assert obstacle.endswith("对象5（还没有列入全市公示）")


def test_of_many_who_wait_five_are_named() -> None:
    facts = [replace(THROUGH, nominee_id=number, name=f"对象{number}", shown=()) for number in range(1, 8)]
    [obstacle, _] = missing(facts, [])
    assert obstacle.startswith("建议名单上还有7个对象没有走完程序：对象1（还没有列入全市公示）、")
    assert "对象5" in obstacle
    assert "对象6" not in obstacle
    assert obstacle.endswith("等")


def test_the_steps_say_what_is_there_and_what_is_missing() -> None:
    nothing = award_list([replace(THROUGH, passed=None)])
    assert [(step.name, step.done, step.said) for step in list_steps(nothing, [], "", 0)] == [
        ("建议名单", False, "还没有推荐对象通过复审"),
        ("征求意见", False, "还没有登记部门的答复"),
        ("报批", False, "还没有登记公示前的请示和批复"),
        ("全市公示", False, "要先有建议名单"),
        ("审批", False, "还没有登记机关的答复"),
        ("表彰决定", False, "还没有作出"),
    ]
    papers = [
        RecordedPaper(3, CONSULTATION, "市公安局", dt.date(2026, 9, 20), False),
        RecordedPaper(4, SUBMISSION, "市级专班", dt.date(2026, 9, 21)),
        *AGREED,
    ]
    half = award_list([THROUGH, replace(THROUGH, nominee_id=2, kind=Kind.COLLECTIVE, shown=())])
    assert list_steps(half, papers, "", 0)[:5] == [
        AwardStep("建议名单", True, "复审通过、仍然参评的有集体1个、个人1名"),
        AwardStep("征求意见", False, "市公安局没有同意"),
        AwardStep("报批", False, "已经请示，还没有登记批复"),
        AwardStep("全市公示", False, "1个已经公示办结，1个还没有"),
        AwardStep("审批", True, "市委、市政府同意"),
    ]
    whole = list_steps(award_list([THROUGH]), papers, "12号", 2)
    assert whole[3] == AwardStep("全市公示", True, "1个都已公示办结，没有未了的异议")
    assert whole[5:] == [AwardStep("表彰决定", True, "12号，已经公布"), AwardStep("撤销", True, "撤销了2个")]


BEFORE = OVER - dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("papers", "done", "said"),
    [
        ([], False, "还没有登记公示前的请示和批复"),
        ([RecordedPaper(1, CONSULTATION, "市公安局", BEFORE, True)], False, "还没有登记公示前的请示和批复"),
        ([RecordedPaper(1, SUBMISSION, "市级专班", BEFORE)], False, "已经请示，还没有登记批复"),
        ([RecordedPaper(1, SUBMISSION, "市级专班", OVER)], False, "还没有登记公示前的请示和批复"),  # for the award
        ([RecordedPaper(1, APPROVAL, "市委", BEFORE, True)], True, "市委同意"),
        ([RecordedPaper(1, APPROVAL, "市委", BEFORE, False)], False, "市委没有同意"),
        ([RecordedPaper(1, APPROVAL, "市委", OVER, True)], False, "还没有登记公示前的请示和批复"),
    ],
)
def test_the_list_is_approved_before_it_is_shown(papers: list[RecordedPaper], done: bool, said: str) -> None:
    assert list_steps(award_list([THROUGH]), papers, "", 0)[2] == AwardStep("报批", done, said)


def test_one_who_is_through_makes_a_list() -> None:
    assert list_steps(award_list([THROUGH]), [], "", 1)[0] == AwardStep(
        "建议名单", True, "复审通过、仍然参评的有个人1名"
    )
