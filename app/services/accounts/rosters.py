"""Accounts for many at once: people from a sheet, and one account for each unit that has none (R21, R22).

Whoever makes them here has given out their passwords: R22 holds for each as if it had been invited alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.accounts.rosters import ABOVE, HEAD, LOGIN, MOST, NAME, ROLE, SHEET, UNIT, RosterLine, read
from app.domain.accounts.staffing import Position, manages
from app.domain.cases.states import ROLE_NAMES, Actor, Role
from app.domain.programmes.book_rows import Rows, SheetFault
from app.domain.refusals import AlreadyDone, BookRefused, NotAllowed, NothingChosen, NotYourCase
from app.models import Nominee, Unit, UnitKind, User
from app.services.accounts import making, passwords, staffing, units
from app.services.accounts.staffing import Slip, slip_of
from app.services.shared.locks import lock_row
from app.services.shared.work import Work, use_case

_LONGEST_BASE = 20  # letters of a made-up login, before its number
_SHORTEST_BASE = 2
_LONGEST_UNIT = 50  # of a unit's name in that of its first account


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A person who gets an account, by what the sheet says; `login` is made up where the sheet leaves it out."""

    line: RosterLine
    unit: Unit
    login: str


@dataclass(frozen=True, slots=True)
class Roster:
    """What saving a sheet would do, or every reason why it is not saved."""

    newcomers: Sequence[Newcomer]
    wrong: Sequence[SheetFault]


def preview(session: Session, actor: Actor, sheets: Mapping[str, Rows]) -> Roster:
    """Check a sheet, by itself and against the units and accounts that there are. Nothing is saved."""
    lines, wrong = read(sheets.get(SHEET, ()))
    there = [unit for unit in units.tree(session, actor) if unit.retired_at is None]
    known = {(user.unit_id, user.name): user for user in session.scalars(select(User)) if user.disabled_at is None}
    logins = _Logins(session, [line.login for line in lines])
    newcomers = []
    for line in lines:
        unit, said = _unit_of(line, there)
        if unit is not None:
            said = _about(line, unit, actor, known, logins)
        wrong += [SheetFault(SHEET, line.row, column, words) for column, words in said]
        if unit is not None and not said:
            newcomers.append(Newcomer(line, unit, line.login or logins.next_for(unit.name)))
    wrong.sort(key=lambda each: (each.row, each.column))
    return Roster(newcomers, wrong)


@use_case
def load(work: Work, sheets: Mapping[str, Rows]) -> list[Slip]:
    """Add every account of a sheet, or none, and return their slips. Raises BookRefused, AlreadyDone, NotYourCase."""
    seen = preview(work.session, work.actor, sheets)
    if seen.wrong:
        raise BookRefused(seen.wrong)
    work.session.rollback()  # hashing takes its time: nobody waits for it
    made = _made_up(len(seen.newcomers))
    staffing.lock_accounts(work, [])
    for unit_id in sorted({each.unit.id for each in seen.newcomers}):
        lock_row(work.session, Unit, unit_id)  # nobody retires it meanwhile, or opens accounts in it
    seen = preview(work.session, work.actor, sheets)  # somebody may have changed something meanwhile
    if seen.wrong or len(seen.newcomers) != len(made):
        raise BookRefused(seen.wrong)
    return [
        _added(work, each.login, each.line.name, each.line.role, each.unit, password)
        for each, password in zip(seen.newcomers, made, strict=True)
    ]


def blank_rows(session: Session, actor: Actor) -> list[list[str]]:
    """Return the rows to fill in: for each unit without accounts a head and a handler, names and logins left out."""
    return [
        [unit.name, unit.parent.name if unit.kind is UnitKind.OWN and unit.parent else "", "", ROLE_NAMES[role], ""]
        for unit in without_accounts(session, actor)
        for role in (Role.HEAD, Role.HANDLER)
    ]


def without_accounts(session: Session, actor: Actor, programme_id: int | None = None) -> list[Unit]:
    """List the units below this person's own that are in use and have no live account.

    With a programme only those that its lists name: of a nominee that has not withdrawn, or recommending one.
    """
    with_some = set(session.scalars(select(User.unit_id).where(User.disabled_at.is_(None))))
    named = _named_by(session, programme_id) if programme_id is not None else None
    return [
        unit
        for unit in units.tree(session, actor)
        if unit.retired_at is None
        and unit.kind is not UnitKind.OFFICE
        and unit.id not in with_some
        and (named is None or unit.id in named)
        and manages(actor, Position(Role.HEAD, unit.id, unit.parent_id))
    ]


def count_without_accounts(session: Session, actor: Actor) -> int:
    """Count the units that `without_accounts` lists."""
    if not actor.is_office:
        return len(without_accounts(session, actor))
    with_some = select(User.unit_id).where(User.disabled_at.is_(None))
    wanted = Unit.retired_at.is_(None), Unit.kind != UnitKind.OFFICE, Unit.id.not_in(with_some)
    return session.scalar(select(func.count(Unit.id)).where(*wanted)) or 0


@use_case
def open_for_units(work: Work, unit_ids: Sequence[int]) -> list[Slip]:
    """Open one head's account in each of these units that has none, and return the slips (one press for all).

    The account is named after the unit until somebody enters who its owner is. Its owner invites the others of the
    unit. Raises NothingChosen, NotAllowed (too many), NotYourCase, AlreadyDone (all have accounts).
    """
    wanted = sorted(set(unit_ids))
    if not wanted:
        raise NothingChosen("请至少选一个单位。")
    if len(wanted) > MOST:
        raise NotAllowed(f"一次最多给{MOST}个单位开账号，现在选了{len(wanted)}个。请分几次办。")
    work.session.rollback()  # hashing takes its time: nobody waits for it
    made = dict(zip(wanted, _made_up(len(wanted)), strict=True))
    staffing.lock_accounts(work, [])
    there = [staffing.place_to_fill(work, Role.HEAD, unit_id) for unit_id in wanted]
    # Locked, and read anew: of two who press at once the second finds the accounts of the first.
    taken = set(work.session.scalars(select(User.unit_id).where(User.unit_id.in_(wanted), User.disabled_at.is_(None))))
    left = [unit for unit in there if unit.id not in taken]
    if not left:
        raise AlreadyDone("所选的单位都已经有账号了。")
    if any(unit.kind is UnitKind.OFFICE for unit in left):
        raise NotYourCase
    logins = _Logins(work.session)
    return [
        _added(work, logins.next_for(unit.name), f"{unit.name[:_LONGEST_UNIT]}负责人", Role.HEAD, unit, made[unit.id])
        for unit in left
    ]


def _made_up(number: int) -> list[tuple[str, str]]:
    """Make up so many passwords, each with its hash."""
    made = [passwords.made_up() for _ in range(number)]
    return [(password, passwords.hashed(password)) for password in made]


def _added(work: Work, login: str, name: str, role: Role, unit: Unit, password: tuple[str, str]) -> Slip:
    return slip_of(making.add_given_out(work, login, name, role, unit, password[1]), password[0])


def _unit_of(line: RosterLine, there: Sequence[Unit]) -> tuple[Unit | None, list[tuple[str, str]]]:
    """Return the one unit that a row means, or what is wrong with how it names it."""
    found = [unit for unit in there if unit.name == line.unit]
    if line.above:
        found = [unit for unit in found if unit.parent is not None and unit.parent.name == line.above]
    if len(found) == 1:
        return found[0], []
    if not found:
        place = f"“{line.above}”下面" if line.above else ""
        return None, [(UNIT, f"{place}没有名为“{line.unit}”的单位，请照“单位”页面上的名称写，没有的先增加单位。")]
    above = "、".join(unit.parent.name for unit in found if unit.parent)
    return None, [(ABOVE, f"有{len(found)}个名为“{line.unit}”的单位，请在“{HEAD[1]}”一列写明是哪一个：{above}。")]


def _about(
    line: RosterLine, unit: Unit, actor: Actor, known: Mapping[tuple[int, str], User], logins: _Logins
) -> list[tuple[str, str]]:
    said = []
    if not manages(actor, Position(line.role, unit.id, unit.parent_id)):
        said.append((ROLE, "这个角色须由市级专班开设，请改为单位负责人或者单位经办人。"))
    else:
        try:
            making.require_fitting(line.role, unit)
        except NotAllowed as refusal:
            said.append((ROLE, str(refusal)))
    if line.login in logins.there:
        said.append((LOGIN, f"登录名 {line.login} 已经有人用了，请换一个，或者空着由系统编。"))
    if (user := known.get((unit.id, line.name))) is not None:
        said.append((NAME, f"“{line.name}”在这个单位已有账号 {user.login}，请删去这一行；忘了密码的请重新邀请。"))
    return said


def _named_by(session: Session, programme_id: int) -> set[int]:
    rows = session.execute(
        select(Nominee.unit_id, Nominee.recommender_id).where(
            Nominee.programme_id == programme_id, Nominee.withdrawn_at.is_(None)
        )
    )
    return {unit_id for pair in rows for unit_id in pair if unit_id is not None}


class _Logins:
    """Makes up logins from the first letters of a unit's name: qlqyhz01, which nobody has yet."""

    def __init__(self, session: Session, wanted: Sequence[str] = ()) -> None:
        """`wanted` are logins that a sheet asks for itself."""
        self.there = set(session.scalars(select(User.login)))
        self._taken = self.there | set(wanted)

    def next_for(self, unit_name: str) -> str:
        base = _initials(unit_name)
        number = 1
        while f"{base}{number:02}" in self._taken:
            number += 1
        login = f"{base}{number:02}"
        self._taken.add(login)
        return login


def _initials(name: str) -> str:
    from pypinyin import Style, lazy_pinyin  # half a second, which a process that makes no account does without

    letters = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
    base = re.sub(r"[^a-z0-9]", "", letters)[:_LONGEST_BASE]
    return base if len(base) >= _SHORTEST_BASE else f"dw{base}"
