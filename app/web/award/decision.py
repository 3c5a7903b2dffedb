"""The award decision: the whole list on one page, looked through and then recorded, once."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.refusals import Refusal, WrongDay
from app.models import Programme
from app.services.award import deciding
from app.services.award.award_list import standing_of
from app.services.shared import documents
from app.web.award.blueprint import blueprint, programme_or_404
from app.web.award.forms import DecisionForm
from app.web.shared.access import allow, work
from app.web.shared.portal import now, portal, session
from app.web.shared.uploads import FORM, takes_files


@blueprint.get("/<int:programme_id>/award/decision")
@allow(Role.OFFICE)
def decision(programme_id: int) -> ResponseReturnValue:
    programme = programme_or_404(programme_id)
    form = DecisionForm(formdata=None)
    form.issuer.data = programme.signatory
    form.title.data = f"关于表彰{programme.collective_honour}和{programme.individual_honour}的决定"
    return _page(programme, form)


@blueprint.post("/<int:programme_id>/award/decision")
@allow(Role.OFFICE)
@takes_files(FORM)
def decide(programme_id: int) -> ResponseReturnValue:
    form = DecisionForm()
    if not form.validate() or (scan := form.stored_scan(programme_or_404(programme_id).id)) is None:
        return _page(programme_or_404(programme_id), form, 422)
    try:
        deciding.decide(work(), programme_id, form.paper, scan, seen=form.seen.data or "")
    except Refusal as refusal:
        session().rollback()
        documents.discard(portal().vault, scan)
        if isinstance(refusal, WrongDay):
            form.dated.errors = [str(refusal)]
        return _page(programme_or_404(programme_id), form, 409, "" if form.dated.errors else str(refusal))
    flash("表彰决定已经登记并公布。")
    return redirect(url_for("award.overview", programme_id=programme_id), 303)


def _page(programme: Programme, form: DecisionForm, status: int = 200, refusal: str = "") -> ResponseReturnValue:
    standing = standing_of(session(), programme, now())
    form.seen.data = deciding.fingerprint(standing.award.named)
    form.checked.data = False  # whatever was looked at before
    html = render_template(
        "award/decision.html", programme=programme, standing=standing, form=form, refusal=refusal, now=now()
    )
    return html, status
