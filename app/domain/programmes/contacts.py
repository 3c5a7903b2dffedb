"""A unit's name and its contact block, which stand on public pages (R13)."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from app.domain.refusals import Fault
from app.domain.shared.privacy import find_private

NAME_LENGTH = (2, 120)
# A unit's public lines: what each is called, and how long it may be.
LINES = {"phone": ("电话", 60), "address": ("地址", 200), "email": ("邮箱", 120), "hours": ("受理时间", 120)}


@dataclass(frozen=True, slots=True)
class Contact:
    phone: str = ""
    address: str = ""
    email: str = ""
    hours: str = ""

    @property
    def is_empty(self) -> bool:
        return not any(asdict(self).values())


def missing_lines(contact: Contact) -> list[str]:
    """Return the empty lines of a contact block, in their order. A page of a period needs every line (R13)."""
    return [line for line in LINES if not getattr(contact, line)]


def faults_of_contact(contact: Contact) -> list[Fault]:
    """Return what is wrong with a contact block: it is public, so it needs a telephone and holds no private number."""
    faults = [] if contact.phone else [Fault("phone", "请填写办公电话，带区号，例如 0874-0000000。")]
    for field, (name, most) in LINES.items():
        text = getattr(contact, field)
        if len(text) > most or "\n" in text:
            faults.append(Fault(field, f"{name}请写在一行里，最多{most}个字。"))
        elif found := find_private(text):
            faults.append(
                Fault(field, f"{name}里有{'、'.join(found)}，会在网上公开。请改用单位的办公电话，例如 0874-0000000。")
            )
    name, _, host = contact.email.partition("@")
    if contact.email and not faults and not (name and "." in host and " " not in contact.email):
        faults.append(Fault("email", "邮箱请写完整，例如 bangongshi@example.com。"))
    return faults


def fault_of_unit_name(name: str) -> str:
    low, high = NAME_LENGTH
    if low <= len(name) <= high and "\n" not in name and not find_private(name):
        return ""
    return f"单位名称请写{low}到{high}个字的规范全称。"
