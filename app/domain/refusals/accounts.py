"""Refusals of logins and accounts."""

from __future__ import annotations

import datetime as dt

from app.domain.refusals.base import Refusal


class WeakPassword(Refusal):
    """A password too short, too long, or easily guessed; `why` says what would be right."""

    field = "new_password"


class LoginRefused(Refusal):
    """Name and password do not open an account; which of them was wrong, or whether there is one, is not said."""

    field = "password"

    def __init__(self) -> None:
        super().__init__("登录名或者密码不对，请重新输入。")


class NotKnownHere(Refusal):
    """An identity provider vouches for somebody, and no account is theirs; nothing says why."""

    def __init__(self) -> None:
        super().__init__("身份已经核实，但是这里没有对得上、能用的账号。请找管账号的人核对，或者用登录名和密码登录。")


class WrongPassword(Refusal):
    """Somebody logged in did not give their own password."""

    field = "password"

    def __init__(self) -> None:
        super().__init__("现在的密码不对，请重新输入。")


class WrongCode(Refusal):
    """Not the code of this moment, or one that was used; nothing says which."""

    field = "code"

    def __init__(self) -> None:
        super().__init__("验证码不对，或者已经用过。请等手机上出现下一个验证码，再输入一次。")


class TooManyFailures(Refusal):
    """Too many tries failed lately; the next is looked at from `again_at` on."""

    def __init__(self, again_at: dt.datetime, now: dt.datetime, field: str = "") -> None:
        self.seconds = max(1, int((again_at - now).total_seconds()))
        minutes = -(-self.seconds // 60)
        super().__init__(f"连续多次没有输对，请在{minutes}分钟后再试。", field)


class StepTooLate(Refusal):
    """Too long a time between password and code, or the account changed meanwhile."""

    def __init__(self) -> None:
        super().__init__("输入密码后过了太久，请重新登录。")
