"""The reversal of a disqualification by two people of the office (R29)."""

from __future__ import annotations

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.models import Disqualification
from app.services.nominees import reversal
from app.web.nominees.blueprint import blueprint
from app.web.nominees.forms import ReversalForm
from app.web.nominees.pages import nominee_page
from app.web.shared.access import allow, work
from app.web.shared.attempts import attempt
from app.web.shared.forms import version_in
from app.web.shared.portal import session


@blueprint.post("/disqualifications/<int:disqualification_id>/reversal")
@allow(Role.OFFICE)
def propose_reversal(disqualification_id: int) -> ResponseReturnValue:
    nominee_id, form = _disqualification(disqualification_id).nominee_id, ReversalForm()
    tried = attempt(lambda: reversal.propose_reversal(work(), disqualification_id, form.text.data or ""), form)
    if tried.refused:
        return nominee_page(nominee_id, tried, f"reversal-{disqualification_id}", form)
    flash("撤销决定已经提出，须由市级专班另一人确认。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)


@blueprint.post("/disqualifications/<int:disqualification_id>/reversal/confirm")
@allow(Role.OFFICE)
def confirm_reversal(disqualification_id: int) -> ResponseReturnValue:
    nominee_id = _disqualification(disqualification_id).nominee_id
    tried = attempt(
        lambda: reversal.confirm_reversal(work(), disqualification_id, version_in(request.form.get("version")))
    )
    if tried.refused:
        return nominee_page(nominee_id, tried)
    flash("撤销已经确认，参评资格恢复；原决定保留在记录里。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)


def _disqualification(disqualification_id: int) -> Disqualification:
    row = session().get(Disqualification, disqualification_id)
    if row is None:
        abort(404)
    return row
