"""The list of programmes, and the first page of one: its quotas, timetable, contact block and clauses."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.calendar.workdays import local_date
from app.domain.shared.wording import full_day
from app.models import Programme
from app.services.accounts import units
from app.services.office.totals import Totals, totals_of
from app.services.programmes import quotas, setting_up
from app.web.programmes.blueprint import blueprint
from app.web.programmes.forms import ArchiveForm, ReopenForm
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, me
from app.web.shared.attempts import UNTRIED, Attempt
from app.web.shared.lists import Column, Filter, Listing
from app.web.shared.portal import now, portal, session

_STATES = {"running": "进行中", "archived": "已归档"}


@blueprint.get("/")
@allow(*OFFICE_AND_UNITS)
def programmes_page() -> ResponseReturnValue:
    sums = quotas.sum_places(session())

    def days(programme: Programme) -> str:
        stages = programme.stages
        return f"{full_day(stages[0].starts_on)}至{full_day(stages[-1].ends_on)}" if stages else "还没有时间安排"

    def state(programme: Programme) -> str:
        return "archived" if programme.archived_at else "running"

    def page_of(programme: Programme) -> str:
        return url_for("programmes.programme", programme_id=programme.id)

    listing = Listing(
        title="评选活动",
        columns=[
            Column("title", "活动名称", lambda p: p.title, 40, href=page_of),
            Column("notice", "通知文号", lambda p: p.notice_number, 22),
            Column("days", "时间安排", days, 34),
            Column("collectives", "集体名额", lambda p: sums.get(p.id, (0, 0))[0], 10),
            Column("individuals", "个人名额", lambda p: sums.get(p.id, (0, 0))[1], 10),
            Column("state", "状态", lambda p: _STATES[state(p)], 10, badge=lambda p: ""),
        ],
        rows=setting_up.list_running_first(session()),
        empty="还没有评选活动。由市级专班在这里新建，或者用一份表格导入。",
        filters=[Filter("state", "状态", _STATES, lambda p, wanted: state(p) == wanted)],
    )
    return listing.answer("programmes/programmes.html", me=me())


@blueprint.get("/<int:programme_id>")
@allow(*OFFICE_AND_UNITS)
def programme(programme_id: int) -> ResponseReturnValue:
    return programme_page(found(programme_id))


def found(programme_id: int) -> Programme:
    there = session().get(Programme, programme_id)
    if there is None:
        abort(404)
    return there


def running_totals(shown: Programme) -> Totals | None:
    """Return the running totals for the office, None for a unit."""
    return totals_of(session(), portal().keyring, shown, now(), actor()) if actor().is_office else None


def programme_page(
    shown: Programme,
    tried: Attempt[Any] = UNTRIED,
    *,
    reopen_form: ReopenForm | None = None,
    archive_form: ArchiveForm | None = None,
) -> ResponseReturnValue:
    html = render_template(
        "programmes/programme.html",
        programme=shown,
        groups=quotas.table_of(session(), shown.id, actor(), now()),
        stages=shown.rules.stages,
        today=local_date(now()),
        totals=running_totals(shown),
        office=units.office_of(session()),
        reopen_form=reopen_form or ReopenForm(formdata=None),
        archive_form=archive_form or ArchiveForm(formdata=None),
        refusal=tried.on_top,
        me=me(),
    )
    return html, tried.status
