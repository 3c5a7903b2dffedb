"""The papers of a period: 公示公告, 异议处理情况报告, 办结报告."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import richtext
from app.domain.calendar.workdays import local_date
from app.domain.cases.clauses import lapse_sentence
from app.domain.cases.outcomes import OUTCOME_NAMES, CaseEnd
from app.domain.cases.states import Actor
from app.domain.cases.verdict import LEFT_NAMES
from app.domain.objections.arrival import Channel
from app.domain.papers.issuing import Issue, PaperKind, issue
from app.domain.papers.lines import set_in_rows
from app.domain.periods.rounds import LAST_ROUND, Kind
from app.domain.periods.window import Phase
from app.domain.refusals import WrongState
from app.domain.shared.wording import day_label, end_moment, full_day, moment, weekday
from app.models import Case, Entry, Period
from app.models.periods import days_from_json
from app.papers.qr import qr_png
from app.papers.templates import Picture
from app.services.cases.visibility import cases_visible_to
from app.services.objections import channels
from app.services.papers.paper import (
    Clerk,
    Paper,
    cite_basis,
    eyes_of,
    mark_if_empty,
    period_for,
    signed,
    title_lines,
)
from app.services.periods.closing import entries_of
from app.services.periods.corrected_text import EntryView
from app.services.periods.notice_words import words_of_notice
from app.services.periods.restorations import restorations_of
from app.services.shared.issuers import parties_of

# The fields of an entry that stand as facts before the deeds, and what they are called.
_FACTS = {
    "unit": {Kind.COLLECTIVE: "所属单位", Kind.INDIVIDUAL: "工作单位"},
    "recommender": {Kind.COLLECTIVE: "推荐单位", Kind.INDIVIDUAL: "推荐单位"},
    "post": {Kind.COLLECTIVE: "职务职级", Kind.INDIVIDUAL: "职务职级"},
    "category": {Kind.COLLECTIVE: "单位类型", Kind.INDIVIDUAL: "人员身份"},
    "trade": {Kind.COLLECTIVE: "所属行业", Kind.INDIVIDUAL: "所属行业"},
}
# Every end that a case has by the closing, as the table has them two by two.
_ENDS = {
    outcome.value: OUTCOME_NAMES[outcome]
    for outcome in (
        CaseEnd.DECLINED,
        CaseEnd.UPHELD,
        CaseEnd.PARTLY_UPHELD,
        CaseEnd.DISMISSED,
        CaseEnd.WITHDRAWN,
        CaseEnd.JOINED,
        CaseEnd.LAPSED,
    )
}
_ORDINALS = "一二三四五"
_MEASURES = {Kind.COLLECTIVE: "个", Kind.INDIVIDUAL: "名"}


def notice(session: Session, period_id: int, clerk: Clerk) -> Paper:
    """Write the notice (公告) to be put up on a board at the opening, and not before (R5, R12, R13).

    Names and deeds are those of the frozen entries: no field stands in it that the round may not show. Before the
    window opens its first line says that it must not hang yet. After the window it is the archive copy: the notice as
    it hung in the last second, whatever came later. Raises NotYourCase, WrongState.
    """
    period = period_for(session, period_id, clerk.actor)
    if period.cancelled_at is not None:
        raise WrongState("这次公示的安排已经撤回，没有公告。")
    programme, hung = period.programme, _as_it_hung(session, period, clerk.now)
    last_round = period.round_number == LAST_ROUND
    words = programme.rules.round_words[period.round_number]
    title = title_lines("" if last_round else hung.organiser, f"关于{programme.title}", f"{words.subject}的公示")
    address = f"{clerk.stationery.public_url}/periods/{period.id}"
    context = {
        "warning": _warning(period, clerk.now),
        "title": title,
        "opening": f"{cite_basis(programme)}，{words.opening}",
        "window": f"{_window(period)}，共{period.workdays}个工作日，其间的休息日照常公示、不计入工作日。",
        "groups": _groups(session, period, hung.at),
        "objecting": [
            "单位和个人对公示对象有异议的，请在公示期间实名提出，写明事实和依据。个人应当写明真实姓名和手机号码或者"
            "电子邮箱；单位应当写明单位名称和联系人，并提交盖有公章的书面材料。匿名反映不按异议办理，"
            "可以用下列电话或者信件反映。不便上网的，在公示期间来信、来访、来电或者发电子邮件实名提出，同样登记、同样办理。",
        ],
        "online": "网上提出：扫描右边的二维码，或者打开下面的网址。",
        "address": address,
        "contacts": hung.contacts,
        "handling": [
            f"异议由办理单位调查核实，提出处理意见。办结期限为{end_moment(hung.conclude_by)}。",
            lapse_sentence(period.round, programme.lapse_clause),
        ],
        "qr": Picture(qr_png(address), 28),
        "qr_says": "扫描二维码查看公示、提出异议",
        **signed(Issue(hung.signatories), local_date(period.opens_at)),
    }
    archived = "（存档）" if clerk.now >= period.closes_at else ""
    return clerk.stationery.written("notice.docx", f"{period.title}公告{archived}", context)


def closing_paper(session: Session, period_id: int, clerk: Clerk) -> Paper:
    """Write the closing report as it was stored (R30). Raises NotYourCase, WrongState while there is none."""
    period = period_for(session, period_id, clerk.actor)
    if period.closing is None:
        raise WrongState("公示办结以后才有办结报告。")
    report, organiser = period.closing.report, period.organiser
    eyes, closed_at = eyes_of(organiser), period.closing.closed_at
    seen = None if eyes.is_office else list_numbers_seen(session, period, eyes, clerk.now)
    context = {
        "title": title_lines(period.title, "办结报告"),
        "times": [
            f"评选表彰：{period.programme.title}。",
            f"公示时间：{_window(period)}，共{period.workdays}个工作日。",
            f"办结期限：{end_moment(period.conclude_by)}。",
            f"系统可用：{_uptime(report['availability'])}。",
            *_channels(report, eyes),
        ],
        "figures": _in_two_columns(_figures(report)),
        "out": list_out_rows(report["goes_out"], period.programme.rules.kind_names, seen),
        "goes_on": report["goes_on"],
        "goes_on_names": _in_rows(one["name"] for one in report["goes_on"]) or "没有推荐对象继续参评。",
        "restored": [each.sentence for each in restorations_of(session, period)],
        "withdrawn": _in_rows(one["name"] for one in report.get("withdrawn", [])),
        "days": [
            {"date": full_day(each.day.date), "weekday": weekday(each.day.date), "label": day_label(each)}
            for each in days_from_json(report["days"])
        ],
        **signed(
            issue(PaperKind.CLOSING, period.round_number, parties_of(session, period.programme, organiser)),
            local_date(closed_at),
        ),
    }
    return clerk.stationery.written("closing.docx", f"{period.title}办结报告", context)


def list_out_rows(
    goes_out: Iterable[Mapping[str, Any]], kinds: Mapping[Kind, str], numbers: set[str] | None = None
) -> list[dict[str, str]]:
    """Return who is out, as rows of a table.

    Of the cases only those in `numbers` are named, where it is given.

    `kinds`: what the notice calls them.
    """
    return [
        {
            "name": one["name"],
            "kind": kinds[Kind(one["kind"])],
            "grounds": "、".join(one["grounds"]),
            "clauses": "；".join(one["clauses"]),
            "cases": "、".join(number for number in one["cases"] if numbers is None or number in numbers),
        }
        for one in goes_out
    ]


def list_numbers_seen(session: Session, period: Period, actor: Actor, now: dt.datetime) -> set[str]:
    """Return the numbers of a period's cases that this person may see (R21)."""
    query = select(Case).join(Entry, Case.entry_id == Entry.id)
    query = query.where(Entry.period_id == period.id, cases_visible_to(actor, now))
    return {case.number for case in session.scalars(query)}


def _warning(period: Period, now: dt.datetime) -> str:
    return "（稿本：公示开始前不得张贴）" if period.phase(now) is Phase.SCHEDULED else ""


def _uptime(availability: Mapping[str, Any]) -> str:
    """Describe the uptime of a window (R7).

    No record is not the same as no service, so it is called no record.
    """
    if not availability["served_seconds"]:
        return "公示期间没有运行记录"
    said = f"公示时间的{availability['percent']}%有系统正常应答的记录"
    if days := availability["outage_days"]:
        said += f"，有{len(days)}个工作日的工作时间里达到一小时没有记录"
    return said


def _channels(report: Mapping[str, Any], actor: Actor) -> list[str]:
    """Say how the objections came in (R33), to the office alone: a unit would learn of a complaint against it (R19).

    Reports from before objections were registered say nothing of it.
    """
    counts = report.get("by_channel") if actor.is_office else None
    said = channels.said({Channel(channel): count for channel, count in (counts or {}).items()})
    return [said] if said else []


def _window(period: Period) -> str:
    """Describe a window, which is always whole days (R4): 2026年9月18日 00:00 至 2026年9月23日 24:00."""
    return f"{moment(period.opens_at)} 至 {end_moment(period.closes_at)}"


@dataclass(frozen=True, slots=True)
class _Hung:
    """What of a notice can change behind it, as it stood at the moment `at`."""

    at: dt.datetime
    organiser: str
    signatories: tuple[str, ...]
    contacts: list[str]
    conclude_by: dt.datetime


def _as_it_hung(session: Session, period: Period, now: dt.datetime) -> _Hung:
    """Return the notice's facts of now, or of the window's last moment once it is over."""
    if now < period.closes_at:
        at, words = now, words_of_notice(session, period)
    else:
        at = period.closes_at - dt.timedelta(microseconds=1)
        kept = period.closing.report.get("notice") if period.closing else None
        words = kept or words_of_notice(session, period)
    contact = words["contact"]
    return _Hung(
        at,
        words["organiser"],
        tuple(words["signatories"]),
        [
            f"办理单位：{words['organiser']}",
            f"地址：{mark_if_empty(contact['address'], '地址')}",
            f"电话：{mark_if_empty(contact['phone'], '办公电话')}",
            f"受理时间：{mark_if_empty(contact['hours'], '受理时间')}",
            f"电子邮箱：{mark_if_empty(contact['email'], '电子邮箱')}",
        ],
        period.deadline_at(at),
    )


_NAMES_IN_A_LINE = 25  # characters of 三号 between the edges, after an indent of two


def _in_rows(names: Iterable[str]) -> str:
    """Set names in columns, a paragraph a row: none is broken over a line."""
    return "\n".join(set_in_rows(list(names), _NAMES_IN_A_LINE))


def _groups(session: Session, period: Period, now: dt.datetime) -> list[dict[str, Any]]:
    """Group the entries as they read now: collectives, then individuals.

    A kind without entries is left out.
    """
    entries = entries_of(session, period, now)
    groups: list[dict[str, Any]] = []
    for kind in Kind:
        theirs = [entry for entry in entries if entry.kind is kind]
        if theirs:
            groups.append(
                {
                    "ordinal": _ORDINALS[len(groups)],
                    "head": f"{period.programme.rules.kind_names[kind]}（{len(theirs)}{_MEASURES[kind]}）",
                    "names": _in_rows(map(_name, theirs)),
                    "entries": [
                        _entry(number, entry, period.round.shown) for number, entry in enumerate(theirs, start=1)
                    ],
                }
            )
    return groups


def _name(entry: EntryView) -> str:
    return f"{entry.name}（{LEFT_NAMES[entry.left]}）" if entry.left else entry.name


def _entry(number: int, entry: EntryView, shown: frozenset[str]) -> dict[str, Any]:
    facts = [
        f"{names[entry.kind]}：{value}"
        for field, names in _FACTS.items()
        if field in shown and (value := getattr(entry, field))
    ]
    return {
        "number": number,
        "name": _name(entry),
        "facts": ["；".join(facts) + "。"] if facts else [],
        "deeds": richtext.paragraphs(entry.deeds),
        # A misprint corrected in sight: both texts and the time (R9).
        "corrections": [
            f"更正（{moment(each.at)}）：{each.what}中“{each.wrong}”更正为“{each.right}”。"
            for each in entry.corrections
        ],
    }


def _figures(report: Mapping[str, Any]) -> list[tuple[str, int]]:
    states, conclusions = Counter(report["by_state"]), Counter(report["by_conclusion"])
    return [
        ("公示对象", report["entries"]),
        ("收到异议", report["filed"]),
        ("受理", report["accepted"]),
        *((name, conclusions[outcome] or states[outcome]) for outcome, name in _ENDS.items()),
    ]


def _in_two_columns(figures: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    return [
        {"left": left, "left_count": left_count, "right": right, "right_count": right_count}
        for (left, left_count), (right, right_count) in zip(figures[::2], figures[1::2], strict=True)
    ]
