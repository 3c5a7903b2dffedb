"""Login and logout of staff: the password, then the code."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from app.domain.accounts.logins import SECOND_STEP_WITHIN
from app.domain.cases.states import Role
from app.domain.refusals import LoginRefused, StepTooLate, TooManyFailures, WrongCode
from app.models import User
from app.services.accounts import logins, sessions
from app.web.accounts.browsers import known_browser, remember_browser
from app.web.accounts.forms import CodeForm, LoginForm, refused
from app.web.shared.access import STAFF, Person, allow, everyone, work
from app.web.shared.limits import address, limiter
from app.web.shared.portal import now, portal

blueprint = Blueprint("account", __name__)


def _failed(response: Response) -> bool:
    """Only failures fill an address's bucket: an office behind one address comes in together at nine."""
    return response.status_code == 422


_slowly = limiter.limit(lambda: portal().settings.limit_login, key_func=address, deduct_when=_failed)


@blueprint.get("/login")
@everyone
def login() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(home_of(current_user.user))
    return render_template("accounts/login.html", form=LoginForm(formdata=None), next=_local_target())


@blueprint.post("/login")
@everyone
@_slowly
def enter() -> ResponseReturnValue:
    form = LoginForm()
    if not form.validate():
        return render_template("accounts/login.html", form=form, next=_local_target()), 422
    name, password = form.login.data or "", form.password.data or ""
    try:
        user = logins.check_password(work(), name, password, known_browser())
    except (LoginRefused, TooManyFailures) as refusal:
        return refused(refusal, form.password, "accounts/login.html", form=form, next=_local_target())
    if not user.has_second_factor:
        return _let_in(user)
    cookie["half_way"] = [user.id, user.session_epoch, now().isoformat()]
    return redirect(url_for("account.code", next=_local_target() or None), 303)


@blueprint.get("/login/code")
@everyone
def code() -> ResponseReturnValue:
    if (half := _half_way()) is None or now() >= half.since + SECOND_STEP_WITHIN:
        return redirect(url_for("account.login", next=_local_target() or None))
    return render_template("accounts/code.html", form=CodeForm(formdata=None), next=_local_target())


@blueprint.post("/login/code")
@everyone
@_slowly
def enter_code() -> ResponseReturnValue:
    half, form = _half_way(), CodeForm()
    if half is None:
        return _begin_again(StepTooLate())
    if not form.validate():
        return render_template("accounts/code.html", form=form, next=_local_target()), 422
    try:
        user = logins.check_code(work(), half, form.code.data or "", known_browser())
    except StepTooLate as refusal:
        return _begin_again(refusal)
    except (WrongCode, TooManyFailures) as refusal:
        return refused(refusal, form.code, "accounts/code.html", form=form, next=_local_target())
    return _let_in(user)


@blueprint.post("/logout")
@allow(*STAFF)
def logout() -> ResponseReturnValue:
    sessions.log_out(work(), current_user.session_id, current_user.user.id)
    logout_user()
    cookie.clear()
    return redirect(url_for("account.login"), 303)


def remember(let_in: logins.LetIn) -> None:
    """This browser's session from now on: nothing is left in the cookie of what it held before."""
    cookie.clear()
    cookie.permanent = True
    login_user(Person(let_in.session, let_in.token))


def home_of(user: User) -> str:
    """Where somebody's work is."""
    if user.role is Role.AUDITOR:
        return url_for("record.audit_record")
    return url_for("office.overview") if user.role is Role.OFFICE else url_for("cases.queue_page")


def _let_in(user: User) -> ResponseReturnValue:
    browser = known_browser()
    remember(logins.let_in(work(), user, browser, cookie.get("_user_id", "")))
    response = redirect(_local_target() or home_of(user), 303)
    remember_browser(response, user, browser)
    return response


def _half_way() -> logins.HalfWay | None:
    """Whose code this browser owes, by the cookie we signed."""
    if "half_way" not in cookie:
        return None
    user_id, epoch, since = cookie["half_way"]
    return logins.HalfWay(user_id, epoch, dt.datetime.fromisoformat(since))


def _begin_again(refusal: StepTooLate) -> ResponseReturnValue:
    cookie.pop("half_way", None)
    flash(str(refusal))
    return redirect(url_for("account.login", next=_local_target() or None), 303)


def _local_target() -> str:
    """Where the person wanted to go, if that is a path of ours; never another host."""
    target = request.values.get("next", "")
    parts = urlsplit(target)
    local = target.startswith("/") and not target.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return target if local and target.isprintable() else ""
