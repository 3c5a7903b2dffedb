"""Witnesses asked by HTTP to cosign a checkpoint (C2SP tlog-witness; R38)."""

from __future__ import annotations

from dataclasses import dataclass

import requests

from app.domain.record.notes import COSIGNATURE, BadNote, KnownKey
from app.domain.record.witness import WitnessRequest
from config import BadSettings, Settings, is_safe_address

_TIMEOUT = (5, 20)  # seconds to connect, to answer
_LONGEST = 16 * 1024


class WitnessDown(Exception):
    """The witness did not answer."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness by its key and the address below which `add-checkpoint` stands."""

    key: KnownKey
    url: str

    def ask(self, request: WitnessRequest) -> tuple[int, str]:
        """Return the status and the body of the answer. Raises WitnessDown."""
        try:
            with requests.post(
                f"{self.url}/add-checkpoint",
                data=str(request).encode(),
                headers={"Content-Type": "text/plain; charset=utf-8"},
                timeout=_TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = answer.raw.read(_LONGEST, decode_content=True)
                return answer.status_code, body.decode("utf-8", "replace")
        except (requests.RequestException, OSError) as error:
            raise WitnessDown from error


def witnesses_of(settings: Settings) -> list[Witness]:
    """Return the witnesses that the settings name. Raises BadSettings."""
    return [_witness(each) for each in settings.witnesses.split(",") if each.strip()]


def _witness(text: str) -> Witness:
    try:
        key_text, url = text.split()
        key = KnownKey.parse(key_text)
    except ValueError:
        key, url = None, ""
    if key is None or key.algorithm != COSIGNATURE or not is_safe_address(url):
        raise BadSettings(
            "GONGSHI_WITNESSES 应是见证人的公钥、空格、以 https:// 开头的地址，几个之间用逗号隔开，"
            f"现在有一个是 {text.strip()!r}。"
        )
    return Witness(key, url.rstrip("/"))


def witnessed_logs_of(settings: Settings) -> list[KnownKey]:
    """Return the keys of the logs that this installation cosigns. Raises BadSettings."""
    try:
        return [KnownKey.parse(each) for each in settings.witnessed_logs.split(",") if each.strip()]
    except BadNote:
        raise BadSettings(
            f"GONGSHI_WITNESSED_LOGS 应是别处存证的公钥，几个之间用逗号隔开，现在是 {settings.witnessed_logs!r}。"
        ) from None
