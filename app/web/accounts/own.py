"""One's own account: password, second factor, where one is logged in."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.domain.refusals import TooManyFailures, WeakPassword, WrongCode, WrongPassword
from app.services.accounts import logins, making, second_factor, sessions
from app.web.accounts.forms import CodeForm, NewPasswordForm, ProofForm, refused
from app.web.accounts.login import home_of, remember
from app.web.shared.access import STAFF, allow, me, work
from app.web.shared.portal import now, portal, session
from app.web.shared.qr import qr

blueprint = Blueprint("own", __name__, url_prefix="/account")


@blueprint.get("")
@allow(*STAFF)
def overview() -> ResponseReturnValue:
    return render_template(
        "accounts/own.html",
        user=me(),
        living=sessions.living(session(), me().id, now()),
        this=current_user.session_id,
        codes_left=second_factor.recovery_codes_left(session(), me().id),
        demonstration=portal().settings.demonstration,
    )


# --- password ------------------------------------------------------------------------------------


@blueprint.get("/password")
@allow(*STAFF)
def password() -> ResponseReturnValue:
    return render_template("accounts/password.html", form=NewPasswordForm(formdata=None))


@blueprint.post("/password")
@allow(*STAFF)
def change_password() -> ResponseReturnValue:
    form, page = NewPasswordForm(), "accounts/password.html"
    if not form.validate():
        return render_template(page, form=form), 422
    old, new = form.password.data or "", form.new_password.data or ""
    try:
        changed = making.change_password(work(), me().id, old, new)
    except WeakPassword as refusal:
        return refused(refusal, form.new_password, page, form=form)
    except (WrongPassword, TooManyFailures) as refusal:
        return refused(refusal, form.password, page, form=form)
    began_with_it = current_user.duty is not None
    remember(changed)
    flash("密码已经修改。其他设备上的登录都已退出。")
    return redirect(home_of(me()) if began_with_it else url_for("own.overview"), 303)


# --- second factor -------------------------------------------------------------------------------


@blueprint.get("/second-factor")
@allow(*STAFF)
def second_factor_form() -> ResponseReturnValue:
    return _second_factor(ProofForm(formdata=None), CodeForm(formdata=None))


@blueprint.post("/second-factor")
@allow(*STAFF)
def propose_second_factor() -> ResponseReturnValue:
    form = ProofForm()
    if not form.validate():
        return _second_factor(form, CodeForm(formdata=None)), 422
    try:
        _prove_identity(form)
    except (WrongPassword, TooManyFailures) as refusal:
        return refused(refusal, form.password, "accounts/second_factor.html", proof=form, secret=None)
    second_factor.propose(work(), me().id)
    return redirect(url_for("own.second_factor_form"), 303)


@blueprint.post("/second-factor/confirm")
@allow(*STAFF)
def confirm_second_factor() -> ResponseReturnValue:
    form = CodeForm()
    if not form.validate():
        return _second_factor(ProofForm(formdata=None), form), 422
    try:
        codes = second_factor.confirm(work(), me().id, form.code.data or "")
    except WrongCode as refusal:
        form.code.errors = [str(refusal)]
        return _second_factor(ProofForm(formdata=None), form), 422
    return _shown_once(codes)


@blueprint.get("/recovery-codes")
@allow(*STAFF)
def recovery_codes() -> ResponseReturnValue:
    return render_template("accounts/renew_codes.html", form=ProofForm(formdata=None))


@blueprint.post("/recovery-codes")
@allow(*STAFF)
def renew_recovery_codes() -> ResponseReturnValue:
    form, page = ProofForm(), "accounts/renew_codes.html"
    if not form.validate():
        return render_template(page, form=form), 422
    try:
        _prove_identity(form)
        codes = second_factor.renew_recovery_codes(work(), me().id)
    except (WrongPassword, TooManyFailures, WrongCode) as refusal:
        return refused(refusal, form.password, page, form=form)
    return _shown_once(codes, renewed=True)


# --- sessions ------------------------------------------------------------------------------------


@blueprint.post("/sessions/end")
@allow(*STAFF)
def log_out_elsewhere() -> ResponseReturnValue:
    ended = sessions.log_out_elsewhere(work(), current_user.session_id, me().id)
    flash(f"已经退出其他{ended}处登录。" if ended else "没有其他设备登录着。")
    return redirect(url_for("own.overview"), 303)


def _prove_identity(form: ProofForm) -> None:
    logins.prove_identity(work(), me().id, form.password.data or "")


def _second_factor(proof: ProofForm, confirm: CodeForm) -> str:
    secret = second_factor.proposed(session(), portal().keyring, me().id, now())
    address = second_factor.address_of(secret, me().login) if secret else ""
    return render_template(
        "accounts/second_factor.html",
        proof=proof,
        confirm=confirm,
        secret=secret,
        address=address,
        picture=qr(address, "二维码，用手机上的身份验证器扫描") if address else "",
    )


def _shown_once(codes: list[str], *, renewed: bool = False) -> ResponseReturnValue:
    """Answered at once, without a redirect: they must be kept nowhere for it, not in a cookie either."""
    return render_template("accounts/recovery_codes.html", codes=codes, renewed=renewed, home=home_of(me()))
