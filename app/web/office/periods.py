"""Scheduling, watching, extending, taking back and closing periods."""

from __future__ import annotations

import datetime as dt

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload
from wtforms import DateField, HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from app.calendars.china import ChinaCalendar
from app.domain.cases import STATE_NAMES, Role
from app.domain.errors import Refusal
from app.domain.rounds import LAST_ROUND, ROUNDS
from app.domain.window import CONCLUDE_WORKDAYS, CONCLUDE_WORKDAYS_PROPOSED, Phase, Plan
from app.domain.workdays import local_date, nth_workday_after
from app.models import Period, Programme, Unit
from app.services import closing, interruption, overview, scheduling
from app.services.calendars import calendar_of
from app.web import charts
from app.web.access import actor, allow
from app.web.forms import PlainForm, text_area
from app.web.office.blueprint import blueprint
from app.web.portal import now, number, portal, session


class ScheduleForm(PlainForm):
    opening = DateField("公示第一天", validators=[InputRequired("请选择公示的第一天，须是工作日。")])
    conclude = IntegerField(
        "公示结束后几个工作日内作出结论",
        default=CONCLUDE_WORKDAYS_PROPOSED,
        validators=[
            InputRequired("请填写1到30之间的整数。"),
            NumberRange(CONCLUDE_WORKDAYS[0], CONCLUDE_WORKDAYS[-1], "请填写1到30之间的整数。"),
        ],
    )
    step = HiddenField()


class ExtendForm(PlainForm):
    day = DateField("新的截止日", validators=[InputRequired("请选择新的截止日，须是工作日。")])
    text = text_area("延长的理由", *scheduling.REASON, hint="会写在公示页面上。", rows=3)


class ExtendWindowForm(PlainForm):
    text = text_area("延长公示的理由", *scheduling.REASON, hint="写明中断的时间和原因，会写在公示页面上。", rows=3)


class CancelForm(PlainForm):
    text = text_area("撤回的理由", *scheduling.REASON, rows=3)


@blueprint.get("/periods")
@allow(Role.OFFICE)
def periods() -> ResponseReturnValue:
    page = max(1, request.args.get("page", 1, type=number))
    closed, total = overview.closed_periods(session(), page)
    return render_template(
        "office/periods.html",
        running=overview.running_periods(session()),
        closed=closed,
        total=total,
        page=page,
        pages=max(1, -(-total // overview.PERIODS_PER_PAGE)),
        now=now(),
    )


@blueprint.get("/periods/new")
@allow(Role.OFFICE)
def choose_organiser() -> ResponseReturnValue:
    """First programme and round, then whose period it is."""
    programmes = overview.programmes(session())
    programme_id = request.args.get("programme", type=number) or (programmes[0].id if programmes else 0)
    round_number = request.args.get("round", 2, type=number)
    if round_number not in ROUNDS:
        abort(404)
    return render_template(
        "office/choose_organiser.html",
        programmes=programmes,
        programme_id=programme_id,
        round_number=round_number,
        rounds=ROUNDS.values(),
        organisers=overview.organisers(session(), programme_id, round_number),
    )


@blueprint.get("/periods/new/<int:programme_id>/<int:round_number>/<int:organiser_id>")
@allow(Role.OFFICE)
def plan_period(programme_id: int, round_number: int, organiser_id: int) -> ResponseReturnValue:
    programme, organiser = _programme_and_organiser(programme_id, round_number, organiser_id)
    form = ScheduleForm(formdata=None)
    form.opening.data = _first_possible_day(_calendar(programme))
    return _plan_page(programme, round_number, organiser, form, chosen=None)


@blueprint.post("/periods/new/<int:programme_id>/<int:round_number>/<int:organiser_id>")
@allow(Role.OFFICE)
def schedule_period(programme_id: int, round_number: int, organiser_id: int) -> ResponseReturnValue:
    """Shows the window day by day first; saves only when that page is confirmed."""
    programme, organiser = _programme_and_organiser(programme_id, round_number, organiser_id)
    form = ScheduleForm()
    chosen = [int(value) for value in request.form.getlist("nominee") if value.isdecimal() and len(value) < 10]
    if not form.validate():
        return _plan_page(programme, round_number, organiser, form, chosen, status=422)
    opening, conclude = form.opening.data, form.conclude.data
    assert opening is not None  # noqa: S101 - InputRequired
    assert conclude is not None  # noqa: S101 - InputRequired
    calendar = _calendar(programme)
    try:
        plan = scheduling.preview(opening, conclude, calendar, programme.demonstration, now())
        if form.step.data != "save":
            return _plan_page(programme, round_number, organiser, form, chosen, plan=plan)
        period = scheduling.schedule(
            session(),
            portal().keyring,
            programme,
            round_number,
            organiser,
            chosen,
            opening,
            conclude,
            calendar,
            actor(),
            now(),
        )
    except Refusal as refusal:
        session().rollback()
        return _plan_page(programme, round_number, organiser, form, chosen, refusal=str(refusal), status=409)
    flash("公示已经安排好。")
    return redirect(url_for("office.period", period_id=period.id), 303)


@blueprint.get("/periods/<int:period_id>")
@allow(Role.OFFICE)
def period(period_id: int) -> ResponseReturnValue:
    return _period_page(_period(period_id))


@blueprint.post("/periods/<int:period_id>/extend")
@allow(Role.OFFICE)
def extend(period_id: int) -> ResponseReturnValue:
    shown, form = _period(period_id), ExtendForm()
    if not form.validate() or form.day.data is None:
        return _period_page(shown, extend_form=form, status=422)
    try:
        scheduling.extend_deadline(
            session(), period_id, form.day.data, form.text.data or "", _calendar(shown.programme), actor(), now()
        )
    except Refusal as refusal:
        form.day.errors = [str(refusal)]
        session().rollback()
        return _period_page(_period(period_id), extend_form=form, status=409)
    flash("规定时间已经延长，公示页面同时更新。")
    return redirect(url_for("office.period", period_id=period_id), 303)


@blueprint.post("/periods/<int:period_id>/extend-window")
@allow(Role.OFFICE)
def extend_window(period_id: int) -> ResponseReturnValue:
    """After an outage in working hours (R7)."""
    shown, form = _period(period_id), ExtendWindowForm().with_ids("window")
    if not form.validate():
        return _period_page(shown, window_form=form, status=422)
    calendar, reason = _calendar(shown.programme), form.text.data or ""
    try:
        interruption.extend_window(session(), period_id, reason, calendar, actor(), now())
    except Refusal as refusal:
        form.text.errors = [str(refusal)]
        session().rollback()
        return _period_page(_period(period_id), window_form=form, status=409)
    flash("公示已经延长，规定时间相应顺延，公示页面在一分钟内更新。")
    return redirect(url_for("office.period", period_id=period_id), 303)


@blueprint.post("/periods/<int:period_id>/cancel")
@allow(Role.OFFICE)
def cancel(period_id: int) -> ResponseReturnValue:
    shown, form = _period(period_id), CancelForm().with_ids("cancel")
    if not form.validate():
        return _period_page(shown, cancel_form=form, status=422)
    try:
        scheduling.cancel(session(), period_id, form.text.data or "", actor(), now())
    except Refusal as refusal:
        form.text.errors = [str(refusal)]
        session().rollback()
        return _period_page(_period(period_id), cancel_form=form, status=409)
    flash("公示安排已经撤回。")
    return redirect(url_for("office.periods"), 303)


@blueprint.get("/periods/<int:period_id>/close")
@allow(Role.OFFICE)
def confirm_close(period_id: int) -> ResponseReturnValue:
    shown = _period(period_id)
    return render_template(
        "office/close.html", period=shown, report=closing.closing_report(session(), shown, now()), now=now()
    )


@blueprint.post("/periods/<int:period_id>/close")
@allow(Role.OFFICE)
def close(period_id: int) -> ResponseReturnValue:
    try:
        closing.close_period(session(), period_id, actor(), now())
    except Refusal as refusal:
        session().rollback()
        return _period_page(_period(period_id), refusal=str(refusal), status=409)
    flash("公示已经办结，办结报告如下。")
    return redirect(url_for("office.report", period_id=period_id), 303)


@blueprint.get("/periods/<int:period_id>/report")
@allow(Role.OFFICE)
def report(period_id: int) -> ResponseReturnValue:
    """The closing report, for the screen and for print."""
    shown = _period(period_id)
    if shown.closing is None:
        abort(404)
    return render_template("office/report.html", period=shown, report=shown.closing.report, closing=shown.closing)


def _period_page(
    shown: Period,
    *,
    extend_form: ExtendForm | None = None,
    window_form: ExtendWindowForm | None = None,
    cancel_form: CancelForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    phase = shown.phase(now())
    html = render_template(
        "office/period.html",
        period=shown,
        phase=phase,
        entries=closing.entries_of(session(), shown),
        cases=closing.cases_of(session(), shown),
        states=charts.bars(
            [(STATE_NAMES[state], count) for state, count in overview.case_counts(session(), now(), shown.id).items()]
        ),
        by_day=charts.bars(
            [(f"{day.month}/{day.day}", count) for day, count in closing.objections_by_day(session(), shown).items()]
        ),
        # A form that was refused stays on the page with its text and the reason, offered or not.
        can_extend=extend_form is not None or phase in (Phase.SCHEDULED, Phase.OPEN, Phase.HANDLING),
        can_cancel=cancel_form is not None or phase is Phase.SCHEDULED,
        can_close=phase in (Phase.HANDLING, Phase.DUE),
        offer=_offer(shown),
        window_form=window_form or ExtendWindowForm(formdata=None).with_ids("window"),
        window_form_sent=window_form is not None,
        extend_form=extend_form or ExtendForm(formdata=None),
        cancel_form=cancel_form or CancelForm(formdata=None).with_ids("cancel"),
        refusal=refusal,
        now=now(),
    )
    return html, status


def _offer(shown: Period) -> interruption.Offer | None:
    """The extension that an outage in this window would allow, if any."""
    try:
        return interruption.offer(session(), shown, _calendar(shown.programme), now())
    except Refusal:
        return None


def _plan_page(
    programme: Programme,
    round_number: int,
    organiser: Unit,
    form: ScheduleForm,
    chosen: list[int] | None,
    *,
    plan: Plan | None = None,
    refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    ring = portal().keyring
    candidates = scheduling.candidates(session(), ring, programme, ROUNDS[round_number], organiser, now())
    if chosen is None:
        chosen = [candidate.nominee.id for candidate in candidates if candidate.may_enter]
    html = render_template(
        "office/plan.html",
        programme=programme,
        round=ROUNDS[round_number],
        organiser=organiser,
        candidates=candidates,
        chosen=set(chosen),
        form=form,
        plan=plan,
        refusal=refusal,
        now=now(),
    )
    return html, status


def _period(period_id: int) -> Period:
    found = session().get(Period, period_id, options=[joinedload(Period.organiser), joinedload(Period.programme)])
    if found is None:
        abort(404)
    return found


def _programme_and_organiser(programme_id: int, round_number: int, organiser_id: int) -> tuple[Programme, Unit]:
    programme = session().get(Programme, programme_id)
    organiser = session().get(Unit, organiser_id)
    if programme is None or organiser is None or not 1 <= round_number <= LAST_ROUND:
        abort(404)
    if organiser.id not in {unit.id for unit in overview.organisers(session(), programme_id, round_number)}:
        abort(404)
    return programme, organiser


def _calendar(programme: Programme) -> ChinaCalendar:
    return calendar_of(session(), programme.demonstration)


def _first_possible_day(calendar: ChinaCalendar) -> dt.date | None:
    try:
        return nth_workday_after(local_date(now()), 1, calendar)
    except Refusal:
        return None
