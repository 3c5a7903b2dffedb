"""Scheduling one period with nominees picked by hand, previewed day by day before it is saved (R4, R8, R9, R25)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from app.calendars.china import ChinaCalendar
from app.domain.calendar.workdays import local_date, nth_workday_after
from app.domain.cases.states import Role
from app.domain.periods.backward_planning import Misfit
from app.domain.periods.rounds import LAST_ROUND, ROUND_NUMBERS
from app.domain.periods.window import CONCLUDE_WORKDAYS, CONCLUDE_WORKDAYS_PROPOSED, WindowPlan
from app.domain.refusals import Refusal
from app.models import Period, Programme, Unit
from app.services.calendar.calendars import calendar_of
from app.services.messages import fates
from app.services.office import planning
from app.services.periods import openings, scheduling
from app.services.periods.choosing import PeriodChoice
from app.services.periods.openings import Opening
from app.services.periods.readiness import readiness
from app.services.programmes.listing import all_programmes, find_organisers, is_organiser
from app.web.periods import choosing
from app.web.periods.blueprint import blueprint
from app.web.shared.access import allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm
from app.web.shared.lists import ids_ticked
from app.web.shared.notices import notice_for
from app.web.shared.portal import now, number, portal, session

_MOST_UNITS, _LONGEST_WORD = 100, 60


class ScheduleForm(PlainForm):
    opening = DateField("公示第一天", validators=[InputRequired("请选择公示的第一天，须是工作日。")])
    conclude = IntegerField(
        "公示结束后几个工作日内作出结论",
        default=CONCLUDE_WORKDAYS_PROPOSED,
        validators=[
            InputRequired("请填写3到30之间的整数。"),
            NumberRange(CONCLUDE_WORKDAYS[0], CONCLUDE_WORKDAYS[-1], "请填写3到30之间的整数。"),
        ],
    )
    step = HiddenField()

    def window(self) -> tuple[dt.date, int]:
        """Return the opening day and the number of working days to conclude."""
        return self.opening.data, self.conclude.data


@dataclass(frozen=True, slots=True)
class _Seen:
    """The preview before saving: the window, and whether the period misses its stage."""

    plan: WindowPlan | None = None
    late: Misfit | None = None


@blueprint.get("/periods/new")
@allow(Role.OFFICE)
def choose_organiser() -> ResponseReturnValue:
    """Choose the programme, the round and the organiser: proposed are those that have somebody to schedule."""
    programmes = all_programmes(session())
    programme, found = choose_programme()
    programme_id = programme.id if programme else 0
    round_number = choose_round(found, ROUND_NUMBERS)
    counts = {each.organiser_id: each.nominees for each in found if each.round.number == round_number}
    word = request.args.get("unit", "").strip()[:_LONGEST_WORD]
    able, others, more = find_organisers(session(), programme_id, round_number, word, _MOST_UNITS, counts)
    return render_template(
        "periods/choose_organiser.html",
        programmes=programmes,
        programme_id=programme_id,
        round_number=round_number,
        rounds=notice_for(programme).rounds.values(),
        word=word,
        able=able,
        others=others,
        others_in_all=more,
        most=_MOST_UNITS,
        counts=counts,
    )


def choose_programme() -> tuple[Programme | None, list[Opening]]:
    """Return the programme that the address names, else the one with somebody to schedule; and its openings."""
    programme_id = request.args.get("programme", type=number)
    keyring = portal().keyring
    if not programme_id:
        return openings.propose_openings(session(), keyring, now())
    programme = session().get(Programme, programme_id)
    if programme is None:
        abort(404)
    return programme, openings.find_openings(session(), keyring, programme, now())


def choose_round(found: Sequence[Opening], rounds: Sequence[int]) -> int:
    """Return the round that the address names, else the first one of these with somebody to schedule."""
    proposed = next((each.round.number for each in found if each.round.number in rounds), 2)
    asked = request.args.get("round", proposed, type=number)
    if asked not in rounds:
        abort(404)
    return asked


@blueprint.get("/periods/new/<int:programme_id>/<int:round_number>/<int:organiser_id>")
@allow(Role.OFFICE)
def plan_period(programme_id: int, round_number: int, organiser_id: int) -> ResponseReturnValue:
    programme, organiser = _programme_and_organiser(programme_id, round_number, organiser_id)
    form = ScheduleForm(formdata=None)
    form.opening.data = first_possible_day(calendar_for(programme))
    return _plan_page(programme, round_number, organiser, form)


@blueprint.post("/periods/new/<int:programme_id>/<int:round_number>/<int:organiser_id>")
@allow(Role.OFFICE)
def schedule_period(programme_id: int, round_number: int, organiser_id: int) -> ResponseReturnValue:
    """Show the window day by day first. Save only when that page is confirmed."""
    programme, organiser = _programme_and_organiser(programme_id, round_number, organiser_id)
    form = ScheduleForm()
    ticks = choosing.sent()
    calendar = calendar_for(programme)

    def look() -> _Seen:
        opening, conclude = form.window()
        plan = scheduling.preview(opening, conclude, calendar, programme.demonstration, now())
        return _Seen(plan, planning.misfit_of(programme, round_number, plan, conclude, calendar))

    def save() -> Period:
        choice = _choice(programme, round_number, organiser)
        chosen = ticks.chosen(choice.able()) if ticks else ids_ticked("nominee")
        order = scheduling.PeriodPlan(programme, round_number, organiser, chosen, *form.window())
        return scheduling.schedule(work(), order, calendar)

    if ticks and choosing.is_turning():
        return _plan_page(programme, round_number, organiser, form)
    if form.step.data != "save":
        seen = attempt(look, form)
        found = _Seen() if seen.refused else seen.result
        return _plan_page(programme, round_number, organiser, form, seen, found)
    saved = attempt(save, form)
    if saved.refused:
        return _plan_page(programme, round_number, organiser, form, saved)
    flash("公示已经安排好。")
    return redirect(url_for("periods.period", period_id=saved.result.id), 303)


def _choice(programme: Programme, round_number: int, organiser: Unit) -> PeriodChoice:
    return PeriodChoice(session(), portal().keyring, programme, programme.rules.rounds[round_number], organiser, now())


def _plan_page(
    programme: Programme,
    round_number: int,
    organiser: Unit,
    form: ScheduleForm,
    tried: Attempt[Any] = UNTRIED,
    seen: _Seen = _Seen(),
) -> ResponseReturnValue:
    """Show the form. Of many candidates it holds a page, and the choice among all of them goes along with it."""
    choice = _choice(programme, round_number, organiser)
    every = choice.count()
    many = choosing.page_among(choice, every) if every > choosing.MOST_AT_ONCE else None
    offered = many.candidates if many else choice.candidates(choice.ids())
    if many:
        ticked = many.ticked
    elif request.method == "POST":
        ticked = frozenset(ids_ticked("nominee"))
    else:
        ticked = frozenset(candidate.nominee.id for candidate in offered if candidate.may_enter)
    html = render_template(
        "periods/plan.html",
        programme=programme,
        round=choice.round_,
        organiser=organiser,
        candidates=offered,
        chosen=ticked,
        many=many,
        form=form,
        plan=seen.plan,
        late=seen.late,
        stage=planning.due_of(programme, round_number),
        ready=readiness(session(), [organiser], now())[organiser.id],
        unreachable=fates.list_unreachable(session(), [organiser], portal().gateways.available, now()),
        refusal=tried.on_top,
        now=now(),
    )
    return html, tried.status


def _programme_and_organiser(programme_id: int, round_number: int, organiser_id: int) -> tuple[Programme, Unit]:
    programme = session().get(Programme, programme_id)
    organiser = session().get(Unit, organiser_id)
    if programme is None or organiser is None or not 1 <= round_number <= LAST_ROUND:
        abort(404)
    if not is_organiser(session(), programme_id, round_number, organiser.id):
        abort(404)
    return programme, organiser


def calendar_for(programme: Programme) -> ChinaCalendar:
    return calendar_of(session(), programme.demonstration)


def first_possible_day(calendar: ChinaCalendar) -> dt.date | None:
    """Return the next working day; None where no calendar reaches it."""
    try:
        return nth_workday_after(local_date(now()), 1, calendar)
    except Refusal:
        return None
