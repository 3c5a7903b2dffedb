"""Columns and filters of the list of nominees for reviews, opinions and gates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from sqlalchemy import ColumnElement

from app.models import Nominee, ReviewStage
from app.services.nominees.gates import NomineeStanding
from app.services.nominees.listed import ListedNominee, is_reviewed, review_state
from app.services.nominees.reviews import STAGE_NAMES
from app.services.shared.stored_rows import a_name, of_ids
from app.web.shared.lists import Column, Filter

_REVIEWED = {"none": "未进行", "passed": "通过", "refused": "不通过"}
_ANSWERED = {"complete": "已齐", "missing": "还缺", "negative": "有不同意见"}
_MAY_GO = {"1": "可以进入下一轮", "0": "还不能进入下一轮"}
_BADGES = {"passed": "concluded", "refused": "lapsed", "complete": "concluded", "negative": "lapsed"}

Standings = Mapping[int, NomineeStanding]


def of_standing() -> list[Column[ListedNominee]]:
    """Return the columns 初审, 复审, 征求意见, and what blocks a nominee's next round.

    The last two rest on what is sealed in the dossiers, such as the kind of a nominee's unit.
    """
    return [
        *(_review_column(stage) for stage in ReviewStage),
        Column(
            "opinions",
            "征求意见",
            _answered,
            10,
            badge=lambda n: _BADGES.get(_answer_state(n.standing), ""),
            sealed=True,
        ),
        Column("ahead", "下一轮", _ahead, 30, sealed=True),
    ]


def filters_of_standing(read_all: Callable[[], Standings]) -> list[Filter[ListedNominee]]:
    """Return the filters by review, opinions and next round. `read_all` unseals: only the last two call it."""
    reviewed: list[Filter[ListedNominee]] = [
        Filter(str(stage), STAGE_NAMES[stage], _REVIEWED, where=partial(is_reviewed, stage)) for stage in ReviewStage
    ]

    def by(judge: Callable[[NomineeStanding, str], bool]) -> Callable[[str], ColumnElement[bool]]:
        return lambda wanted: of_ids(Nominee.id, [id_ for id_, each in read_all().items() if judge(each, wanted)])

    return [
        *reviewed,
        Filter("opinions", "征求意见", _ANSWERED, where=by(lambda each, wanted: _answer_state(each) == wanted)),
        Filter("ahead", "下一轮", _MAY_GO, where=by(_may_go)),
    ]


def _answered(row: ListedNominee) -> str:
    standing = row.standing
    return f"{len(standing.needed) - len(standing.unanswered)}/{len(standing.needed)}"


def _ahead(row: ListedNominee) -> str:
    reasons = row.standing.obstacles_ahead
    if reasons:
        return f"{reasons[0]}{f'，等{len(reasons)}项' if len(reasons) > 1 else ''}"
    return f"可以进入{row.standing.round_ahead.name}" if row.standing.round_ahead else "三轮公示已走完"


def _may_go(standing: NomineeStanding, wanted: str) -> bool:
    return (standing.round_ahead is not None and not standing.obstacles_ahead) is (wanted == "1")


def _review_column(stage: ReviewStage) -> Column[ListedNominee]:
    return Column(
        str(stage),
        STAGE_NAMES[stage],
        lambda n: _REVIEWED[_review_state(n.standing, stage)],
        10,
        badge=lambda n: _BADGES.get(_review_state(n.standing, stage), ""),
        sql=a_name(review_state(stage), _REVIEWED),
    )


def _review_state(standing: NomineeStanding, stage: ReviewStage) -> str:
    word = standing.reviews.get(stage)
    return "none" if word is None else "passed" if word.passed else "refused"


def _answer_state(standing: NomineeStanding) -> str:
    return "negative" if standing.has_negative else "missing" if standing.unanswered else "complete"
