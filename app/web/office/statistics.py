"""The statistics of objections: page, picture and sheet, of one programme or round, or of all. For the office alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app import sheets
from app.domain.cases.durations import TimesTaken
from app.domain.cases.states import Role
from app.domain.periods.rounds import ROUND_NUMBERS
from app.models import Programme
from app.services.office import statistics as counting
from app.services.office.statistics import COUNTED_OUTCOME_NAMES, CountedOutcome, Statistics, StatisticsRow
from app.services.office.statistics import StatisticsScope as Scope
from app.web.shared.access import actor, allow
from app.web.shared.downloads import send_download
from app.web.shared.lists import send_pages
from app.web.shared.notices import numbered_rounds
from app.web.shared.portal import now, number, session

blueprint = Blueprint("statistics", __name__, url_prefix="/office")
# One line a figure: what it counts.
DEFINITIONS = {
    "异议": "收到的异议件数，包括登记的来信、来访、来电。并案的异议算在并入的案件里，每件只算一次。",
    "案件": "立案的件数，不含已经并入别的案件的。",
    "正在办理": "还没有结论、办结期限也还没有到的异议。",
    "不予受理": "两人确认不予受理的异议。",
    "成立、部分成立、不成立、撤回": "两人确认了处理意见的异议，按处理意见分。",
    "逾期": "到办结期限没有结论的异议，包括系统还没有处理的。",
    "决定用时": "从收到的次日起，到受理或者不予受理当日，有几个工作日。当天决定的是0。没有决定的案件不算。",
    "办结用时": "从收到的次日起，到确认处理意见当日，有几个工作日。只算确认了处理意见的案件。",
    "中位数": "用时由短到长排列，居中的那一个；有两个居中的，取平均。",
}
# The colours of docs/design.md as they stand in base.css: a saved picture has no style sheet.
OUTCOME_COLOURS = {
    CountedOutcome.OPEN: "#7a4b00",
    CountedOutcome.DECLINED: "#6e7781",
    CountedOutcome.UPHELD: "#0b4f9e",
    CountedOutcome.PARTLY_UPHELD: "#505861",
    CountedOutcome.DISMISSED: "#1a6334",
    CountedOutcome.WITHDRAWN: "#d0d7de",
    CountedOutcome.LAPSED: "#a61b1b",
}
INK, PAPER, LINE = "#1f2328", "#ffffff", "#d0d7de"
_LABEL, _BAR, _ROW, _HEAD, _COUNT = 280, 560, 34, 96, 80  # px
_LONGEST_LABEL = 19
_OUTCOME_COLUMNS = [(name, 11) for name in COUNTED_OUTCOME_NAMES.values()]
_TIME_COLUMNS = [
    (f"{what}{how}", 14) for what in ("决定用时", "办结用时") for how in ("（件）", "中位数", "平均", "最长")
]


@dataclass(frozen=True, slots=True)
class StatisticsPart:
    """One table: what its lines are, and whether they have cases and times beside the objections."""

    title: str
    head: str
    rows: list[StatisticsRow]
    with_times: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    x: float
    width: float
    colour: str
    count: int
    ink: str


@blueprint.get("/statistics")
@allow(Role.OFFICE)
def statistics() -> ResponseReturnValue:
    scope, programmes = _scope(), _programmes()
    counted = counting.count(session(), scope, actor(), now())
    return render_template(
        "office/statistics.html",
        parts=_parts(counted),
        total=counted.total,
        scope=scope,
        scope_words=_scope_words(scope, programmes),
        programmes=programmes,
        rounds=numbered_rounds(programmes),
        outcomes=COUNTED_OUTCOME_NAMES,
        definitions=DEFINITIONS,
        picture=url_for("statistics.picture", programme=scope.programme_id, round=scope.round_number),
        sheet=url_for("statistics.sheet", programme=scope.programme_id, round=scope.round_number),
        now=now(),
    )


@blueprint.get("/statistics.svg")
@allow(Role.OFFICE)
def picture() -> ResponseReturnValue:
    """Answer with the picture by itself: it is shown on the page, and saved into papers and slides."""
    scope = _scope()
    counted = counting.count(session(), scope, actor(), now())
    drawn = render_template(
        "office/statistics.svg",
        rows=list(_bars(counted)),
        legend=[(name, OUTCOME_COLOURS[each]) for each, name in COUNTED_OUTCOME_NAMES.items()],
        total=counted.total,
        scope_words=_scope_words(scope, _programmes()),
        now=now(),
        size=(_LABEL + _BAR + _COUNT, _HEAD + _ROW * max(1, len(counted.by_unit)) + 16),
        bar_x=_LABEL,
        ink=INK,
        paper=PAPER,
        line=LINE,
    )
    if request.args.get("save") == "1":
        return send_download(drawn.encode(), "异议统计图.svg", "image/svg+xml")
    answer = Response(drawn, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/statistics.xlsx")
@allow(Role.OFFICE)
def sheet() -> ResponseReturnValue:
    scope = _scope()
    counted = counting.count(session(), scope, actor(), now())
    said = [("范围", _scope_words(scope, _programmes())), *DEFINITIONS.items()]
    pages: list[tuple[str, sheets.Columns, sheets.Rows]] = [
        *((part.title, _columns(part), _cells(part, counted.total)) for part in _parts(counted)),
        ("说明", [("数字", 30), ("怎样计算", 110)], said),
    ]
    return send_pages("异议统计", pages)


def _parts(counted: Statistics) -> list[StatisticsPart]:
    return [
        StatisticsPart("按办理单位", "办理单位", counted.by_unit, with_times=True),
        StatisticsPart("按异议类别", "异议类别", counted.by_category),
        StatisticsPart("按来源渠道", "来源渠道", counted.by_channel),
    ]


def _columns(part: StatisticsPart) -> list[tuple[str, int]]:
    columns = [(part.head, 26), ("异议", 10), *_OUTCOME_COLUMNS]
    return [*columns, ("案件", 10), *_TIME_COLUMNS] if part.with_times else columns


def _cells(part: StatisticsPart, total: StatisticsRow) -> Iterator[list[str | int]]:
    for row in (*part.rows, total):
        cells: list[str | int] = [row.name, row.objections, *(row.outcomes[each] for each in CountedOutcome)]
        if part.with_times:
            cells += [row.cases, *_time_cells(row.to_decide), *_time_cells(row.to_conclude)]
        yield cells


def _time_cells(times: TimesTaken) -> list[str | int]:
    if not times.count:
        return [0, "", "", ""]
    return [times.count, f"{times.median:g}", f"{times.mean:g}", times.longest]


def _bars(counted: Statistics) -> Iterator[tuple[str, int, list[Segment]]]:
    """Yield each unit's name, its objections, and the pieces of its bar."""
    largest = max((row.objections for row in counted.by_unit), default=0) or 1
    for row in counted.by_unit:
        x, pieces = float(_LABEL), []
        for outcome in CountedOutcome:
            if count := row.outcomes[outcome]:
                width = round(_BAR * count / largest, 1)
                ink = INK if outcome is CountedOutcome.WITHDRAWN else PAPER
                pieces.append(Segment(round(x, 1), width, OUTCOME_COLOURS[outcome], count, ink))
                x += width
        name = row.name if len(row.name) <= _LONGEST_LABEL else f"{row.name[: _LONGEST_LABEL - 1]}…"
        yield name, row.objections, pieces


def _scope() -> Scope:
    """Return what the request asks for. An unknown programme or round narrows nothing."""
    known = {each.id for each in _programmes()}
    programme, round_number = (request.args.get(name, 0, type=number) for name in ("programme", "round"))
    return Scope(
        programme if programme in known else None,
        round_number if round_number in ROUND_NUMBERS else None,
    )


def _scope_words(scope: Scope, programmes: list[Programme]) -> str:
    title = next((each.title for each in programmes if each.id == scope.programme_id), "全部评选活动")
    rounds = numbered_rounds(programmes)
    return f"{title}，{rounds[str(scope.round_number)] if scope.round_number else '三轮合计'}"


def _programmes() -> list[Programme]:
    return list(session().scalars(select(Programme).order_by(Programme.id.desc())))
