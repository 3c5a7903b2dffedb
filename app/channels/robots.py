"""Group robots of 企业微信 and 钉钉: a POST of JSON to the robot's address (R28).

Both answer errors with status 200, so the code in the answer's body decides. A signed robot of 钉钉 wants the moment in
milliseconds and, of it and the secret, an HMAC with SHA-256 in Base64.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

import requests

from app import clock
from app.channels.sms import of_fault
from app.domain.messages.fate import Outcome, Reply
from app.domain.messages.wording import MessageText

_TIMEOUT = (5, 15)  # seconds to connect, to answer
# Busy, or too many messages in a minute. Any other code means that the robot does not exist or the signature is wrong.
_LATER_CODES = {-1, 45009, 45033, 130101, 410100}
_WECOM = re.compile(r"\S+")
_DINGTALK = re.compile(r"(?:(?P<secret>[A-Za-z0-9]+)@)?(?P<token>[A-Za-z0-9]+)")


class WecomRobot:
    """企业微信: an address is the robot's key."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, address: str, message: MessageText, token: str) -> Outcome:
        if not _WECOM.fullmatch(address):
            return _misspelt()
        return _sent(self._url, {"key": address}, message)


class DingTalkRobot:
    """钉钉: an address is `secret@token`, or the token of a robot without a signature."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, address: str, message: MessageText, token: str) -> Outcome:
        robot = _DINGTALK.fullmatch(address)
        if robot is None:
            return _misspelt()
        query = {"access_token": robot["token"]}
        if robot["secret"]:
            query |= _signed(robot["secret"])
        return _sent(self._url, query, message)


def _signed(secret: str) -> dict[str, str]:
    """Return what proves that the sender knows the robot's secret; 钉钉 takes it for an hour."""
    timestamp = str(round(clock.now().timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return {"timestamp": timestamp, "sign": base64.b64encode(digest).decode()}


def _sent(url: str, query: Mapping[str, str], message: MessageText) -> Outcome:
    content = {"msgtype": "text", "text": {"content": message.text}}
    try:
        answer = requests.post(url, params=query, json=content, timeout=_TIMEOUT, allow_redirects=False)
    except requests.RequestException as fault:
        return of_fault(fault)
    return _judged(answer)


def _misspelt() -> Outcome:
    return Outcome(Reply.NEVER, "机器人的地址写得不对")


def _judged(answer: requests.Response) -> Outcome:
    answer.encoding = "utf-8"
    if not answer.ok or answer.is_redirect:
        return Outcome(Reply.LATER, f"{answer.status_code} {answer.text}")
    try:
        code = answer.json()["errcode"]
    except (ValueError, KeyError, TypeError):
        return Outcome(Reply.LATER, f"看不懂的应答：{answer.text}")
    if code == 0:
        return Outcome(Reply.TAKEN, answer.text)
    return Outcome(Reply.LATER if code in _LATER_CODES else Reply.NEVER, answer.text)
