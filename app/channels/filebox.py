"""The demonstration's mailbox: messages are written to a folder instead of being sent, and a page shows them."""

from __future__ import annotations

import datetime as dt
import email.policy
import mailbox
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from app import clock
from app.domain.messages.channels import CHANNEL_NAMES, OutgoingChannel
from app.domain.messages.fate import Outcome, Reply
from app.domain.messages.wording import MessageText

_CHANNEL = "X-OutgoingChannel"
_SHOWN = 200
_NAME = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Kept:
    """A message in the folder. `sent_at` is None for a file that somebody else put there."""

    channel: str
    address: str
    subject: str
    text: str
    sent_at: dt.datetime | None


class FileBox:
    """One channel that ends in a folder (Maildir)."""

    def __init__(self, folder: Path, channel: OutgoingChannel) -> None:
        self.folder, self.channel = folder, channel

    def send(self, address: str, message: MessageText, token: str) -> Outcome:
        mail = EmailMessage(policy=email.policy.SMTP)
        mail["To"], mail["Subject"], mail["Message-ID"] = address, message.subject, f"<{token}@demonstration>"
        mail["Date"] = format_datetime(clock.now())
        mail[_CHANNEL] = self.channel.value
        mail.set_content(message.text if self.channel is not OutgoingChannel.SMS else message.short)
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mailbox.Maildir(self.folder).add(mail.as_bytes())
        return Outcome(Reply.TAKEN, "演示：写进了文件邮箱，没有发往任何地方")


def read_box(folder: Path) -> list[Kept]:
    """List the messages in the folder, the newest first, at most 200."""
    if not folder.is_dir():
        return []
    box = mailbox.Maildir(folder, create=False)
    newest = sorted(box.keys(), key=_moment, reverse=True)[:_SHOWN]
    return [_kept(box.get_bytes(key)) for key in newest]


def _moment(key: str) -> list[int]:
    """Return what to order the files of a Maildir by. Their names have second, microsecond, process and count."""
    return [int(number) for number in _NAME.findall(key)[:4]]


def _kept(content: bytes) -> Kept:
    message = BytesParser(policy=email.policy.default).parsebytes(content)
    body = message.get_body()
    text = str(body.get_content()) if body is not None else ""
    channel = str(message.get(_CHANNEL, ""))
    name = CHANNEL_NAMES[OutgoingChannel(channel)] if channel in set(OutgoingChannel) else channel
    sent_at = _sent_at(str(message.get("Date", "")))
    return Kept(name, str(message.get("To", "")), str(message.get("Subject", "")), text.strip(), sent_at)


def _sent_at(date: str) -> dt.datetime | None:
    try:
        sent_at = parsedate_to_datetime(date)
    except ValueError:
        return None
    return sent_at if sent_at.tzinfo is not None else None
