"""A unit's contact block holds no private number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.programmes.contacts import Contact, fault_of_unit_name, faults_of_contact, missing_lines
from app.domain.refusals import Fault


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


@pytest.mark.parametrize(
    ("field", "text", "faults"),
    [
        ("phone", "0874-3120000" + " " * 48, []),
        ("phone", "0874-3120000" + " " * 49, [Fault("phone", "电话请写在一行里，最多60个字。")]),
        ("address", "字" * 200, []),
        ("address", "字" * 201, [Fault("address", "地址请写在一行里，最多200个字。")]),
        ("email", "a@example.gov.cn" + "n" * 104, []),
        ("email", "a@example.gov.cn" + "n" * 105, [Fault("email", "邮箱请写在一行里，最多120个字。")]),
        ("hours", "字" * 120, []),
        ("hours", "字" * 121, [Fault("hours", "受理时间请写在一行里，最多120个字。")]),
        ("email", "", []),
        ("email", "@example.gov.cn", [Fault("email", "邮箱请写完整，例如 bangongshi@example.com。")]),
        ("email", "a b@example.gov.cn", [Fault("email", "邮箱请写完整，例如 bangongshi@example.com。")]),
        ("phone", "", [Fault("phone", "请填写办公电话，带区号，例如 0874-0000000。")]),
    ],
)
def test_each_line_has_its_length(field: str, text: str, faults: list[Fault]) -> None:
    block = Contact("0874-3120000", "麒麟区文昌街78号", "ql@example.gov.cn", "工作日 8:30-12:00")
    assert faults_of_contact(replace(block, **{field: text})) == faults


@pytest.mark.parametrize(
    ("block", "empty", "missing"),
    [
        (Contact(), True, ["phone", "address", "email", "hours"]),
        (Contact(address="文昌街78号"), False, ["phone", "email", "hours"]),
        (Contact("0874-3120000", "文昌街78号", "ql@example.gov.cn", "工作日"), False, []),
    ],
)
def test_what_a_block_still_lacks(block: Contact, empty: bool, missing: list[str]) -> None:
    assert (block.is_empty, missing_lines(block)) == (empty, missing)


@pytest.mark.parametrize(
    ("name", "fits"),
    [("", False), ("局", False), ("一中", True), ("字" * 120, True), ("字" * 121, False), ("一\n中", False),
     ("一中13800000000", False)],
)  # fmt: skip
def test_a_units_name_is_one_line_without_a_private_number(name: str, fits: bool) -> None:
    assert fault_of_unit_name(name) == ("" if fits else "单位名称请写2到120个字的规范全称。")
