"""The pages of the objection form: what each shows, before and after the close (R5, R17)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from app.domain.refusals import WindowClosed
from app.models import Period
from app.services.accounts.units import first_handler
from app.services.objections.drafts import Content
from app.services.objections.evidence import Attached
from app.services.periods import publication
from app.services.periods.corrected_text import EntryView
from app.web.objections import attaching, drafting, steps
from app.web.objections.forms import ObjectionForm
from app.web.objections.steps import STEP_NAMES, FormStep
from app.web.objections.telling import telling
from app.web.periods.public import the_office
from app.web.shared import challenge, limits
from app.web.shared.portal import now, session


def open_entry(period_id: int, nominee_id: int) -> tuple[Period, EntryView | None]:
    """Return the period, and the entry while it is public.

    Outside the window the entry is None: no name is shown (R5).
    """
    period = publication.public_period(session(), period_id)
    if period is None:
        abort(404)
    if not period.window.contains(now()):
        return period, None
    entry = publication.entry_of(session(), period_id, nominee_id, now())
    if entry is None:
        abort(404)
    return period, entry


def form_address() -> dict[str, Any]:
    args = request.view_args or {}
    return {name: args[name] for name in ("period_id", "nominee_id")}


def this_form() -> str:
    """Return the name of the form for this browser's drafts: one for each entry."""
    return "objection:{period_id}:{nominee_id}".format(**form_address())


def note_files(form: ObjectionForm) -> list[Attached]:
    """Return the form's files, and set their numbers in the form."""
    files = attaching.files_of(form.form_token.data)
    form.saw(attaching.letters_among(files), len(files))
    return files


def show_check(period: Period, entry: EntryView | None, content: Content, handle: str) -> ResponseReturnValue:
    """Show the check page, with a challenge if one is due or was `asked` for again.

    After the close only the holder of a slip may still file, until the period is closed or its deadline is over (R17).
    No name is shown then (R5).
    """
    form = drafting.filled(ObjectionForm, content, handle)
    told = content["stage"] == FormStep.CHECK  # what was said on another page does not belong here
    slip_counts = form.slip.data and period.closed_at is None and now() < period.conclude_by
    if entry is None and not slip_counts:
        return form_page(period, None, FormStep.CHECK, form, 409, content["said"] if told else "")
    token, contact = form.form_token.data or "", form.contact.data or ""
    effort = limits.effort(token, contact)
    due = content["asked"] or limits.asks_for_more(token, contact)
    files = note_files(form)
    refusal = content["said"] if told else ""
    at_least = dt.timedelta(seconds=limits.seconds_until_waiting()) if due else dt.timedelta(0)
    task = (
        challenge.ask(token, form.ticket.data or "", limits.read_buckets().hardness, effort, at_least) if due else None
    )
    html = render_template(
        "objections/check.html",
        period=period,
        entry=entry,
        handler=first_handler(session(), period.organiser, now()),
        form=form,
        files=files,
        refusal=refusal,
        challenge=task,
        step=FormStep.CHECK,
        step_names=STEP_NAMES,
        office=the_office(),
        now=now(),
    )
    return html, content["status"] if told else 200, content["headers"] if told else {}


def show_step(
    period: Period, entry: EntryView | None, step: FormStep, content: Content, handle: str
) -> ResponseReturnValue:
    form = drafting.filled(ObjectionForm, content, handle)
    if content["stage"] != step:  # reached by going back or on: what was said belongs to another page
        return form_page(period, entry, step, form)
    drafting.say_errors(form, content)
    return form_page(period, entry, step, form, content["status"], content["said"], content["headers"])


def form_page(
    period: Period,
    entry: EntryView | None,
    step: FormStep,
    form: ObjectionForm,
    status: int = 200,
    refusal: str = "",
    headers: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    late = entry is None
    if late and not refusal:
        status, refusal = 409, str(WindowClosed(period.opens_at, period.closes_at, now()))
    html = render_template(
        "objections/too_late.html" if late else f"objections/{step}.html",
        period=period,
        entry=entry,
        form=form,
        step=step,
        step_names=STEP_NAMES,
        own=steps.asked(step, of_unit=form.is_a_units),
        files=attaching.files_of(form.form_token.data) if step is FormStep.FACTS else [],
        refusal=refusal,
        can_be_told=telling() is not None,
        recordings=str(attaching.recordings()),
        handler=first_handler(session(), period.organiser, now()),
        office=the_office(),
        now=now(),
    )
    return html, status, dict(headers or {})
