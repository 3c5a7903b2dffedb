"""Revocation of an award, proposed and confirmed on the nominee's page (R31)."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.models import Honour, Nominee
from app.services.award import revocation
from app.web.award.forms import DropForm, RevocationForm, attempt_with_scan
from app.web.nominees.pages import nominee_page
from app.web.shared.access import allow, work
from app.web.shared.attempts import attempt
from app.web.shared.forms import version_in
from app.web.shared.portal import session
from app.web.shared.uploads import FORM, takes_files

blueprint = Blueprint("revocations", __name__, url_prefix="/nominees")


@blueprint.post("/honours/<int:honour_id>/revocation")
@allow(Role.OFFICE)
@takes_files(FORM)
def propose_revocation(honour_id: int) -> ResponseReturnValue:
    nominee_id, programme_id = _whose(honour_id)
    form = RevocationForm().with_ids("revocation")
    tried = attempt_with_scan(
        lambda scan: revocation.propose_revocation(work(), honour_id, form.paper, scan), form, programme_id
    )
    if tried.refused:
        return nominee_page(nominee_id, tried, "revocation", form)
    flash("撤销表彰已经提出，须由市级专班另一人确认。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)


@blueprint.post("/honours/<int:honour_id>/revocation/confirm")
@allow(Role.OFFICE)
def confirm_revocation(honour_id: int) -> ResponseReturnValue:
    nominee_id, _ = _whose(honour_id)
    tried = attempt(lambda: revocation.confirm_revocation(work(), honour_id, version_in(request.form.get("version"))))
    if tried.refused:
        return nominee_page(nominee_id, tried)
    flash("撤销表彰已经确认，公开的表彰决定上标明已撤销。请收回奖牌、证书。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)


@blueprint.post("/honours/<int:honour_id>/revocation/drop")
@allow(Role.OFFICE)
def drop_revocation(honour_id: int) -> ResponseReturnValue:
    nominee_id, _ = _whose(honour_id)
    form = DropForm().with_ids("drop")
    tried = attempt(lambda: revocation.drop_revocation(work(), honour_id, form.text.data or ""), form)
    if tried.refused:
        return nominee_page(nominee_id, tried, "drop_revocation", form)
    flash("提议已经退回。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)


def _whose(honour_id: int) -> tuple[int, int]:
    """Return the ids of the nominee that has an honour and of its programme."""
    honour = session().get(Honour, honour_id)
    if honour is None:
        abort(404)
    return honour.nominee_id, session().get_one(Nominee, honour.nominee_id).programme_id
