"""One opening day for many units: a form, a preview unit by unit, and all periods saved or none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.periods.backward_planning import Misfit
from app.domain.periods.window import WindowPlan
from app.models import Programme
from app.services.messages import fates
from app.services.office import planning
from app.services.periods import bulk_scheduling, scheduling
from app.services.periods.bulk_scheduling import Order, Rehearsal
from app.services.periods.readiness import readiness
from app.services.programmes.listing import all_programmes
from app.web.periods.blueprint import blueprint
from app.web.periods.scheduling import (
    ScheduleForm,
    calendar_for,
    choose_programme,
    choose_round,
    first_possible_day,
)
from app.web.shared.access import allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.lists import ids_ticked
from app.web.shared.notices import notice_for
from app.web.shared.portal import now, portal, session

# Round 3 is the office's own: it has one period, which the page for a single period schedules.
_ROUNDS = (1, 2)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The preview before saving: the window, the result of each unit, and whether the period misses its stage."""

    plan: WindowPlan | None = None
    rehearsals: Sequence[Rehearsal] = ()
    late: Misfit | None = None


@blueprint.get("/periods/new-many")
@allow(Role.OFFICE)
def plan_many() -> ResponseReturnValue:
    programme, found = choose_programme()
    round_number = choose_round(found, _ROUNDS)
    form = ScheduleForm(formdata=None)
    if programme is not None:
        form.opening.data = first_possible_day(calendar_for(programme))
    free = [each.organiser_id for each in found if each.free and each.round.number == round_number]
    return _page(programme, round_number, form, free)


@blueprint.post("/periods/new-many/<int:programme_id>/<int:round_number>")
@allow(Role.OFFICE)
def schedule_many(programme_id: int, round_number: int) -> ResponseReturnValue:
    """Show the preview first. Save only when it is confirmed."""
    programme = session().get(Programme, programme_id)
    if programme is None or round_number not in _ROUNDS:
        abort(404)
    form, units, nominees = ScheduleForm(), ids_ticked("chosen"), ids_ticked("nominee")
    calendar = calendar_for(programme)

    def order() -> Order:
        return Order(programme, round_number, frozenset(units), frozenset(nominees), *form.window())

    def look() -> _Seen:
        opening, conclude = form.window()
        plan = scheduling.preview(opening, conclude, calendar, programme.demonstration, now())
        rehearsals = bulk_scheduling.rehearse(work(), order(), calendar)
        return _Seen(plan, rehearsals, planning.misfit_of(programme, round_number, plan, conclude, calendar))

    if form.step.data != "save":
        seen = attempt(look, form)
        return _page(programme, round_number, form, units, nominees, seen, _Seen() if seen.refused else seen.result)
    saved = attempt(lambda: bulk_scheduling.schedule_many(work(), order(), calendar), form)
    if saved.refused:
        return _page(programme, round_number, form, units, nominees, saved)
    flash(f"{len(saved.result)}家单位的公示已经安排好。")
    return redirect(url_for("periods.periods"), 303)


def _page(
    programme: Programme | None,
    round_number: int,
    form: ScheduleForm,
    units: Collection[int],
    nominees: Collection[int] | None = None,
    tried: Attempt[Any] = UNTRIED,
    seen: _Seen = _Seen(),
) -> ResponseReturnValue:
    """Render the form. Before anything is sent, all nominees are ticked that may enter the round."""
    choices = (
        bulk_scheduling.list_choices(session(), portal().keyring, programme, round_number, now()) if programme else []
    )
    ready = readiness(session(), [choice.organiser for choice in choices], now())
    if nominees is None:
        nominees = [nominee_id for choice in choices for nominee_id in choice.may_enter]
    rounds = notice_for(programme).rounds
    html = render_template(
        "periods/plan_many.html",
        programmes=all_programmes(session()),
        programme=programme,
        round=rounds[round_number],
        rounds=[rounds[number] for number in _ROUNDS],
        choices=choices,
        units=set(units),
        nominees=set(nominees),
        form=form,
        plan=seen.plan,
        rehearsals=seen.rehearsals,
        late=seen.late,
        ready=ready,
        unreachable=fates.list_unreachable(
            session(), [choice.organiser for choice in choices], portal().gateways.available, now()
        ),
        stage=planning.due_of(programme, round_number) if programme else None,
        refusal=tried.on_top,
        now=now(),
    )
    return html, tried.status
