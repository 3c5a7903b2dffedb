"""Viewing, extending, cancelling and closing periods."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload
from wtforms import DateField
from wtforms.validators import InputRequired

from app.calendars.china import ChinaCalendar
from app.domain.cases.states import STATE_NAMES, Role
from app.domain.cases.verdict import GROUND_NAMES
from app.domain.nominees.statuses import STATUS_NAMES
from app.domain.objections.arrival import CHANNEL_NAMES
from app.domain.periods.window import Phase
from app.domain.refusals import Refusal
from app.models import Entry, Period, Programme
from app.services.calendar.calendars import calendar_of
from app.services.cases import queue, second_looks
from app.services.nominees.statuses import status_in_sql
from app.services.objections import channels
from app.services.periods import closing, interruption, listed, progress, scheduling
from app.services.periods.listed import StoredEntry
from app.services.periods.restorations import restorations_of
from app.services.shared.stored_rows import a_name, a_number, a_text, of_ids
from app.web.cases.case_list import case_listing
from app.web.periods.blueprint import blueprint
from app.web.shared import charts
from app.web.shared.access import actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm, text_area
from app.web.shared.lists import Column, Filter, Listing
from app.web.shared.notices import kind_options
from app.web.shared.portal import now, session
from app.web.shared.words import STATUS_BADGES


class ExtendForm(PlainForm):
    day = DateField("新的截止日", validators=[InputRequired("请选择新的截止日，须是工作日。")])
    text = text_area("延长的理由", *scheduling.REASON, hint="会写在公示页面上。", rows=3)


class ExtendWindowForm(PlainForm):
    text = text_area("延长公示的理由", *scheduling.REASON, hint="写明中断的时间和原因，会写在公示页面上。", rows=3)


class CancelForm(PlainForm):
    text = text_area("撤回的理由", *scheduling.REASON, rows=3)


@blueprint.get("/periods/<int:period_id>")
@allow(Role.OFFICE)
def period(period_id: int) -> ResponseReturnValue:
    return _period_page(_period(period_id))


@blueprint.post("/periods/<int:period_id>/extend")
@allow(Role.OFFICE)
def extend(period_id: int) -> ResponseReturnValue:
    calendar, form = _calendar(_period(period_id).programme), ExtendForm()
    tried = attempt(
        lambda: scheduling.extend_deadline(work(), period_id, form.day.data, form.text.data or "", calendar),
        form,
    )
    if tried.refused:
        return _period_page(_period(period_id), tried, extend_form=form)
    flash("办结期限已经延长，公示页面同时更新。")
    return redirect(url_for("periods.period", period_id=period_id), 303)


@blueprint.post("/periods/<int:period_id>/extend-window")
@allow(Role.OFFICE)
def extend_window(period_id: int) -> ResponseReturnValue:
    """Extend a window after an outage in working hours (R7)."""
    calendar, form = _calendar(_period(period_id).programme), ExtendWindowForm().with_ids("window")
    tried = attempt(lambda: interruption.extend_window(work(), period_id, form.text.data or "", calendar), form)
    if tried.refused:
        return _period_page(_period(period_id), tried, window_form=form)
    flash("公示已经延长，办结期限相应顺延，公示页面在一分钟内更新。")
    return redirect(url_for("periods.period", period_id=period_id), 303)


@blueprint.post("/periods/<int:period_id>/cancel")
@allow(Role.OFFICE)
def cancel(period_id: int) -> ResponseReturnValue:
    form = CancelForm().with_ids("cancel")
    tried = attempt(lambda: scheduling.cancel(work(), period_id, form.text.data or ""), form)
    if tried.refused:
        return _period_page(_period(period_id), tried, cancel_form=form)
    flash("公示安排已经撤回。")
    return redirect(url_for("periods.periods"), 303)


@blueprint.get("/periods/<int:period_id>/close")
@allow(Role.OFFICE)
def confirm_close(period_id: int) -> ResponseReturnValue:
    shown = _period(period_id)
    return render_template(
        "periods/close.html",
        period=shown,
        report=closing.closing_report(session(), shown, now()),
        restored=restorations_of(session(), shown),
        held_up=second_looks.list_holding_up(session(), [shown], now()).get(period_id),
        now=now(),
    )


@blueprint.post("/periods/<int:period_id>/close")
@allow(Role.OFFICE)
def close(period_id: int) -> ResponseReturnValue:
    tried = attempt(lambda: closing.close_period(work(), period_id))
    if tried.refused:
        return _period_page(_period(period_id), tried)
    flash("公示已经办结，办结报告如下。")
    return redirect(url_for("periods.report", period_id=period_id), 303)


@blueprint.get("/periods/<int:period_id>/report")
@allow(Role.OFFICE)
def report(period_id: int) -> ResponseReturnValue:
    """Show the closing report, for the screen and for print."""
    shown = _period(period_id)
    if shown.closing is None:
        abort(404)
    return render_template(
        "periods/report.html",
        period=shown,
        report=shown.closing.report,
        closing=shown.closing,
        restored=restorations_of(session(), shown),
    )


@blueprint.get("/periods/<int:period_id>/entries")
@allow(Role.OFFICE)
def entries(period_id: int) -> ResponseReturnValue:
    """List the nominees of a period, and who of them was disqualified in it."""
    shown = _period(period_id)
    rows = listed.stored_entries(session(), shown, now())
    kinds = shown.programme.rules.kind_names
    there, status = listed.statuses_of(rows, shown, now()), status_in_sql(session(), now())
    return Listing(
        title=f"{shown.title}的推荐对象",
        columns=[
            Column(
                "name",
                "名称",
                lambda e: e.view.name,
                22,
                href=_nominee,
                note=_corrected,
                sql=a_text(listed.as_corrected(Entry.name)),
            ),
            Column("position", "序号", lambda e: e.view.position, 8, sql=a_number(Entry.position)),
            Column("kind", "类别", lambda e: kinds[e.view.kind], 12, sql=a_name(Entry.kind, kinds)),
            Column("unit", "所在单位", lambda e: e.view.unit, 28, sql=a_text(listed.as_corrected(Entry.unit))),
            Column("recommender", "推荐单位", lambda e: e.view.recommender, 18, sql=a_text(Entry.recommender)),
            Column("cases", "案件", lambda e: e.cases, 8, sql=a_number(listed.cases_against())),
            Column("fate", "结果", _fate, 18, badge=_fate_badge, sql=a_name(status, STATUS_NAMES)),
        ],
        rows=rows,
        empty="这次公示没有列入推荐对象。",
        filters=[
            Filter("kind", "类别", kind_options([shown.programme]), where=lambda kind: Entry.kind == kind),
            Filter(
                "out",
                "取消资格",
                {"1": "只看因本次公示取消资格的"},
                where=lambda _: of_ids(Entry.nominee_id, listed.out_by(session(), shown, now())),
            ),
            Filter(
                "status",
                "状态",
                {each.value: name for each, name in STATUS_NAMES.items() if each in there},
                where=lambda wanted: status == wanted,
            ),
            Filter("cases", "案件", {"1": "有案件的"}, where=lambda _: listed.cases_against() > 0),
        ],
    ).answer("periods/entries.html", period=shown)


def _fate_badge(row: StoredEntry) -> str | None:
    return "lapsed" if row.grounds else STATUS_BADGES[row.status] or None


def _fate(row: StoredEntry) -> str:
    return "、".join(GROUND_NAMES[ground] for ground in sorted(row.grounds)) or STATUS_NAMES[row.status]


def _corrected(row: StoredEntry) -> str:
    return "有更正" if row.view.corrections else ""


def _nominee(row: StoredEntry) -> str:
    return url_for("nominees.nominee", nominee_id=row.view.nominee_id)


def _period_page(
    shown: Period,
    tried: Attempt[Any] = UNTRIED,
    *,
    extend_form: ExtendForm | None = None,
    window_form: ExtendWindowForm | None = None,
    cancel_form: CancelForm | None = None,
) -> ResponseReturnValue:
    phase = shown.phase(now())
    rows = queue.stored_of_period(session(), shown.id, actor(), now())
    here = url_for("periods.period", period_id=shown.id)
    cases = case_listing(rows, f"{shown.title}的案件", "这次公示还没有收到异议。", with_unit=True, path=here)
    if cases.wants_sheet:
        return cases.as_sheet()
    html = render_template(
        "periods/period.html",
        period=shown,
        phase=phase,
        listing=cases,
        states=charts.bars(
            [(STATE_NAMES[state], count) for state, count in progress.case_counts(session(), now(), shown.id).items()]
        ),
        by_day=charts.bars(
            [(f"{day.month}/{day.day}", count) for day, count in closing.objections_by_day(session(), shown).items()]
        ),
        by_channel=charts.bars(
            [
                (CHANNEL_NAMES[channel], count)
                for channel, count in channels.counts_of_period(session(), shown.id).items()
            ]
        ),
        # A refused form stays on the page with its text and the reason, even where the action is not offered any more.
        can_extend=extend_form is not None or phase in (Phase.SCHEDULED, Phase.OPEN, Phase.HANDLING),
        can_cancel=cancel_form is not None or phase is Phase.SCHEDULED,
        can_close=phase in (Phase.HANDLING, Phase.DUE),
        offer=_offer(shown),
        window_form=window_form or ExtendWindowForm(formdata=None).with_ids("window"),
        window_form_sent=window_form is not None,
        extend_form=extend_form or ExtendForm(formdata=None),
        cancel_form=cancel_form or CancelForm(formdata=None).with_ids("cancel"),
        refusal=tried.on_top,
        now=now(),
    )
    return html, tried.status


def _offer(shown: Period) -> interruption.CompensationOffer | None:
    """Return the extension that outages in this window allow, None for none."""
    try:
        return interruption.offer_compensation(session(), shown, _calendar(shown.programme), now())
    except Refusal:
        return None


def _period(period_id: int) -> Period:
    found = session().get(Period, period_id, options=[joinedload(Period.organiser), joinedload(Period.programme)])
    if found is None:
        abort(404)
    return found


def _calendar(programme: Programme) -> ChinaCalendar:
    return calendar_of(session(), programme.demonstration)
