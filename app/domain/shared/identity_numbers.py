"""Numbers that carry their own check: 公民身份号码 (GB 11643) and 统一社会信用代码 (GB 32100)."""

from __future__ import annotations

import datetime as dt
import re

_ID_NUMBER = re.compile(r"[1-9]\d{16}[0-9X]", re.ASCII)
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z: too like 1, 0, 5, U, 2
_CREDIT_CODE = re.compile(rf"[{_CREDIT_LETTERS}]{{18}}")


def id_check_character(first: str) -> str:
    """Return the last character of an ID number, from the seventeen digits before it (ISO 7064, MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first, _ID_WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def credit_check_character(first: str) -> str:
    """Return the last character of a 统一社会信用代码, from the seventeen before it (MOD 31-3)."""
    total = sum(_CREDIT_LETTERS.index(letter) * (3**place % 31) for place, letter in enumerate(first))
    return _CREDIT_LETTERS[-total % 31]


def is_id_number(text: str) -> bool:
    """Eighteen characters with a birth date that exists and the right check character; X is a capital."""
    return (
        _ID_NUMBER.fullmatch(text) is not None
        and birth_in(text) is not None
        and id_check_character(text[:17]) == text[17]
    )


def is_credit_code(text: str) -> bool:
    return _CREDIT_CODE.fullmatch(text) is not None and credit_check_character(text[:17]) == text[17]


def birth_in(id_number: str) -> dt.date | None:
    """Return the birth date that stands in an ID number, or None where that is no date."""
    try:
        return dt.date(int(id_number[6:10]), int(id_number[10:12]), int(id_number[12:14]))
    except ValueError:
        return None


def sex_in(id_number: str) -> str:
    """男 or 女: the last figure but one is odd for men."""
    return "男" if int(id_number[16]) % 2 else "女"
