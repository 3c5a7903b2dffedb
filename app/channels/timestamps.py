"""Time stamps of an authority (RFC 3161): asked by HTTP, and verified before anything is kept of them (R38)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import requests
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from app import clock
from config import BadSettings, Settings

_TIMEOUT = (5, 20)  # seconds to connect, to answer
_LONGEST = 64 * 1024
_TYPE = "application/timestamp-query"
# How far the authority's clock may be from ours: a stamp of another time is no stamp of this moment.
CLOCKS_APART = dt.timedelta(minutes=5)


class NoStamp(Exception):
    """The authority did not answer, or its answer does not fit."""


@dataclass(frozen=True, slots=True)
class TimeStamp:
    """A verified answer: its bytes (DER) and the moment that it states."""

    token: bytes
    at: dt.datetime


class TimeAuthority:
    """An authority by its address and the certificates that stand behind it, PEM."""

    def __init__(self, url: str, certificates: bytes) -> None:
        """Take certificates as PEM. Raises ValueError for what is none."""
        self._url = url
        self._certificates = x509.load_pem_x509_certificates(certificates)

    @classmethod
    def of(cls, settings: Settings) -> TimeAuthority | None:
        """Return the authority that the settings name, if any. Raises BadSettings."""
        if not settings.tsa_url:
            return None
        try:
            return cls(settings.tsa_url, Path(settings.tsa_certificate).read_bytes())
        except (OSError, ValueError):
            raise BadSettings(
                f"GONGSHI_TSA_CERTIFICATE 应是时间戳机构的证书文件（PEM），现在是 {settings.tsa_certificate!r}。"
            ) from None

    def stamp(self, text: bytes) -> TimeStamp:
        """Have a text stamped now. Raises NoStamp, also for an answer that does not fit in every part."""
        asked = clock.now()
        request = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build()
        verifier = self._verifier(VerifierBuilder.from_request(request))
        try:
            with requests.post(
                self._url,
                data=request.as_bytes(),
                headers={"Content-Type": _TYPE},
                timeout=_TIMEOUT,
                allow_redirects=False,
                stream=True,
            ) as answer:
                token = answer.raw.read(_LONGEST + 1, decode_content=True)
                status = answer.status_code
        except (requests.RequestException, OSError) as error:
            raise NoStamp("the authority does not answer") from error
        if status != requests.codes.ok or len(token) > _LONGEST:
            raise NoStamp(f"the authority answers {status}")
        try:
            response = decode_timestamp_response(token)
            verifier.verify_message(response, text)
            at = response.tst_info.gen_time
        except (VerificationError, ValueError, TypeError) as error:
            raise NoStamp(f"the answer does not fit: {error}") from error
        if not asked - CLOCKS_APART <= at <= clock.now() + CLOCKS_APART:
            raise NoStamp("the answer is of another time")
        return TimeStamp(token, at)

    def _verifier(self, builder: VerifierBuilder):  # type: ignore[no-untyped-def] # the library does not export its type
        roots = [each for each in self._certificates if each.issuer == each.subject]
        for certificate in self._certificates:
            is_root = certificate in roots or not roots
            add = builder.add_root_certificate if is_root else builder.add_intermediate_certificate
            builder = add(certificate)
        return builder.build()
