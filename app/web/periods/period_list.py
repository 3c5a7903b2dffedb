"""All periods as one list, and closing many at once: one preview, then each in its own transaction (R30)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import joinedload

from app.domain.cases.states import Role
from app.domain.periods.publicity import title_of
from app.domain.periods.window import Phase
from app.domain.shared.wording import end_moment, full_day
from app.models import Period, Programme, Unit
from app.models.expressions import Sound
from app.services.calendar import calendars
from app.services.periods import closing, progress
from app.services.shared.bulk import BulkOutcome
from app.services.shared.stored_rows import InSql, a_day, a_name, a_number, a_text, an_end, of_ids
from app.web.periods.blueprint import blueprint
from app.web.shared.access import allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.lists import Column, Filter, Listing, ids_ticked, unit_options
from app.web.shared.notices import numbered_rounds
from app.web.shared.portal import now, session
from app.web.shared.words import PHASE_NAMES

_OVER = (Phase.CLOSED, Phase.CANCELLED)
_PHASES = {"running": "进行中", "ready": "可以办结"} | {phase.value: PHASE_NAMES[phase] for phase in Phase}


@blueprint.get("/periods")
@allow(Role.OFFICE)
def periods() -> ResponseReturnValue:
    return _listing().answer("periods/periods.html")


@blueprint.get("/periods/close-many")
@allow(Role.OFFICE)
def close_all() -> ResponseReturnValue:
    """Show every period that can be closed now, all to be closed by one press."""
    running = progress.running_periods(session())
    return _look(sorted(progress.ready_to_close(session(), running, now())), everything=True)


@blueprint.post("/periods/close-many")
@allow(Role.OFFICE)
def close_many() -> ResponseReturnValue:
    """Show first what would be closed and what cannot be undone. Close only when that page is confirmed."""
    chosen = ids_ticked("chosen")
    if request.form.get("step") != "close":
        return _look(chosen)
    tried = attempt(lambda: closing.close_each(work(), chosen))
    if tried.refused:
        return _look(chosen, tried)
    outcome = tried.result
    if not outcome.refused:
        flash(f"{len(outcome.done)}次公示已经办结，办结报告在各次公示的页面上。")
        return redirect(url_for("periods.periods"), 303)
    return _told(outcome)


def _look(chosen: Sequence[int], tried: Attempt[Any] = UNTRIED, *, everything: bool = False) -> ResponseReturnValue:
    found = _periods(chosen)
    reports = {period.id: closing.closing_report(session(), period, now()) for period in found}
    html = render_template(
        "periods/close_many.html",
        periods=found,
        reports=reports,
        ready=progress.ready_to_close(session(), found, now()),
        problem=tried.on_top or ("" if found or everything else "请至少选一次公示。"),
        now=now(),
    )
    return html, tried.status if found or everything else 422


def _told(outcome: BulkOutcome) -> ResponseReturnValue:
    names = {period.id: period.title for period in _periods([*outcome.done, *outcome.refused])}
    return render_template(
        "shared/outcome.html",
        title="办结公示：办理结果",
        back=url_for("periods.periods"),
        back_name="公示",
        done=[(names[each], url_for("periods.report", period_id=each)) for each in outcome.done],
        refused=[
            (names[each], url_for("periods.period", period_id=each), str(why)) for each, why in outcome.refused.items()
        ],
    )


def _periods(ids: Sequence[int]) -> Sequence[Period]:
    wanted = select(Period).where(Period.id.in_(ids)).order_by(Period.opens_at, Period.id)
    return session().scalars(wanted.options(joinedload(Period.organiser), joinedload(Period.programme))).all()


def _listing() -> Listing[Period]:
    rows = progress.stored_periods(session())
    running = progress.running_periods(session())
    open_cases = progress.open_case_counts(session(), [period.id for period in running], now())
    ready = progress.ready_to_close(session(), running, now())
    calendar = calendars.calendar_of(session(), demonstration=True)
    affected = {one.period_id: one.why for one in calendars.affected_periods(session(), calendar, now())}
    there = {programme_id for (programme_id,) in rows.distinct(Period.programme_id)}
    programmes = session().scalars(select(Programme).where(of_ids(Programme.id, there)).order_by(Programme.id)).all()
    organised = {unit_id for (unit_id,) in rows.distinct(Period.organiser_id)}
    organisers = unit_options(session().scalars(select(Unit).where(of_ids(Unit.id, organised))))
    filters: list[Filter[Period]] = [
        Filter("phase", "阶段", _PHASES, tabs=True, where=partial(_in_phase, ready=ready)),
        Filter("round", "轮次", numbered_rounds(programmes), where=lambda value: Period.round_number == int(value)),
        Filter("organiser", "公示单位", organisers, where=lambda value: Period.organiser_id == int(value)),
    ]
    if len(programmes) > 1:
        titles = {str(programme.id): programme.title for programme in programmes}
        filters.append(
            Filter("programme", "评选表彰活动", titles, where=lambda value: Period.programme_id == int(value))
        )
    if affected:
        changed = {"1": "受新通知影响的"}
        filters.append(Filter("affected", "放假通知", changed, where=lambda _: of_ids(Period.id, affected)))
    return Listing(
        title="公示",
        columns=_columns(open_cases, affected, programmes),
        rows=rows,
        empty="还没有安排过公示。点上面的“安排公示”开始。",
        filters=filters,
        row_id=lambda period: period.id if period.id in ready else None,
    )


def _in_phase(value: str, ready: set[int]) -> ColumnElement[bool]:
    if value == "running":
        return progress.phase_in_sql(now()).not_in([phase.value for phase in _OVER])
    if value == "ready":
        return of_ids(Period.id, ready)
    return progress.phase_in_sql(now()) == value


def _title_in_sql(programmes: Sequence[Programme]) -> InSql:
    """Return the title as the database finds it: it is made of the notice's words for the round and the organiser."""

    def finds(word: str) -> ColumnElement[bool]:
        found = [
            and_(Period.programme_id == programme.id, Period.round_number == number)
            for programme in programmes
            for number, round_ in programme.rules.rounds.items()
            if word in title_of(round_, "")
        ]
        return or_(func.lower(Unit.name).contains(word, autoescape=True), *found)

    return InSql(Sound(Unit.name), finds)


def _columns(
    open_cases: Counter[int], affected: dict[int, str], programmes: Sequence[Programme]
) -> list[Column[Period]]:
    titles = {programme.id: programme.title for programme in programmes}
    deadline, opens = an_end(Period.conclude_by), a_day(Period.opens_at)
    return [
        Column(
            "title",
            "公示",
            lambda p: p.title,
            28,
            href=_page,
            note=lambda p: p.programme.title,
            sql=_title_in_sql(programmes),
        ),
        Column(
            "programme",
            "评选表彰活动",
            lambda p: p.programme.title,
            30,
            sheet_only=True,
            sql=a_name(Period.programme_id, titles),
        ),
        Column("round", "轮次", lambda p: p.round_number, 8, sheet_only=True, sql=a_number(Period.round_number)),
        Column(
            "phase",
            "阶段",
            lambda p: PHASE_NAMES[p.phase(now())],
            16,
            badge=_badge,
            note=lambda p: affected.get(p.id, ""),
            sql=a_name(progress.phase_in_sql(now()), {phase.value: PHASE_NAMES[phase] for phase in Phase}),
        ),
        Column("opens", "公示时间", _opens, shown=_span, page_only=True, sql=opens),
        Column("first", "公示第一天", lambda p: full_day(p.window.first_day), 16, sheet_only=True, sql=opens),
        Column(
            "last",
            "公示最后一天",
            lambda p: full_day(p.window.last_day),
            16,
            sheet_only=True,
            sql=an_end(Period.closes_at),
        ),
        Column(
            "deadline",
            "办结期限",
            lambda p: p.conclude_by,
            shown=lambda p: end_moment(p.conclude_by),
            page_only=True,
            sql=deadline,
        ),
        Column("until", "办结期限", lambda p: end_moment(p.conclude_by), 26, sheet_only=True, sql=deadline),
        Column(
            "entries",
            "推荐对象",
            lambda p: p.collectives + p.individuals,
            10,
            sql=a_number(Period.collectives + Period.individuals),
        ),
        Column("open", "未结案件", lambda p: open_cases[p.id], 10, sql=a_number(progress.count_open_cases(now()))),
        Column("reason", "撤回理由", lambda p: p.cancel_reason, 30, sheet_only=True, sql=a_text(Period.cancel_reason)),
    ]


def _page(period: Period) -> str:
    return url_for("periods.period", period_id=period.id)


def _opens(period: Period) -> dt.datetime:
    return period.opens_at


def _span(period: Period) -> str:
    return f"{full_day(period.window.first_day)}至{period.window.last_day.month}月{period.window.last_day.day}日"


def _badge(period: Period) -> str:
    colours = {Phase.OPEN: "received", Phase.HANDLING: "proposed", Phase.DUE: "lapsed", Phase.CLOSED: "concluded"}
    return colours.get(period.phase(now()), "")
