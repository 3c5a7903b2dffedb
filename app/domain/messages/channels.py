"""The channels of messages, and who may be reached on which (R28)."""

from __future__ import annotations

import re
from enum import StrEnum


class OutgoingChannel(StrEnum):
    """A channel. The two robots post to a group, not to a person."""

    MAIL = "mail"
    SMS = "sms"
    WECOM = "wecom"
    DINGTALK = "dingtalk"


CHANNEL_NAMES = {
    OutgoingChannel.MAIL: "邮件",
    OutgoingChannel.SMS: "短信",
    OutgoingChannel.WECOM: "企业微信群机器人",
    OutgoingChannel.DINGTALK: "钉钉群机器人",
}
PERSONAL = (OutgoingChannel.MAIL, OutgoingChannel.SMS)
ADDRESS_LENGTH = 200
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_ROBOT_KEY = re.compile(r"[A-Za-z0-9_-]{8,128}")
_SIGNED_ROBOT = re.compile(r"([A-Za-z0-9]{8,128}@)?[A-Za-z0-9]{8,128}")
_SHAPES = {
    OutgoingChannel.MAIL: (_MAILBOX, "邮箱请写完整，例如 zhangsan@example.com。"),
    OutgoingChannel.SMS: (_MOBILE, "请写11位手机号码。"),
    OutgoingChannel.WECOM: (_ROBOT_KEY, "请写群机器人地址里 key= 后面的那一串。"),
    OutgoingChannel.DINGTALK: (
        _SIGNED_ROBOT,
        "请写“加签密钥@access_token”，例如 SEC开头的密钥，加 @，再加机器人地址里 access_token= 后面的那一串。",
    ),
}


def fault_of_address(channel: OutgoingChannel, address: str) -> str:
    """Return what is wrong with an address of this channel, "" for nothing."""
    shape, words = _SHAPES[channel]
    return "" if len(address) <= ADDRESS_LENGTH and shape.fullmatch(address) else words


def mask_address(channel: OutgoingChannel, address: str) -> str:
    """Return an address masked for pages: enough for its owner to recognise it."""
    if channel is OutgoingChannel.MAIL:
        name, _, host = address.partition("@")
        return f"{name[:2]}***@{host}"
    return f"{address[:3]}****{address[-4:]}"
