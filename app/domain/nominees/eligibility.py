"""Who may be recommended at all (notice, parts 二 and 三): each clause a named check with its words and number (R10).

What facts decide, they decide; what no machine can know is confirmed or denied by a person, whose name stands with it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.nominees.annexes import NONE, RANK_NAMES, Rank
from app.domain.periods.rounds import Kind


class CheckOutcome(StrEnum):
    """What a check found."""

    PASSED = "passed"
    FAILED = "failed"
    TO_CONFIRM = "to_confirm"


OUTCOME_NAMES = {CheckOutcome.PASSED: "符合", CheckOutcome.FAILED: "不符合", CheckOutcome.TO_CONFIRM: "待确认"}


@dataclass(frozen=True, slots=True)
class Condition:
    """One clause that a nominee of these kinds must meet. `text` is the notice's own words."""

    key: str
    name: str
    clause: str
    text: str
    kinds: frozenset[Kind] = frozenset(Kind)


_TEAMS, _PEOPLE = frozenset({Kind.COLLECTIVE}), frozenset({Kind.INDIVIDUAL})
RANK, COUNTY_BODY, DISCIPLINE = "rank", "county_body", "discipline"

CONDITIONS = (
    Condition(RANK, "行政级别", "二（一）", "不评选副厅级或者相当于副厅级以上单位和干部"),
    Condition(COUNTY_BODY, "不是县级党委和政府", "二（一）", "不评选……县级党委和政府", _TEAMS),
    Condition("since_2023", "2023年以来的贡献", "二（一）", "2023年以来……作出突出贡献……的集体和个人"),
    Condition("grassroots", "面向基层", "二（一）", "坚持面向基层和工作一线"),
    Condition("stance", "政治立场", "三", "坚决拥护中国共产党和中国特色社会主义制度……模范遵守宪法法律"),
    Condition(
        "conduct",
        "领导班子",
        "三",
        "领导班子应当政治过硬、信念坚定、廉洁奉公、务实担当、团结协作、密切联系群众",
        _TEAMS,
    ),
    Condition("conduct", "品行", "三", "廉洁自律、作风正派、诚实守信，具有良好的道德品质和社会责任心", _PEOPLE),
    Condition(DISCIPLINE, "近3年无违纪违法", "三", "近3年内无违纪违法问题", _TEAMS),
    Condition(DISCIPLINE, "无违纪违法", "三", "无违纪违法问题", _PEOPLE),
    Condition("merit_1", "工作成效", "三（一）1", "出色完成各项工作任务……成效显著或有特色、有经验、有亮点", _TEAMS),
    Condition("merit_2", "服务群众", "三（一）2", "在着力解决群众急难愁盼……方面作出突出贡献", _TEAMS),
    Condition("merit_3", "社会效益", "三（一）3", "作出突出贡献、带来显著社会效益", _TEAMS),
    Condition("merit_4", "队伍作风", "三（一）4", "发挥示范引领作用突出；干部职工队伍素质优良", _TEAMS),
    Condition("merit_1", "工作成效", "三（二）1", "从事……相关工作……业绩显著、成效突出", _PEOPLE),
    Condition("merit_2", "服务群众", "三（二）2", "在服务群众、奉献社会等方面具有典型示范作用", _PEOPLE),
    Condition("merit_3", "社会效益", "三（二）3", "作出突出贡献、带来显著社会效益", _PEOPLE),
    Condition("merit_4", "群众评价", "三（二）4", "克己奉公、清正廉洁，受到群众广泛称赞", _PEOPLE),
)


def conditions_of(kind: Kind) -> dict[str, Condition]:
    """The conditions that a nominee of this kind must meet, by key, in the order of the notice."""
    return {condition.key: condition for condition in CONDITIONS if kind in condition.kinds}


@dataclass(frozen=True, slots=True)
class NomineeFacts:
    """What is known of a nominee. `penalties` is the form's field 何时何地受过何种处分, None where there is no form."""

    kind: Kind
    name: str
    rank: Rank
    penalties: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a person said of one condition."""

    met: bool
    note: str
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Check:
    """One condition judged: why in words, and who confirmed or denied it.

    `asks` tells whether a person may say it, `wants_note` that saying yes needs a word of explanation.
    """

    condition: Condition
    outcome: CheckOutcome
    why: str
    said: Said | None = None
    asks: bool = True
    wants_note: bool = False


def checks_of(facts: NomineeFacts, confirmations: Mapping[str, Said]) -> list[Check]:
    """Every condition of this nominee, judged, in the order of the notice. `confirmations`: the latest by key."""
    checks = []
    for key, condition in conditions_of(facts.kind).items():
        said = confirmations.get(key)
        match key:
            case "rank":
                checks.append(_of_rank(condition, facts.rank))
            case "county_body":
                checks.append(_of_county_body(condition, facts.name, said))
            case "discipline":
                checks.append(_of_discipline(condition, facts.penalties, said))
            case _:
                checks.append(_of_a_person(condition, said, "还没有人核对确认"))
    return checks


def _of_rank(condition: Condition, rank: Rank) -> Check:
    if rank is Rank.UNKNOWN:
        return Check(condition, CheckOutcome.TO_CONFIRM, "行政级别还没有确认", asks=False)
    outcome = CheckOutcome.FAILED if rank is Rank.ABOVE else CheckOutcome.PASSED
    return Check(condition, outcome, f"行政级别：{RANK_NAMES[rank]}", asks=False)


# 中共曲靖市麒麟区委, 会泽县人民政府, 宣威市委市政府. What has more behind it (…县委办公室) is another body, and so are
# the places that only sound alike (社区, 校区), the 共青团 and the parties that have committees of the same name.
_PLACE = r"[^省市县区]{1,4}(?:县|市|(?<![社小校景园厂矿库])区)"
_COUNTY_BODY = re.compile(
    rf"(?:中共|中国共产党)?(?:云南省)?(?:曲靖市)?{_PLACE}"
    r"(?:委员会|委|人民政府|政府)(?:[、和]?(?:县|市|区)?(?:委员会|委|人民政府|政府))?"
)
_OTHER_COMMITTEES = re.compile(r"团|民革|民盟|民建|民进|农工党|致公党|九三|台盟|工会|妇联")
# The notice knows a zone's 党工委 and 管委会 as the equals of a county's; it doesn't say so of this clause.
_ZONE_BODY = re.compile(r".*(?:经开区|开发区|高新区)(?:党工委|工委|管委会|管理委员会)(?:[、和].*)?")


def _of_county_body(condition: Condition, name: str, said: Said | None) -> Check:
    plain = "".join(name.split())
    if _COUNTY_BODY.fullmatch(plain) and not _OTHER_COMMITTEES.search(plain):
        return Check(condition, CheckOutcome.FAILED, "从名称看是县级党委或者政府", asks=False)
    if _ZONE_BODY.fullmatch(plain):
        return _of_a_person(condition, said, "从名称看是开发区的党工委或者管委会，请确认是否相当于县级党委和政府")
    return Check(condition, CheckOutcome.PASSED, "从名称看不是县级党委或者政府", asks=False)


_SAYS_NONE = frozenset({NONE, "没有", "无处分", "无任何处分", "未受过处分", "未受过任何处分"})


def _of_discipline(condition: Condition, penalties: str | None, said: Said | None) -> Check:
    written = (penalties or "").strip(" \n\t。．.")
    if not written:
        return _of_a_person(condition, said, "还没有推荐表的处分栏可以对照，请核对后确认")
    if written in _SAYS_NONE:
        return _of_a_person(condition, said, "推荐表处分栏写“无”，还须由人核对确认")
    check = _of_a_person(condition, said, "推荐表处分栏写的不是“无”，请核实；确认符合的，要写明理由", wants_note=True)
    if said is not None and said.met and not said.note:
        return Check(condition, CheckOutcome.TO_CONFIRM, check.why, said, wants_note=True)
    return check


def _of_a_person(condition: Condition, said: Said | None, until_then: str, *, wants_note: bool = False) -> Check:
    if said is None:
        return Check(condition, CheckOutcome.TO_CONFIRM, until_then, wants_note=wants_note)
    outcome = CheckOutcome.PASSED if said.met else CheckOutcome.FAILED
    return Check(condition, outcome, said.note or "已由人核对确认", said, wants_note=wants_note)


@dataclass(frozen=True, slots=True)
class CountyShare:
    """How many of a programme's nominees are of 县处级, and how many percent may be (R10). Whole numbers only."""

    county: int
    total: int
    percent: int

    @property
    def exceeded(self) -> bool:
        return self.county * 100 > self.total * self.percent

    @property
    def most(self) -> int:
        """How many there may be of so many."""
        return self.total * self.percent // 100

    @property
    def words(self) -> str:
        """6.7%, rounded up: what is too much never reads as if it were not."""
        tenths = -(-self.county * 1000 // self.total) if self.total else 0
        return f"{tenths // 10}.{tenths % 10}%"


def county_share(county: int, total: int, percent: int) -> CountyShare:
    """县处级领导原则上不超过评选总数的10%: `total` counts everybody, those on paper too."""
    return CountyShare(county, total, percent)
