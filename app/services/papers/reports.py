"""推荐工作报告 as a skeleton: every figure that the portal knows; what only people know is marked 请填写."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.domain.calendar.workdays import last_day_before, local_date
from app.domain.cases.outcomes import describe_outcomes, outcome_of
from app.domain.cases.states import Actor
from app.domain.papers.issuing import Named, PaperKind, PaperParty, issue
from app.domain.periods.roll import counts_in_words
from app.domain.periods.rounds import Kind
from app.domain.shared.wording import day
from app.models import Case, Disqualification, Entry, Nominee, Objection, Period, Programme, Quota, Unit
from app.models.nominees import OpinionOutcome
from app.sealing import Keyring
from app.services.cases.visibility import cases_visible_to
from app.services.nominees import opinions
from app.services.papers.nominees import find_formal, list_remaining
from app.services.papers.paper import Clerk, Paper, cite_basis, eyes_of, recommender_for, signed, title_lines
from app.services.shared.issuers import parties_of


class HandInStage(StrEnum):
    """Which of the two times that papers are handed in (notice, 四（一）3 and 四（二）4)."""

    PRELIMINARY = "preliminary"  # 初步推荐材料
    FORMAL = "formal"  # 正式推荐材料


HANDING_NAMES = {HandInStage.PRELIMINARY: "初步推荐", HandInStage.FORMAL: "正式推荐"}


def work_report(
    session: Session,
    programme_id: int,
    unit_id: int,
    handing: HandInStage,
    clerk: Clerk,
) -> Paper:
    """Write what a unit reports of its recommending, preliminary or formal. Raises NotYourCase."""
    programme, unit = recommender_for(session, programme_id, unit_id, clerk.actor)
    now = clerk.now
    formal = handing is HandInStage.FORMAL
    found = handed_in(session, programme, unit_id, handing, clerk)
    periods = _periods(session, programme_id, unit_id, last_round=2 if formal else 1)
    counts = Counter(one.kind for one in found)
    parties = parties_of(session, programme) | {PaperParty.RECOMMENDER: Named(unit.name, unit.signed_as)}
    issued = issue(PaperKind.FORMAL if formal else PaperKind.PRELIMINARY, 0, parties)
    name, kinds = HANDING_NAMES[handing], programme.rules.kind_names
    named = f"推荐{counts_in_words(kinds, counts)}，名单如下" if counts else "没有推荐对象"
    context = {
        "title": title_lines(unit.name, f"关于{programme.title}", f"{name}工作的报告"),
        "addressee": issued.to,  # as templates had it that were restyled before
        "opening": f"{cite_basis(programme)}，现将{unit.name}{name}工作情况报告如下。",
        "organisation": "（请填写：组织领导、工作机构、动员部署和责任分工等情况。）",
        "process": _process(session, programme, unit, found),
        "shown": _shown(periods, formal),
        "periods": [_row(session, period, unit_id, eyes_of(unit), now) for period in periods],
        "formal": formal,
        "asked": f"按照管理权限，{f'就{len(found)}个推荐对象' if found else ''}征求了有关部门的意见，情况如下。"
        "（请填写：征求意见的时间，对不同意见的核实和处理。）",
        "opinions": _opinions(session, clerk.vault.keyring, found, programme.rules.authority_names),
        "inspected": "（请填写：考察的时间、方式、参加人员和结果。）",
        "recommended": f"经集体研究，{named}。（请填写：集体研究的时间和形式，会议或者会签。）",
        "nominees": [{"name": one.name, "unit": one.unit.name, "kind": kinds[one.kind]} for one in found],
        **signed(issued, local_date(now)),
    }
    return clerk.stationery.written("report.docx", f"{unit.name}{name}工作报告", context)


def handed_in(
    session: Session, programme: Programme, unit_id: int, handing: HandInStage, clerk: Clerk
) -> list[Nominee]:
    """List the nominees whose papers belong to a hand-in: those still in, for the formal one those that passed.

    Raises SealBroken.
    """
    found = list_remaining(session, programme.id, unit_id, clerk.now)
    if handing is HandInStage.PRELIMINARY:
        return found
    return find_formal(session, clerk.vault.keyring, programme, found, clerk.now, clerk.actor)


def _process(session: Session, programme: Programme, unit: Unit, found: Sequence[Nominee]) -> list[str]:
    counts = Counter(one.kind for one in found)
    quota = session.scalar(select(Quota).where(Quota.programme_id == programme.id, Quota.unit_id == unit.id))
    kinds = programme.rules.kind_names
    given = {Kind.COLLECTIVE: quota.collectives, Kind.INDIVIDUAL: quota.individuals} if quota else {}
    places = f"分配{unit.name}推荐名额：{counts_in_words(kinds, given)}。" if quota else ""
    vacant = _vacant(quota, kinds, counts) if quota else ""
    chosen = f"共推荐{counts_in_words(kinds, counts)}" if counts else "没有推荐对象"
    texts = [
        f"{places}坚持自下而上、层层选拔、好中选优，{chosen}。{vacant}",
        "（请填写：单位自荐、征求意见、逐级审核和集体研究的情况。涉密的推荐对象按照保密规定另行报送，不写入本报告。）",
    ]
    mine = (Nominee.programme_id == programme.id, Nominee.recommender_id == unit.id)
    withdrawn = session.scalar(select(func.count(Nominee.id)).where(*mine, Nominee.withdrawn_at.is_not(None))) or 0
    replacing = sum(one.replaces_id is not None for one in found)
    rows = session.scalars(
        select(Disqualification).join(Nominee).where(*mine).options(joinedload(Disqualification.reversal))
    ).all()
    out = {row.nominee_id for row in rows if row.stands}
    back = {row.nominee_id for row in rows} - out
    changes = [
        f"{count}个推荐对象{what}"
        for count, what in (
            (len(out), "被取消参评资格"),
            (len(back), "的取消资格决定经复查撤销"),
            (withdrawn, "退出评选"),
            (replacing, "为递补"),
        )
        if count
    ]
    if changes:
        texts.insert(1, f"推荐过程中，{'，'.join(changes)}。")
    return texts


def _vacant(quota: Quota, kinds: Mapping[Kind, str], counts: Mapping[Kind, int]) -> str:
    """Say how many places stay vacant (R9). Where some are taken on paper, the number of those is not told (R11)."""
    places = {Kind.COLLECTIVE: quota.collectives, Kind.INDIVIDUAL: quota.individuals}
    left = {kind: max(0, places[kind] - counts.get(kind, 0)) for kind in Kind}
    if not any(left.values()):
        return "名额没有空缺。"
    secret = quota.secret_collectives or quota.secret_individuals
    return f"其余{counts_in_words(kinds, left)}的名额{'空缺或者按照保密规定另行报送' if secret else '空缺'}。"


def _periods(session: Session, programme_id: int, unit_id: int, last_round: int) -> Sequence[Period]:
    """List the periods that showed a unit's nominees, up to a round, in the order they opened."""
    showed = select(Entry.period_id).join(Nominee).where(Nominee.recommender_id == unit_id)
    return session.scalars(
        select(Period)
        .where(
            Period.programme_id == programme_id,
            Period.round_number <= last_round,
            Period.cancelled_at.is_(None),
            Period.id.in_(showed),
        )
        .order_by(Period.opens_at, Period.id)
        .options(joinedload(Period.organiser))
    ).all()


def _shown(periods: Sequence[Period], formal: bool) -> str:
    counts = Counter(period.round_number for period in periods)
    if not periods:
        return "（请填写：还没有公示。）"
    own = f"推荐对象所在单位公示{counts[1]}次" if counts[1] else ""
    ours = f"本单位在本地及相关领域范围内公示{counts[2]}次" if counts[2] else ""
    text = "，".join(filter(None, (own, ours)))
    missing = "（请填写：推荐单位的公示还没有安排。）" if formal and not counts[2] else ""
    return f"{text}，每次公示5个工作日，情况如下。{missing}"


def _row(session: Session, period: Period, unit_id: int, actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """Describe one period in the unit's own words: of the cases that whoever writes the report may see (R21)."""
    theirs = (Entry.period_id == period.id, Entry.nominee_id == Nominee.id, Nominee.recommender_id == unit_id)
    entries = session.scalar(select(func.count(Entry.id)).where(*theirs)) or 0
    seen = select(func.count(Objection.id)).join(Entry, Objection.entry_id == Entry.id).join(Case)
    filed = session.scalar(seen.where(*theirs, cases_visible_to(actor, now))) or 0
    cases = session.scalars(
        select(Case)
        .join(Entry, Case.entry_id == Entry.id)
        .join(Nominee, Entry.nominee_id == Nominee.id)
        .where(*theirs, cases_visible_to(actor, now))
        .options(joinedload(Case.entry).joinedload(Entry.period))
    )
    return {
        "title": period.title,
        "window": f"{day(local_date(period.opens_at))}至{day(last_day_before(period.closes_at))}",
        "entries": entries,
        "filed": filed,
        "outcome": describe_outcomes(
            (outcome_of(case.state_at(now), case.conclusion) for case in cases), window_over=now >= period.closes_at
        ),
    }


def _opinions(
    session: Session, keyring: Keyring, found: Sequence[Nominee], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Count the latest opinions by what they say, one row for each authority.

    Where an authority need not be asked about a nominee, its answer is not missing. Raises SealBroken.
    """
    needed = opinions.find_needed_authorities(session, keyring, found)
    latest = opinions.find_latest(session, [one.id for one in found])
    rows = []
    for authority, name in names.items():
        said = [latest.get(one.id, {}).get(authority) for one in found]
        counts = Counter(opinion.outcome if opinion else None for opinion in said)
        missing = sum(authority in needed[one.id] for one, opinion in zip(found, said, strict=True) if opinion is None)
        counts[OpinionOutcome.NOT_ASKED] += counts[None] - missing
        outcomes = {outcome.value: counts[outcome] for outcome in OpinionOutcome}
        rows.append({"name": name, **outcomes, "missing": missing})
    return rows
