"""The receipt code: unguessable, readable over the telephone, never stored (R16, R18)."""

import re

import pytest

from app.domain.objections.receipt import (
    keyed_hash,
    looks_like_form_token,
    new_form_token,
    normalised,
    receipt_code,
    receipt_hash,
)

KEY, OTHER_KEY = b"k" * 32, b"K" * 32
TOKEN = "AAAAAAAAAAAAAAAAAAAAAAAA"
CODE = receipt_code(KEY, TOKEN)


def test_security_10_a_code_is_120_bits_in_an_alphabet_without_look_alikes() -> None:
    group = "[0-9A-HJKMNP-TV-Z]{4}"
    assert re.fullmatch("-".join([group] * 6), CODE)
    assert len(CODE.replace("-", "")) * 5 == 120


def test_security_10_ten_thousand_codes_are_distinct_and_use_the_whole_alphabet_in_every_place() -> None:
    codes = [receipt_code(KEY, new_form_token()).replace("-", "") for _ in range(10_000)]
    assert len(set(codes)) == 10_000
    assert {len(set(place)) for place in zip(*codes, strict=True)} == {32}


def test_one_form_has_one_code_and_another_key_another() -> None:
    assert receipt_code(KEY, TOKEN) == CODE
    assert receipt_code(OTHER_KEY, TOKEN) != CODE
    assert receipt_code(KEY, TOKEN[:-1] + "B") != CODE


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        CODE.replace("-", ""),
        CODE.replace("-", " "),
        CODE.replace("-", "—"),
        f"  {CODE}\n",
        CODE.replace("0", "O").replace("1", "I"),
        CODE.replace("0", "o").replace("1", "l"),
        "".join(chr(ord(character) + 0xFEE0) for character in CODE),  # typed with the input method in full width
    ],
)
def test_security_10_what_people_type_comes_back_whole(typed: str) -> None:
    assert normalised(typed) == CODE.replace("-", "")
    assert receipt_hash(KEY, typed) == receipt_hash(KEY, CODE)


@pytest.mark.parametrize("typed", ["", "-", CODE[:-1], CODE + "0", CODE[::-1]])
def test_another_code_has_another_hash(typed: str) -> None:
    assert receipt_hash(KEY, typed) != receipt_hash(KEY, CODE)


def test_security_10_what_is_stored_tells_nothing_of_the_code_and_one_purpose_nothing_of_another() -> None:
    purposes = ("form", "content", "receipt-hash", "receipt")
    hashes = {keyed_hash(key, purpose, TOKEN) for purpose in purposes for key in (KEY, OTHER_KEY)}
    assert len(hashes) == 8
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in hashes)
    assert receipt_hash(KEY, CODE) != receipt_hash(OTHER_KEY, CODE)


@pytest.mark.parametrize(
    ("token", "looks_right"),
    [
        ("p2c0ODFxsXikZ_1_NxDK-obv", True),
        ("-_" * 12, False),
        ("A" * 23, False),
        ("A" * 25, False),
        ("A" * 23 + "é", False),
        ("A" * 23 + "\n", False),
        ("", False),
    ],
)
def test_a_form_token_is_recognised(token: str, looks_right: bool) -> None:
    assert looks_like_form_token(new_form_token())
    assert looks_like_form_token(token) is looks_right


def test_a_code_that_was_handed_out_stays_the_code_of_its_form() -> None:
    """Its digits are those of the key's HMAC of the token, from the first on, five bits each."""
    assert CODE == "Z4JX-ZV8A-E4SE-N63Y-V28K-S3GT"
    assert receipt_hash(KEY, CODE) == "64f757c1d6ea302c435a39db6a2e83de3d33d3cdfcc75187613cb58120a0e4f1"
