"""All gateways of this installation: which channels are set up, and sending by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from app.channels.filebox import FileBox
from app.channels.mail import MailServer
from app.channels.robots import DingTalkRobot, WecomRobot
from app.channels.sms import SmsGateway
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Outcome, kept_words
from app.domain.messages.wording import MessageText
from config import Settings

FOLDER = "mailbox"  # of the demonstration, in the instance folder


class Gateway(Protocol):
    """The protocol of a gateway. A failure of the other side is an outcome, never an exception."""

    def send(self, address: str, message: MessageText, token: str) -> Outcome: ...


class Gateways:
    """The gateways that are set up, by channel."""

    def __init__(self, gateways: Mapping[OutgoingChannel, Gateway]) -> None:
        self._gateways = dict(gateways)

    @property
    def available(self) -> frozenset[OutgoingChannel]:
        return frozenset(self._gateways)

    def send(self, channel: OutgoingChannel, address: str, message: MessageText, token: str) -> Outcome:
        """Send, and return the outcome with the gateway's words in one line, without any address."""
        outcome = self._gateways[channel].send(address, message, token)
        return Outcome(outcome.said, kept_words(outcome.words, address))


def gateways_of(settings: Settings) -> Gateways:
    """Return the gateways that the settings name. The demonstration has every channel, each writing to a folder.

    Raises BadSettings.
    """
    if settings.demonstration:
        box = settings.instance_dir / FOLDER
        return Gateways({channel: FileBox(box, channel) for channel in OutgoingChannel})
    found: dict[OutgoingChannel, Gateway] = {}
    if settings.mail_url:
        found[OutgoingChannel.MAIL] = MailServer.of(settings)
    if settings.sms_url:
        found[OutgoingChannel.SMS] = SmsGateway.of(settings)
    if settings.wecom_url:
        found[OutgoingChannel.WECOM] = WecomRobot(settings.wecom_url)
    if settings.dingtalk_url:
        found[OutgoingChannel.DINGTALK] = DingTalkRobot(settings.dingtalk_url)
    return Gateways(found)
