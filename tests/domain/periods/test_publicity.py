"""A title or a figure that would identify a nominee is not public outside the window (R5)."""

from typing import Any

import pytest

from app.domain.periods.publicity import (
    FIGURES,
    ClosingFigures,
    figures_of,
    is_shown_alone,
    organiser_is_shown,
    pool_figures,
    title_by_recommender,
    title_of,
)
from tests.qujing import ROUNDS


def report(entries: int, upheld: int = 0, lapsed: int = 0) -> dict[str, Any]:
    return {
        "entries": entries,
        "filed": upheld + lapsed,
        "accepted": upheld,
        "by_state": {"declined": 0, "lapsed": lapsed},
        "by_conclusion": {"upheld": upheld, "partly_upheld": 0, "dismissed": 0},
        "goes_out": [{}] * (upheld + lapsed),
    }


@pytest.mark.parametrize(
    ("number", "collectives", "shown"),
    [(1, 1, True), (1, 0, False), (2, 1, False), (3, 1, False), (3, 0, False)],
)
def test_an_organiser_is_itself_shown_in_round_1_of_a_collective(number: int, collectives: int, shown: bool) -> None:
    assert organiser_is_shown(ROUNDS[number], collectives) is shown


def test_titles_inside_and_outside() -> None:
    assert [title_of(ROUNDS[number], "麒麟区") for number in (1, 2, 3)] == [
        "麒麟区拟推荐对象公示（本单位）",
        "麒麟区拟推荐对象公示",
        "拟表彰对象公示（全市）",
    ]
    assert title_by_recommender(ROUNDS[1], "麒麟区", "第一中队") == "麒麟区拟推荐集体公示（本单位）"
    assert title_by_recommender(ROUNDS[1], "市公安局", "市公安局") == "拟推荐集体公示（本单位）"  # it recommends itself


@pytest.mark.parametrize(
    ("entries", "running", "told", "says_running"),
    [
        ([1], 0, None, False),  # a pool of one is the figures of one
        ([1, 1, 2], 0, None, False),
        ([1, 1, 2, 1], 0, 5, False),
        ([4, 4], 1, None, True),  # what the last one adds at its closing would be its own figures
        ([], 0, None, False),
    ],
)
def test_a_pool_tells_nothing_of_anybody(
    entries: list[int], running: int, told: int | None, says_running: bool
) -> None:
    figures = pool_figures([report(each) for each in entries], "麒麟区", running)
    assert figures.periods == len(entries)
    assert (figures.counts and figures.counts["entries"], figures.pooled_by) == (told, "麒麟区")
    assert figures.still_running is says_running


def test_a_pool_adds_up_every_figure() -> None:
    reports = [report(2, upheld=1), report(3, lapsed=2)]
    figures = pool_figures(reports, "麒麟区", running=0)
    assert figures.counts == dict(zip(FIGURES, (5, 3, 1, 0, 1, 0, 0, 2, 3), strict=True))
    assert figures.counts == {key: sum(figures_of(each)[key] for each in reports) for key in FIGURES}


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((5, 0, 0, 0, 0, 0, 0, 0, 0), "公示对象5个，没有收到异议。"),
        (
            (9, 3, 2, 1, 0, 0, 2, 0, 0),
            "公示对象9个，收到异议3件（受理2件，不予受理1件，异议不成立2件）。没有推荐对象被取消参评资格。",
        ),
        (
            (9, 2, 1, 0, 1, 0, 0, 1, 2),
            "公示对象9个，收到异议2件（受理1件，异议成立1件，逾期未结论1件）。2个推荐对象被取消参评资格。",
        ),
        ((5, 1, 0, 0, 0, 0, 0, 0, 0), "公示对象5个，收到异议1件。没有推荐对象被取消参评资格。"),
        ((5, 0, 0, 0, 0, 0, 0, 0, 1), "公示对象5个，没有收到异议。1个推荐对象被取消参评资格。"),
        ((0, 0, 0, 0, 0, 0, 0, 0, 0), "没有公示对象，没有收到异议。"),
    ],
)
def test_a_closing_is_told_in_a_sentence_without_zeros(counts: tuple[int, ...], said: str) -> None:
    assert ClosingFigures(dict(zip(FIGURES, counts, strict=True))).sentence == said


def test_no_counts_make_no_sentence() -> None:
    assert ClosingFigures(None).sentence == ""


def test_figures_are_of_one_period_that_is_over_unless_they_are_pooled() -> None:
    own = ClosingFigures(figures_of(report(5)))
    assert (own.periods, own.pooled_by, own.still_running) == (1, "", False)


@pytest.mark.parametrize(("entries", "alone"), [(0, False), (4, False), (5, True), (6, True)])
def test_five_entries_give_nobody_away(entries: int, alone: bool) -> None:
    assert is_shown_alone(entries) is alone
