"""The office's first page: what has to be done today as one list, and all running periods on one time line."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.calendar.workdays import each_day, local_date
from app.domain.cases.states import STATE_NAMES, Role
from app.domain.objections.arrival import CHANNEL_NAMES
from app.services.objections import channels
from app.services.periods import progress
from app.services.upkeep import checking
from app.web.office.task_list import task_list
from app.web.shared import charts
from app.web.shared.access import allow
from app.web.shared.portal import now, session

blueprint = Blueprint("office", __name__, url_prefix="/office")
_CHART_DAYS = 14


@blueprint.get("/")
@allow(Role.OFFICE)
def overview() -> ResponseReturnValue:
    running = progress.running_periods(session())
    return render_template(
        "office/overview.html",
        tasks=task_list(),
        checked=checking.latest(session()),
        running=running,
        open_cases=progress.open_case_counts(session(), [period.id for period in running], now()),
        timeline=charts.timeline(running, now()),
        states=charts.bars(
            [(STATE_NAMES[state], count) for state, count in progress.case_counts(session(), now()).items()]
        ),
        by_day=charts.bars(_objections_by_day()),
        by_channel=charts.bars(
            [(CHANNEL_NAMES[channel], count) for channel, count in channels.counts_under_way(session()).items()]
        ),
        now=now(),
    )


@blueprint.get("/nominees")
@allow(Role.OFFICE)
def nominees() -> ResponseReturnValue:
    return redirect(url_for("nominees.nominees"))


def _objections_by_day() -> list[tuple[str, int]]:
    """Count the objections of each day of the last fortnight, days without any included."""
    today = local_date(now())
    first = today - dt.timedelta(days=_CHART_DAYS - 1)
    counts = progress.count_filed(session(), now() - dt.timedelta(days=_CHART_DAYS))
    return [(f"{day.month}/{day.day}", counts.get(day, 0)) for day in each_day(first, today)]
