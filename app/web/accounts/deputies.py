"""The forms of deputies (代理): one's own, and those of the people whose accounts one manages."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired

from app.domain.accounts.deputies import REASON, DeputyDays
from app.models import User
from app.services.accounts import standing_in
from app.web.shared.access import work
from app.web.shared.attempts import Attempt, attempt
from app.web.shared.forms import PlainForm, needed, options
from app.web.shared.portal import number, session


class DeputyForm(PlainForm):
    deputy = SelectField("由谁代理", coerce=number, validate_choice=False, validators=[needed("请选择由谁代理。")])
    first = DateField("从哪天起", validators=[InputRequired("请填写开始的日期，例如 2026-11-30。")])
    last = DateField(
        "到哪天为止",
        description="这一天也算在内，过了这一天自动结束。",
        validators=[InputRequired("请填写结束的日期，例如 2026-12-04。")],
    )
    reason = StringField(
        "原因", description="例如：出差、休假、参加培训。不写病情。", render_kw={"maxlength": REASON[1]}
    )


def deputy_form(absent: User, *, empty: bool) -> DeputyForm:
    """Return the form with who can stand in, as it was sent or `empty`; without choices where there is nobody."""
    form = DeputyForm(formdata=None) if empty else DeputyForm()
    form.with_ids("deputy")
    form.deputy.choices = options({each.id: each.name for each in standing_in.list_candidates(session(), absent)})
    return form


def named(absent: User, form: DeputyForm) -> Attempt[object]:
    """Name the deputy that the form names."""

    def write() -> object:
        days = DeputyDays(form.first.data, form.last.data)
        return standing_in.name_deputy(work(), absent.id, form.deputy.data or 0, days, form.reason.data or "")

    return attempt(write, form)


def ended(absent_id: int, deputy_row_id: int, back: str) -> ResponseReturnValue | Attempt[None]:
    """End somebody's deputy and go back to a page; the attempt where it was refused."""
    standing_in.require_of(session(), absent_id, deputy_row_id)
    tried = attempt(lambda: standing_in.end_deputy(work(), deputy_row_id))
    if tried.refused:
        return tried
    flash("代理已经结束。")
    return redirect(back, 303)


def said(back: str) -> ResponseReturnValue:
    flash("代理已经记下，到期自动结束。")
    return redirect(back, 303)


def own_page() -> str:
    return url_for("own.overview", _anchor="deputies")
