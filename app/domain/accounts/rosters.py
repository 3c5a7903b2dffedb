"""Accounts for many people at once, from one sheet: what its rows say, and what is wrong with them, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.accounts.staffing import fault_of_login, fault_of_name
from app.domain.cases.states import ROLE_NAMES, Role
from app.domain.programmes.book_rows import Rows, SheetFault, joined

SHEET = "账号"
HEAD = ("单位", "推荐单位", "姓名", "角色", "登录名")
UNIT, ABOVE, NAME, ROLE, LOGIN = "ABCDE"
MOST = 300  # of each some 60 ms are spent on its password
_ROLES = {name: role for role, name in ROLE_NAMES.items()}


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One person of a sheet. `above` is the recommending unit, "" where the unit is clear; `login` may be ""."""

    row: int
    unit: str
    above: str
    name: str
    role: Role
    login: str


def read(rows: Rows) -> tuple[list[RosterLine], list[SheetFault]]:
    """Read the people of a sheet, with every error in it. Rows without a name are left over from the blank sheet."""
    wrong: list[SheetFault] = []
    lines: list[RosterLine] = []
    logins: dict[str, int] = {}
    people: dict[tuple[str, str, str], int] = {}
    below = False
    for number, texts in rows:
        cells = [joined(text.strip()) for text in (*texts[: len(HEAD)], *[""] * (len(HEAD) - len(texts)))]
        if not below:
            below = tuple(cells) == HEAD
            continue
        unit, above, name, role_name, login = cells
        if not name and not login:
            continue
        login, role = login.lower(), _ROLES.get(role_name)
        said = [(NAME, fault_of_name(name)), (LOGIN, fault_of_login(login) if login else "")]
        if not unit:
            said.append((UNIT, "请填写单位名称。"))
        if role is None:
            said.append((ROLE, f"角色应为：{'、'.join(_ROLES)}。"))
        if login in logins:
            said.append((LOGIN, f"登录名 {login} 在第{logins[login]}行已经写过，请换一个。"))
        if (unit, above, name) in people:
            said.append((NAME, f"“{name}”在第{people[unit, above, name]}行已经写过，一个人只要一个账号。"))
        people.setdefault((unit, above, name), number)
        if login:
            logins.setdefault(login, number)
        found = [SheetFault(SHEET, number, column, words) for column, words in said if words]
        wrong += found
        if not found and role is not None:
            lines.append(RosterLine(number, unit, above, name, role, login))
    return lines, wrong + _of_the_whole(below, lines, wrong)


def _of_the_whole(below: bool, lines: Sequence[RosterLine], wrong: Sequence[SheetFault]) -> list[SheetFault]:
    if not below:
        words = f"没有找到表头（{'、'.join(HEAD)}）。请用这里下载的表格填写，不要改动表头。"
        return [SheetFault(SHEET, 1, UNIT, words)]
    if not lines and not wrong:
        return [SheetFault(SHEET, 2, NAME, "还没有填写姓名。一行一个人，没有填姓名的行不开账号。")]
    if len(lines) > MOST:
        return [SheetFault(SHEET, lines[MOST].row, NAME, f"一次最多{MOST}个人，现在是{len(lines)}个。请分成几份。")]
    return []
