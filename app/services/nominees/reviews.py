"""The office's reviews of nominees (初审, 复审) before rounds 2 and 3, one by one or many at once (R8, R10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session, aliased

from app.domain.cases.states import require_office
from app.domain.nominees.eligibility import OUTCOME_NAMES, CheckOutcome
from app.models import Nominee, Review, ReviewStage, User
from app.sealing import Keyring
from app.services.nominees import eligibility, marks
from app.services.nominees.access import lock_chosen
from app.services.nominees.changes import require_all_ready
from app.services.shared import leavers
from app.services.shared.texts import checked_text
from app.services.shared.work import Work, use_case

STAGE_NAMES = {ReviewStage.PRELIMINARY: "初审", ReviewStage.FINAL: "复审"}
BEFORE_ROUND = {ReviewStage.PRELIMINARY: 2, ReviewStage.FINAL: 3}
REASON = (2, 500)

Latest = dict[ReviewStage, Review]


def find_latest(session: Session, nominee_ids: Sequence[int]) -> dict[int, Latest]:
    """Return the review that counts, by nominee and stage: the last one recorded."""
    found: dict[int, Latest] = {}
    for row in session.scalars(select(Review).where(Review.nominee_id.in_(nominee_ids)).order_by(Review.id)):
        found.setdefault(row.nominee_id, {})[row.stage] = row
    return found


def refused_in_sql() -> Select[Any]:
    """Select the nominees whom the office refused, at any stage, by the review that counts there."""
    later = aliased(Review)
    again = exists().where(later.nominee_id == Review.nominee_id, later.stage == Review.stage, later.id > Review.id)
    return select(Review.nominee_id).where(Review.passed.is_(False), ~again)


def find_refused(session: Session, nominee_ids: Sequence[int]) -> set[int]:
    """Return the nominees whom the office refused, at any stage, by the review that counts there."""
    words = find_latest(session, nominee_ids)
    return {id_ for id_, by_stage in words.items() if not all(review.passed for review in by_stage.values())}


@dataclass(frozen=True, slots=True)
class RecordedReview:
    """One row as it is shown: what was said, by whom."""

    review: Review
    who: str


def list_reviews(session: Session, nominee_id: int) -> list[RecordedReview]:
    """List every review of a nominee, the latest first."""
    rows = session.execute(
        select(Review, User.name)
        .join(User, Review.reviewed_by == User.id)
        .where(Review.nominee_id == nominee_id)
        .order_by(Review.id.desc())
    )
    return [RecordedReview(review, who) for review, who in rows]


@use_case
def review(work: Work, nominee_ids: Collection[int], stage: ReviewStage, favourable: bool, reason: str) -> None:
    """Pass or refuse these nominees of one programme, all of them or none; a refusal wants its reason.

    Raises NotReady for who has left and, where they are to pass, for those who can't, naming them; and MissingText.
    """
    require_office(work.actor)
    nominees = lock_chosen(work.session, nominee_ids, work.actor)
    if favourable:
        held_up = find_held_up(work.session, work.keyring, nominees, stage, work.now)
        require_all_ready(f"通过{STAGE_NAMES[stage]}", nominees, held_up)
    else:
        left = leavers.describe_left(work.session, nominees, work.now)
        require_all_ready(f"记下{STAGE_NAMES[stage]}结果", nominees, {id_: [how] for id_, how in left.items()})
        reason = checked_text(reason, "不通过的理由", REASON, "reason")
    work.session.add_all(
        Review(
            nominee_id=nominee.id,
            stage=stage,
            passed=favourable,
            reason=reason.strip(),
            reviewed_by=work.actor.user_id,
            reviewed_at=work.now,
        )
        for nominee in nominees
    )
    marks.renew(work.session, work.keyring, [nominee.id for nominee in nominees])
    details = {"stage": STAGE_NAMES[stage], "passed": "通过" if favourable else "不通过"}
    for nominee in nominees:
        work.did("nominee.reviewed", nominee, **details)


def find_held_up(
    session: Session, keyring: Keyring, nominees: Sequence[Nominee], stage: ReviewStage, now: dt.datetime
) -> dict[int, list[str]]:
    """Return the reasons of those who can't pass a review, by id. Raises SealBroken.

    Nobody passes who has left, fails a condition, or has one still to be confirmed. The final review (复审) comes after
    the preliminary one (初审).
    """
    left = leavers.describe_left(session, nominees, now)
    words = find_latest(session, [nominee.id for nominee in nominees])
    checks = eligibility.check_conditions(session, keyring, nominees)
    held_up = {}
    for nominee in nominees:
        why = [left[nominee.id]] if nominee.id in left else []
        why += [
            f"“{check.condition.name}”{OUTCOME_NAMES[check.outcome]}"
            for check in checks[nominee.id]
            if check.outcome is not CheckOutcome.PASSED
        ]
        if stage is ReviewStage.FINAL and not has_passed(words.get(nominee.id, {}), ReviewStage.PRELIMINARY):
            why.append("初审还没有通过")
        if why:
            held_up[nominee.id] = why
    return held_up


def has_passed(words: Latest, stage: ReviewStage) -> bool:
    """Return whether the review that counts passed the nominee."""
    return stage in words and words[stage].passed
