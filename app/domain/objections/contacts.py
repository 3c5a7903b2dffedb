"""Telephone numbers and mailboxes as people type them: read, written in one way, asked back (R14, R17).

Every comparison of contacts goes by `plain_contact`, so that one number is one however it was typed, and one mailbox
too: `mailboxes` knows what each provider takes for the same.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from app.domain.objections.mailboxes import mailbox_key
from app.domain.shared.invisible import without_invisible

MOST = 3  # contacts in one field
_LONGEST = 200  # characters
ASKED_FOR = "请填写11位手机号码、带区号的固定电话，或者电子邮箱（如 name@example.com）。"
_FIXED = "固定电话请连区号一起写，例如 0874-3123456；有分机的写 0874-3123456转8001。"

# Between digits: every dash, dot and bracket that people put there.
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−ー﹣", "-"))
_BETWEEN = re.compile(r"[,;/|、\n]|或者?|以及|和")
# Words that stand beside a number and say no more than the number does.
_LABELS = re.compile(
    r"(?:手机|移动|联系|办公室?|家庭|单位)?(?:电话|号码|座机|固话)|手机|(?:电子)?(?:邮箱|邮件)|微信(?:号)?(?:同号)?|同微信"
    r"|(?<![a-z])(?:tel|mobile|phone|e-?mail|mailto)(?![a-z])|[:()\[\]<>]",
    re.IGNORECASE,
)
_MAILBOX = re.compile(r"([a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64})@((?:[\w-]+\.)+[\w-]{2,})", re.IGNORECASE)
_EXTENSION = r"(?: *(?:转|分机|ext\.?|x|#|-) *(?P<extension>\d{1,6}))?"
_ABROAD = r"(?:(?:\+|00)? ?86[- ]*)"
_MOBILE = rf"{_ABROAD}?(?:0[- ]*)?(?P<mobile>1[3-9]\d[- ]*\d{{4}}[- ]*\d{{4}})"
_LINE = (
    rf"(?:{_ABROAD}0?|0)(?P<area>10|2\d|[3-9]\d\d)[- ]*"
    rf"(?P<line>\d{{3,4}} *-? *\d{{4}}){_EXTENSION}"
)
_SERVICE = rf"(?P<service>[48]00[- ]*\d{{3,4}}[- ]*\d{{3,4}}){_EXTENSION.replace('extension', 'service_extension')}"
_NUMBER = re.compile(rf"(?<![\d+])(?:{_MOBILE}|{_LINE}|{_SERVICE})(?!\d)", re.IGNORECASE)
_NO_DIGIT = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class TypedContact:
    """One way to reach somebody: `written` for people to read, `key` the same for every spelling."""

    written: str
    key: str


def contacts_in(text: str | None) -> list[TypedContact]:
    """Return the contacts of a field in the order they stand there. Returns none where anything of it is unclear."""
    found, faults = _read(text)
    return [] if faults else found


def why_unreachable(text: str | None) -> str:
    """Say in Chinese why nobody can be reached by a text, and what would be right; empty where somebody can."""
    found, faults = _read(text)
    if faults:
        return faults[0]
    return f"最多写{MOST}个号码或者邮箱。" if len(found) > MOST else ""


def written(text: str | None) -> str:
    """Return the contacts of a field in one spelling. A text that is no contact, as an address, stays as it is."""
    return "、".join(contact.written for contact in contacts_in(text)) or (text or "")


def plain_contact(text: str | None) -> str:
    """Return one key for every spelling of a contact: of several the first, so that a second one hides nothing.

    A text that is no contact, as an address, loses width, spaces, hyphens and brackets.
    """
    found = contacts_in(text)
    return found[0].key if found else re.sub(r"[\s()-]", "", _folded(text)).lower()


def _folded(text: str | None) -> str:
    return without_invisible(unicodedata.normalize("NFKC", text or "")).translate(_DASHES)


def _read(text: str | None) -> tuple[list[TypedContact], list[str]]:
    """Read a field piece by piece. Returns the contacts, each once, and what has to be asked back."""
    found: dict[str, TypedContact] = {}
    faults: list[str] = []
    if len(text or "") > _LONGEST:
        return [], [ASKED_FOR]
    for piece in _BETWEEN.split(_folded(text)):
        plain = " ".join(_LABELS.sub(" ", piece).split())
        if not plain:
            continue
        contacts = [_mailbox(plain)] if "@" in plain else _numbers(plain)
        if contacts and all(contacts):
            found |= {contact.key: contact for contact in contacts if contact}
        else:
            faults.append(_fault(piece.strip(), plain))
    return list(found.values()), faults or ([] if found else [ASKED_FOR])


def _mailbox(piece: str) -> TypedContact | None:
    match = _MAILBOX.fullmatch(piece.replace(" ", "").replace("。", ".").rstrip("."))
    return TypedContact(match[0], mailbox_key(match[1], match[2])) if match else None


def _numbers(piece: str) -> list[TypedContact | None]:
    """Read a piece that is one number, or several with spaces between. Returns none where something is left over."""
    if _NUMBER.sub("", piece).strip(" .-"):
        piece = re.sub(r"[- .]", "", piece)  # digits grouped in some other way
        if _NUMBER.sub("", piece):
            return []
    return [_number(match) for match in _NUMBER.finditer(piece)]


def _number(match: re.Match[str]) -> TypedContact | None:
    if match["mobile"]:
        mobile = _NO_DIGIT.sub("", match["mobile"])
        return TypedContact(mobile, mobile)
    if match["service"]:
        service = _NO_DIGIT.sub("", match["service"])
        return _with_extension(service, service, match["service_extension"]) if len(service) == 10 else None
    area, line = f"0{match['area']}", _NO_DIGIT.sub("", match["line"])
    if line[0] in "01" or len(set(line)) == 1 or (len(area) == 3 and len(line) != 8):
        return None
    return _with_extension(f"{area}-{line}", f"{area}{line}", match["extension"])


def _with_extension(number: str, key: str, extension: str | None) -> TypedContact:
    return TypedContact(f"{number}转{extension}", f"{key}转{extension}") if extension else TypedContact(number, key)


def _fault(piece: str, plain: str) -> str:
    """Say what is wrong with a piece, and what would be right."""
    digits = _NO_DIGIT.sub("", plain)
    if "@" in plain:
        return f"“{piece}”不像完整的邮箱。请写完整，例如 name@example.com。"
    if not digits:
        return ASKED_FOR
    if digits != re.sub(r"[- .+]", "", plain):
        return f"“{piece}”看不出是哪个号码。{ASKED_FOR}"
    if digits[0] == "1" and len(digits) != 11:
        return f"“{piece}”是{len(digits)}位数字，手机号码是11位，请核对。"
    if digits[0] == "0" or 7 <= len(digits) <= 8:
        return f"“{piece}”打不通。{_FIXED}"
    return f"“{piece}”不是能打通的号码。{ASKED_FOR}"
