"""Who manages whose account, who agrees to one, and what a login name may be."""

from __future__ import annotations

import pytest

from app.domain.accounts.staffing import (
    Position,
    fault_of_login,
    fault_of_name,
    given_out_until,
    is_of_next_level,
    manages,
    may_agree_to,
)
from app.domain.cases.states import Actor, Role
from tests.days import at

# Unit 1 is the office, 2 and 3 recommend, 20 belongs to 2 and 30 to 3.
ABOVE = {1: None, 2: 1, 3: 1, 20: 2, 30: 3}


def test_login_names_are_plain() -> None:
    for login in ("qilin01", "zhang.san", "a-b", "0874"):
        assert fault_of_login(login) == ""
    for login in ("", "a", "Qilin", "张三", "a b", "-ab", "a" * 61, "ab\n", "<b>", "ab ", "Аdmin"):
        assert fault_of_login(login), login


def test_who_manages_whom() -> None:
    everywhere = {(role, unit) for role in Role for unit in ABOVE}
    own = {(role, unit) for role in (Role.HEAD, Role.HANDLER) for unit in (2, 20)}
    lower = {(role, 20) for role in (Role.HEAD, Role.HANDLER)}
    for role, unit, expected in (
        (Role.OFFICE, 1, everywhere),
        (Role.HEAD, 2, own),
        (Role.HEAD, 20, lower),
        (Role.HANDLER, 2, set()),
        (Role.AUDITOR, 1, set()),
    ):
        actor = Actor(99, role, unit)
        managed = {(r, u) for r, u in everywhere if manages(actor, Position(r, u, ABOVE[u]))}
        assert managed == expected, (role, unit)


@pytest.mark.parametrize(
    ("role", "unit", "next_level", "agrees"),
    [
        # who, and the units to whose accounts they are the next level, and may agree
        (Role.OFFICE, 1, {2, 3, 20, 30}, {1, 2, 3, 20, 30}),
        (Role.AUDITOR, 1, set(), {1}),  # to the office's own, which has nobody above it
        (Role.HEAD, 2, {20}, {20}),
        (Role.HANDLER, 2, set(), set()),
        (Role.HEAD, 20, set(), set()),
    ],
)
def test_the_next_level_agrees_to_an_account(role: Role, unit: int, next_level: set[int], agrees: set[int]) -> None:
    actor = Actor(99, role, unit)
    places = {there: Position(Role.HANDLER, there, above) for there, above in ABOVE.items()}
    assert {there for there, place in places.items() if is_of_next_level(actor, place)} == next_level
    assert {there for there, place in places.items() if may_agree_to(actor, place)} == agrees


def test_a_password_that_was_given_out_is_good_for_a_week() -> None:
    assert given_out_until(at("2026-09-18 Fri 09:30")) == at("2026-09-25 Fri 09:30")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "姓名请写1到60个字。"),
        ("张", ""),
        ("张" * 60, ""),
        ("张" * 61, "姓名请写1到60个字。"),
        ("张\n三", "姓名请写1到60个字。"),
    ],
)
def test_a_name_is_one_line_of_at_most_60_characters(name: str, fault: str) -> None:
    assert fault_of_name(name) == fault
