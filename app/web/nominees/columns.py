"""Columns and filters of the list of nominees for reviews, opinions and gates."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.models import Nominee, ReviewStage
from app.services.nominees.gates import NomineeStanding
from app.services.nominees.reviews import STAGE_NAMES
from app.web.shared.lists import Column, Filter

_REVIEWED = {"none": "未进行", "passed": "通过", "refused": "不通过"}
_ANSWERED = {"complete": "已齐", "missing": "还缺", "negative": "有不同意见"}
_MAY_GO = {"1": "可以进入下一轮", "0": "还不能进入下一轮"}
_BADGES = {"passed": "concluded", "refused": "lapsed", "complete": "concluded", "negative": "lapsed"}

Standings = Mapping[int, NomineeStanding]


def of_standing(standings: Standings) -> list[Column[Nominee]]:
    """Return the columns 初审, 复审, 征求意见, and what blocks a nominee's next round."""

    def answered(nominee: Nominee) -> str:
        standing = standings[nominee.id]
        count = len(standing.needed) - len(standing.unanswered)
        return f"{count}/{len(standing.needed)}"

    def ahead(nominee: Nominee) -> str:
        standing = standings[nominee.id]
        reasons = standing.obstacles_ahead
        if reasons:
            return f"{reasons[0]}{f'，等{len(reasons)}项' if len(reasons) > 1 else ''}"
        return f"可以进入{standing.round_ahead.name}" if standing.round_ahead else "三轮公示已走完"

    return [
        *(_review_column(stage, standings) for stage in ReviewStage),
        Column("opinions", "征求意见", answered, 10, badge=lambda n: _BADGES.get(_answer_state(standings[n.id]), "")),
        Column("ahead", "下一轮", ahead, 30),
    ]


def filters_of_standing(standings: Standings) -> list[Filter[Nominee]]:
    def may_go(nominee: Nominee, wanted: str) -> bool:
        standing = standings[nominee.id]
        return (standing.round_ahead is not None and not standing.obstacles_ahead) is (wanted == "1")

    return [
        *(Filter(str(stage), STAGE_NAMES[stage], _REVIEWED, _is_reviewed(stage, standings)) for stage in ReviewStage),
        Filter("opinions", "征求意见", _ANSWERED, lambda n, wanted: _answer_state(standings[n.id]) == wanted),
        Filter("ahead", "下一轮", _MAY_GO, may_go),
    ]


def _review_column(stage: ReviewStage, standings: Standings) -> Column[Nominee]:
    return Column(
        str(stage),
        STAGE_NAMES[stage],
        lambda n: _REVIEWED[_review_state(standings[n.id], stage)],
        10,
        badge=lambda n: _BADGES.get(_review_state(standings[n.id], stage), ""),
    )


def _is_reviewed(stage: ReviewStage, standings: Standings) -> Callable[[Nominee, str], bool]:
    return lambda nominee, wanted: _review_state(standings[nominee.id], stage) == wanted


def _review_state(standing: NomineeStanding, stage: ReviewStage) -> str:
    word = standing.reviews.get(stage)
    return "none" if word is None else "passed" if word.passed else "refused"


def _answer_state(standing: NomineeStanding) -> str:
    return "negative" if standing.has_negative else "missing" if standing.unanswered else "complete"
