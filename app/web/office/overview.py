"""The office's first page: what needs an act today, and all running periods on one time line."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.calendar.workdays import each_day, local_date
from app.domain.cases.states import STATE_NAMES, Role
from app.domain.objections.arrival import CHANNEL_NAMES
from app.models import GROUP_ACT_NAMES
from app.services.cases import bulk, flood, second_looks, warnings
from app.services.messages import fates
from app.services.objections import channels
from app.services.office import overview as glance
from app.services.periods import bursts, progress
from app.services.upkeep import checking
from app.web.shared import charts
from app.web.shared.access import actor, allow
from app.web.shared.portal import now, portal, session

blueprint = Blueprint("office", __name__, url_prefix="/office")
_CHART_DAYS = 14


@blueprint.get("/")
@allow(Role.OFFICE)
def overview() -> ResponseReturnValue:
    running = progress.running_periods(session())
    return render_template(
        "office/overview.html",
        looks=second_looks.list_waiting(session(), actor(), now()),
        floods=flood.floods(session(), actor(), now()),
        bursts=bursts.find_bursts(session(), now()),
        group_acts=bulk.waiting_acts(session(), actor(), now()),
        GROUP_ACT_NAMES=GROUP_ACT_NAMES,
        hands=glance.list_office_tasks(session(), actor(), now()),
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
        warnings=warnings.warnings_for(session(), actor(), now()),
        unreachable=fates.list_unreachable(session(), fates.list_units(session()), portal().gateways.available, now()),
        given_up=fates.count_given_up(session(), now()),
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
    counts = Counter(map(local_date, progress.filed_instants(session(), now() - dt.timedelta(days=_CHART_DAYS))))
    return [(f"{day.month}/{day.day}", counts[day]) for day in each_day(first, today)]
