"""Whose opinions a nominee needs (annex 6, note 1), and what is still missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from app.domain.nominees.annexes import AUTHORITY_NAMES, Authority
from app.domain.periods.rounds import Kind

# 按有关规定征求纪检监察机关和公安等部门意见: of everybody, whatever they are.
ALWAYS = frozenset({Authority.DISCIPLINE, Authority.POLICE})
# 对机关、国有企事业单位及其工作人员，按照管理权限征求组织人事、审计等部门意见.
OF_PUBLIC_BODIES = frozenset({Authority.PERSONNEL, Authority.AUDIT})
_PUBLIC_UNITS = frozenset({"行政机关", "事业单位", "国有企业"})
_CIVIL_SERVANT = "国家公务员（包括参公管理人员）"
_ON_THEIR_OWN = frozenset({"农民", "学生", "自由职业者", "个体经营者", "无业人员"})


def needed(kind: Kind, unit_type: str, status: str = "") -> frozenset[Authority]:
    """The authorities whose word must be there. `status` (人员身份) is an individual's.

    Where the type of the unit is not known, an employee is asked about everywhere: who needn't be can be said so.
    """
    if unit_type in _PUBLIC_UNITS or (kind is Kind.INDIVIDUAL and status == _CIVIL_SERVANT):
        return ALWAYS | OF_PUBLIC_BODIES
    if unit_type or (kind is Kind.INDIVIDUAL and status in _ON_THEIR_OWN):
        return ALWAYS
    return ALWAYS | OF_PUBLIC_BODIES


def missing(needed: Collection[Authority], answered: Collection[Authority]) -> list[Authority]:
    """Who hasn't answered yet, in the order of the form."""
    return [authority for authority in Authority if authority in needed and authority not in answered]


def names(authorities: Iterable[Authority]) -> str:
    return "、".join(AUTHORITY_NAMES[authority] for authority in authorities)
