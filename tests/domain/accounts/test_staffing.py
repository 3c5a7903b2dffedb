"""Who manages whose account, and what a login name may be."""

from __future__ import annotations

from app.domain.accounts.staffing import Position, fault_of_login, manages
from app.domain.cases.states import Actor, Role


def test_login_names_are_plain() -> None:
    for login in ("qilin01", "zhang.san", "a-b", "0874"):
        assert fault_of_login(login) == ""
    for login in ("", "a", "Qilin", "张三", "a b", "-ab", "a" * 61, "ab\n", "<b>", "ab ", "Аdmin"):
        assert fault_of_login(login), login


def test_who_manages_whom() -> None:
    """Unit 1 is the office, 2 and 3 recommend, 20 belongs to 2 and 30 to 3."""
    above = {1: None, 2: 1, 3: 1, 20: 2, 30: 3}
    everywhere = {(role, unit) for role in Role for unit in above}
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
        managed = {(r, u) for r, u in everywhere if manages(actor, Position(r, u, above[u]))}
        assert managed == expected, (role, unit)
