"""An award taken back, proposed and confirmed on the page of whoever had it (R31)."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases.states import Role
from app.domain.refusals import PrivateData, Refusal, WrongDay
from app.models import Honour, Nominee
from app.services.award import revocation
from app.services.shared import documents
from app.web.award.forms import DropForm, RevocationForm
from app.web.nominees.pages import nominee_page
from app.web.shared.access import allow, work
from app.web.shared.portal import portal, session
from app.web.shared.uploads import FORM, takes_files

blueprint = Blueprint("revocations", __name__, url_prefix="/nominees")


@blueprint.post("/honours/<int:honour_id>/revocation")
@allow(Role.OFFICE)
@takes_files(FORM)
def propose_revocation(honour_id: int) -> ResponseReturnValue:
    nominee_id, programme_id = _whose(honour_id)
    form = RevocationForm().with_ids("revocation")
    if not form.validate() or (scan := form.stored_scan(programme_id)) is None:
        return nominee_page(nominee_id, tried="revocation", form=form, status=422)
    try:
        revocation.propose_revocation(work(), honour_id, form.paper, scan)
    except Refusal as refusal:
        session().rollback()
        documents.discard(portal().vault, scan)
        field = {WrongDay: form.dated, PrivateData: form.number}.get(type(refusal))
        if field is None:
            return nominee_page(nominee_id, refusal=str(refusal), status=409)
        field.errors = [str(refusal)]
        return nominee_page(nominee_id, tried="revocation", form=form, status=409)
    flash("撤销表彰已经提出，须由工作专班另一人确认。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)


@blueprint.post("/honours/<int:honour_id>/revocation/confirm")
@allow(Role.OFFICE)
def confirm_revocation(honour_id: int) -> ResponseReturnValue:
    nominee_id, _ = _whose(honour_id)
    try:
        revocation.confirm_revocation(work(), honour_id)
    except Refusal as refusal:
        session().rollback()
        return nominee_page(nominee_id, refusal=str(refusal), status=409)
    flash("撤销表彰已经确认，公开的表彰决定上标明已撤销。请收回奖牌、证书。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)


@blueprint.post("/honours/<int:honour_id>/revocation/drop")
@allow(Role.OFFICE)
def drop_revocation(honour_id: int) -> ResponseReturnValue:
    nominee_id, _ = _whose(honour_id)
    form = DropForm().with_ids("drop")
    if not form.validate():
        return nominee_page(nominee_id, tried="drop_revocation", form=form, status=422)
    try:
        revocation.drop_revocation(work(), honour_id, form.text.data or "")
    except Refusal as refusal:
        session().rollback()
        return nominee_page(nominee_id, refusal=str(refusal), status=409)
    flash("提议已经退回。")
    return redirect(url_for("nominees.nominee", nominee_id=nominee_id), 303)


def _whose(honour_id: int) -> tuple[int, int]:
    """The nominee that has an honour, and its programme."""
    honour = session().get(Honour, honour_id)
    if honour is None:
        abort(404)
    return honour.nominee_id, session().get_one(Nominee, honour.nominee_id).programme_id
