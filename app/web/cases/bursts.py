"""A burst of objections on the last day of a window: one form of the office extends all deadlines concerned (R25)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, SelectMultipleField

from app.domain.cases.states import Role
from app.services.calendar.calendars import calendar_of
from app.services.periods import bursts
from app.services.periods.scheduling import REASON
from app.web.cases.blueprint import office_blueprint
from app.web.shared.access import allow, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.forms import PlainForm, text_area
from app.web.shared.portal import now, number, session


class ExtensionForm(PlainForm):
    """The periods to extend, and by how many working days."""

    chosen = SelectMultipleField("公示", coerce=number, validate_choice=False)
    workdays = IntegerField("延长几个工作日", default=3)
    reason = text_area("延长的理由", *REASON, hint="写在这些公示的页面上，大家都看得到。", rows=3)


@office_blueprint.get("/flood/extension")
@allow(Role.OFFICE)
def burst_page() -> ResponseReturnValue:
    return _page()


@office_blueprint.post("/flood/extension")
@allow(Role.OFFICE)
def extend_for_burst() -> ResponseReturnValue:
    form = ExtensionForm()
    tried = attempt(
        lambda: bursts.extend_all(
            work(), form.chosen.data or [], form.workdays.data or 0, form.reason.data or "", calendar_of(session())
        ),
        form,
    )
    if tried.refused:
        return _page(form, tried)
    flash(f"{tried.result}次公示的办结期限已经延长。")
    return redirect(url_for("office.overview"), 303)


def _page(form: ExtensionForm | None = None, tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    found = bursts.find_bursts(session(), now())
    chosen = {burst.period.id for burst in found} if form is None else set(form.chosen.data or ())
    html = render_template(
        "cases/bursts.html",
        bursts=found,
        chosen=chosen,
        form=form or ExtensionForm(formdata=None),
        refusal=tried.on_top,
    )
    return html, tried.status
