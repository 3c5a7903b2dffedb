"""Who may be recommended at all: each condition of the notice a named check with its words and its clause (R10).

Facts decide the conditions that they can. The others are confirmed or denied by a person, whose name is stored.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from app.domain.nominees.annexes import NONE, RANK_NAMES, Rank
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice, Condition, Judge


class CheckOutcome(StrEnum):
    """What a check found."""

    PASSED = "passed"
    FAILED = "failed"
    TO_CONFIRM = "to_confirm"


OUTCOME_NAMES = {CheckOutcome.PASSED: "符合", CheckOutcome.FAILED: "不符合", CheckOutcome.TO_CONFIRM: "待确认"}


def conditions_of(kind: Kind, notice: AwardNotice) -> dict[str, Condition]:
    """Return the conditions that a nominee of this kind must meet, by key, in the order of the notice."""
    return {condition.key: condition for condition in notice.conditions if kind in condition.kinds}


@dataclass(frozen=True, slots=True)
class NomineeFacts:
    """What is known of a nominee. `penalties` is the form's field 何时何地受过何种处分, None where there is no form."""

    kind: Kind
    name: str
    rank: Rank
    penalties: str | None = None


@dataclass(frozen=True, slots=True)
class ConditionAnswer:
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
    said: ConditionAnswer | None = None
    asks: bool = True
    wants_note: bool = False


def checks_of(facts: NomineeFacts, confirmations: Mapping[str, ConditionAnswer], notice: AwardNotice) -> list[Check]:
    """Judge every condition of this nominee, in the order of the notice. `confirmations`: the latest by key."""
    checks = []
    for key, condition in conditions_of(facts.kind, notice).items():
        said = confirmations.get(key)
        match condition.check:
            case Judge.RANK:
                checks.append(_of_rank(condition, facts.rank, notice.barred_from))
            case Judge.COUNTY_BODY:
                checks.append(_of_county_body(condition, facts.name, said, notice.places))
            case Judge.DISCIPLINE:
                checks.append(_of_discipline(condition, facts.penalties, said))
            case Judge.PERSON:
                checks.append(_of_a_person(condition, said, "还没有人核对确认"))
    return checks


_HEIGHT = list(Rank).index  # the ranks stand there from the unknown one up


def _of_rank(condition: Condition, rank: Rank, barred_from: Rank) -> Check:
    if rank is Rank.UNKNOWN:
        return Check(condition, CheckOutcome.TO_CONFIRM, "行政级别还没有确认", asks=False)
    outcome = CheckOutcome.FAILED if _HEIGHT(rank) >= _HEIGHT(barred_from) else CheckOutcome.PASSED
    return Check(condition, outcome, f"行政级别：{RANK_NAMES[rank]}", asks=False)


# 中共某市某区委, 某县人民政府, 某市委市政府. What has more behind it (…县委办公室) is another body, and so are
# the places that only sound alike (社区, 校区), the 共青团 and the parties that have committees of the same name.
_PLACE = r"[^省市县区]{1,4}(?:县|市|(?<![社小校景园厂矿库])区)"
_OTHER_COMMITTEES = re.compile(r"团|民革|民盟|民建|民进|农工党|致公党|九三|台盟|工会|妇联")
# The notice equates a zone's 党工委 and 管委会 with a county's elsewhere, but not in this clause.
_ZONE_BODY = re.compile(r".*(?:经开区|开发区|高新区)(?:党工委|工委|管委会|管理委员会)(?:[、和].*)?")


@lru_cache
def _county_body(places: tuple[str, ...]) -> re.Pattern[str]:
    """Return the names of county committees and governments, with or without the places that the county lies in."""
    above = "".join(f"(?:{re.escape(place)})?" for place in places)
    return re.compile(
        rf"(?:中共|中国共产党)?{above}{_PLACE}"
        r"(?:委员会|委|人民政府|政府)(?:[、和]?(?:县|市|区)?(?:委员会|委|人民政府|政府))?"
    )


def _of_county_body(condition: Condition, name: str, said: ConditionAnswer | None, places: tuple[str, ...]) -> Check:
    plain = "".join(name.split())
    if _county_body(places).fullmatch(plain) and not _OTHER_COMMITTEES.search(plain):
        return Check(condition, CheckOutcome.FAILED, "从名称看是县级党委或者政府", asks=False)
    if _ZONE_BODY.fullmatch(plain):
        return _of_a_person(condition, said, "从名称看是开发区的党工委或者管委会，请确认是否相当于县级党委和政府")
    return Check(condition, CheckOutcome.PASSED, "从名称看不是县级党委或者政府", asks=False)


_SAYS_NONE = frozenset({NONE, "没有", "无处分", "无任何处分", "未受过处分", "未受过任何处分"})


def _of_discipline(condition: Condition, penalties: str | None, said: ConditionAnswer | None) -> Check:
    written = (penalties or "").strip(" \n\t。．.")
    if not written:
        return _of_a_person(condition, said, "还没有推荐表的处分栏可以对照，请核对后确认")
    if written in _SAYS_NONE:
        return _of_a_person(condition, said, "推荐表处分栏写“无”，还须由人核对确认")
    why = "推荐表处分栏写的不是“无”，请核实；确认符合的，要写明理由"
    if said is not None and said.met and not said.note:
        return Check(condition, CheckOutcome.TO_CONFIRM, why, said, wants_note=True)
    return _of_a_person(condition, said, why, wants_note=True)


def _of_a_person(
    condition: Condition, said: ConditionAnswer | None, until_then: str, *, wants_note: bool = False
) -> Check:
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
        """Return how many of 县处级 the share allows."""
        return self.total * self.percent // 100

    @property
    def left(self) -> int:
        """Return how many more the share allows, 0 where it is used up or exceeded."""
        return max(0, self.most - self.county)

    @property
    def is_near(self) -> bool:
        """Whether it is used up but for the last fifth, and not exceeded: the moment to warn, before it is too late."""
        return bool(self.county) and not self.exceeded and self.left <= max(1, self.most // 5)

    @property
    def words(self) -> str:
        """Return the share in percent, such as 6.7%, rounded up so that an excess never reads as within the limit."""
        tenths = -(-self.county * 1000 // self.total) if self.total else 0
        return f"{tenths // 10}.{tenths % 10}%"


def county_share(county: int, total: int, percent: int) -> CountyShare:
    """Return the share of 县处级 (县处级领导原则上不超过评选总数的10%). `total` includes nominees on paper."""
    return CountyShare(county, total, percent)
