"""Award decisions: public for good from the moment they are recorded."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from app.domain.calendar.workdays import end_of, local_date
from app.domain.periods.rounds import Kind
from app.services.programmes import decisions as awarded
from app.web.shared import page_cache
from app.web.shared.access import everyone
from app.web.shared.indexing import may_be_indexed
from app.web.shared.portal import now, session

blueprint = Blueprint("decisions", __name__)


@blueprint.get("/decisions/")
@everyone
@may_be_indexed
def decisions() -> ResponseReturnValue:
    html = render_template("award/public_decisions.html", decisions=awarded.decisions(session()))
    return page_cache.publish(html, end_of(local_date(now())))


@blueprint.get("/decisions/<int:decision_id>")
@everyone
@may_be_indexed
def decision(decision_id: int) -> ResponseReturnValue:
    found = awarded.decision(session(), decision_id)
    if found is None:
        abort(404)
    programme = found.programme
    titles = {Kind.COLLECTIVE: programme.collective_honour, Kind.INDIVIDUAL: programme.individual_honour}
    html = render_template("award/public_decision.html", decision=found, titles=titles)
    return page_cache.publish(html, end_of(local_date(now())))
