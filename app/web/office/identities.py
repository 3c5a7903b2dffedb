"""Who filed an objection: one person of the office asks, another lets them, and each look is recorded (R19)."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.domain.cases import Role
from app.domain.errors import NotYourCase, Refusal
from app.services import identities
from app.web.access import actor, allow, login_session, me
from app.web.forms import PlainForm, text_area
from app.web.office.blueprint import blueprint
from app.web.portal import now, portal, session


class AskForm(PlainForm):
    text = text_area("为什么需要知道异议人是谁", *identities.REASON_LENGTH, hint="理由会永久记录在案。", rows=3)


@blueprint.get("/identities")
@allow(Role.OFFICE)
def identity_requests() -> ResponseReturnValue:
    rows = identities.requests(session(), actor(), now())
    return render_template("office/identities.html", requests=rows, me=me(), now=now())


@blueprint.get("/objections/<int:objection_id>/identity")
@allow(Role.OFFICE)
def ask_identity(objection_id: int) -> ResponseReturnValue:
    return _ask_page(objection_id, AskForm(formdata=None))


@blueprint.post("/objections/<int:objection_id>/identity")
@allow(Role.OFFICE)
def request_identity(objection_id: int) -> ResponseReturnValue:
    form = AskForm()
    if not form.validate():
        return _ask_page(objection_id, form, status=422)
    try:
        identities.ask(session(), objection_id, form.text.data or "", actor(), now())
    except NotYourCase:
        raise
    except Refusal as refusal:
        session().rollback()
        return _ask_page(objection_id, form, refusal=str(refusal), status=409)
    flash("申请已经提交，请工作专班另一人答复。")
    return redirect(url_for("office.identity_requests"), 303)


@blueprint.post("/identities/<int:request_id>/grant")
@allow(Role.OFFICE)
def grant_identity(request_id: int) -> ResponseReturnValue:
    identities.decide(session(), request_id, True, actor(), now())
    flash("已经同意。申请人须在一天内、同一次登录中查看。")
    return redirect(url_for("office.identity_requests"), 303)


@blueprint.post("/identities/<int:request_id>/refuse")
@allow(Role.OFFICE)
def refuse_identity(request_id: int) -> ResponseReturnValue:
    identities.decide(session(), request_id, False, actor(), now())
    flash("已经答复不同意。")
    return redirect(url_for("office.identity_requests"), 303)


@blueprint.post("/identities/<int:request_id>/read")
@allow(Role.OFFICE)
def read_identity(request_id: int) -> ResponseReturnValue:
    """A POST and no redirect: a look is an act, and the page can't be had again without another one."""
    objector = identities.read(session(), portal().keyring, request_id, actor(), login_session(), now())
    request = identities.request_of(session(), request_id, actor(), now())
    return render_template("office/identity.html", objector=objector, objection=request.objection, request_made=request)


def _ask_page(objection_id: int, form: AskForm, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    objection, case = identities.objection_to_ask_about(session(), objection_id, actor(), now())
    html = render_template("office/identity_ask.html", objection=objection, case=case, form=form, refusal=refusal)
    return html, status
