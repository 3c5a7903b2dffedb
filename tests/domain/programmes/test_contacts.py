"""A unit's contact block holds no private number."""

from __future__ import annotations

from dataclasses import replace

from app.domain.programmes.contacts import Contact, faults_of_contact


def test_a_contact_block_holds_no_private_number() -> None:
    good = Contact("0874-3120000转8012", "麒麟区文昌街78号", "qlqpx@example.gov.cn", "工作日 8:30-12:00，14:00-17:30")
    assert faults_of_contact(good) == []
    for field, text in (
        ("phone", "13800000000"),
        ("phone", "0874-3120000，138 0000 0000"),
        ("address", "门卫老王１３８００００００００"),
        ("hours", "+86 138-0000-0000"),
        ("phone", ""),
        ("address", "一\n二"),
        ("hours", "字" * 121),
        ("email", "没有邮箱"),
        ("email", "a@localhost"),
    ):
        assert [fault.field for fault in faults_of_contact(replace(good, **{field: text}))] == [field], text
