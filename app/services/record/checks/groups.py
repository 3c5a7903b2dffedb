"""Invariants of proposals for many cases (R22, R23), of phrases, and of what is typed into a public form (R17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Select, select

from app.domain.cases.states import State
from app.domain.shared.privacy import find_private
from app.models import Base, Case, Draft, GroupAct, GroupActKind, Phrase, PhraseUse, Unit, UnitKind
from app.services.record.checks.registry import LiveData, invariant

_KEPT_FOR = dt.timedelta(hours=1)
_ENDED = {GroupActKind.DECLINE: State.DECLINED, GroupActKind.CONCLUDE: State.CONCLUDED}


@invariant("R22", "一组案件的意见由提出人以外的人确认")
def group_act_is_confirmed_by_another(_live: LiveData) -> Select[int]:
    return select(GroupAct.id).where(GroupAct.confirmed.is_(True), GroupAct.decided_by == GroupAct.proposed_by)


@invariant("R23", "一组案件的意见至少说到一件，所说的案件都在")
def group_act_names_cases_that_are_there(live: LiveData) -> Iterator[tuple[type[Base], int]]:
    for act in live.session.scalars(select(GroupAct)):
        found = set(live.session.scalars(select(Case.id).where(Case.id.in_(act.case_ids))))
        if not act.case_ids or found != set(act.case_ids):
            yield GroupAct, act.id


@invariant("R23", "经确认的一组案件，每一件都已按这份意见办结")
def confirmed_group_act_ended_its_cases(live: LiveData) -> Iterator[tuple[type[Base], int]]:
    for act in live.session.scalars(select(GroupAct).where(GroupAct.confirmed.is_(True))):
        states = live.session.scalars(select(Case.state).where(Case.id.in_(act.case_ids)))
        if set(states) - {_ENDED[act.kind]}:
            yield GroupAct, act.id


@invariant("R12", "常用语里没有身份证号码、手机号码、银行卡号")
def phrase_has_no_private_number(live: LiveData) -> Iterator[tuple[type[Base], int]]:
    for row_id, text in live.session.execute(select(Phrase.id, Phrase.text)):
        if find_private(text):
            yield Phrase, row_id


@invariant("R19", "常用语只由保有它的单位使用，市级专班的各单位都能用")
def phrase_is_used_where_it_may_be(_live: LiveData) -> Select[int]:
    others = Phrase.id == PhraseUse.phrase_id, Phrase.unit_id == Unit.id, Unit.kind != UnitKind.OFFICE
    return select(Phrase.id).where(*others, PhraseUse.unit_id != Phrase.unit_id)


@invariant("R17", "公众正在填写的内容最多保存一小时")
def draft_is_kept_an_hour_at_most(live: LiveData) -> Select[str]:
    return select(Draft.name).where(Draft.kept_at < live.lately - _KEPT_FOR)
