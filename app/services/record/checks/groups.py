"""Invariants of proposals for a whole group of cases (R22, R23), and of what is typed into a public form (R17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Select, select

from app.domain.cases.states import State
from app.models import Base, Case, Draft, GroupAct, GroupActKind
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


@invariant("R17", "公众正在填写的内容最多保存一小时")
def draft_is_kept_an_hour_at_most(live: LiveData) -> Select[str]:
    return select(Draft.name).where(Draft.kept_at < live.lately - _KEPT_FOR)
