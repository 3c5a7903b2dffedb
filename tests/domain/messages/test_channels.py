"""Addresses of each channel, and how pages show them."""

from __future__ import annotations

import pytest

from app.domain.messages.channels import Channel, fault_of_address, masked


@pytest.mark.parametrize(
    ("channel", "good", "bad", "shown"),
    [
        (Channel.MAIL, "zhangsan@example.com", "zhangsan@example.com\r\nBcc: x@y.example", "zh***@example.com"),
        (Channel.MAIL, "a@b.example", "a@b", "a***@b.example"),
        (Channel.SMS, "13900000000", "0874-3123456", "139****0000"),
        (Channel.WECOM, "693a91f6-7xxx-4bc4", "key?x=1", "693****4bc4"),
        (Channel.DINGTALK, "SECabcdef01@token0123", "SEC/../x@token0123", "SEC****0123"),
    ],
)
def test_an_address_is_of_its_channel_and_shown_in_part(channel: Channel, good: str, bad: str, shown: str) -> None:
    assert fault_of_address(channel, good) == ""
    assert fault_of_address(channel, bad)
    assert masked(channel, good) == shown
