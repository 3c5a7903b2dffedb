"""One act on the cases ticked in the queue, each in its own transaction: what was done, what was not, and why."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.domain.cases.states import ACTION_NAMES, Action, Role
from app.models import Case
from app.services.cases import investigation
from app.services.shared.bulk import BulkOutcome
from app.web.cases.blueprint import blueprint
from app.web.shared.access import OFFICE_AND_UNITS, allow, work
from app.web.shared.attempts import Attempt, attempt, nothing_done
from app.web.shared.lists import ids_ticked
from app.web.shared.portal import number, session


@blueprint.post("/accept-many")
@allow(*OFFICE_AND_UNITS)
def accept_many() -> ResponseReturnValue:
    begin = bool(request.form.get("begin"))
    tried = attempt(lambda: investigation.accept_each(work(), ids_ticked("chosen"), begin=begin))
    return told(tried, "受理并开始核查" if begin else ACTION_NAMES[Action.ACCEPT])


@blueprint.post("/assign-many")
@allow(Role.OFFICE, Role.HEAD)
def assign_many() -> ResponseReturnValue:
    assignee_id = request.form.get("assignee", type=number)
    tried = attempt(lambda: investigation.assign_each(work(), ids_ticked("chosen"), assignee_id or 0))
    return told(tried, ACTION_NAMES[Action.ASSIGN])


def told(tried: Attempt[BulkOutcome], what: str) -> ResponseReturnValue:
    """Tell what became of each case: on the list where all was done, else on a page that names what was not."""
    if tried.refused:
        return nothing_done(tried, url_for("cases.queue_page"), "案件列表")
    outcome = tried.result
    if not outcome.refused:
        flash(f"{what}：{len(outcome.done)}件已办好。")
        return redirect(url_for("cases.queue_page"), 303)
    ids = [*outcome.done, *outcome.refused]
    cases = session().scalars(select(Case).where(Case.id.in_(ids)).order_by(Case.id)).all()
    names = {case.id: f"{case.number} {case.entry.name}" for case in cases}
    html = render_template(
        "shared/outcome.html",
        title=f"{what}：办理结果",
        back=url_for("cases.queue_page"),
        back_name="案件列表",
        done=[(names[each], url_for("cases.case_page", case_id=each)) for each in outcome.done],
        refused=[
            (names[each], url_for("cases.case_page", case_id=each), str(why)) for each, why in outcome.refused.items()
        ],
    )
    return html, 200
