"""Who manages whose account: the office manages all, the head of a unit its own people, nobody their own."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from app.domain.cases.states import Actor, Role

UNIT_ROLES = frozenset({Role.HEAD, Role.HANDLER})
# How long a password that somebody else set stays valid.
GIVEN_OUT_FOR = dt.timedelta(days=7)
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")


@dataclass(frozen=True, slots=True)
class Position:
    """A person's role, unit and the unit above it."""

    role: Role
    unit_id: int
    above_id: int | None


def manages(actor: Actor, place: Position) -> bool:
    """Return whether this person may add, move and disable accounts at this place."""
    if actor.is_office:
        return True
    if actor.role is not Role.HEAD or place.role not in UNIT_ROLES:
        return False
    return actor.unit_id in (place.unit_id, place.above_id)


def is_of_next_level(actor: Actor, place: Position) -> bool:
    """Tell whether this person is of the next level at this place: the head of the unit above, or the office (R22).

    An account of the office has no next level.
    """
    if place.above_id is None:
        return False
    return actor.is_office or (actor.role is Role.HEAD and actor.unit_id == place.above_id)


def may_agree_to(actor: Actor, place: Position) -> bool:
    """Tell whether this person may agree to accounts at this place (R22).

    They are the next level. For the office they are its auditors and its other accounts.
    """
    if place.above_id is None:
        return actor.unit_id == place.unit_id
    return is_of_next_level(actor, place)


def given_out_until(now: dt.datetime) -> dt.datetime:
    return now + GIVEN_OUT_FOR


def fault_of_login(login: str) -> str:
    """Return what is wrong with a login name, "" if nothing."""
    if _LOGIN.fullmatch(login):
        return ""
    return "登录名请用2到60个小写字母、数字，可以夹有点、横线，以字母或数字开头，例如 qilin01。"


def fault_of_name(name: str) -> str:
    return "" if 1 <= len(name) <= 60 and "\n" not in name else "姓名请写1到60个字。"
