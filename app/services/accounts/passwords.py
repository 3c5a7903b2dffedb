"""Passwords: which are allowed, how they are stored, and whether one is right."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from app.domain.refusals import WeakPassword
from app.notices.offered import offered

LENGTH = (15, 200)
# zxcvbn's highest score: 10^10 guesses by somebody who knows the common passwords, names, words, dates, keyboard
# walks and repetitions. It looks at no more than it can in a few milliseconds.
_SCORE = 4
_LOOKED_AT = 72
# What anybody would try first at this portal.
_OF_THIS_PORTAL = (
    "gongshi",
    "公示",
    "公示与异议处理",
    "yiyi",
    "异议",
    "评选",
    "表彰",
    "mima",
    "密码",
    "admin",
)
# Twenty signs of thirty-one, in groups: 99 bits that can be read out over the telephone.
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS, _GROUP = 5, 4
_hasher = PasswordHasher()
# Verified when there is no account, so that the time of the answer says nothing.
_NOBODY = _hasher.hash("nobody has this password")


def _words_of_the_place() -> list[str]:
    """Where the awards are made, as the notices name it: 某市, 某, and the key by which a notice is named after it."""
    words = []
    for notice in offered().values():
        words += [notice.key.partition("-")[0], *notice.places, *(place[:-1] for place in notice.places)]
    return words


def judge(password: str, about: Sequence[str] = ()) -> None:
    """Raise WeakPassword unless it is long and hard to guess.

    It must be hard to guess for somebody who knows `about` too: login, name, unit.
    """
    plain = _plain(password)
    low, high = LENGTH
    if len(plain) < low:
        now = f"，现在是{len(plain)}个" if plain else ""
        raise WeakPassword(f"密码至少要{low}个字符{now}。可以用几个词连成一句话，汉字和空格都行。")
    if len(plain) > high:
        raise WeakPassword(f"密码最多{high}个字符，现在是{len(plain)}个。")
    from zxcvbn import zxcvbn  # its lists of words cost a tenth of a second

    guessed_first = [word for word in (*_OF_THIS_PORTAL, *_words_of_the_place(), *about) if word]
    if zxcvbn(plain[:_LOOKED_AT], user_inputs=guessed_first)["score"] < _SCORE:
        raise WeakPassword(
            "这个密码太容易被猜到。常见的密码、重复的字、键盘上连着的键、日期、登录名、姓名和单位名称都不要用，"
            "请用几个互不相干的词连成一句话。"
        )


def made_up() -> str:
    """Make up a password to hand out. It is used until its owner chooses another."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(_GROUPS))


def hashed(password: str) -> str:
    """Hash a password for storing: argon2id, salted."""
    return _hasher.hash(_plain(password))


def fits(stored: str | None, password: str) -> bool:
    """Return whether the password fits this hash. A hash of None takes as long and never fits."""
    try:
        _hasher.verify(stored or _NOBODY, _plain(password))
    except VerifyMismatchError:
        return False
    return stored is not None


def _plain(password: str) -> str:
    """Normalise a password so that every keyboard gives the same text.

    Full-width letters become plain letters. Surrounding spaces are removed.
    """
    return unicodedata.normalize("NFKC", password).strip()
