"""Mail by SMTP, with the standard library: each attempt ends in one outcome, whatever the server does (R28)."""

from __future__ import annotations

import email.policy
import smtplib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from urllib.parse import unquote, urlsplit

from app import clock
from app.domain.messages.fate import Outcome, Reply
from app.domain.messages.wording import MessageText
from config import BadSettings, Settings

_TIMEOUT = 20  # seconds for each answer of the server
_PORTS = {"smtp": 25, "smtps": 465}
_PERMANENT = 500  # replies from here on are permanent failures
_held = threading.local()  # `open`: the connections that this thread keeps, by their server


@dataclass(frozen=True, slots=True)
class MailServer:
    """One SMTP server; with TLS from the first byte (`smtps`), or as soon as it offers it (`smtp`)."""

    host: str
    port: int
    encrypted: bool
    user: str
    password: str
    sender: str

    @classmethod
    def of(cls, settings: Settings) -> MailServer:
        """Read `smtp[s]://user:password@host:port`. Raises BadSettings."""
        url = urlsplit(settings.mail_url)
        if url.scheme not in _PORTS or not url.hostname:
            raise BadSettings("GONGSHI_MAIL_URL 应为 smtp[s]://用户:密码@主机:端口。")
        if "@" not in parseaddr(settings.mail_from)[1]:
            raise BadSettings("设置了 GONGSHI_MAIL_URL，还要设置 GONGSHI_MAIL_FROM：发件人的邮箱。")
        return cls(
            url.hostname,
            url.port or _PORTS[url.scheme],
            url.scheme == "smtps",
            unquote(url.username or ""),
            unquote(url.password or ""),
            settings.mail_from,
        )

    def send(self, address: str, message: MessageText, token: str) -> Outcome:
        handed_over = False
        try:
            with _Connection(self) as connection:
                server = connection.smtp
                envelope_from = parseaddr(self.sender)[1]
                for code, words in (server.mail(envelope_from), server.rcpt(address)):
                    if code not in (250, 251):
                        return _refused(code, words)
                handed_over = True
                code, answer = server.data(self._composed(address, message, token).as_bytes(policy=email.policy.SMTP))
                connection.can_be_kept = code == 250
                return Outcome(Reply.TAKEN, _said(code, answer)) if code == 250 else _refused(code, answer)
        except smtplib.SMTPDataError as error:  # refused before any of the message was sent
            return _refused(error.smtp_code, error.smtp_error)
        # refused login or greeting: a fault of the settings, which can be corrected
        except smtplib.SMTPResponseException as error:
            return Outcome(Reply.LATER, _said(error.smtp_code, error.smtp_error))
        except (OSError, smtplib.SMTPException) as error:
            fault = f"{type(error).__name__}: {error}"
            return Outcome(Reply.UNSURE if handed_over else Reply.LATER, fault)

    def _composed(self, address: str, said: MessageText, token: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self.sender, address, said.subject
        mail["Date"] = format_datetime(clock.now())
        mail["Message-ID"] = f"<{token}@{parseaddr(self.sender)[1].rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        if said.stop_at:
            mail["List-Unsubscribe"] = f"<{said.stop_at}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail.set_content(said.text, cte="base64")
        return mail


class _Connection:
    """An open connection, logged in. An error while it is closed does not change the outcome."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self.can_be_kept = False

    def __enter__(self) -> _Connection:
        kept = _kept()
        smtp = kept.pop(self._server, None) if kept is not None else None
        self.smtp = smtp if smtp is not None and _is_alive(smtp) else self._opened()
        return self

    def _opened(self) -> smtplib.SMTP:
        server, context = self._server, _trusted()
        if server.encrypted:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=_TIMEOUT, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port, timeout=_TIMEOUT)
        try:
            smtp.ehlo_or_helo_if_needed()
            if not server.encrypted and smtp.has_extn("starttls"):
                smtp.starttls(context=context)
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def __exit__(self, *_error: object) -> None:
        kept = _kept()
        if self.can_be_kept and kept is not None:
            kept[self._server] = self.smtp
        else:
            _leave(self.smtp)


@contextmanager
def kept_open() -> Iterator[None]:
    """Have this thread send its messages over one connection: greeting, TLS and login cost more than a message."""
    _held.open = {}
    try:
        yield
    finally:
        for smtp in _held.open.values():
            _leave(smtp)
        _held.open = None


def _kept() -> dict[MailServer, smtplib.SMTP] | None:
    return getattr(_held, "open", None)


def _is_alive(smtp: smtplib.SMTP) -> bool:
    """Tell whether a connection still answers, before anything of the next message is handed over."""
    try:
        if smtp.rset()[0] == 250:
            return True
    except (OSError, smtplib.SMTPException):
        pass
    smtp.close()
    return False


def _leave(smtp: smtplib.SMTP) -> None:
    try:
        smtp.quit()
    except (OSError, smtplib.SMTPException):
        smtp.close()


@cache
def _trusted() -> ssl.SSLContext:
    """Return the certificates that this machine trusts, read once: reading them costs more than the message itself."""
    return ssl.create_default_context()


def _refused(code: int, words: bytes | str) -> Outcome:
    return Outcome(Reply.NEVER if code >= _PERMANENT else Reply.LATER, _said(code, words))


def _said(code: int, words: bytes | str) -> str:
    return f"{code} {words.decode('utf-8', 'replace') if isinstance(words, bytes) else words}"
