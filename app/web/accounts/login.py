"""Login and logout of staff: the password, then the code."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from app.domain.accounts.logins import SECOND_STEP_WITHIN
from app.domain.cases.states import Role
from app.domain.refusals import NotKnownHere, StepTooLate
from app.models import User
from app.services.accounts import logins, providers, sessions
from app.services.shared.work import Work
from app.web.accounts.browsers import known_browser, remember_browser
from app.web.accounts.forms import CodeForm, LoginForm, form_again
from app.web.accounts.provider import NotVouched, Provider, ProviderDown, provider
from app.web.shared.access import STAFF, Person, allow, everyone, work
from app.web.shared.attempts import attempt
from app.web.shared.limits import address, limiter
from app.web.shared.portal import now, portal
from app.web.shared.requests import local_path

blueprint = Blueprint("account", __name__)
_DOWN = "{name}现在连不上。请用登录名和密码登录，或者过几分钟再试。"
_NOT_DONE = "没有通过{name}登录。请再试一次，或者用登录名和密码登录。"


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
        return _let_in(work(), user, _local_target())
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
    try:
        return _let_in(work(), tried.result, _local_target(), half.subject)
    except NotKnownHere as refusal:
        return _not_through_provider(str(refusal))


# --- the identity provider -----------------------------------------------------------------------


@blueprint.get("/login/oidc")
@everyone
def go_to_provider() -> ResponseReturnValue:
    """Lead to the provider's login page, with this browser's state and nonce."""
    there = _provider_or_404()
    if current_user.is_authenticated:
        return redirect(home_of(current_user.user))
    try:
        answer = there.go(_own_address("account.back_from_provider"))
    except ProviderDown:
        return _not_through_provider(_DOWN)
    cookie["wanted"] = _local_target()
    return answer


@blueprint.get("/login/oidc/back")
@everyone
@limiter.limit(
    lambda: portal().settings.limit_login, key_func=address, deduct_when=lambda _: bool(g.get("provider_failed"))
)
def back_from_provider() -> ResponseReturnValue:
    """Let in whom the provider vouches for, or ask for the code. Whoever is refused may use the password."""
    there = _provider_or_404()
    g.provider_failed = True
    wanted = str(cookie.pop("wanted", ""))
    try:
        vouched = there.vouched()
        with portal().database.writer() as writing:
            user = providers.recognise(work(writing), vouched)
            subject = providers.subject_of(portal().keyring, vouched)
            g.provider_failed = False
            if user.has_second_factor:
                cookie["half_way"] = [user.id, user.session_epoch, now().isoformat(), subject]
                return redirect(url_for("account.code", next=wanted or None), 303)
            return _let_in(work(writing), user, wanted, subject)
    except ProviderDown:
        return _not_through_provider(_DOWN)
    except NotVouched:
        return _not_through_provider(_NOT_DONE)
    except NotKnownHere as refusal:
        return _not_through_provider(str(refusal))


def _provider_or_404() -> Provider:
    if (there := provider()) is None:
        abort(404)
    return there


def _not_through_provider(words: str) -> ResponseReturnValue:
    """Show the login page, with why the provider let nobody in: passwords are taken all the same."""
    flash(words.format(name=portal().settings.oidc_name))
    return redirect(url_for("account.login"), 303)


def _own_address(endpoint: str) -> str:
    """Return a page's address under the portal's own name, whatever host this request was sent to."""
    return portal().settings.public_url + url_for(endpoint)


@blueprint.post("/logout")
@allow(*STAFF)
def logout() -> ResponseReturnValue:
    """End the session, and that at the provider too where this one began there."""
    there = provider() if came_through_provider() else None
    sessions.log_out(work(), current_user.session_id, current_user.user.id)
    logout_user()
    cookie.clear()
    way_out = there.way_out(_own_address("account.login")) if there is not None else ""
    return redirect(way_out or url_for("account.login"), 303)


def came_through_provider() -> bool:
    """Return whether this browser's session began at the identity provider."""
    return bool(cookie.get("through_provider", False))


def remember(let_in: logins.LetIn, *, through_provider: bool = False) -> None:
    """Start this browser's session. The earlier content of the cookie is dropped."""
    cookie.clear()
    cookie.permanent = True
    if through_provider:
        cookie["through_provider"] = True
    login_user(Person(let_in.session, let_in.token))


def home_of(user: User) -> str:
    """Return the address of the first page after login, by role."""
    if user.role is Role.AUDITOR:
        return url_for("record.audit_record")
    return url_for("office.overview") if user.role is Role.OFFICE else url_for("cases.queue_page")


def _let_in(this: Work, user: User, wanted: str, subject: str = "") -> ResponseReturnValue:
    browser = known_browser()
    began = logins.let_in(this, user, browser, cookie.get("_user_id", ""), subject)
    response = redirect(wanted or home_of(user), 303)
    remember(began, through_provider=bool(subject))
    remember_browser(response, user, browser)
    return response


def _half_way() -> logins.HalfWay | None:
    """Return the person who gave the password and not yet the code, by the signed cookie."""
    if "half_way" not in cookie:
        return None
    user_id, epoch, since, *subject = cookie["half_way"]
    return logins.HalfWay(user_id, epoch, dt.datetime.fromisoformat(since), *subject)


def _begin_again(refusal: StepTooLate) -> ResponseReturnValue:
    cookie.pop("half_way", None)
    flash(str(refusal))
    return redirect(url_for("account.login", next=_local_target() or None), 303)


def _local_target() -> str:
    """Return the path that the person asked for before login, if it is one of the portal; never another host."""
    return local_path(request.values.get("next", ""))
