"""The demonstration's mailbox: what would leave lies in a folder instead, and a page shows it."""

from __future__ import annotations

import email.policy
import mailbox
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from app.domain.messages.channels import CHANNEL_NAMES, Channel
from app.domain.messages.fate import Outcome, Reply
from app.domain.messages.wording import Letter

_CHANNEL = "X-Channel"
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that lies in the folder."""

    channel: str
    address: str
    subject: str
    text: str


class FileBox:
    """One channel that ends in a folder (Maildir)."""

    def __init__(self, folder: Path, channel: Channel) -> None:
        self.folder, self.channel = folder, channel

    def send(self, address: str, letter: Letter, token: str) -> Outcome:
        message = EmailMessage(policy=email.policy.SMTP)
        message["To"], message["Subject"], message["Message-ID"] = address, letter.subject, f"<{token}@demonstration>"
        message[_CHANNEL] = self.channel.value
        message.set_content(letter.text if self.channel is not Channel.SMS else letter.short)
        self.folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mailbox.Maildir(self.folder).add(message.as_bytes())
        return Outcome(Reply.TAKEN, "演示：写进了文件邮箱，没有发往任何地方")


def read_box(folder: Path) -> list[Kept]:
    """List what lies in the folder, the newest first, at most 200."""
    if not folder.is_dir():
        return []
    box = mailbox.Maildir(folder, create=False)
    newest = sorted(box.keys(), reverse=True)[:_SHOWN]
    return [_kept(box.get_bytes(key)) for key in newest]


def _kept(content: bytes) -> Kept:
    message = BytesParser(policy=email.policy.default).parsebytes(content)
    body = message.get_body()
    text = str(body.get_content()) if body is not None else ""
    channel = str(message.get(_CHANNEL, ""))
    name = CHANNEL_NAMES[Channel(channel)] if channel in set(Channel) else channel
    return Kept(name, str(message.get("To", "")), str(message.get("Subject", "")), text.strip())
