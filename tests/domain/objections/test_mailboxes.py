"""One mailbox however it was typed, and no two taken for one (R17)."""

from __future__ import annotations

import pytest

from app.domain.objections.contacts import plain_contact
from app.domain.objections.mailboxes import mailbox_key, plain_domain


@pytest.mark.parametrize(
    "same",
    [
        [
            "a@example.com",
            "A@EXAMPLE.com",
            "ａ＠ｅｘａｍｐｌｅ．ｃｏｍ",
            "a@example.com.",
            "<a@example.com>",
            "mailto:a@example.com",
        ],
        ["a@例子.cn", "a@xn--fsqu00a.cn", "a@XN--FSQU00A.cn", "a@例子。cn", "a@例\u200b子.cn"],
        ["a@bücher.example", "a@BÜCHER.example", "a@bu\u0308cher.example", "a@xn--bcher-kva.example"],
        ["a.b+1@gmail.com", "ab@gmail.com", "AB@googlemail.com", "a.b+2@GMAIL.com"],
        ["zhao@me.com", "zhao+x@icloud.com", "zhao@mac.com"],
        ["zhao@proton.me", "zhao+x@protonmail.com", "zhao@pm.me"],
        *[[f"zhao@{host}", f"zhao+news@{host}"] for host in ("outlook.com", "hotmail.com", "live.com", "fastmail.com")],
    ],
)
def test_one_mailbox_however_it_is_written(same: list[str]) -> None:
    assert len({plain_contact(typed) for typed in same}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.b@qq.com", "ab@qq.com"),
        ("a+1@163.com", "a+2@163.com"),
        ("12345@qq.com", "12345@foxmail.com"),
        ("12345@qq.com", "12345@vip.qq.com"),
        ("zhao@outlook.com", "zhao@hotmail.com"),
        *[(f"a.b@{host}", f"ab@{host}") for host in ("outlook.com", "icloud.com", "proton.me", "example.com")],
        ("a+1@example.com", "a@example.com"),
        ("13800000001@139.com", "13800000001"),
    ],
)
def test_what_only_the_provider_could_know_to_be_one_is_two(one: str, other: str) -> None:
    assert plain_contact(one) != plain_contact(other)


def test_a_name_never_becomes_empty() -> None:
    assert mailbox_key("+x", "gmail.com") == "+x@gmail.com"
    assert mailbox_key("...", "gmail.com") == "...@gmail.com"
    assert plain_domain("a" * 70 + ".cn") == "a" * 70 + ".cn"  # no label is as long
