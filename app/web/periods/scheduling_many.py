"""One opening day for many units at once: a form, a rehearsal unit by unit, and all or none of it saved."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.periods.backwards import Misfit
from app.domain.periods.window import Plan
from app.domain.refusals import Refusal
from app.models import Programme
from app.notices.offered import built_in
from app.services.office import overview, planning
from app.services.periods import scheduling, scheduling_many
from app.services.periods.scheduling_many import Order, Rehearsal
from app.web.periods.blueprint import blueprint
from app.web.periods.scheduling import ScheduleForm, calendar_for, first_possible_day
from app.web.shared.access import allow, work
from app.web.shared.lists import ids_ticked
from app.web.shared.portal import now, number, portal, session

# The last round is the office's own: one period, which the page for one arranges.
_ROUNDS = (1, 2)


@blueprint.get("/periods/new-many")
@allow(Role.OFFICE)
def plan_many() -> ResponseReturnValue:
    programmes = overview.programmes(session())
    programme_id = request.args.get("programme", type=number) or (programmes[0].id if programmes else 0)
    programme = session().get(Programme, programme_id)
    round_number = request.args.get("round", 2, type=number)
    if round_number not in _ROUNDS or (programmes and programme is None):
        abort(404)
    form = ScheduleForm(formdata=None)
    if programme is not None:
        form.opening.data = first_possible_day(calendar_for(programme))
    return _page(programme, round_number, form)


@blueprint.post("/periods/new-many/<int:programme_id>/<int:round_number>")
@allow(Role.OFFICE)
def schedule_many(programme_id: int, round_number: int) -> ResponseReturnValue:
    """Shows what would become of each unit first; saves only when that page is confirmed."""
    programme = session().get(Programme, programme_id)
    if programme is None or round_number not in _ROUNDS:
        abort(404)
    form, units, nominees = ScheduleForm(), ids_ticked("chosen"), ids_ticked("nominee")
    if not form.validate():
        return _page(programme, round_number, form, units, nominees, status=422)
    opening, conclude = form.opening.data, form.conclude.data
    assert opening is not None  # noqa: S101 - InputRequired
    assert conclude is not None  # noqa: S101 - InputRequired
    calendar = calendar_for(programme)
    order = Order(programme, round_number, frozenset(units), frozenset(nominees), opening, conclude)
    try:
        if form.step.data != "save":
            plan = scheduling.preview(opening, conclude, calendar, programme.demonstration, now())
            rehearsals = scheduling_many.rehearse(work(), order, calendar)
            late = planning.misfit_of(programme, round_number, plan, conclude, calendar)
            return _page(programme, round_number, form, units, nominees, plan=plan, rehearsals=rehearsals, late=late)
        periods = scheduling_many.schedule_many(work(), order, calendar)
    except Refusal as refusal:
        session().rollback()
        return _page(programme, round_number, form, units, nominees, refusal=str(refusal), status=409)
    flash(f"{len(periods)}家单位的公示已经安排好。")
    return redirect(url_for("periods.periods"), 303)


def _page(
    programme: Programme | None,
    round_number: int,
    form: ScheduleForm,
    units: Collection[int] | None = None,
    nominees: Collection[int] | None = None,
    *,
    plan: Plan | None = None,
    rehearsals: Sequence[Rehearsal] = (),
    late: Misfit | None = None,
    refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """The form; before anything is sent every unit is ticked that has anybody to show, with all of them."""
    choices = scheduling_many.choices(session(), portal().keyring, programme, round_number, now()) if programme else []
    if units is None or nominees is None:
        units = [choice.organiser.id for choice in choices if choice.may_enter]
        nominees = [nominee_id for choice in choices for nominee_id in choice.may_enter]
    rounds = (programme.rules if programme else built_in()).rounds
    html = render_template(
        "periods/plan_many.html",
        programmes=overview.programmes(session()),
        programme=programme,
        round=rounds[round_number],
        rounds=[rounds[number] for number in _ROUNDS],
        choices=choices,
        units=set(units),
        nominees=set(nominees),
        form=form,
        plan=plan,
        rehearsals=rehearsals,
        late=late,
        stage=planning.due_of(programme, round_number) if programme else None,
        refusal=refusal,
        now=now(),
    )
    return html, status
