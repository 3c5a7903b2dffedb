"""Whose paper it is: who issues and seals each paper, and to whom it goes. A closed table by paper and round.

Whoever downloads a paper changes nothing of that: one paper has one issuer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class PaperKind(StrEnum):
    """The papers that somebody issues."""

    NOTICE = "notice"  # 公示公告
    CASES = "cases"  # 异议处理情况报告
    CLOSING = "closing"  # 办结报告
    PRELIMINARY = "report-preliminary"  # 初步推荐工作报告
    FORMAL = "report-formal"  # 正式推荐工作报告
    ASKING = "asking"  # 征求意见函
    SUMMARY = "summary"  # 附件2、3
    LEADERS = "leaders"  # 附件7
    LETTER_OF_HANDLER = "letter-of-handler"  # 告知书、通知书 of whoever handles the case
    LETTER_OF_OFFICE = "letter-of-office"  # those of the office, and 督办单


class PaperParty(StrEnum):
    """Who can issue a paper or receive it."""

    ORGANISER = "organiser"  # who organises the period: 所在单位, 推荐单位 or 市级专班
    SUPERIOR = "superior"  # the unit above the organiser
    RECOMMENDER = "recommender"  # 推荐单位
    HANDLER = "handler"  # 办理单位
    OFFICE = "office"  # 市级专班
    CITY = "city"  # who signs the notice of round 3: as the programme says, else the office
    AUTHORITY = "authority"  # whose opinion is asked
    REVIEWERS = "reviewers"  # 市评选工作组


class Seal(StrEnum):
    """Where the seal stands."""

    OVER_THE_DATE = "over_the_date"  # on the name and the date at the end (GB/T 9704)
    BESIDE_THE_NAME = "beside_the_name"  # in the line 推荐单位（印章）, 申报单位（盖章） at the head


@dataclass(frozen=True, slots=True)
class Issuing:
    """One row of the table: who issues a paper, its 主送 (None: it is to the public), where the seal stands."""

    issuer: PaperParty
    to: PaperParty | None = None
    seal: Seal = Seal.OVER_THE_DATE


_ROUNDS = (1, 2, 3)
# By paper and round; 0 for papers that belong to no round.
ISSUING: Mapping[tuple[PaperKind, int], Issuing] = {
    (PaperKind.NOTICE, 1): Issuing(PaperParty.ORGANISER),
    (PaperKind.NOTICE, 2): Issuing(PaperParty.ORGANISER),
    (PaperKind.NOTICE, 3): Issuing(PaperParty.CITY),
    (PaperKind.CASES, 1): Issuing(PaperParty.ORGANISER, PaperParty.SUPERIOR),  # 逐级审核报送, notice 四（一）2
    (PaperKind.CASES, 2): Issuing(PaperParty.ORGANISER, PaperParty.SUPERIOR),
    (PaperKind.CASES, 3): Issuing(PaperParty.ORGANISER, PaperParty.REVIEWERS),  # 四（三）
    **{(PaperKind.CLOSING, number): Issuing(PaperParty.OFFICE) for number in _ROUNDS},  # R30
    (PaperKind.PRELIMINARY, 0): Issuing(PaperParty.RECOMMENDER, PaperParty.OFFICE),  # 四（一）3
    (PaperKind.FORMAL, 0): Issuing(PaperParty.RECOMMENDER, PaperParty.OFFICE),  # 四（二）4
    (PaperKind.ASKING, 0): Issuing(PaperParty.RECOMMENDER, PaperParty.AUTHORITY),  # 四（二）2
    (PaperKind.SUMMARY, 0): Issuing(PaperParty.RECOMMENDER, seal=Seal.BESIDE_THE_NAME),
    (PaperKind.LEADERS, 0): Issuing(PaperParty.RECOMMENDER, seal=Seal.BESIDE_THE_NAME),
    (PaperKind.LETTER_OF_HANDLER, 0): Issuing(PaperParty.HANDLER),
    (PaperKind.LETTER_OF_OFFICE, 0): Issuing(PaperParty.OFFICE),
}


@dataclass(frozen=True, slots=True)
class Named:
    """An organ, and the names under which it signs where these are others (中共罗平县委员会、罗平县人民政府)."""

    name: str
    signed_as: str = ""

    @property
    def signatories(self) -> tuple[str, ...]:
        return split_signatories(self.signed_as) or (self.name,)


@dataclass(frozen=True, slots=True)
class Issue:
    """Who signs one paper, in order, and to whom it is addressed ("" where it is to the public)."""

    signatories: tuple[str, ...]
    to: str = ""


def issue(kind: PaperKind, round_number: int, parties: Mapping[PaperParty, Named]) -> Issue:
    """Return who signs a paper and to whom it goes. `parties` has those that the row names."""
    row = ISSUING[kind, round_number]
    return Issue(parties[row.issuer].signatories, parties[row.to].name if row.to else "")


_BETWEEN = re.compile(r"[\n、，,；;\u3000]+|(?<=[\u4e00-\u9fff”）]) +(?=[\u4e00-\u9fff“（])")
MOST_SIGNED_AS, MOST_SIGNATORIES = 200, 6


def split_signatories(text: str) -> tuple[str, ...]:
    """Return the organs that sign jointly, in the order written: separated by 、 or by a line, as people write them."""
    return tuple(filter(None, (part.strip() for part in _BETWEEN.split(text))))


def fault_of_signed_as(text: str) -> str:
    """Return what is wrong with the names under which a unit signs, "" if nothing is."""
    names = split_signatories(text)
    if len(text) > MOST_SIGNED_AS or len(names) > MOST_SIGNATORIES or any(len(name) < 2 for name in names):
        return f"落款请写单位全称，联合署名的用“、”隔开，最多{MOST_SIGNATORIES}个单位、{MOST_SIGNED_AS}个字。"
    return ""
