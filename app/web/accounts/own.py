"""One's own account: password, second factor, active sessions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.domain.messages.channels import CHANNEL_NAMES
from app.models import User
from app.services.accounts import deputies, logins, making, resets, second_factor, sessions, two_people
from app.services.messages import proving
from app.web.accounts.deputies import DeputyForm, deputy_form, ended, named, own_page, said
from app.web.accounts.forms import CodeForm, NewPasswordForm, ProofForm, form_again
from app.web.accounts.login import came_through_provider, home_of, remember
from app.web.messages.forms import ReachCodeForm
from app.web.shared.access import OFFICE_AND_UNITS, STAFF, actor, allow, me, work
from app.web.shared.attempts import UNTRIED, Attempt, attempt
from app.web.shared.portal import now, portal, session
from app.web.shared.qr import qr

blueprint = Blueprint("own", __name__, url_prefix="/account")


@blueprint.get("")
@allow(*STAFF)
def overview() -> ResponseReturnValue:
    return _overview()


def _overview(
    tried: Attempt[Any] = UNTRIED,
    code: tuple[int, ReachCodeForm] | None = None,
    standing_in: DeputyForm | None = None,
) -> ResponseReturnValue:
    ways = proving.list_proving_addresses(session(), portal().keyring, me().id, now())
    codes = {way.id: ReachCodeForm(formdata=None).with_ids(f"code{way.id}") for way in ways}
    html = render_template(
        "accounts/own.html",
        ways=ways if portal().gateways.available else [],
        codes=codes | dict([code] if code else []),
        CHANNEL_NAMES=CHANNEL_NAMES,
        channels=portal().gateways.available,
        tried=code[1] if code else standing_in,
        refusal=tried.on_top,
        user=(user := session().get_one(User, me().id)),
        waiting=two_people.waiting_for(session(), actor(), user),
        resets=resets.of_user(session(), user.id),
        living=sessions.living(session(), me().id, now()),
        this=current_user.session_id,
        codes_left=second_factor.recovery_codes_left(session(), me().id),
        demonstration=portal().settings.demonstration,
        deputies=deputies.list_coming(session(), me().id, now()),
        deputy_form=standing_in or deputy_form(user, empty=True),
        standing_in=standing_in is not None,
    )
    return html, tried.status


# --- deputies ------------------------------------------------------------------------------------


@blueprint.post("/deputies")
@allow(*OFFICE_AND_UNITS)
def name_deputy() -> ResponseReturnValue:
    """Name who stands in while one is away."""
    user = session().get_one(User, me().id)
    form = deputy_form(user, empty=False)
    tried = named(user, form)
    return _overview(tried, standing_in=form) if tried.refused else said(own_page())


@blueprint.post("/deputies/<int:deputy_id>/end")
@allow(*OFFICE_AND_UNITS)
def end_deputy(deputy_id: int) -> ResponseReturnValue:
    answer = ended(me().id, deputy_id, own_page())
    return _overview(answer) if isinstance(answer, Attempt) else answer


# --- whose account it is -------------------------------------------------------------------------


@blueprint.post("/proof/<int:reach_id>/code")
@allow(*STAFF)
def ask_code(reach_id: int) -> ResponseReturnValue:
    """Have a code sent that proves the owner of an account which somebody else made or reset (R22)."""
    tried = attempt(lambda: proving.ask_code(work(), reach_id, portal().gateways.available))
    if tried.refused:
        return _overview(tried)
    flash("确认码已经发出，收到后请填在下面。")
    return redirect(url_for("own.overview"), 303)


@blueprint.post("/proof/<int:reach_id>")
@allow(*STAFF)
def prove(reach_id: int) -> ResponseReturnValue:
    form = ReachCodeForm().with_ids(f"code{reach_id}")
    tried = attempt(lambda: proving.prove_ownership(work(), reach_id, form.code.data or ""), form)
    if tried.refused:
        return _overview(tried, (reach_id, form))
    flash("已经核实是您本人，可以提出意见和确认意见，不用再等上一级同意。")
    return redirect(url_for("own.overview"), 303)


@blueprint.post("/resets/known")
@allow(*STAFF)
def resets_known() -> ResponseReturnValue:
    """Remove the notice of a reset from the pages: the owner has read it (R22)."""
    resets.note_told(work(), me().id)
    return redirect(url_for("own.overview"), 303)


# --- password ------------------------------------------------------------------------------------


@blueprint.get("/password")
@allow(*STAFF)
def password() -> ResponseReturnValue:
    return render_template("accounts/password.html", form=NewPasswordForm(formdata=None))


@blueprint.post("/password")
@allow(*STAFF)
def change_password() -> ResponseReturnValue:
    form = NewPasswordForm()
    tried = attempt(
        lambda: making.change_password(work(), me().id, form.password.data or "", form.new_password.data or ""), form
    )
    if tried.refused:
        return form_again(tried, "accounts/password.html", form=form)
    began_with_it = current_user.duty is not None
    remember(tried.result, through_provider=came_through_provider())
    flash("密码已经修改。其他设备上的登录都已退出。")
    return redirect(home_of(me()) if began_with_it else url_for("own.overview"), 303)


# --- second factor -------------------------------------------------------------------------------


@blueprint.get("/second-factor")
@allow(*STAFF)
def second_factor_form() -> ResponseReturnValue:
    return _second_factor(CodeForm(formdata=None))


@blueprint.post("/second-factor")
@allow(*STAFF)
def propose_second_factor() -> ResponseReturnValue:
    form = ProofForm()
    tried = attempt(lambda: _prove_identity(form), form)
    if tried.refused:
        return form_again(tried, "accounts/second_factor.html", proof=form, secret=None)
    second_factor.propose(work(), me().id)
    return redirect(url_for("own.second_factor_form"), 303)


@blueprint.post("/second-factor/confirm")
@allow(*STAFF)
def confirm_second_factor() -> ResponseReturnValue:
    form = CodeForm()
    tried = attempt(lambda: second_factor.confirm(work(), me().id, form.code.data or ""), form)
    if tried.refused:
        return _second_factor(form), tried.status
    return _shown_once(tried.result)


@blueprint.get("/recovery-codes")
@allow(*STAFF)
def recovery_codes() -> ResponseReturnValue:
    return render_template("accounts/renew_codes.html", form=ProofForm(formdata=None))


@blueprint.post("/recovery-codes")
@allow(*STAFF)
def renew_recovery_codes() -> ResponseReturnValue:
    form = ProofForm()

    def renew() -> list[str]:
        _prove_identity(form)
        return second_factor.renew_recovery_codes(work(), me().id)

    tried = attempt(renew, form)
    if tried.refused:
        return form_again(tried, "accounts/renew_codes.html", form=form)
    return _shown_once(tried.result, renewed=True)


# --- sessions ------------------------------------------------------------------------------------


@blueprint.post("/sessions/end")
@allow(*STAFF)
def log_out_elsewhere() -> ResponseReturnValue:
    ended = sessions.log_out_elsewhere(work(), current_user.session_id, me().id)
    flash(f"已经退出其他{ended}处登录。" if ended else "没有其他设备登录着。")
    return redirect(url_for("own.overview"), 303)


def _prove_identity(form: ProofForm) -> None:
    logins.prove_identity(work(), me().id, form.password.data or "")


def _second_factor(confirm: CodeForm) -> str:
    secret = second_factor.proposed(session(), portal().keyring, me().id, now())
    address = second_factor.address_of(secret, me().login) if secret else ""
    return render_template(
        "accounts/second_factor.html",
        proof=ProofForm(formdata=None),
        confirm=confirm,
        secret=secret,
        address=address,
        picture=qr(address, "二维码，用手机上的身份验证器扫描") if address else "",
    )


def _shown_once(codes: list[str], *, renewed: bool = False) -> ResponseReturnValue:
    """Answered at once, without a redirect: they must be kept nowhere for it, not in a cookie either."""
    return render_template("accounts/recovery_codes.html", codes=codes, renewed=renewed, home=home_of(me()))
