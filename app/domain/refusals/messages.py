"""Addresses that messages go to, and the codes that confirm them."""

from __future__ import annotations

from app.domain.refusals.base import Refusal


class CodeRefused(Refusal):
    """Not the code that was sent, or one that is no longer good."""

    field = "code"

    def __init__(self) -> None:
        super().__init__("确认码不对，或者已经过期。请核对收到的6位数字；也可以重新发送确认码。")


class CodeTooSoon(Refusal):
    """Another code was sent a moment ago."""

    def __init__(self) -> None:
        super().__init__("确认码刚刚发过，请过一分钟再重新发送。")


class TooManyCodes(Refusal):
    """So many codes were sent today that another would help whoever guesses, or would be a nuisance to a stranger."""

    def __init__(self, instead: str = "") -> None:
        super().__init__(f"今天往这里发的确认码太多了，请过24小时再试{instead}。")


class NoChannel(Refusal):
    """A channel that this installation has not."""

    field = "channel"

    def __init__(self) -> None:
        super().__init__("这个渠道没有设置，请选择别的渠道，或者请系统管理员设置。")
