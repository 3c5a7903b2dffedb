"""Bounced mail, read from the sender's mailbox by IMAP, with the standard library (R28)."""

from __future__ import annotations

import email.policy
import imaplib
import re
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from urllib.parse import unquote, urlsplit

from app.domain.messages.fate import kept_words
from config import BadSettings

_TIMEOUT = 20  # seconds
_MOST = 200  # messages at once
_TOKEN = re.compile(rb"<([0-9a-f]{32})@")
_PORTS = {"imap": 143, "imaps": 993}


class MailboxDown(Exception):
    """The mailbox cannot be read now."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A bounced message: the token it was sent with, and the other server's reason."""

    token: str
    words: str


def read_bounces(url: str) -> list[Bounce]:
    """Read the new messages of `imap[s]://user:password@host:port/folder` and mark them as seen.

    Messages that are not delivery reports stay unread. Raises MailboxDown, BadSettings.
    """
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise BadSettings("GONGSHI_IMAP_URL 应为 imap[s]://用户:密码@主机:端口/INBOX。")
    try:
        with _opened(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme]) as box:
            box.login(unquote(parts.username or ""), unquote(parts.password or ""))
            box.select(unquote(parts.path.strip("/")) or "INBOX")
            return _read(box)
    except (OSError, imaplib.IMAP4.error) as error:
        raise MailboxDown(f"{type(error).__name__}: {error}") from error


def _opened(scheme: str, host: str, port: int) -> imaplib.IMAP4:
    """Connect. imaplib checks no certificate unless it is given a context that does."""
    if scheme == "imaps":
        return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=_TIMEOUT)
    return imaplib.IMAP4(host, port, timeout=_TIMEOUT)


def _read(box: imaplib.IMAP4) -> list[Bounce]:
    found = []
    _, numbers = box.search(None, "UNSEEN")
    for number in (numbers[0] or b"").split()[:_MOST]:
        _, fetched = box.fetch(number.decode(), "(BODY.PEEK[])")
        content = next((part[1] for part in fetched if isinstance(part, tuple)), b"")
        if (bounce := bounce_in(content)) is not None:
            found.append(bounce)
            box.store(number.decode(), "+FLAGS", r"(\Seen)")
    return found


def bounce_in(content: bytes) -> Bounce | None:
    """Parse a report of a failed delivery (RFC 3464). Returns None for any other message."""
    message = BytesParser(policy=email.policy.default).parsebytes(content)
    statuses = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    lines = [block for part in statuses for block in part.walk() if block is not part]
    failed = [block for block in lines if str(block.get("Action", "")).strip().lower() == "failed"]
    token = _TOKEN.search(_returned(message))
    if not failed or token is None:
        return None
    words = str(failed[0].get("Diagnostic-Code") or failed[0].get("Status") or "被退信")
    return Bounce(token[1].decode(), kept_words(words))


def _returned(report: EmailMessage) -> bytes:
    """Return the headers of the message that came back, wherever the report has them."""
    for part in report.walk():
        if part.get_content_type() in ("message/rfc822", "text/rfc822-headers"):
            return part.as_bytes()
    return b""
