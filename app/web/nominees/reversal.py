"""The reversal of a disqualification by two people of the office (R29)."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.refusals import Refusal
from app.models import Disqualification
from app.services.nominees import reversal
from app.web.nominees.blueprint import blueprint
from app.web.nominees.forms import ReversalForm
from app.web.nominees.pages import nominee_page
from app.web.shared.access import allow, work
from app.web.shared.portal import session


@blueprint.post("/disqualifications/<int:disqualification_id>/reversal")
@allow(Role.OFFICE)
def propose_reversal(disqualification_id: int) -> ResponseReturnValue:
    row, form = _disqualification(disqualification_id), ReversalForm()
    tried, nominee_id = f"reversal-{row.id}", row.nominee_id
    if not form.validate():
        return nominee_page(nominee_id, tried=tried, form=form, status=422)
    try:
        reversal.propose_reversal(work(), disqualification_id, form.text.data or "")
    except Refusal as refusal:
        form.text.errors = [str(refusal)]
        session().rollback()
        return nominee_page(nominee_id, tried=tried, form=form, status=409)
    flash("撤销决定已经提出，须由工作专班另一人确认。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)


@blueprint.post("/disqualifications/<int:disqualification_id>/reversal/confirm")
@allow(Role.OFFICE)
def confirm_reversal(disqualification_id: int) -> ResponseReturnValue:
    nominee_id = _disqualification(disqualification_id).nominee_id
    try:
        reversal.confirm_reversal(work(), disqualification_id)
    except Refusal as refusal:
        session().rollback()
        return nominee_page(nominee_id, refusal=str(refusal), status=409)
    flash("撤销已经确认，参评资格恢复；原决定保留在记录里。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)


def _disqualification(disqualification_id: int) -> Disqualification:
    row = session().get(Disqualification, disqualification_id)
    if row is None:
        abort(404)
    return row
