"""Which passwords may be chosen, and which match."""

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from app.demo.cast import PASSWORD as DEMONSTRATION
from app.domain.refusals import WeakPassword
from app.services.accounts import passwords
from tests.hashes import OF_THE_PORTAL

ABOUT = ("handler", "李经办", "麒麟区")

GOOD = [
    "correct horse battery",
    "我家门前有两棵枣树，今年结得多",
    "三江口 柳树 铁锅 邮票 木头桥",
    "wo jin tian chi le san wan fan",
    "x9K!mR2#vQ7$wL4&",
    "长" * 3 + "江上的船夫唱着号子往东去了",
    "correct horse battery " * 9,
    DEMONSTRATION,
]
SHORT = ["", " ", "fourteen chars", "密码" * 7, "x9K!mR2#vQ7$wL", " " * 8 + "fourteen chars" + " " * 8]
# Each fifteen signs or more, and among the first that a guesser tries.
GUESSED = [
    "passwordpassword",
    "Password12345678",
    "P@ssw0rdP@ssw0rd",
    "1234567890123456",
    "qwertyuiopasdfgh",
    "1qaz2wsx3edc4rfv",
    "aaaaaaaaaaaaaaaa",
    "abcabcabcabcabcabc",
    "密码密码密码密码密码密码密码密码",
    "公示公示公示公示公示公示公示公示",
    "gongshi2026gongshi",
    "Gongshi@20261124",
    "admin888admin888",
    "handler-handler-1",
    "handlerhandlerhandler",
    "李经办李经办李经办李经办李经办",
    "麒麟区麒麟区麒麟区麒麟区麒麟区",
    "zhongguo20261001",
    "iloveyouiloveyou",
    "20261124 20261124",
    "ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ",  # full-width
]


def refusal_of(password: str) -> str:
    with pytest.raises(WeakPassword) as refused:
        passwords.judge(password, ABOUT)
    return str(refused.value)


def test_security_22_a_long_sentence_passes_in_any_script() -> None:
    for password in GOOD:
        passwords.judge(password, ABOUT)


def test_security_22_fifteen_signs_are_the_least_and_blanks_around_do_not_count() -> None:
    for password in SHORT:
        assert "密码至少要15个字符" in refusal_of(password), password
    passwords.judge("x9K!mR2#vQ7$wL4", ABOUT)
    passwords.judge("x9K!mR2#vQ7$wL4" + "长江" * 92, ABOUT)
    assert "最多200个字符，现在是201个" in refusal_of("x9K!mR2#vQ7$wL4" + "长江" * 93)


def test_security_22_what_is_guessed_first_is_refused_however_long() -> None:
    for password in GUESSED:
        assert len(password) >= 15
        assert "太容易被猜到" in refusal_of(password), password


def test_security_22_no_password_of_the_list_passes_not_even_doubled() -> None:
    common = FREQUENCY_LISTS["passwords"]
    assert len(common) == 30_000
    for password in sorted(common, key=len)[-100:]:  # the rest is short: refused for that
        refusal_of(password)
    for password in common[:60]:
        for made_long in (password * 3, password.title() + password, f"{password}{password[::-1]}{password}"):
            refusal_of(made_long)


def test_a_hash_costs_what_argon2_recommends() -> None:
    assert OF_THE_PORTAL.hash("whatever it is").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_a_password_fits_in_whatever_width_it_is_typed() -> None:
    stored = passwords.hashed("correct horse 电池 2026")
    assert stored.startswith("$argon2id$")
    for typed, expected in (
        ("correct horse 电池 2026", True),
        (" correct horse 电池 2026 ", True),
        ("ｃｏｒｒｅｃｔ　horse 电池 ２０２６", True),
        ("Correct horse 电池 2026", False),
        ("correct horse 电池 202", False),
        ("", False),
        ("x" * 5000, False),
    ):
        assert passwords.fits(stored, typed) is expected, typed
    assert not passwords.fits(None, "nobody has this password")  # the hash that stands in for no account
    assert passwords.hashed("correct horse 电池 2026") != stored  # salted
