"""The forms of addresses, and of testing a channel."""

from __future__ import annotations

from collections.abc import Iterable

from wtforms import SelectField, StringField

from app.domain.messages.channels import ADDRESS_LENGTH, CHANNEL_NAMES, OutgoingChannel
from app.domain.messages.hours import TIMES_NAMES, Times
from app.web.shared.forms import PlainForm, needed, options

_CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 6, "spellcheck": "false"}
_PLACES = {
    OutgoingChannel.MAIL: "邮箱",
    OutgoingChannel.SMS: "手机号码",
    OutgoingChannel.WECOM: "企业微信群机器人地址里 key= 后面的一串",
    OutgoingChannel.DINGTALK: "钉钉群机器人的“加签密钥@access_token”",
}


class TimesForm(PlainForm):
    times = SelectField("什么时候告诉我", choices=options(TIMES_NAMES), coerce=Times)


class AddressForm(PlainForm):
    """A channel and an address. `offer` sets the channels to choose from."""

    channel = SelectField("渠道", validators=[needed("请选择渠道。")], validate_choice=False)
    address = StringField(
        "地址", validators=[needed("请填写地址。")], render_kw={"maxlength": ADDRESS_LENGTH, "autocomplete": "off"}
    )

    def offer(self, channels: Iterable[OutgoingChannel]) -> AddressForm:
        available = [channel for channel in OutgoingChannel if channel in set(channels)]
        self.channel.choices = options({channel.value: CHANNEL_NAMES[channel] for channel in available})
        self.address.description = "；".join(f"{CHANNEL_NAMES[each]}：{_PLACES[each]}" for each in available) + "。"
        return self

    def chosen(self) -> OutgoingChannel | None:
        return OutgoingChannel(self.channel.data) if self.channel.data in set(OutgoingChannel) else None


class ReachForm(AddressForm, TimesForm):
    """An address with the times at which messages are sent there."""


class ReachCodeForm(PlainForm):
    code = StringField("收到的6位确认码", validators=[needed("请输入收到的确认码。")], render_kw=_CODE)
