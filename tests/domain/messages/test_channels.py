"""Addresses of each channel, and how pages show them."""

from __future__ import annotations

import pytest

from app.domain.messages.channels import OutgoingChannel, fault_of_address, mask_address


@pytest.mark.parametrize(
    ("channel", "good", "bad", "shown"),
    [
        (OutgoingChannel.MAIL, "zhangsan@example.com", "zhangsan@example.com\r\nBcc: x@y.example", "zh***@example.com"),
        (OutgoingChannel.MAIL, "a@b.example", "a@b", "a***@b.example"),
        (OutgoingChannel.SMS, "13900000000", "0874-3123456", "139****0000"),
        (OutgoingChannel.WECOM, "693a91f6-7xxx-4bc4", "key?x=1", "693****4bc4"),
        (OutgoingChannel.DINGTALK, "SECabcdef01@token0123", "SEC/../x@token0123", "SEC****0123"),
    ],
)
def test_an_address_is_of_its_channel_and_shown_in_part(
    channel: OutgoingChannel, good: str, bad: str, shown: str
) -> None:
    assert fault_of_address(channel, good) == ""
    assert fault_of_address(channel, bad)
    assert mask_address(channel, good) == shown


@pytest.mark.parametrize(
    ("channel", "address", "fits"),
    [
        (OutgoingChannel.MAIL, "z@" + "x" * 190 + ".example", True),  # 200 characters
        (OutgoingChannel.MAIL, "z@" + "x" * 191 + ".example", False),
        (OutgoingChannel.MAIL, "", False),
        (OutgoingChannel.SMS, "1390000000", False),
        (OutgoingChannel.SMS, "139000000000", False),
        (OutgoingChannel.WECOM, "1234567", False),
        (OutgoingChannel.WECOM, "12345678", True),
        (OutgoingChannel.DINGTALK, "token0123", True),  # without a signing key
        (OutgoingChannel.DINGTALK, "SEC@token0123", False),
    ],
)
def test_an_address_has_its_length(channel: OutgoingChannel, address: str, fits: bool) -> None:
    assert (fault_of_address(channel, address) == "") is fits
