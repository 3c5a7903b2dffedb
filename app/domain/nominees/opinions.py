"""Whose opinions a nominee needs (annex 6, note 1), and what is still missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AskedOf, AwardNotice


def list_always_asked(notice: AwardNotice) -> frozenset[str]:
    """Return the authorities, by key, that are asked about everybody: none of them can be said not to be asked."""
    return frozenset(each.key for each in notice.authorities if each.asked is AskedOf.EVERYBODY)


def list_needed(kind: Kind, unit_type: str, status: str = "", *, notice: AwardNotice) -> frozenset[str]:
    """Return the authorities, by key, whose opinion is required. `status` (人员身份) is an individual's.

    Where the type of the unit is unknown, every authority is needed for an employee; 不需征求 can be recorded by hand.
    """
    bodies, person = notice.public_bodies, kind is Kind.INDIVIDUAL
    public = unit_type in bodies.unit_types or (person and status in bodies.statuses)
    if not (public or unit_type or (person and status in bodies.on_their_own)):
        return frozenset(each.key for each in notice.authorities)
    asked = {AskedOf.EVERYBODY}
    asked |= {AskedOf.PUBLIC_BODIES} if public else set()
    asked |= {AskedOf.ENTERPRISES} if unit_type in notice.enterprises else set()
    return frozenset(each.key for each in notice.authorities if each.asked in asked)


def find_needed(kind: Kind, category: str, fields: Mapping[str, str], notice: AwardNotice) -> frozenset[str]:
    """Return the authorities whose opinion a nominee needs, by key. `fields` are those of its dossier.

    `category`, 单位类型 of a collective and 人员身份 of an individual as it is published, comes before the dossier.
    """
    if kind is Kind.COLLECTIVE:
        return list_needed(kind, category or fields.get("unit_type", ""), notice=notice)
    return list_needed(kind, fields.get("unit_type", ""), category or fields.get("status", ""), notice=notice)


def list_missing(needed: Collection[str], answered: Collection[str], notice: AwardNotice) -> list[str]:
    """List the authorities that have not answered yet, in the order of the form."""
    return [each.key for each in notice.authorities if each.key in needed and each.key not in answered]


def join_names(authorities: Iterable[str], notice: AwardNotice) -> str:
    """Return authorities by their names, in one line."""
    known = notice.authority_names
    return "、".join(known[authority] for authority in authorities)
