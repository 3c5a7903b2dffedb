"""Invariants of what the public is shown: whose entries, which fields, in which round (R5, R8, R9, R12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.award.decision import ProceedingKind
from app.domain.periods.rounds import PUBLIC_FIELDS, Kind, Organiser
from app.domain.shared.privacy import find_private
from app.models import (
    Base,
    Correction,
    Disqualification,
    Entry,
    Honour,
    Nominee,
    Period,
    Proceeding,
    Reversal,
    Review,
    ReviewStage,
)
from app.notices.offered import built_in
from app.services.record.checks.registry import LiveData, invariant

Found = Iterator[tuple[type[Base], int]]
_RUNS = Period.cancelled_at.is_(None)
_AT_ONCE = 1_000  # of a million texts, in memory
_REVIEWED_BEFORE = {2: ReviewStage.PRELIMINARY, 3: ReviewStage.FINAL}


def _entries(*wrong: ColumnElement[bool]) -> Select[int]:
    """Select entries of periods that were not taken back."""
    return select(Entry.id).join(Period, Entry.period_id == Period.id).where(_RUNS, *wrong)


# --- what is shown -------------------------------------------------------------------------------


def _column(name: str) -> ColumnElement[Any]:
    column: ColumnElement[Any] = getattr(Entry, name)
    return column


@invariant("R12", "公示条目只有这一轮允许公开的栏目")
def entry_stays_within_its_whitelist(_live: LiveData) -> Iterator[Select[int]]:
    for number, round_ in built_in().rounds.items():
        if beyond := [_column(name).is_not(None) for name in PUBLIC_FIELDS if name not in round_.shown]:
            yield _entries(Period.round_number == number, or_(*beyond))


@invariant("R12", "公示条目的应公开栏目都在")
def entry_shows_its_rounds_fields(_live: LiveData) -> Iterator[Select[int]]:
    for number, round_ in built_in().rounds.items():
        missing = [_column(name).is_(None) for name in sorted(round_.shown)]
        yield _entries(Period.round_number == number, or_(*missing, Entry.name == "", Entry.deeds == ""))


@invariant("R12", "公示的文字里没有身份证号码、手机号码、银行卡号")
def published_text_has_no_private_number(live: LiveData) -> Found:
    texts = [getattr(Entry, name) for name in PUBLIC_FIELDS if name != "kind"]
    every = _entries().with_only_columns(Entry.id, *texts)
    for row_id, *written in live.session.execute(every, execution_options={"yield_per": _AT_ONCE}):
        if find_private("\n".join(text or "" for text in written)):
            yield Entry, row_id


@invariant("R12", "更正后的文字里没有身份证号码、手机号码、银行卡号")
def corrected_text_has_no_private_number(live: LiveData) -> Found:
    for row_id, after, reason in live.session.execute(select(Correction.id, Correction.after, Correction.reason)):
        if find_private(f"{after}\n{reason}"):
            yield Correction, row_id


@invariant("R12", "表彰决定里没有身份证号码、手机号码、银行卡号")
def award_has_no_private_number(live: LiveData) -> Found:
    decisions = select(Proceeding.id, Proceeding.title, Proceeding.number, Proceeding.text)
    for row_id, *written in live.session.execute(decisions.where(Proceeding.kind == ProceedingKind.DECISION)):
        if find_private("\n".join(written)):
            yield Proceeding, row_id
    for row_id, *written in live.session.execute(select(Honour.id, Honour.name, Honour.unit)):
        if find_private("\n".join(written)):
            yield Honour, row_id


# --- the list as a whole -------------------------------------------------------------------------


@invariant("R4", "没有空的公示名单")
def period_shows_somebody(_live: LiveData) -> Select[int]:
    return select(Period.id).where(_RUNS, ~exists().where(Entry.period_id == Period.id))


@invariant("R4", "公示上写的集体数、个人数，与名单一致")
def counts_of_a_period_agree(_live: LiveData) -> Select[int]:
    def count(kind: Kind) -> Any:
        return select(func.count()).where(Entry.period_id == Period.id, Entry.kind == kind).scalar_subquery()

    disagree = or_(Period.collectives != count(Kind.COLLECTIVE), Period.individuals != count(Kind.INDIVIDUAL))
    return select(Period.id).where(_RUNS, disagree)


@invariant("R4", "名单从1起连续编号")
def places_on_a_list_count_from_one(_live: LiveData) -> Select[int]:
    numbers = (
        select(Entry.period_id)
        .group_by(Entry.period_id)
        .having(
            or_(
                func.min(Entry.position) != 1,
                func.max(Entry.position) != func.count(),
                func.count(Entry.position.distinct()) != func.count(),
            )
        )
    )
    return select(Period.id).where(_RUNS, Period.id.in_(numbers))


@invariant("R4", "公示上写的推荐单位，就是名单里的推荐单位")
def recommenders_of_a_period_agree(live: LiveData) -> Found:
    shown: dict[int, set[str]] = {}
    for period_id, name in live.session.execute(
        select(Entry.period_id, Entry.recommender).where(Entry.recommender.is_not(None)).distinct()
    ):
        shown.setdefault(period_id, set()).add(str(name))
    for period in live.periods:
        if set(period.recommenders) != shown.get(period.id, set()):
            yield Period, period.id


# --- whose entries -------------------------------------------------------------------------------


@invariant("R8", "名单上的对象属于组织这次公示的单位")
def entry_is_of_the_organisers_own(_live: LiveData) -> Select[int]:
    own = {Organiser.OWN_UNIT: Nominee.unit_id, Organiser.RECOMMENDER: Nominee.recommender_id}
    strange = [
        and_(Period.round_number == number, own[round_.organiser] != Period.organiser_id)
        for number, round_ in built_in().rounds.items()
        if round_.organiser in own
    ]
    return _entries(or_(*strange)).join(Nominee, Entry.nominee_id == Nominee.id)


@invariant("R8", "名单上的对象与公示属于同一个评选活动")
def entry_is_of_the_periods_programme(_live: LiveData) -> Select[int]:
    return _entries(Nominee.programme_id != Period.programme_id).join(Nominee, Entry.nominee_id == Nominee.id)


@invariant("R9", "名单上的类别（集体、个人）就是推荐对象的类别")
def entry_is_of_its_nominees_kind(_live: LiveData) -> Select[int]:
    return _entries(Nominee.kind != Entry.kind).join(Nominee, Entry.nominee_id == Nominee.id)


@invariant("R9", "公示的事迹版本是有过的版本")
def shown_edition_exists(_live: LiveData) -> Select[int]:
    wrong = or_(Entry.edition > Nominee.edition, Entry.edition < 1)
    return _entries(wrong).join(Nominee, Entry.nominee_id == Nominee.id)


@invariant("R5", "公示开始以前退出的对象不在名单上")
def nobody_is_shown_who_withdrew_before(_live: LiveData) -> Select[int]:
    return _entries(Nominee.withdrawn_at < Period.opens_at).join(Nominee, Entry.nominee_id == Nominee.id)


@invariant("R8", "安排公示时已被取消资格的对象不在名单上")
def nobody_is_shown_who_was_out(_live: LiveData) -> Select[int]:
    taken_back = exists().where(
        Reversal.disqualification_id == Disqualification.id, Reversal.confirmed_at <= Period.scheduled_at
    )
    taken_back = taken_back.correlate(Disqualification, Period)  # by itself it would ask about any period
    out = exists().where(
        Disqualification.nominee_id == Entry.nominee_id,
        Disqualification.effective_at <= Period.scheduled_at,
        ~taken_back,
    )
    return _entries(out)


# --- the way through the rounds ------------------------------------------------------------------


@invariant("R8", "上一轮公示结束以后才进入下一轮（事迹变更的重走本轮）")
def round_before_is_over(_live: LiveData) -> Select[int]:
    earlier, before = aliased(Entry), aliased(Period)
    same_deeds = and_(before.round_number == Period.round_number - 1, earlier.edition == Entry.edition)
    once_more = and_(before.round_number == Period.round_number, earlier.edition < Entry.edition)
    gone_through = exists().where(
        earlier.nominee_id == Entry.nominee_id,
        earlier.period_id == before.id,
        before.cancelled_at.is_(None),
        before.closes_at <= Period.scheduled_at,
        or_(same_deeds, once_more),
    )
    return _entries(Period.round_number > 1, ~gone_through)


@invariant("R8", "同一事迹在同一轮只公示一次")
def same_deeds_are_shown_once_a_round(_live: LiveData) -> Select[int]:
    other, elsewhere = aliased(Entry), aliased(Period)
    twice = exists().where(
        other.nominee_id == Entry.nominee_id,
        other.edition == Entry.edition,
        other.id < Entry.id,
        other.period_id == elsewhere.id,
        elsewhere.cancelled_at.is_(None),
        elsewhere.round_number == Period.round_number,
    )
    return _entries(twice)


@invariant("R10", "进入第二、三轮的对象，当时已通过初审、复审")
def entry_was_reviewed_before_its_round(_live: LiveData) -> Iterator[Select[int]]:
    """Periods from before anything was reviewed at all are of the first version, which knew no reviews."""
    later = aliased(Review)
    known = Period.scheduled_at >= select(func.min(Review.reviewed_at)).scalar_subquery()
    for number, stage in _REVIEWED_BEFORE.items():
        overruled = exists().where(
            later.nominee_id == Review.nominee_id,
            later.stage == stage,
            later.id > Review.id,
            later.reviewed_at <= Period.scheduled_at,
        )
        overruled = overruled.correlate(Review, Period)  # as above
        passed = exists().where(
            Review.nominee_id == Entry.nominee_id,
            Review.stage == stage,
            Review.passed,
            Review.reviewed_at <= Period.scheduled_at,
            ~overruled,
        )
        yield _entries(Period.round_number >= number, known, ~passed)
