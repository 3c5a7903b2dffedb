"""Whose opinions a nominee needs (annex 6, note 1)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.nominees.opinions import find_needed, list_needed
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AskedOf
from app.domain.programmes.notice import Authority as Body
from tests.qujing import ALWAYS, PERSON_STATUSES, QUJING, UNIT_TYPES, Authority, missing, names, needed

ALL = frozenset(Authority)
TEAM, PERSON = Kind.COLLECTIVE, Kind.INDIVIDUAL
CIVIL = "国家公务员（包括参公管理人员）"


def test_of_collectives_the_type_decides() -> None:
    asked_everywhere = {unit_type for unit_type in ("", *UNIT_TYPES) if needed(TEAM, unit_type) == ALL}
    assert asked_everywhere == {"", "行政机关", "事业单位", "国有企业"}
    assert {needed(TEAM, unit_type) for unit_type in UNIT_TYPES} == {ALL, ALWAYS}


@pytest.mark.parametrize(
    ("unit_type", "status", "expected"),
    [
        ("行政机关", "职员", ALL),
        ("国有企业", "工人", ALL),
        ("私营企业", "企业管理人员", ALWAYS),
        ("私营企业", CIVIL, ALL),  # 挂职: the person decides
        ("其他", "农民", ALWAYS),
        ("", CIVIL, ALL),
        ("", "农民", ALWAYS),
        ("", "专业技术人员", ALL),  # nobody said where: asked everywhere
        ("", "", ALL),
    ],
)
def test_of_individuals_the_unit_and_the_person(unit_type: str, status: str, expected: frozenset[Authority]) -> None:
    assert needed(PERSON, unit_type, status) == expected


def test_who_is_on_their_own_is_in_no_unit() -> None:
    alone = {status for status in PERSON_STATUSES if needed(PERSON, "", status) == ALWAYS}
    assert alone == {"农民", "学生", "自由职业者", "个体经营者", "无业人员"}


def test_what_is_missing_stands_in_the_order_of_the_form() -> None:
    assert names(missing(ALL, {Authority.PERSONNEL})) == "纪检监察机关、公安部门、审计部门"
    assert missing(ALWAYS, ALL) == []


def test_an_authority_of_enterprises_is_asked_about_them_and_whoever_works_there() -> None:
    tax = Body("tax", "税务部门", AskedOf.ENTERPRISES)
    notice = replace(QUJING, authorities=(*QUJING.authorities, tax), enterprises=frozenset({"国有企业", "私营企业"}))
    always, bodies = {"discipline", "police"}, {"discipline", "police", "personnel", "audit"}
    official = "国家公务员（包括参公管理人员）"
    found = {
        (kind, unit_type, status): list_needed(kind, unit_type, status, notice=notice)
        for kind, unit_type, status in (
            (Kind.COLLECTIVE, "行政机关", ""),
            (Kind.COLLECTIVE, "私营企业", ""),
            (Kind.COLLECTIVE, "国有企业", ""),
            (Kind.INDIVIDUAL, "私营企业", "工人"),
            (Kind.INDIVIDUAL, "", official),
            (Kind.INDIVIDUAL, "", "农民"),
            (Kind.INDIVIDUAL, "", "工人"),
        )
    }
    assert list(found.values()) == [
        bodies,
        always | {"tax"},
        bodies | {"tax"},
        always | {"tax"},
        bodies,
        always,
        bodies | {"tax"},
    ]


@pytest.mark.parametrize(
    ("kind", "category", "fields", "expected"),
    [
        # Of a collective 单位类型 decides, of an individual that of the unit and 人员身份.
        # What is published comes before the dossier.
        (TEAM, "行政机关", {}, ALL),
        (TEAM, "私营企业", {"unit_type": "行政机关"}, ALWAYS),
        (TEAM, "", {"unit_type": "私营企业"}, ALWAYS),
        (TEAM, "", {"unit_type": "行政机关"}, ALL),
        (TEAM, "", {}, ALL),  # nobody knows
        (PERSON, "农民", {}, ALWAYS),
        (PERSON, CIVIL, {"unit_type": "私营企业", "status": "农民"}, ALL),
        (PERSON, "", {"unit_type": "私营企业", "status": "工人"}, ALWAYS),
        (PERSON, "", {"unit_type": "私营企业", "status": CIVIL}, ALL),
        (PERSON, "", {"status": "农民"}, ALWAYS),
        (PERSON, "工人", {"unit_type": "私营企业"}, ALWAYS),
        (PERSON, "工人", {}, ALL),  # nobody said where
    ],
)
def test_whose_opinion_a_nominee_needs(
    kind: Kind, category: str, fields: dict[str, str], expected: frozenset[Authority]
) -> None:
    assert find_needed(kind, category, fields, QUJING) == expected
