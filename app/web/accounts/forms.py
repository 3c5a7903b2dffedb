"""The forms of login and of one's own account, and how a refusal is placed beside its field."""

from __future__ import annotations

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from wtforms import Field, PasswordField, StringField
from wtforms.validators import StopValidation

from app.domain.refusals import TooManyFailures
from app.services.accounts.passwords import LENGTH
from app.web.shared import metrics
from app.web.shared.attempts import Attempt
from app.web.shared.forms import PlainForm, needed

_LOW, _HIGH = LENGTH


class LoginForm(PlainForm):
    login = StringField(
        "登录名", validators=[needed("请输入登录名。")], render_kw={"autocomplete": "username", "maxlength": 60}
    )
    password = PasswordField(
        "密码",
        validators=[needed("请输入密码。")],
        render_kw={"autocomplete": "current-password", "maxlength": _HIGH},
    )


class CodeForm(PlainForm):
    code = StringField(
        "验证码",
        validators=[needed("请输入验证码。")],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 30, "spellcheck": "false"},
    )


class ProofForm(PlainForm):
    """Asks for the password again before the account's protection changes."""

    password = PasswordField(
        "现在的密码",
        validators=[needed("请输入现在的密码，确认是您本人。")],
        render_kw={"autocomplete": "current-password", "maxlength": _HIGH},
    )


class NewPasswordForm(ProofForm):
    new_password = PasswordField(
        "新密码",
        validators=[needed("请输入新密码。")],
        description=f"至少{_LOW}个字符。用几个互不相干的词连成一句话，又好记又难猜；汉字和空格都行。",
        render_kw={"autocomplete": "new-password", "maxlength": _HIGH},
    )
    repeated = PasswordField(
        "新密码，再输一次",
        validators=[needed("请把新密码再输一次。")],
        render_kw={"autocomplete": "new-password", "maxlength": _HIGH},
    )

    def validate_repeated(self, field: Field) -> None:
        if field.data != self.new_password.data:
            raise StopValidation("两次输入的新密码不一样，请重新输入。")


def form_again(tried: Attempt[Any], template: str, **context: Any) -> ResponseReturnValue:
    """Render the form again with each refusal beside its field.

    After too many failures the answer says how long to wait.
    """
    page = render_template(template, refusal=tried.on_top, **context)
    if isinstance(tried.refusal, TooManyFailures):
        metrics.count_refusal("login")
        return page, 429, {"Retry-After": str(tried.refusal.seconds)}
    return page, tried.status
