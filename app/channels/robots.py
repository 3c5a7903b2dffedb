"""Group robots of 企业微信 and 钉钉, by Apprise: it knows their messages and signatures (R28).

Both answer errors with status 200, which Apprise takes for success. So the answer's body is captured, and its code
decides.
"""

from __future__ import annotations

import threading
from functools import cache
from types import ModuleType
from typing import Any

import requests

from app.channels.sms import of_fault
from app.domain.messages.fate import Outcome, Reply
from app.domain.messages.wording import MessageText

# Busy, or too many messages in a minute. Any other code means that the robot does not exist or the signature is wrong.
_LATER_CODES = {-1, 45009, 45033, 130101, 410100}


class _Heard(threading.local):
    answer: requests.Response | None = None
    fault: requests.RequestException | None = None


_heard = _Heard()


class _Listening:
    """Stands in for the module `requests` in the plugins, and keeps the answer of each thread's `post`."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    def post(self, *args: Any, **options: Any) -> requests.Response:
        _heard.answer = _heard.fault = None
        try:
            _heard.answer = requests.post(*args, **options)  # noqa: S113 - the plugins give a timeout
        except requests.RequestException as fault:
            _heard.fault = fault
            raise
        return _heard.answer


@cache
def _plugin(name: str) -> ModuleType:
    """Load a plugin of Apprise on first use: loading takes half a second, and most processes need none."""
    from apprise.plugins import dingtalk, wecombot

    plugin = {"dingtalk": dingtalk, "wecombot": wecombot}[name]
    vars(plugin)["requests"] = _Listening()
    return plugin


class WecomRobot:
    """企业微信: an address is the robot's key."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, address: str, message: MessageText, token: str) -> Outcome:
        return _sent(_plugin("wecombot").NotifyWeComBot, self._url + "?key={key}", message, key=address)


class DingTalkRobot:
    """钉钉: an address is `secret@token`, or the token of a robot without a signature."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, address: str, message: MessageText, token: str) -> Outcome:
        secret, _, of_robot = address.rpartition("@")
        return _sent(
            _plugin("dingtalk").NotifyDingTalk,
            self._url + "?access_token={token}",
            message,
            token=of_robot,
            secret=secret or None,
        )


def _sent(plugin: type[Any], url: str, message: MessageText, **address: Any) -> Outcome:
    from apprise.exception import AppriseImproperlyConfigured

    try:
        robot = type(plugin.__name__, (plugin,), {"notify_url": url})(**address)
    except AppriseImproperlyConfigured:
        return Outcome(Reply.NEVER, "机器人的地址写得不对")
    _heard.answer = _heard.fault = None
    robot.send(message.text)
    if _heard.fault is not None:
        return of_fault(_heard.fault)
    if _heard.answer is None:
        return Outcome(Reply.LATER, "没有发出请求")
    return _judged(_heard.answer)


def _judged(answer: requests.Response) -> Outcome:
    answer.encoding = "utf-8"
    if not answer.ok:
        return Outcome(Reply.LATER, f"{answer.status_code} {answer.text}")
    try:
        code = answer.json()["errcode"]
    except (ValueError, KeyError, TypeError):
        return Outcome(Reply.LATER, f"看不懂的应答：{answer.text}")
    if code == 0:
        return Outcome(Reply.TAKEN, answer.text)
    return Outcome(Reply.LATER if code in _LATER_CODES else Reply.NEVER, answer.text)
