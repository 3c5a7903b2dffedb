"""Login and logout of staff."""

from __future__ import annotations

from secrets import token_urlsafe
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user
from wtforms import PasswordField, StringField

from app.domain.cases import Role
from app.models import User
from app.services import accounts
from app.web.access import STAFF, Person, allow, everyone
from app.web.forms import PlainForm, needed
from app.web.limits import address, limiter
from app.web.portal import now, portal, session

blueprint = Blueprint("account", __name__)


class LoginForm(PlainForm):
    login = StringField(
        "登录名", validators=[needed("请输入登录名。")], render_kw={"autocomplete": "username", "maxlength": 60}
    )
    password = PasswordField(
        "密码",
        validators=[needed("请输入密码。")],
        render_kw={"autocomplete": "current-password", "maxlength": 200},
    )


@blueprint.get("/login")
@everyone
def login() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(_home_of(current_user.user))
    return render_template("account/login.html", form=LoginForm(formdata=None), next=_local_target())


@blueprint.post("/login")
@everyone
@limiter.limit(lambda: portal().settings.limit_login, key_func=address)
def enter() -> ResponseReturnValue:
    form = LoginForm()
    if not form.validate():
        return render_template("account/login.html", form=form, next=_local_target()), 422
    # Hashing takes its time: no write is begun before it is done.
    with portal().database.reader() as reading:
        user = accounts.authenticate(reading, form.login.data or "", form.password.data or "")
    if user is None:
        accounts.note_failed_login(session(), form.login.data or "", now())
        form.password.errors = ["登录名或者密码不对，请重新输入。"]
        return render_template("account/login.html", form=form, next=_local_target()), 422
    cookie.clear()
    cookie.permanent = True
    cookie["seat"] = token_urlsafe()
    login_user(Person(user))
    accounts.note_login(session(), user, now())
    return redirect(_local_target() or _home_of(user), 303)


@blueprint.post("/logout")
@allow(*STAFF)
def logout() -> ResponseReturnValue:
    logout_user()
    cookie.clear()
    return redirect(url_for("account.login"), 303)


def _home_of(user: User) -> str:
    """Where somebody's work is."""
    if user.role is Role.AUDITOR:
        return url_for("office.audit_record")
    return url_for("office.overview") if user.role is Role.OFFICE else url_for("desk.queue_page")


def _local_target() -> str:
    """Where the person wanted to go, if that is a path of ours; never another host."""
    target = request.values.get("next", "")
    parts = urlsplit(target)
    local = target.startswith("/") and not target.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return target if local and target.isprintable() else ""
