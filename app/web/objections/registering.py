"""Registering objections that came by letter, visit, telephone or mail: nominee, form, slip, list (R33)."""

from __future__ import annotations

import dataclasses
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement

from app.domain.calendar.workdays import local_date
from app.domain.objections.arrival import CHANNEL_NAMES, Channel, is_late
from app.domain.refusals import NotYourCase
from app.domain.shared.wording import full_day
from app.models import Entry, Objection, Registration, User
from app.services.cases.visibility import number_written
from app.services.objections import channels, registering
from app.services.objections.channels import CameIn, ObjectionsThere
from app.services.objections.evidence import Attached
from app.services.periods.titles import titles_of
from app.services.record.chain import name_of_actor
from app.services.shared.stored_rows import StoredRows, a_date, a_day, a_name, a_text
from app.web.objections import attaching, receipt_session
from app.web.objections.receipts import facts_of
from app.web.objections.register_form import RegisterForm
from app.web.objections.telling import telling
from app.web.periods.public import the_office
from app.web.shared.access import OFFICE_AND_UNITS, actor, allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.form_files import removal_asked
from app.web.shared.lists import Column, Filter, Listing
from app.web.shared.portal import end_transaction, now, session
from app.web.shared.uploads import FORM, takes_files

blueprint = Blueprint("registrations", __name__, url_prefix="/desk/registrations")


@blueprint.get("")
@allow(*OFFICE_AND_UNITS)
def overview() -> ResponseReturnValue:
    """Show the periods that take registrations, and all objections by channel."""
    rows = channels.stored_objections(session(), actor(), now())
    there = channels.find_there(rows)
    return _came_in(rows, there).answer(
        "objections/registrations.html",
        periods=registering.periods_to_register_for(session(), actor(), now()),
        counts={CHANNEL_NAMES[channel]: count for channel, count in there.by_channel.items()},
    )


@blueprint.get("/periods/<int:period_id>")
@allow(*OFFICE_AND_UNITS)
def choose_entry(period_id: int) -> ResponseReturnValue:
    """Show the nominees of a period, each with the way to its form."""
    period = _period(period_id)
    listing: Listing[Entry] = Listing(
        title="登记哪个对象的异议",
        columns=[
            Column("name", "推荐对象", lambda row: row.name, 30, href=_form_of),
            Column("unit", "单位", lambda row: row.unit or "", 30),
        ],
        rows=registering.entries_of(session(), period),
        empty="这次公示没有推荐对象。",
    )
    return listing.answer("objections/register_choose.html", period=period)


@blueprint.get("/entries/<int:entry_id>")
@allow(*OFFICE_AND_UNITS)
def register_form(entry_id: int) -> ResponseReturnValue:
    form = RegisterForm(formdata=None)
    form.ensure_token()
    return _form_page(_entry(entry_id), form)


@blueprint.post("/entries/<int:entry_id>")
@allow(*OFFICE_AND_UNITS)
@takes_files(FORM)
def register(entry_id: int) -> ResponseReturnValue:
    """Register an objection. Files of a refused form stay with the form."""
    _entry(entry_id)
    form = RegisterForm()
    form.ensure_token()
    token = form.form_token.data
    if removal_asked():
        attaching.remove_asked(token, by=name_of_actor(actor()))
        return _form_page(_entry(entry_id), form)
    letters = attaching.take_sent(token, field=attaching.LETTER, by=name_of_actor(actor()))
    others = attaching.take_sent(token, by=name_of_actor(actor()))
    files = attaching.files_of(token)
    valid = form.validate()
    valid = form.judge_facts(files) and valid
    valid = not attaching.say_refused(form.letter, letters) and valid
    valid = not attaching.say_refused(form.evidence, others) and valid
    if not valid:
        return _form_page(_entry(entry_id), form, Attempt(422))
    end_transaction()
    filing = dataclasses.replace(form.filing(files), telling=telling(code_at_once=False))
    tried = attempt(lambda: registering.register(work(), entry_id, filing, form.arrival()))
    if tried.refused:
        said = _beside_the_fields(tried, form)
        return _form_page(_entry(entry_id), form, said)
    receipt_session.begin_slip(tried.result, actor().user_id)
    return redirect(url_for("registrations.slip"), 303)


@blueprint.get("/slip")
@allow(*OFFICE_AND_UNITS)
def slip() -> ResponseReturnValue:
    """Show the receipt of what was just registered, to be printed and handed over (R18)."""
    shown = receipt_session.slip(actor().user_id)
    if shown is None:
        return redirect(url_for("registrations.overview"))
    return render_template("objections/register_slip.html", **facts_of(shown))


@blueprint.post("/slip/done")
@allow(*OFFICE_AND_UNITS)
def slip_done() -> ResponseReturnValue:
    """Stop showing the code, after it was handed over."""
    receipt_session.end_slip()
    flash("已经登记。查询码不再显示，请把单子交给来人或者寄出。")
    return redirect(url_for("registrations.overview"), 303)


def _beside_the_fields(tried: Attempt[Any], form: RegisterForm) -> Attempt[Any]:
    """Place the service's refusal beside the form's fields. The form itself was valid."""
    on_top = []
    for fault in tried.refusal.faults if tried.refusal else ():
        if fault.field in form:
            form[fault.field].errors = [*form[fault.field].errors, fault.words]
        else:
            on_top.append(fault.words)
    return Attempt(tried.status, tried.refusal, "".join(on_top))


def _form_page(entry: Entry, form: RegisterForm, tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    period = entry.period
    files: list[Attached] = attaching.files_of(form.form_token.data)
    html = render_template(
        "objections/register.html",
        entry=entry,
        period=period,
        form=form,
        files=files,
        late=is_late(period.window, now()),
        refusal=tried.on_top,
        office=the_office(),
        now=now(),
    )
    return html, tried.status


def _entry(entry_id: int) -> Entry:
    return registering.entry_to_register_against(session(), entry_id, actor(), now())


def _period(period_id: int) -> Any:
    found = registering.periods_to_register_for(session(), actor(), now())
    period = next((each for each in found if each.id == period_id), None)
    if period is None:
        raise NotYourCase
    return period


def _form_of(entry: Entry) -> str:
    return url_for("registrations.register_form", entry_id=entry.id)


def _came_in(rows: StoredRows[CameIn], there: ObjectionsThere) -> Listing[CameIn]:
    titles = titles_of(session(), there.periods)
    tally = {channel.value: count for channel, count in there.by_channel.items()}
    periods = {str(period_id): title for period_id, title in titles.items()}
    names = {channel.value: CHANNEL_NAMES[channel] for channel in Channel}
    return Listing(
        title="各渠道收到的异议",
        columns=[
            Column("number", "案件", lambda row: row.case.number, 14, href=_case_of, sql=a_text(number_written())),
            Column(
                "channel",
                "来源渠道",
                lambda row: CHANNEL_NAMES[row.objection.channel],
                12,
                sql=a_name(Registration.channel, CHANNEL_NAMES, otherwise=CHANNEL_NAMES[Channel.WEB]),
            ),
            Column("name", "推荐对象", lambda row: row.objection.entry.name, 22, note=_title, sql=a_text(Entry.name)),
            Column("period", "公示", _title, 26, sheet_only=True, sql=a_name(Entry.period_id, titles)),
            Column(
                "arrived",
                "收到",
                lambda row: row.arrived_on,
                16,
                shown=lambda row: full_day(row.arrived_on),
                sql=a_day(Objection.filed_at),
            ),
            Column("postmark", "邮戳", _postmark, 16, sql=a_date(Registration.postmark)),
            Column("registrar", "登记人", _registrar, 18, sql=a_text(User.name)),
            Column("registered", "登记日期", _registered, 16, sql=a_day(Registration.registered_at)),
            Column("reason", "补登原因", _reason, 30, sql=a_text(Registration.late_reason)),
        ],
        rows=rows,
        empty="还没有收到异议。网上提交的和登记的都会列在这里。",
        filters=[
            Filter("channel", "来源渠道", names, tabs=True, where=_by_channel, tally=tally),
            Filter("period", "公示", periods, where=lambda value: Entry.period_id == int(value)),
        ],
    )


def _by_channel(value: str) -> ColumnElement[bool]:
    return Registration.channel.is_(None) if value == Channel.WEB else Registration.channel == value


def _case_of(row: CameIn) -> str:
    return url_for("cases.case_page", case_id=row.case.id) if row.readable else ""


def _title(row: CameIn) -> str:
    return row.objection.entry.period.title


def _postmark(row: CameIn) -> str:
    registered = row.objection.registration
    return full_day(registered.postmark) if registered and registered.postmark else ""


def _registrar(row: CameIn) -> str:
    registered = row.objection.registration
    return registered.registrar.name if registered else ""


def _registered(row: CameIn) -> str:
    registered = row.objection.registration
    return full_day(local_date(registered.registered_at)) if registered else ""


def _reason(row: CameIn) -> str:
    registered = row.objection.registration
    return (registered.late_reason or "") if registered else ""
