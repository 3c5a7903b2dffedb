"""Scans texts about to be published for what must never be public (R12)."""

from __future__ import annotations

import re
import unicodedata

from app.domain.refusals import PrivateData
from app.domain.shared.identity_numbers import birth_in, id_check_character

_ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86)?1[3-9]\d{9}(?!\d)")
# No bank card in use begins with 0, 1 or 2: two dates in a row are no card.
_CARD = re.compile(r"(?<!\d)[3-9]\d{15,18}(?!\d)")
_NO_DIGIT = re.compile(r"\D")
# What most texts consist of, and what holds no digit however it is written: Chinese characters and punctuation, ASCII.
_MAY_HOLD_DIGITS = re.compile(r"[^\u0000-/:-\u007f\u2010-\u2027\u3000-\u303f\u4e00-\u9fff\uff01-\uff0f\uff1a-\uff9f]")
ID_NUMBER, MOBILE, CARD = "居民身份证号码", "手机号码", "银行卡号"
_LAST_BIRTH = 2099
_SHORTEST = 11  # digits: most texts have fewer, and are not looked at further
# People write numbers in groups: 138 0000 0000, 6222-0000-… One separator at a time: 1998.12-2021.3 is no mobile.
_SEPARATORS = " -‐–—−·."
_BETWEEN = f"[{re.escape(_SEPARATORS)}]{{1,2}}"
_GROUPED_MOBILE = re.compile(rf"(?<!\d)1[3-9]\d{_BETWEEN}\d{{4}}{_BETWEEN}\d{{4}}(?!\d)")  # 138 8740-0000
_MIXED = re.compile(rf"(?<=\d){_BETWEEN}(?=[\dXx])")
_GROUPINGS = tuple(re.compile(rf"(?<=\d){re.escape(separator)}(?=[\dXx])") for separator in _SEPARATORS)


def require_publishable(what: str, field: str, *texts: str) -> None:
    """Raise PrivateData where a text holds what must never be public (R12); it goes beside the form's `field`."""
    if findings := find_private("\n".join(texts)):
        raise PrivateData(what, findings, field)


def find_private(text: str) -> list[str]:
    """Return what kinds of private number stand in `text`, in Chinese, without repeating the number itself."""
    left = _MAY_HOLD_DIGITS.findall(text)
    if len(left) < _SHORTEST and "".join(left).isascii():  # a million texts are looked at in a night
        return []
    plain = unicodedata.normalize("NFKC", text)  # full-width digits, letters and spaces as ordinary ones
    if len(_NO_DIGIT.sub("", plain)) < _SHORTEST:
        return []
    texts = (plain, *(grouping.sub("", plain) for grouping in _GROUPINGS))
    found = []
    id_numbers = [match for t in (*texts, _MIXED.sub("", plain)) for match in _ID_NUMBER.findall(t)]
    if any(map(_is_id_number, id_numbers)) or any(map(_is_mistyped, _ID_NUMBER.findall(plain))):
        found.append(ID_NUMBER)
    if any(_MOBILE.search(t) for t in texts) or _GROUPED_MOBILE.search(plain):
        found.append(MOBILE)
    if any(_passes_luhn(match) for t in texts for match in _CARD.findall(t)):
        found.append(CARD)
    return found


def _is_id_number(digits: str) -> bool:
    """Judge by the check character alone: a number with an impossible birth date must not be published either."""
    return id_check_character(digits[:17]) == digits[17].upper()


def _is_mistyped(digits: str) -> bool:
    """Tell whether eighteen characters in one piece are an ID number with a wrong digit: its birth date is one."""
    born = birth_in(digits)
    return digits[0] in "123456789" and born is not None and 1900 <= born.year <= _LAST_BIRTH


def _passes_luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of payment cards (ISO/IEC 7812)."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
