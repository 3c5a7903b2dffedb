"""Numbers that carry their own check: one wrong character is always found. All numbers are made up or examples."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.shared.identity_numbers import (
    birth_in,
    credit_check_character,
    id_check_character,
    is_credit_code,
    is_id_number,
    sex_in,
)

LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

id_numbers = st.builds(
    lambda place, born, order: (first := f"{place}{born:%Y%m%d}{order:03}") + id_check_character(first),
    st.integers(110000, 659999),
    st.dates(dt.date(1900, 1, 1), dt.date(2025, 12, 31)),
    st.integers(0, 999),
)
credit_codes = st.text(LETTERS, min_size=17, max_size=17).map(lambda first: first + credit_check_character(first))


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("11010519491231002X", True),  # the examples of GB 11643
        ("440524188001010014", True),
        ("11010519491231002x", False),  # normalised before it is asked
        ("110105194912310021", False),
        ("11010519490231002X", False),  # no 31 February, whatever the check character
        ("01010519491231002X", False),
        ("1101051949123100", False),
        ("１１０１０５１９４９１２３１００２X", False),
        ("", False),
    ],
)
def test_an_id_number_is_right_to_its_last_character(text: str, right: bool) -> None:
    assert is_id_number(text) is right


@given(id_numbers, st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_one_character_changed_is_refused(number: str, place: int, other: str) -> None:
    assert is_id_number(number)
    changed = number[:place] + other + number[place + 1 :]
    assert is_id_number(changed) is (changed == number)


@given(credit_codes, st.integers(0, 17), st.sampled_from(LETTERS + "IOSVZ"))
def test_any_one_character_of_a_credit_code_changed_is_refused(code: str, place: int, other: str) -> None:
    assert is_credit_code(code)
    changed = code[:place] + other + code[place + 1 :]
    assert is_credit_code(changed) is (changed == code)


def test_the_example_of_the_standard_is_a_credit_code() -> None:
    assert is_credit_code("91350100M000100Y43")
    assert not is_credit_code("91350100M000100Y4")
    assert not is_credit_code("91350100m000100y43")


def test_an_id_number_tells_birth_and_sex() -> None:
    assert birth_in("11010519491231002X") == dt.date(1949, 12, 31)
    assert (sex_in("11010519491231002X"), sex_in("440524188001010014")) == ("女", "男")


def carried(first: str, letters: str, modulus: int, radix: int) -> int:
    """The sum of both standards, carried from the left: the weight of a place is a power of the radix."""
    total = 0
    for letter in first:
        total = (total + letters.index(letter)) * radix % modulus
    return total


@given(id_numbers)
def test_the_weights_of_an_id_number_are_powers_of_two(number: str) -> None:
    assert id_check_character(number[:17]) == "0123456789X"[(1 - carried(number[:17], "0123456789", 11, 2)) % 11]


@given(st.text(LETTERS, min_size=17, max_size=17))
def test_the_weights_of_a_credit_code_are_powers_of_three(first: str) -> None:
    backwards = first[::-1]  # its weights grow from the left
    total = carried(backwards, LETTERS, 31, 3) * pow(3, -1, 31)
    assert credit_check_character(first) == LETTERS[-total % 31]
