"""A programme's lists as sheets to carry away: annexes 2 and 3 of each unit, the cases, the places (annex 1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app import sheets
from app.domain.calendar.workdays import local_date
from app.domain.cases.states import CONCLUSION_NAMES, STATE_NAMES
from app.domain.periods.rounds import Kind
from app.models import Case, Entry, Nominee, Period, Programme, Quota
from app.papers.summaries import write_summary
from app.sealing import Keyring
from app.services.imports.blanks import summary_title
from app.services.nominees import dossiers
from app.services.record.chain import on_programme
from app.services.shared.work import Work

_CASES = (("编号", 12), ("推荐对象", 22), ("公示", 28), ("办理单位", 22), ("状态", 14), ("收到", 14), ("结论", 24))
_AT_ONCE = 500  # cases in memory
_QUOTAS = (("单位", 24), ("所属领域", 24), ("集体名额", 10), ("个人名额", 10), ("备注", 30))


def export(work: Work, programme: Programme) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, content) of each list.

    The lists hold what dossiers hold, so the export is on the record.
    """
    with work:
        work.did("programme.exported", on_programme(programme.id))
    yield from _summaries(work.session, work.keyring, programme, work.now)
    yield "案件.xlsx", sheets.sheet("案件", _CASES, _cases(work.session, programme.id, work.now))
    yield "名额.xlsx", sheets.sheet("名额", _QUOTAS, _quotas(work.session, programme.id))


def summary_fields(nominee: Nominee, sealed: Mapping[str, str]) -> dict[str, str]:
    """Return what annex 2 or 3 says of a nominee: the public columns, and the rest from the dossier."""
    return {
        **sealed,
        "name": nominee.name,
        "unit": nominee.unit.name,
        "post": nominee.post,
        "trade": nominee.trade,
        "deeds": nominee.deeds,
    }


def _summaries(
    session: Session, keyring: Keyring, programme: Programme, now: dt.datetime
) -> Iterator[tuple[str, bytes]]:
    nominees = session.scalars(
        select(Nominee)
        .where(Nominee.programme_id == programme.id, Nominee.withdrawn_at.is_(None))
        .order_by(Nominee.recommender_id, Nominee.position, Nominee.id)
        .options(joinedload(Nominee.recommender), joinedload(Nominee.unit))
    ).all()
    sealed = dossiers.fields_of(session, keyring, [nominee.id for nominee in nominees])
    for recommender in dict.fromkeys(nominee.recommender for nominee in nominees):
        for kind in Kind:
            theirs = [n for n in nominees if n.recommender is recommender and n.kind is kind]
            if theirs:
                rows = [summary_fields(nominee, sealed[nominee.id]) for nominee in theirs]
                title = summary_title(programme, kind)
                content = write_summary(kind, title, recommender.name, local_date(now), rows, notice=programme.rules)
                yield f"{programme.rules.summaries[kind].label} {recommender.name}.xlsx", content


def _cases(session: Session, programme_id: int, now: dt.datetime) -> Iterator[list[str | int]]:
    cases = session.scalars(
        select(Case)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(Period.programme_id == programme_id)
        .order_by(Case.id)
        .options(joinedload(Case.entry).joinedload(Entry.period), joinedload(Case.handler_unit))
        .execution_options(yield_per=_AT_ONCE)
    )
    for case in cases:
        received, conclusion = local_date(case.received_at), case.conclusion
        yield [
            case.number,
            case.entry.name,
            case.entry.period.title,
            case.handler_unit.name,
            STATE_NAMES[case.state_at(now)],
            str(received),
            CONCLUSION_NAMES[conclusion] if conclusion else "",
        ]


def _quotas(session: Session, programme_id: int) -> Iterator[list[str | int]]:
    quotas = select(Quota).where(Quota.programme_id == programme_id).order_by(Quota.id).options(joinedload(Quota.unit))
    for quota in session.scalars(quotas):
        yield [quota.unit.name, quota.field, quota.collectives, quota.individuals, quota.note]
