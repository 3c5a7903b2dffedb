"""Nominees, what became of each, and the reversal of a disqualification by two people (R29)."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases import Role
from app.domain.errors import Refusal
from app.models import Disqualification, Nominee
from app.services import overview, reversal
from app.services.paths import path_of
from app.web.access import actor, allow, me
from app.web.forms import PlainForm, text_area
from app.web.office.blueprint import blueprint
from app.web.portal import now, number, session


class ReversalForm(PlainForm):
    text = text_area("撤销决定全文", *reversal.DECISION_LENGTH, hint="写明文号、事实、理由和决定。", rows=6)


class ConfirmForm(PlainForm):
    """A button, nothing to fill in."""


@blueprint.get("/nominees")
@allow(Role.OFFICE)
def nominees() -> ResponseReturnValue:
    programmes = overview.programmes(session())
    programme_id = request.args.get("programme", type=number) or (programmes[0].id if programmes else 0)
    return render_template(
        "office/nominees.html",
        programmes=programmes,
        programme_id=programme_id,
        fates=overview.fates_of(session(), programme_id, now()),
        only_out=request.args.get("out") == "1",
    )


@blueprint.get("/nominees/<int:nominee_id>")
@allow(Role.OFFICE)
def nominee(nominee_id: int) -> ResponseReturnValue:
    return _nominee_page(nominee_id)


@blueprint.post("/disqualifications/<int:disqualification_id>/reversal")
@allow(Role.OFFICE)
def propose_reversal(disqualification_id: int) -> ResponseReturnValue:
    row, form = _disqualification(disqualification_id), ReversalForm()
    if not form.validate():
        return _nominee_page(row.nominee_id, tried=row.id, form=form, status=422)
    try:
        reversal.propose_reversal(session(), disqualification_id, form.text.data or "", actor(), now())
    except Refusal as refusal:
        form.text.errors = [str(refusal)]
        session().rollback()
        return _nominee_page(row.nominee_id, tried=disqualification_id, form=form, status=409)
    flash("撤销决定已经提出，须由工作专班另一人确认。")
    return redirect(url_for("office.nominee", nominee_id=row.nominee_id), 303)


@blueprint.post("/disqualifications/<int:disqualification_id>/reversal/confirm")
@allow(Role.OFFICE)
def confirm_reversal(disqualification_id: int) -> ResponseReturnValue:
    nominee_id = _disqualification(disqualification_id).nominee_id
    try:
        reversal.confirm_reversal(session(), disqualification_id, actor(), now())
    except Refusal as refusal:
        session().rollback()
        return _nominee_page(nominee_id, refusal=str(refusal), status=409)
    flash("撤销已经确认，参评资格恢复；原决定保留在记录里。")
    return redirect(url_for("office.nominee", nominee_id=nominee_id), 303)


def _nominee_page(
    nominee_id: int,
    *,
    tried: int | None = None,
    form: ReversalForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    found = session().get(Nominee, nominee_id)
    if found is None:
        abort(404)
    html = render_template(
        "office/nominee.html",
        nominee=found,
        path=path_of(session(), nominee_id, now()),
        tried=tried,
        tried_form=form,
        empty_form=ReversalForm(formdata=None),
        confirm_form=ConfirmForm(formdata=None),
        refusal=refusal,
        me=me(),
        now=now(),
    )
    return html, status


def _disqualification(disqualification_id: int) -> Disqualification:
    row = session().get(Disqualification, disqualification_id)
    if row is None:
        abort(404)
    return row
