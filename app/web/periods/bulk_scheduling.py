"""One opening day for many units: a form, a preview unit by unit, and all periods saved or none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.periods.backward_planning import Misfit
from app.domain.periods.window import WindowPlan
from app.models import Programme, Unit
from app.services.messages import fates
from app.services.office import planning
from app.services.periods import bulk_scheduling, openings, scheduling
from app.services.periods.bulk_scheduling import Order, OrganiserChoice, Rehearsal
from app.services.periods.openings import Opening
from app.services.periods.readiness import readiness
from app.services.programmes.listing import all_programmes, organisers
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
from app.web.shared.lists import ROWS_PER_PAGE, ids_joined, ids_ticked
from app.web.shared.notices import notice_for
from app.web.shared.portal import now, number, portal, session

# Round 3 is the office's own: it has one period, which the page for a single period schedules.
_ROUNDS = (1, 2)
_ONE_BY_ONE = 200  # nominees with a box of their own on one page; of more, units are ticked whole


@dataclass(frozen=True, slots=True)
class _Seen:
    """The preview before saving: the window, the result of each unit, and whether the period misses its stage."""

    plan: WindowPlan | None = None
    rehearsals: Sequence[Rehearsal] = ()
    late: Misfit | None = None

    @property
    def told(self) -> Sequence[Rehearsal]:
        """Return the units that the page names: all of them, or as many as it holds, those that are stopped first."""
        if len(self.rehearsals) <= ROWS_PER_PAGE:
            return self.rehearsals
        return sorted(self.rehearsals, key=lambda each: not each.refusal)[:ROWS_PER_PAGE]


@dataclass(frozen=True, slots=True)
class _Ticked:
    """What the form holds: ids of the units on its page, of those ticked, and of nominees ticked one by one.

    Nominees are None before anything is sent: then all are ticked that may enter the round. Units that are `whole` are
    folded, and all of theirs enter that may; of those `unfolded` each nominee has a box. `everywhere`: units of other
    pages are meant too.
    """

    listed: Sequence[int]
    units: Collection[int]
    nominees: Collection[int] | None = None
    whole: Collection[int] = ()
    unfolded: Collection[int] = ()
    everywhere: bool = False


@blueprint.get("/periods/new-many")
@allow(Role.OFFICE)
def plan_many() -> ResponseReturnValue:
    programme, found = choose_programme()
    round_number = choose_round(found, _ROUNDS)
    form = ScheduleForm(formdata=None)
    if programme is None:
        return _page(None, round_number, form, _Ticked((), ()))
    form.opening.data = first_possible_day(calendar_for(programme))
    able = {each.organiser_id for each in found if each.round.number == round_number}
    free = _free(found, round_number)
    listed = _listed(programme, round_number, able)
    return _page(programme, round_number, form, _Ticked(listed, free.intersection(listed)))


@blueprint.post("/periods/new-many/<int:programme_id>/<int:round_number>")
@allow(Role.OFFICE)
def schedule_many(programme_id: int, round_number: int) -> ResponseReturnValue:
    """Show the preview first. Save only when it is confirmed."""
    programme = session().get(Programme, programme_id)
    if programme is None or round_number not in _ROUNDS:
        abort(404)
    form, ticked = ScheduleForm(), _sent(programme, round_number)
    calendar = calendar_for(programme)
    if "unfold" in request.form:
        return _page(programme, round_number, form, ticked)

    def order() -> Order:
        others = _elsewhere(programme, round_number, ticked.listed) if ticked.everywhere else frozenset[int]()
        units, whole = others.union(ticked.units), others.union(ticked.whole)
        return Order(programme, round_number, units, frozenset(ticked.nominees or ()), *form.window(), whole)

    def look() -> _Seen:
        opening, conclude = form.window()
        plan = scheduling.preview(opening, conclude, calendar, programme.demonstration, now())
        rehearsals = bulk_scheduling.rehearse(work(), order(), calendar)
        return _Seen(plan, rehearsals, planning.misfit_of(programme, round_number, plan, conclude, calendar))

    if form.step.data != "save":
        seen = attempt(look, form)
        return _page(programme, round_number, form, ticked, seen, _Seen() if seen.refused else seen.result)
    saved = attempt(lambda: bulk_scheduling.schedule_many(work(), order(), calendar), form)
    if saved.refused:
        return _page(programme, round_number, form, ticked, saved)
    flash(f"{len(saved.result)}家单位的公示已经安排好。")
    return redirect(url_for("periods.periods"), 303)


def _sent(programme: Programme, round_number: int) -> _Ticked:
    return _Ticked(
        ids_joined("listed") or _listed(programme, round_number),
        ids_ticked("chosen"),
        ids_ticked("nominee"),
        ids_joined("whole"),
        {*ids_joined("unfolded"), *ids_ticked("unfold")},
        "everywhere" in request.form,
    )


def _listed(programme: Programme, round_number: int, first: Collection[int] = ()) -> list[int]:
    """Return the units of the page that the address names. `first` are those that stand on the first pages."""
    every = sorted(
        (unit.id for unit in organisers(session(), programme.id, round_number)), key=lambda one: one not in first
    )
    start = (_page_asked(len(every)) - 1) * ROWS_PER_PAGE
    return every[start : start + ROWS_PER_PAGE]


def _page_asked(units: int) -> int:
    return min(max(1, request.args.get("page", 1, type=number)), max(1, -(-units // ROWS_PER_PAGE)))


def _elsewhere(programme: Programme, round_number: int, listed: Collection[int]) -> frozenset[int]:
    """Return the units of the other pages that could open a period of the round now."""
    found = openings.find_openings(session(), portal().keyring, programme, now())
    return frozenset(_free(found, round_number).difference(listed))


def _free(found: Iterable[Opening], round_number: int) -> set[int]:
    """Return the units that could open a period of this round now."""
    return {each.organiser_id for each in found if each.free and each.round.number == round_number}


def _page(
    programme: Programme | None,
    round_number: int,
    form: ScheduleForm,
    ticked: _Ticked,
    tried: Attempt[Any] = UNTRIED,
    seen: _Seen = _Seen(),
) -> ResponseReturnValue:
    """Render the form with the units of one page."""
    units = organisers(session(), programme.id, round_number) if programme else ()
    by_id = {unit.id: unit for unit in units}
    listed = [by_id[unit_id] for unit_id in ticked.listed if unit_id in by_id]
    choices, unfolded, room = _choices(programme, round_number, listed, ticked.unfolded)
    rehearsed = [each.choice.organiser for each in seen.told]
    organisers_shown = {unit.id: unit for unit in [*listed, *rehearsed]}.values()
    rounds = notice_for(programme).rounds
    html = render_template(
        "periods/plan_many.html",
        programmes=all_programmes(session()),
        programme=programme,
        round=rounds[round_number],
        rounds=[rounds[number] for number in _ROUNDS],
        choices=choices,
        ticked=ticked,
        nominees=_nominees_ticked(choices, ticked),
        unfolded=unfolded,
        folded=[choice.organiser.id for choice in choices if choice.organiser.id not in unfolded],
        opened=set(ids_ticked("unfold")),
        room=room,
        page=_page_asked(len(units)),
        pages=-(-len(units) // ROWS_PER_PAGE),
        form=form,
        seen=seen,
        ready=readiness(session(), organisers_shown, now()),
        unreachable=fates.list_unreachable(session(), rehearsed, portal().gateways.available, now()),
        stage=planning.due_of(programme, round_number) if programme else None,
        refusal=tried.on_top,
        now=now(),
    )
    return html, tried.status


def _choices(
    programme: Programme | None, round_number: int, listed: Sequence[Unit], wanted: Collection[int]
) -> tuple[list[OrganiserChoice], set[int], int]:
    """Return the units, those whose nominees each have a box, and for how many more boxes there is room."""
    if programme is None:
        return [], set(), 0
    sizes = bulk_scheduling.count_nominees(session(), programme, round_number, [unit.id for unit in listed])
    few = sum(sizes.values()) <= _ONE_BY_ONE
    shown = {*sizes} if few else {unit_id for unit_id in wanted if unit_id in sizes}
    choices = bulk_scheduling.list_choices(
        session(), portal().keyring, programme, round_number, now(), listed, in_full=shown
    )
    return choices, shown, 0 if few else _ONE_BY_ONE - sum(sizes[unit_id] for unit_id in shown)


def _nominees_ticked(choices: Sequence[OrganiserChoice], ticked: _Ticked) -> set[int]:
    """Return whose boxes are ticked. Of a unit that was folded until now, everybody who may enter is."""
    if ticked.nominees is None:
        return {nominee_id for choice in choices for nominee_id in choice.may_enter}
    opened = [choice for choice in choices if choice.organiser.id in ticked.whole]
    return {*ticked.nominees, *(nominee_id for choice in opened for nominee_id in choice.may_enter)}
