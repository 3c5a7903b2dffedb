"""The office's first page: what needs a hand today, and everything on one time line."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases import STATE_NAMES, Role
from app.domain.workdays import each_day, local_date
from app.services import flood, queue, warnings
from app.services import overview as glance
from app.services.queue import QueuedCase
from app.web import charts
from app.web.access import actor, allow
from app.web.case_list import case_listing
from app.web.lists import Listing
from app.web.office.blueprint import blueprint
from app.web.portal import now, session

_CHART_DAYS = 14


@blueprint.get("/")
@allow(Role.OFFICE)
def overview() -> ResponseReturnValue:
    running = glance.running_periods(session())
    return render_template(
        "office/overview.html",
        floods=flood.floods(session(), actor(), now()),
        hands=glance.needs_a_hand(session(), actor(), now()),
        running=running,
        open_cases=glance.open_case_counts(session(), [period.id for period in running], now()),
        timeline=charts.timeline(running, now()),
        states=charts.bars(
            [(STATE_NAMES[state], count) for state, count in glance.case_counts(session(), now()).items()]
        ),
        by_day=charts.bars(_objections_by_day()),
        warnings=warnings.warnings_for(session(), actor(), now()),
        now=now(),
    )


@blueprint.get("/nominees")
@allow(Role.OFFICE)
def nominees() -> ResponseReturnValue:
    return redirect(url_for("nominees.nominees"))


@blueprint.get("/cases")
@allow(Role.OFFICE)
def cases() -> ResponseReturnValue:
    return _every_case().answer("office/cases.html")


@blueprint.get("/cases.xlsx")
@allow(Role.OFFICE)
def cases_sheet() -> ResponseReturnValue:
    return _every_case().as_sheet()


def _every_case() -> Listing[QueuedCase]:
    rows = queue.all_cases(session(), actor(), now())
    return case_listing(rows, "全部案件", "没有案件。收到异议后，各单位办理的都会列在这里。", with_unit=True)


def _objections_by_day() -> list[tuple[str, int]]:
    """The last fortnight's objections, days without any included."""
    today = local_date(now())
    first = today - dt.timedelta(days=_CHART_DAYS - 1)
    counts = Counter(map(local_date, glance.filed_instants(session(), now() - dt.timedelta(days=_CHART_DAYS))))
    return [(f"{day.month}/{day.day}", counts[day]) for day in each_day(first, today)]
