"""异议处理情况报告: what became of every objection of a period, and never who filed it (R19)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from app.domain.calendar.workdays import last_day_before, local_date
from app.domain.cases.states import CONCLUSION_NAMES, DECLINE_GROUND_NAMES, STATE_NAMES, State, may_see
from app.domain.cases.verdict import Left
from app.domain.papers.issuing import PaperKind, issue
from app.domain.papers.lines import break_lines
from app.domain.periods.roll import counts_in_words
from app.domain.refusals import WrongState
from app.domain.shared.wording import coarse, end_moment, full_day
from app.models import Case, Period
from app.models.objections import CATEGORY_NAMES, Category
from app.services.objections import channels
from app.services.papers.paper import Clerk, Paper, eyes_of, period_for, signed, title_lines
from app.services.papers.periods import list_out_rows
from app.services.periods.closing import cases_of, closing_report, entries_of
from app.services.periods.corrected_text import EntryView
from app.services.periods.restorations import restorations_of
from app.services.shared.issuers import parties_of

_ELSEWHERE = "由其他单位办理的案件，不在本报告的件数和逐件情况之内。"
_RECUSED = "报告里有应当由您回避的案件，不能由您出具。请由没有回避的同事下载这份报告。"


def case_report(session: Session, period_id: int, clerk: Clerk) -> Paper:
    """Write the report of the organiser on the cases of its period that it may see (R21), one for all who download it.

    It lists them by category, by outcome and one by one, and who is out. Of an objection it says the category and the
    day: its text and its hour could tell who wrote it. Raises NotYourCase, WrongState.
    """
    period, now = period_for(session, period_id, clerk.actor), clerk.now
    actor = eyes_of(period.organiser)
    if period.cancelled_at is not None or now < period.opens_at:
        raise WrongState("公示还没有开始，没有异议处理情况可以报告。")
    cases = [case for case in cases_of(session, period) if may_see(actor, case.facts(now))]
    if any(recusal.user_id == clerk.actor.user_id for case in cases for recusal in case.recusals):
        raise WrongState(_RECUSED)
    filed = [objection for case in cases for objection in case.objections]
    taken_back = sum(objection.withdrawn_at is not None for objection in filed)
    # To a unit the channels would tell of a complaint against it (R19).
    came_by = channels.said(channels.counts_of_period(session, period_id)) if actor.is_office else ""
    numbers = {case.number for case in cases}
    shown = {entry.id: entry for entry in entries_of(session, period, now)}
    kinds = period.programme.rules.kind_names
    context = {
        "title": title_lines(period.title, "异议处理情况报告"),
        "about": f"公示对象：{counts_in_words(kinds, period.entries_of_kind)}。公示时间："
        f"{full_day(local_date(period.opens_at))}至{full_day(last_day_before(period.closes_at))}，共{period.workdays}个工作日。"
        f"办结期限：{end_moment(period.conclude_by)}。本报告所列情况截至{full_day(local_date(now))}。",
        "filed": f"共收到异议{len(filed)}件，其中异议人撤回{taken_back}件。{came_by}" if filed else "没有收到异议。",
        "by_category": _counted(Counter(objection.category for objection in filed), CATEGORY_NAMES),
        "handled": _handled(cases, now),
        "by_outcome": _by_outcome(cases, now),
        "cases": [{"number": case.number, "lines": _lines(case, shown[case.entry_id], period, now)} for case in cases],
        "hidden": "" if actor.is_office else _ELSEWHERE,
        "out": list_out_rows(closing_report(session, period, now)["goes_out"], kinds, numbers),
        "restored": [each.sentence for each in restorations_of(session, period)],
        **signed(
            issue(PaperKind.CASES, period.round_number, parties_of(session, period.programme, period.organiser)),
            local_date(now),
        ),
    }
    return clerk.stationery.written("cases.docx", f"{period.title}异议处理情况报告", context)


def _handled(cases: Sequence[Case], now: dt.datetime) -> str:
    if not cases:
        return "没有需要办理的案件。"
    states = Counter(case.state_at(now) for case in cases)
    still = len(cases) - sum(states[state] for state in (State.CONCLUDED, State.DECLINED, State.LAPSED, State.JOINED))
    return (
        f"立案{len(cases)}件：已有结论{states[State.CONCLUDED]}件，不予受理{states[State.DECLINED]}件，"
        f"并案{states[State.JOINED]}件，逾期未结论{states[State.LAPSED]}件，正在办理{still}件。"
    )


def _by_outcome(cases: Sequence[Case], now: dt.datetime) -> list[dict[str, Any]]:
    """Count concluded cases by their conclusion and the others by where they stand.

    An outcome that no case has is left out.
    """
    return [{"name": name, "count": count} for name, count in Counter(_outcome(case, now) for case in cases).items()]


def _outcome(case: Case, now: dt.datetime) -> str:
    state = case.state_at(now)
    return CONCLUSION_NAMES[case.conclusion] if state is State.CONCLUDED and case.conclusion else STATE_NAMES[state]


def _counted(counts: Counter[Category], names: dict[Category, str]) -> list[dict[str, Any]]:
    return [{"name": name, "count": counts[category]} for category, name in names.items() if counts[category]]


_LINE = 25  # characters of a line after an indent of two


# What the lapse of a case did, or did not do, to the nominee: nobody is put out twice (R26).
_AFTER_A_LAPSE = {Left.DISQUALIFIED: "，该推荐对象被取消参评资格", Left.WITHDRAWN: "，该推荐对象已退出推荐"}


def _lines(case: Case, entry: EntryView, period: Period, now: dt.datetime) -> list[str]:
    """Describe one case: what it is about, what was found, how it ended."""
    categories = dict.fromkeys(CATEGORY_NAMES[objection.category] for objection in case.objections)
    facts = [period.programme.rules.kind_names[case.entry.kind], f"{coarse(case.received_at)}收到"]
    if case.objections:
        facts += [f"异议{len(case.objections)}件", "、".join(categories)]
    about = [
        *break_lines(f"推荐对象：{entry.name}", _LINE, [entry.name]),
        f"{'；'.join(facts)}。",
        *break_lines(f"办理单位：{case.handler_unit.name}", _LINE, [case.handler_unit.name]),
    ]
    return [*about, *_ending(case, period, entry.left, now)]


def _ending(case: Case, period: Period, left: Left | None, now: dt.datetime) -> list[str]:
    state = case.state_at(now)
    if state is State.CONCLUDED and case.conclusion and case.confirmed_at:
        return [
            *_worded("核查情况", case.findings),
            f"处理意见：{CONCLUSION_NAMES[case.conclusion]}（{coarse(case.confirmed_at)}确认）。",
            *_worded("依据", case.grounds),
        ]
    if state is State.DECLINED and case.decline_ground:
        return [
            f"处理意见：不予受理（{DECLINE_GROUND_NAMES[case.decline_ground]}）。",
            *_worded("理由", case.decline_reason),
        ]
    if state is State.LAPSED:
        became = _AFTER_A_LAPSE[left] if left else ""
        return [f"处理意见：办结期限（{end_moment(period.conclude_by)}）届满没有结论{became}。"]
    if state is State.JOINED:
        return ["处理意见：与同一推荐对象的另一案件并案办理，结论见该案件。"]
    return [f"办理进度：{STATE_NAMES[state]}。"]


def _worded(name: str, text: str | None) -> list[str]:
    lines = [line.strip() for line in (text or "").splitlines() if line.strip()]
    return [f"{name}：{lines[0]}", *lines[1:]] if lines else []
