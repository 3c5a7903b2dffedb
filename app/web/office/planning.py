"""A programme planned backwards, for the office and for each unit: the last day on which each window can open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from app.domain.periods.window import CONCLUDE_WORKDAYS, CONCLUDE_WORKDAYS_PROPOSED
from app.domain.shared.wording import full_day
from app.models import Programme
from app.services.calendar.calendars import calendar_of
from app.services.nominees.access import nominees_visible_to
from app.services.nominees.groups import find_groups
from app.services.office import planning
from app.services.office.planning import LATE, STANDING_NAMES, RoundStanding, UnitRound
from app.services.periods.readiness import own_units, readiness
from app.web.office.gantt import day_words, gantt, periods_words
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow
from app.web.shared.lists import Column, Filter, Listing, unit_options
from app.web.shared.notices import numbered_rounds
from app.web.shared.portal import now, number, portal, session

blueprint = Blueprint("planning", __name__)
_BADGES = {
    RoundStanding.LATE: "lapsed",
    RoundStanding.OVERRUNS: "lapsed",
    RoundStanding.DONE: "concluded",
    RoundStanding.WAITING: "proposed",
}


@blueprint.get("/programmes/<int:programme_id>/plan")
@allow(*OFFICE_AND_UNITS)
def plan(programme_id: int) -> ResponseReturnValue:
    programme = session().get(Programme, programme_id)
    if programme is None:
        abort(404)
    conclude, wrong = _conclude_workdays()
    calendar = calendar_of(session(), programme.demonstration)
    groups = find_groups(
        session(), portal().keyring, programme, now(), among=partial(nominees_visible_to, actor()), only_counted=True
    )
    timetable = planning.timetable_of(session(), programme, conclude, calendar, actor(), now(), groups)
    ready = readiness(session(), {row.unit.id: row.unit for row in timetable.rows}.values(), now())
    below = own_units(session(), programme_id, now())

    def lacks(row: UnitRound) -> str:
        """Say which contact details are missing: of the own units in round 1, of the row's unit from round 2 on."""
        return below.get(row.unit.id, "") if row.round.number == 1 else ready[row.unit.id].words

    return listing_of(programme, timetable.rows, lacks).answer(
        "office/planning.html",
        programme=programme,
        timetable=timetable,
        picture=gantt(timetable, conclude, calendar, now()),
        conclude=conclude,
        wrong=wrong,
    )


def listing_of(
    programme: Programme, rows: Sequence[UnitRound], lacks: Callable[[UnitRound], str]
) -> Listing[UnitRound]:
    """List the last opening day of each unit and round."""
    units = unit_options(row.unit for row in rows)
    return Listing(
        title="倒排计划",
        columns=[
            Column("unit", "单位", lambda row: row.unit.name, 22),
            Column(
                "round",
                "轮次",
                lambda row: row.round.number,
                16,
                shown=lambda row: f"第{row.round.number}轮 {row.round.name}",
                page_only=True,
            ),
            Column("round_name", "轮次", lambda row: f"第{row.round.number}轮 {row.round.name}", 18, sheet_only=True),
            Column(
                "standing",
                "情况",
                lambda row: STANDING_NAMES[row.standing],
                14,
                badge=lambda row: _BADGES.get(row.standing, ""),
            ),
            Column(
                "waiting",
                "待公示的对象",
                lambda row: row.waiting,
                12,
                note=lambda row: f"共{row.nominees}个" if row.nominees else "",
            ),
            Column(
                "last",
                "最迟开始",
                lambda row: row.step.last,
                18,
                shown=lambda row: day_words(row.step.last) if row.step.last else "算不出",
                note=lambda row: "日期可能调整" if row.step.provisional else "",
            ),
            Column("slack", "余地（工作日）", lambda row: row.step.slack, 12, shown=slack_words, note=advice),
            Column("periods", "已安排的公示", lambda row: periods_words(row.periods), 40),
            Column("due", "报送期限", lambda row: row.step.leg.due, 14, shown=lambda row: full_day(row.step.leg.due)),
            Column("lacks", "还缺什么、异议由谁办理", lacks, 40),
            Column("advice", "说明", advice, 50, sheet_only=True),
        ],
        rows=rows,
        empty="还没有推荐单位。先分配名额或者导入推荐对象，这里就会列出各单位最迟哪一天开始公示。",
        filters=[
            Filter(
                "standing",
                "情况",
                {each.value: STANDING_NAMES[each] for each in RoundStanding},
                lambda row, value: row.standing == value,
                tabs=True,
            ),
            Filter(
                "round",
                "轮次",
                numbered_rounds([programme]),
                lambda row, value: str(row.round.number) == value,
            ),
            Filter("unit", "单位", units, lambda row, value: str(row.unit.id) == value),
        ],
        urgent=lambda row: row.standing in LATE,
        keep=("conclude",),
    )


def slack_words(row: UnitRound) -> str:
    """Say how many working days are left for the nominees that still wait."""
    if row.step.slack is None:
        return "" if row.step.earliest is None and not row.step.unknown else "算不出"
    if row.step.misfit is not None:
        return f"晚{row.step.misfit.late_by}个工作日"
    return f"{row.step.slack}个工作日" if row.step.slack else "没有余地"


def advice(row: UnitRound) -> str:
    """Say what is wrong in this row, and which opening would still fit."""
    step = row.step
    if step.misfit is not None:
        if step.misfit.fitting is None:
            return f"最早{day_words(step.misfit.opening)}开始，已经赶不上报送期限，请与市级专班商量调整时间安排。"
        return f"最早{day_words(step.misfit.opening)}开始，公示后{step.misfit.fitting}个工作日内作出结论才赶得上。"
    if row.standing is RoundStanding.OVERRUNS:
        return "已安排的公示，办结期限超过了报送期限。"
    return step.unknown


def _conclude_workdays() -> tuple[int, str]:
    """Return the working days to conclude that the page uses, and the fault of the number asked for."""
    asked = request.args.get("conclude", "")
    if not asked:
        return CONCLUDE_WORKDAYS_PROPOSED, ""
    try:
        chosen = number(asked)
    except ValueError:
        chosen = 0
    if chosen in CONCLUDE_WORKDAYS:
        return chosen, ""
    return CONCLUDE_WORKDAYS_PROPOSED, f"请填写3到30之间的整数；下面按{CONCLUDE_WORKDAYS_PROPOSED}个工作日计算。"
