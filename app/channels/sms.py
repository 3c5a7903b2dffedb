"""SMS through an HTTP gateway. Gateways differ by city: address, fields, signature and answers are settings (R28)."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from app import clock
from app.domain.messages.fate import Outcome, Reply
from app.domain.messages.wording import MessageText
from config import BadSettings, Settings

_TIMEOUT = (5, 15)  # seconds to connect, to answer
_METHODS = ("form", "json", "get")
_FIELDS = '{"mobile": "{phone}", "content": "{signature}{text}"}'
_TAKEN = r'"code":\s*"?0"?\b'
_SIGNS = ("md5", "sha256", "hmac-sha256")


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """One gateway. In the values of `fields` and `headers` the places in braces are filled in.

    {phone} {text} {signature} {template} {token} {timestamp} {secret} {sign}: `sign` is the text of the setting with
    its own places filled in, then hashed.
    """

    url: str
    method: str
    fields: Mapping[str, Any]
    headers: Mapping[str, str]
    signature: str
    templates: Mapping[str, str]
    secret: str
    sign: tuple[str, str]  # how, what
    taken: re.Pattern[str]
    never: re.Pattern[str] | None

    @classmethod
    def of(cls, settings: Settings) -> SmsGateway:
        """Read the settings. Raises BadSettings, naming the one that is wrong."""
        if settings.sms_method not in _METHODS:
            raise BadSettings(f"GONGSHI_SMS_METHOD 应为 {'、'.join(_METHODS)} 之一。")
        how, _, what = settings.sms_sign.partition(":")
        if settings.sms_sign and how not in _SIGNS:
            raise BadSettings(f"GONGSHI_SMS_SIGN 应以 {'、'.join(_SIGNS)} 之一开头，后面是冒号和要签名的内容。")
        fields = _object("SMS_FIELDS", settings.sms_fields or _FIELDS)
        if settings.sms_fields and "{phone}" not in settings.sms_fields:
            raise BadSettings("GONGSHI_SMS_FIELDS 里没有 {phone}：短信要发给谁？")
        return cls(
            settings.sms_url,
            settings.sms_method,
            fields,
            _object("SMS_HEADERS", settings.sms_headers),
            settings.sms_signature,
            _object("SMS_TEMPLATES", settings.sms_templates),
            settings.sms_secret,
            (how, what),
            _pattern("SMS_TAKEN", settings.sms_taken or _TAKEN),
            _pattern("SMS_NEVER", settings.sms_never) if settings.sms_never else None,
        )

    def send(self, address: str, message: MessageText, token: str) -> Outcome:
        places = {
            "phone": address,
            "text": message.short,
            "signature": self.signature,
            "template": self.templates.get(message.notice, ""),
            "token": token,
            "timestamp": str(int(clock.now().timestamp())),
            "secret": self.secret,
        }
        places["sign"] = self._signed(_filled(self.sign[1], places))
        fields, headers = _filled(self.fields, places), _filled(self.headers, places)
        try:
            if self.method == "get":
                answer = requests.get(self.url, params=fields, headers=headers, timeout=_TIMEOUT, allow_redirects=False)
            elif self.method == "json":
                answer = requests.post(self.url, json=fields, headers=headers, timeout=_TIMEOUT, allow_redirects=False)
            else:
                answer = requests.post(self.url, data=fields, headers=headers, timeout=_TIMEOUT, allow_redirects=False)
        except requests.RequestException as error:
            return of_fault(error)
        return self._judged(answer)

    def _signed(self, text: str) -> str:
        how = self.sign[0]
        if how == "hmac-sha256":
            return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        return hashlib.new(how, text.encode()).hexdigest() if how else ""

    def _judged(self, answer: requests.Response) -> Outcome:
        """Judge an answer by its body: gateways report errors with status 200 too."""
        answer.encoding = answer.encoding if "charset" in answer.headers.get("Content-Type", "") else "utf-8"
        heard = answer.ok and not answer.is_redirect
        words = answer.text if heard else f"{answer.status_code} {answer.text}"
        if heard and self.taken.search(answer.text):
            return Outcome(Reply.TAKEN, words)
        never = self.never is not None and self.never.search(answer.text)
        return Outcome(Reply.NEVER if never else Reply.LATER, words)


def of_fault(error: requests.RequestException) -> Outcome:
    """Return the outcome of a request without an answer: not sent if no connection was made, else perhaps sent."""
    not_sent = isinstance(error, requests.ConnectTimeout | requests.exceptions.InvalidURL) or (
        isinstance(error, requests.ConnectionError) and "NewConnectionError" in repr(error)
    )
    # The error's text contains the gateway's address, secrets included.
    return Outcome(Reply.LATER if not_sent else Reply.UNSURE, f"没有应答（{type(error).__name__}）")


def _filled(value: Any, places: Mapping[str, str]) -> Any:
    """Fill in the places of a text, or of every text within lists and objects; other braces stay."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: places.get(found[1], found[0]), value)
    if isinstance(value, dict):
        return {key: _filled(each, places) for key, each in value.items()}
    if isinstance(value, list):
        return [_filled(each, places) for each in value]
    return value


def _object(name: str, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise BadSettings(f'GONGSHI_{name} 应为一个 JSON 对象，例如 {{"mobile": "{{phone}}"}}。')
    return value


def _pattern(name: str, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error:
        raise BadSettings(f"GONGSHI_{name} 应为一个正则表达式。") from None
