"""Login and logout of staff: the password, then the code."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from app.domain.accounts.logins import SECOND_STEP_WITHIN
from app.domain.cases.states import Role
from app.domain.refusals import StepTooLate
from app.models import User
from app.services.accounts import logins, sessions
from app.web.accounts.browsers import known_browser, remember_browser
from app.web.accounts.forms import CodeForm, LoginForm, form_again
from app.web.shared.access import STAFF, Person, allow, everyone, work
from app.web.shared.attempts import attempt
from app.web.shared.limits import address, limiter
from app.web.shared.portal import now, portal
from app.web.shared.requests import local_path

blueprint = Blueprint("account", __name__)


def _failed(response: Response) -> bool:
    """Count only failures in an address's bucket: an office behind one address logs in at nine together."""
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
    tried = attempt(
        lambda: logins.check_password(work(), form.login.data or "", form.password.data or "", known_browser()), form
    )
    if tried.refused:
        return form_again(tried, "accounts/login.html", form=form, next=_local_target())
    user = tried.result
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
    tried = attempt(lambda: logins.check_code(work(), half, form.code.data or "", known_browser()), form)
    if isinstance(tried.refusal, StepTooLate):
        return _begin_again(tried.refusal)
    if tried.refused:
        return form_again(tried, "accounts/code.html", form=form, next=_local_target())
    return _let_in(tried.result)


@blueprint.post("/logout")
@allow(*STAFF)
def logout() -> ResponseReturnValue:
    sessions.log_out(work(), current_user.session_id, current_user.user.id)
    logout_user()
    cookie.clear()
    return redirect(url_for("account.login"), 303)


def remember(let_in: logins.LetIn) -> None:
    """Start this browser's session. The earlier content of the cookie is dropped."""
    cookie.clear()
    cookie.permanent = True
    login_user(Person(let_in.session, let_in.token))


def home_of(user: User) -> str:
    """Return the address of the first page after login, by role."""
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
    """Return the person who gave the password and not yet the code, by the signed cookie."""
    if "half_way" not in cookie:
        return None
    user_id, epoch, since = cookie["half_way"]
    return logins.HalfWay(user_id, epoch, dt.datetime.fromisoformat(since))


def _begin_again(refusal: StepTooLate) -> ResponseReturnValue:
    cookie.pop("half_way", None)
    flash(str(refusal))
    return redirect(url_for("account.login", next=_local_target() or None), 303)


def _local_target() -> str:
    """Return the path that the person asked for before login, if it is one of the portal; never another host."""
    return local_path(request.values.get("next", ""))
