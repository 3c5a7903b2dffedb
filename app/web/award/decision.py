"""The award decision: the whole list is reviewed on one page, then recorded, once."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.models import Programme
from app.services.award import deciding
from app.services.award.award_list import find_left_out, judge_these, standing_of
from app.web.award.blueprint import blueprint, programme_or_404
from app.web.award.forms import DecisionForm, attempt_with_scan
from app.web.shared.access import allow, work
from app.web.shared.attempts import UNTRIED, Attempt
from app.web.shared.portal import now, session
from app.web.shared.uploads import FORM, takes_files

_FEW = 50  # nominees that are not on the list, of each kind of reason


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
    tried = attempt_with_scan(
        lambda scan: deciding.decide(work(), programme_id, form.paper, scan, seen=form.seen.data or ""),
        form,
        programme_or_404(programme_id).id,
    )
    if tried.refused:
        return _page(programme_or_404(programme_id), form, tried)
    flash("表彰决定已经登记并公布。")
    return redirect(url_for("award.overview", programme_id=programme_id), 303)


def _page(programme: Programme, form: DecisionForm, tried: Attempt[Any] = UNTRIED) -> ResponseReturnValue:
    standing = standing_of(session(), programme, now(), whole=False)
    first, left_out = find_left_out(standing, session(), _FEW)
    judged = judge_these(session(), programme, first, now(), None)
    form.seen.data = deciding.fingerprint(standing.award.named)
    form.checked.data = False  # a refused form must show the list as it is now
    html = render_template(
        "award/decision.html",
        programme=programme,
        standing=standing,
        others=[
            ("还在办理", standing.award.pending[:_FEW], len(standing.award.pending)),
            ("不列入", [judged[each][0] for each in first if each in judged], left_out),
        ],
        form=form,
        refusal=tried.on_top,
        now=now(),
    )
    return html, tried.status
