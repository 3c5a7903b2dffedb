"""Invariants of nominees: places, replacements, editions, corrections, who left (R9, R11)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.nominees.misprints import CORRECTABLE, is_misprint
from app.domain.nominees.places import FIRST_BOUND_ROUND
from app.domain.periods.rounds import ROUND_NUMBERS, Kind
from app.models import (
    Base,
    Correction,
    Disqualification,
    Dossier,
    Entry,
    Nominee,
    NomineeMarks,
    Period,
    Programme,
    Quota,
    Reversal,
    Revision,
    Unit,
    UnitKind,
)
from app.notices.offered import notice_of
from app.services.record.checks.registry import LiveData, invariant

_AT_ONCE = 500
Found = Iterator[tuple[type[Base], int]]
_PLACES = {
    Kind.COLLECTIVE: (Quota.collectives, Quota.secret_collectives),
    Kind.INDIVIDUAL: (Quota.individuals, Quota.secret_individuals),
}
_OUT = exists().where(
    Disqualification.nominee_id == Nominee.id,
    ~exists().where(Reversal.disqualification_id == Disqualification.id, Reversal.confirmed_at.is_not(None)),
)


# --- places --------------------------------------------------------------------------------------


@invariant("R9", "推荐单位在第二、三轮公示的对象（连同涉密的）不超过它的名额")
def quota_is_not_passed(_live: LiveData) -> Iterator[Select[int]]:
    """Whoever was replaced and came back by a reversal does not count twice."""
    replacement = aliased(Nominee)
    replaced = exists().where(replacement.replaces_id == Nominee.id)
    for number in ROUND_NUMBERS:
        for kind, (places, secret) in _PLACES.items():
            if number < FIRST_BOUND_ROUND:
                continue
            shown = (
                select(Nominee.programme_id, Nominee.recommender_id, func.count(Nominee.id.distinct()).label("count"))
                .join(Entry, Entry.nominee_id == Nominee.id)
                .join(Period, Entry.period_id == Period.id)
                .where(
                    Nominee.kind == kind,
                    Nominee.withdrawn_at.is_(None),
                    Period.cancelled_at.is_(None),
                    Period.round_number == number,
                    ~_OUT,
                    ~replaced,
                )
                .group_by(Nominee.programme_id, Nominee.recommender_id)
                .subquery()
            )
            of = and_(shown.c.programme_id == Quota.programme_id, shown.c.recommender_id == Quota.unit_id)
            yield select(Quota.id).join(shown, of).where(shown.c.count + secret > places)


@invariant("R9", "第二、三轮公示的对象，其推荐单位都分有名额")
def nominee_shown_has_a_quota(_live: LiveData) -> Select[int]:
    given = exists().where(Quota.programme_id == Nominee.programme_id, Quota.unit_id == Nominee.recommender_id)
    bound = exists().where(
        Entry.nominee_id == Nominee.id,
        Entry.period_id == Period.id,
        Period.cancelled_at.is_(None),
        Period.round_number >= FIRST_BOUND_ROUND,
    )
    return select(Nominee.id).where(bound, ~given)


@invariant("R11", "涉密对象的名额不超过总名额，都不是负数")
def secret_places_are_within_the_quota(_live: LiveData) -> Select[int]:
    wrong = [or_(secret < 0, secret > places) for places, secret in _PLACES.values()]
    return select(Quota.id).where(or_(*wrong))


@invariant("R9", "名额分给推荐单位")
def quota_is_of_a_recommending_unit(_live: LiveData) -> Select[int]:
    return select(Quota.id).join(Unit, Quota.unit_id == Unit.id).where(Unit.kind != UnitKind.RECOMMENDER)


@invariant("R9", "推荐对象由推荐单位推荐")
def nominee_is_recommended_by_a_recommender(_live: LiveData) -> Select[int]:
    query = select(Nominee.id).join(Unit, Nominee.recommender_id == Unit.id)
    return query.where(Unit.kind != UnitKind.RECOMMENDER)


# --- who left, and who came ----------------------------------------------------------------------


@invariant("R9", "退出的对象有理由，写明由谁办理")
def withdrawal_says_why_and_who(_live: LiveData) -> Select[int]:
    incomplete = or_(Nominee.withdraw_reason.is_(None), Nominee.withdrawn_by.is_(None))
    return select(Nominee.id).where(Nominee.withdrawn_at.is_not(None), incomplete)


def _replaced() -> tuple[Any, Select[int]]:
    """Whoever was replaced, and the replacements joined with them."""
    left = aliased(Nominee)
    return left, select(Nominee.id).join(left, Nominee.replaces_id == left.id)


@invariant("R9", "递补的名额，是因退出或者取消资格空出来的")
def replacement_follows_somebody_who_left(_live: LiveData) -> Select[int]:
    left, query = _replaced()
    was_out = exists().where(Disqualification.nominee_id == left.id)
    return query.where(left.withdrawn_at.is_(None), ~was_out)


@invariant("R9", "递补的对象与原对象同一活动、同一推荐单位、同一类别")
def replacement_is_of_the_same_place(_live: LiveData) -> Select[int]:
    left, query = _replaced()
    return query.where(
        or_(
            Nominee.programme_id != left.programme_id,
            Nominee.recommender_id != left.recommender_id,
            Nominee.kind != left.kind,
        )
    )


@invariant("R9", "一个空出的名额只递补一次")
def place_is_filled_once(_live: LiveData) -> Select[int]:
    other = aliased(Nominee)
    twice = exists().where(other.replaces_id == Nominee.replaces_id, other.id < Nominee.id)
    return select(Nominee.id).where(twice)


# --- changed and mended texts --------------------------------------------------------------------


@invariant("R9", "事迹每变更一次升一版，每一版都有变更记录")
def edition_has_its_revisions(_live: LiveData) -> Select[int]:
    revisions = select(func.count()).where(Revision.nominee_id == Nominee.id).scalar_subquery()
    latest = (
        select(func.coalesce(func.max(Revision.edition), 1)).where(Revision.nominee_id == Nominee.id).scalar_subquery()
    )
    return select(Nominee.id).where(or_(Nominee.edition != 1 + revisions, Nominee.edition != latest))


@invariant("R9", "更正的是公示条目里有的栏目，对象一致")
def correction_is_of_a_field_shown(live: LiveData) -> Found:
    for row_id, nominee_id, field, *shown in _corrected(live):
        texts = dict(zip(CORRECTABLE, shown[1:], strict=True))
        if texts.get(field) is None or nominee_id != shown[0]:
            yield Correction, row_id


@invariant("R9", "更正的只是错别字，与最初公示的文字相比")
def correction_mends_a_misprint(live: LiveData) -> Found:
    rows = select(Correction.id, Correction.after, Programme.notice).join(Nominee, Correction.nominee_id == Nominee.id)
    rows = rows.join(Programme, Nominee.programme_id == Programme.id)
    after = {row_id: (text, notice_of(key)) for row_id, text, key in live.session.execute(rows)}
    for row_id, _, field, *shown in _corrected(live):
        text = dict(zip(CORRECTABLE, shown[1:], strict=True)).get(field)
        if text is not None and row_id in after and not is_misprint(field, text, *after[row_id]):
            yield Correction, row_id


def _corrected(live: LiveData) -> Iterator[Any]:
    """Each correction of an entry: id, nominee, field, the entry's nominee, what the entry shows."""
    columns = (Correction.id, Correction.nominee_id, Correction.field, Entry.nominee_id)
    shown = [getattr(Entry, name) for name in CORRECTABLE]
    yield from live.session.execute(select(*columns, *shown).join(Entry, Correction.entry_id == Entry.id))


@invariant("R9", "更正都在公示结束以前作出")
def correction_is_made_in_sight(_live: LiveData) -> Select[int]:
    query = select(Correction.id).join(Entry, Correction.entry_id == Entry.id)
    return query.join(Period, Entry.period_id == Period.id).where(Correction.corrected_at >= Period.closes_at)


@invariant("R9", "更正写明了更正前后的文字和理由")
def correction_keeps_both_texts(_live: LiveData) -> Select[int]:
    return select(Correction.id).where(
        or_(Correction.before == Correction.after, Correction.before == "", Correction.reason == "")
    )


@invariant("R12", "证件资料只存在推荐对象名下，并且是密文")
def dossier_is_sealed(_live: LiveData) -> Select[int]:
    return select(Dossier.nominee_id).where(func.length(Dossier.sealed) < 16)


@invariant("R9", "简要事迹不超过800字")
def deeds_have_at_most_800_characters(_live: LiveData) -> Select[int]:
    return select(Nominee.id).where(and_(func.length(Nominee.deeds) > 800))


@invariant("R10", "为计数保存的评选标记，与资料、条件、意见、审核一致")
def marks_are_what_the_rules_say(live: LiveData) -> Found:
    if live.wrong_marks is None:
        return
    every = live.session.scalars(select(NomineeMarks.nominee_id).order_by(NomineeMarks.nominee_id)).all()
    for start in range(0, len(every), _AT_ONCE):
        for id_ in live.wrong_marks(live.session, every[start : start + _AT_ONCE]):
            yield NomineeMarks, id_
