"""The office's first page: what needs a hand today, and everything on one time line."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases import STATE_NAMES, Role, State
from app.domain.workdays import each_day, local_date
from app.services import flood, queue, warnings
from app.services import overview as glance
from app.web import charts
from app.web.access import actor, allow
from app.web.case_sheet import case_sheet
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
    state = request.args.get("state", "")
    rows = queue.all_cases(session(), actor(), now(), [State(state)] if state in set(State) else [])
    return render_template("office/cases.html", queue=rows, state=state, now=now())


@blueprint.get("/cases.xlsx")
@allow(Role.OFFICE)
def cases_sheet() -> ResponseReturnValue:
    return case_sheet(queue.all_cases(session(), actor(), now()), now())


def _objections_by_day() -> list[tuple[str, int]]:
    """The last fortnight's objections, days without any included."""
    today = local_date(now())
    first = today - dt.timedelta(days=_CHART_DAYS - 1)
    counts = Counter(map(local_date, glance.filed_instants(session(), now() - dt.timedelta(days=_CHART_DAYS))))
    return [(f"{day.month}/{day.day}", counts[day]) for day in each_day(first, today)]
