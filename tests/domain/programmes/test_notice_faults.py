"""Contradictions in the description of a notice are found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from app.domain.nominees.annexes import Rank
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AskedOf, Condition, Judge, PublicBodies, WordList
from app.domain.programmes.notice_faults import faults_of
from tests.qujing import QUJING

TEAM, PERSON = Kind.COLLECTIVE, Kind.INDIVIDUAL
RANK, BODY, *_ = QUJING.conditions
DISCIPLINE, PERSONNEL, POLICE, AUDIT = QUJING.authorities
TRADES = QUJING.lists["trade"]


def changed(**fields: Any) -> list[str]:
    return faults_of(replace(QUJING, **fields))


def test_the_built_in_notice_has_no_fault() -> None:
    assert faults_of(QUJING) == []


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"key": "曲靖"}, ["标识“曲靖”应由小写字母开头，只含小写字母、数字、短横和下划线，最多40个字符。"]),
        ({"name": " "}, ["name 不能是空的。"]),
        ({"kind_names": {TEAM: "先进", PERSON: "先进"}},
         ["kinds 的两个名称要不一样，否则表格和名单上分不清是哪一类。"]),
        ({"approvers": ("市委",)}, ["approvers 应写两家审批机关（党委、政府）：推荐表上有两处盖章。"]),
        ({"conditions": ()}, ["集体没有一条评选条件。", "个人没有一条评选条件。"]),
        ({"conditions": (RANK, replace(RANK, check=Judge.PERSON))},
         ["集体的评选条件“rank”写了2次，一个标识只能用一次。", "个人的评选条件“rank”写了2次，一个标识只能用一次。"]),
        ({"conditions": (RANK, Condition("other", "级别", "三", "……", frozenset({TEAM}), Judge.RANK))},
         ["集体有2条评选条件都由系统按“rank”核对，只能有一条。"]),
        ({"conditions": (RANK, replace(BODY, kinds=frozenset(Kind)))},
         ["评选条件“county_body”按县级党委和政府核对，只能用于集体。"]),
        ({"conditions": (RANK, replace(BODY, check=Judge.PERSON, kinds=frozenset()))},
         ["评选条件“county_body”没有写明对集体还是个人。"]),
        ({"barred_from": Rank.NONE}, ["barred_from 应是 below、county 或者 above：从这一级起不能推荐。"]),
        ({"barred_from": Rank.COUNTY}, ["县处级已经不能推荐，county_share 应为 100（不另设比例）。"]),
        ({"county_share": 101}, ["county_share 应是0到100的整数。"]),
        ({"authorities": ()}, ["authorities 里没有一家征求意见的机关。"]),
        ({"authorities": (POLICE, replace(POLICE, name="公安局"))}, ["征求意见的机关“police”写了2次。"]),
        ({"authorities": (POLICE, replace(AUDIT, name=POLICE.name, asked=AskedOf.EVERYBODY))},
         ["有2家征求意见的机关都叫“公安部门”，分不清是谁的意见。"]),
        ({"public_bodies": PublicBodies(frozenset(), frozenset(), frozenset())},
         ["有机关只对机关、国有企事业单位征求，public_bodies.unit_types 却是空的。"]),
        ({"public_bodies": replace(QUJING.public_bodies, statuses=frozenset({"农民"}))},
         ["人员身份“农民”既算机关、国有企事业单位工作人员，又算没有单位的人。"]),
        ({"public_bodies": replace(QUJING.public_bodies, unit_types=frozenset({"乡镇"}))},
         ["public_bodies 里的“乡镇”不在 lists.unit_type 里。"]),
        ({"lists": {**QUJING.lists, "trade": WordList(())}}, ["lists.trade 没有可以填写的词。"]),
        ({"lists": {**QUJING.lists, "trade": WordList(("水利", "水利"))}}, ["lists.trade 里“水利”写了2次。"]),
        ({"lists": {**QUJING.lists, "trade": replace(TRADES, meant={"河": "水利"})}},
         ["lists.trade.meant 把“河”当作“水利”，表里却没有这个词。"]),
        ({"lists": {**QUJING.lists, "trade": WordList(("水,利",))}},
         ["lists.trade 全部的词连起来不能超过255个字符，也不能有半角逗号和引号：Excel 的下拉列表放不下。"]),
        ({"lists": {**QUJING.lists, "colour": WordList(("红",))}},
         ["没有 lists.colour 这样的表，可以写的有：political、status、unit_type、trade。"]),
        ({"deeds_limit": 801}, ["limits.deeds 应在50到800之间，系统最多存800字。"]),
        ({"material_limits": {TEAM: 3000, PERSON: 799}},
         ["个人的事迹材料（799字）比推荐表上的主要事迹（800字）还短。"]),
        ({"photo": replace(QUJING.photo, width=0)}, ["limits.photo 的宽、高和大小都应大于0。"]),
        ({"stages": {**QUJING.stages, 2: replace(QUJING.stages[2], days=0)}}, ["stages.2.days 应在1到366之间。"]),
        ({"clauses": replace(QUJING.clauses, upheld="三")}, ["clauses.upheld（异议成立的依据）应是4到400个字。"]),
        ({"opinion_form": replace(QUJING.opinion_form, number="5")}, ["有2个附件都编为附件5。"]),
        ({"opinion_form": replace(QUJING.opinion_form, short="")}, ["附件6的 number、heading、short 都要写。"]),
        ({"opinion_form": replace(QUJING.opinion_form, notes=("见{law}",))},
         ["附件6的说明里有“{law}”，可以写的只有：{unit_types}、{trades}、{political}、{statuses}、{deeds_limit}。"]),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_told_in_words(fields: dict[str, Any], faults: list[str]) -> None:
    assert changed(**fields) == faults


@pytest.mark.parametrize(
    "fields",
    [
        {"key": "k" * 40},
        {"authorities": (*QUJING.authorities[:3], replace(AUDIT, key="a" * 24))},
        {"conditions": (replace(RANK, key="r" * 40), *QUJING.conditions[1:])},
        {"county_share": 0},
        {"county_share": 100, "barred_from": Rank.COUNTY},
        {"barred_from": Rank.ABOVE},
        {"deeds_limit": 50},
        {"material_limits": {TEAM: 800, PERSON: 800}},
        {"photo": replace(QUJING.photo, width=1, height=1, least_bytes=1)},
        {"awards": {TEAM: 0, PERSON: 0}},
        {"stages": {**QUJING.stages, 2: replace(QUJING.stages[2], days=1), 3: replace(QUJING.stages[3], days=366)}},
        {"clauses": replace(QUJING.clauses, upheld="四个字吧", lapse="字" * 400, revocation="")},
        {"lists": {**QUJING.lists, "trade": WordList(tuple("甲乙丙丁"))}},
        {"lists": {**QUJING.lists, "political": WordList(("字" * 60, "群众"))}},
        # 51 words of four characters and the commas between them: 254
        {"lists": {**QUJING.lists, "trade": WordList(tuple(f"行业{number:02}" for number in range(51)))}},
        # … and 255 with one of five
        {"lists": {**QUJING.lists, "trade": WordList(("行业000", *(f"行业{number:02}" for number in range(1, 51))))}},
    ],
)
def test_the_last_that_fits_has_no_fault(fields: dict[str, Any]) -> None:
    assert changed(**fields) == []


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"key": "k" * 41},
         [f"标识“{'k' * 41}”应由小写字母开头，只含小写字母、数字、短横和下划线，最多40个字符。"]),
        ({"authorities": (*QUJING.authorities[:3], replace(AUDIT, key="a" * 25))},
         [f"标识“{'a' * 25}”应由小写字母开头，只含小写字母、数字、短横和下划线，最多24个字符。"]),
        ({"conditions": (replace(RANK, key="r" * 41), *QUJING.conditions[1:])},
         [f"标识“{'r' * 41}”应由小写字母开头，只含小写字母、数字、短横和下划线，最多40个字符。"]),
        ({"approvers": ("市委", "")}, ["approvers 应写两家审批机关（党委、政府）：推荐表上有两处盖章。"]),
        ({"approvers": ("市委", "市政府", "省委")},
         ["approvers 应写两家审批机关（党委、政府）：推荐表上有两处盖章。"]),
        ({"county_share": -1}, ["county_share 应是0到100的整数。"]),
        ({"barred_from": Rank.UNKNOWN}, ["barred_from 应是 below、county 或者 above：从这一级起不能推荐。"]),
        ({"deeds_limit": 49}, ["limits.deeds 应在50到800之间，系统最多存800字。"]),
        ({"photo": replace(QUJING.photo, height=0)}, ["limits.photo 的宽、高和大小都应大于0。"]),
        ({"photo": replace(QUJING.photo, least_bytes=0)}, ["limits.photo 的宽、高和大小都应大于0。"]),
        ({"awards": {TEAM: -1, PERSON: 3}}, ["awards.collective 是表彰的集体数，不能小于0。"]),
        ({"stages": {**QUJING.stages, 2: replace(QUJING.stages[2], days=367)}}, ["stages.2.days 应在1到366之间。"]),
        ({"clauses": replace(QUJING.clauses, lapse="字" * 401)},
         ["clauses.lapse（逾期未结论的依据）应是4到400个字。"]),
        ({"enterprises": frozenset(), "authorities": (DISCIPLINE, replace(AUDIT, asked=AskedOf.ENTERPRISES))},
         ["有机关只对企业征求，enterprises 却是空的。"]),
        ({"enterprises": QUJING.enterprises | {"店铺"}}, ["enterprises 里的“店铺”不在 lists.unit_type 里。"]),
        ({"lists": {**QUJING.lists, "political": WordList(("字" * 61, "群众"))}},
         [f"lists.political 里“{'字' * 61}”应是1到60个字。"]),
        ({"lists": {**QUJING.lists, "political": WordList(("", "群众"))}},
         ["lists.political 里“”应是1到60个字。"]),
        # 51 words of four characters, one of them of six, and the commas between them: 256
        ({"lists": {**QUJING.lists, "trade": WordList(("行业0000", *(f"行业{number:02}" for number in range(1, 51))))}},
         ["lists.trade 全部的词连起来不能超过255个字符，也不能有半角逗号和引号：Excel 的下拉列表放不下。"]),
        ({"lists": {key: words for key, words in QUJING.lists.items() if key != "trade"}},
         ["lists.trade 没有可以填写的词。"]),
        # each list is looked at, whatever is wrong with the one before
        ({"lists": {**QUJING.lists, "political": WordList(()), "trade": WordList(())}},
         ["lists.political 没有可以填写的词。", "lists.trade 没有可以填写的词。"]),
    ],
)  # fmt: skip
def test_what_is_just_beyond_is_told(fields: dict[str, Any], faults: list[str]) -> None:
    assert changed(**fields) == faults


STAGE, ROUND = QUJING.stages[2], QUJING.rounds[3]


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"reviewers": ""}, "reviewers"),
        ({"leaders_of": "\u3000"}, "leaders_of"),
        ({"kind_names": {**QUJING.kind_names, TEAM: ""}}, "kinds.collective"),
        ({"rounds": {**QUJING.rounds, 3: replace(ROUND, name="")}}, "rounds.3.name"),
        ({"stages": {**QUJING.stages, 2: replace(STAGE, name="")}}, "stages.2.name"),
        ({"authorities": (*QUJING.authorities[:3], replace(AUDIT, name=""))}, "authorities.audit.name"),
        ({"conditions": (replace(RANK, name=""), *QUJING.conditions[1:])}, "conditions.rank.name"),
    ],
)
def test_no_name_is_empty(fields: dict[str, Any], where: str) -> None:
    assert changed(**fields) == [f"{where} 不能是空的。"]
