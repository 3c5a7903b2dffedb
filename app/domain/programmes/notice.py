"""What one notice (评选通知) lays down, as data: conditions, authorities, word lists, limits, names, clauses.

A description is handed to the rules like the calendar is. `app/notices` reads it from a file; each programme names
the one that it follows. What every commendation has in common is no part of it and stays in code: three rounds with
their organisers and fields (R12), five working days (R4), the ladder of ranks (R10).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.calendar.stages import NoticeStage
from app.domain.nominees.annexes import Rank
from app.domain.periods.rounds import Kind, Round


class Judge(StrEnum):
    """What decides whether a condition is met."""

    PERSON = "person"  # somebody of the office confirms it
    RANK = "rank"  # 行政级别, against AwardNotice.barred_from
    COUNTY_BODY = "county_body"  # the name of a collective is not that of a county committee or government
    DISCIPLINE = "discipline"  # the form's field 何时何地受过何种处分, and a person


class AskedOf(StrEnum):
    """Of whom an authority's opinion is asked."""

    EVERYBODY = "everybody"
    ENTERPRISES = "enterprises"  # 企业及其工作人员, as AwardNotice.enterprises tells them
    PUBLIC_BODIES = "public_bodies"  # 机关、国有企事业单位及其工作人员, as AwardNotice.public_bodies tells them


@dataclass(frozen=True, slots=True)
class Condition:
    """One clause that a nominee of these kinds must meet. `text` is the notice's own words."""

    key: str
    name: str
    clause: str
    text: str
    kinds: frozenset[Kind] = frozenset(Kind)
    check: Judge = Judge.PERSON


@dataclass(frozen=True, slots=True)
class Authority:
    """One authority whose opinion is asked for; opinions are stored under its key."""

    key: str
    name: str
    asked: AskedOf = AskedOf.EVERYBODY


@dataclass(frozen=True, slots=True)
class PublicBodies:
    """How to tell 机关、国有企事业单位及其工作人员: words of the lists of 单位类型 and 人员身份.

    `on_their_own` are the statuses of people who belong to no unit: nobody asks where they are employed.
    """

    unit_types: frozenset[str]
    statuses: frozenset[str]
    on_their_own: frozenset[str]


@dataclass(frozen=True, slots=True)
class WordList:
    """The words that a field of the forms allows.

    `joined` are pairs that the notice's marks let people read as one word: taken, not offered. `meant` maps what
    people write to the word that they mean.
    """

    words: tuple[str, ...]
    joined: tuple[str, ...] = ()
    meant: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class PhotoSize:
    """What a photo must be: pixels, the fewest bytes, and a name to name it by."""

    width: int
    height: int
    least_bytes: int
    example: str


@dataclass(frozen=True, slots=True)
class AnnexWords:
    """One annex: its number, what it is headed after the honour's name, its short name, and its printed notes."""

    number: str
    heading: str
    short: str
    notes: tuple[str, ...] = ()
    foot: str = ""

    @property
    def label(self) -> str:
        return f"附件{self.number}"


@dataclass(frozen=True, slots=True)
class Clauses:
    """What decisions and pages cite."""

    lapse: str
    upheld: str
    revocation: str
    share: str
    opinions: str


@dataclass(frozen=True, slots=True)
class RoundWords:
    """How the 公告 of a round calls those it shows, the sentence that it opens with, and the clause on objections.

    `handling` says who investigates an objection of the round, with its place in the notice; "" where the notice says
    nothing of it.
    """

    subject: str
    opening: str
    handling: str = ""


# R4's five working days are deliberately not here: see WINDOW_WORKDAYS in app/domain/periods/window.py.
@dataclass(frozen=True, eq=False, slots=True)  # eq=False: one description is one object, and can key a cache
class AwardNotice:
    """One notice. `notice_faults.faults_of` says what contradicts itself in it."""

    key: str
    name: str
    places: tuple[str, ...]  # 省, 市: what may stand before a county's name, from the outermost in
    kind_names: Mapping[Kind, str]
    county_share: int  # percent of 县处级 that a new programme proposes
    barred_from: Rank  # from this rank on nobody may be recommended
    reviewers: str  # who signs a form last before the approvers
    approvers: tuple[str, ...]
    leaders_of: str  # how annex 1 heads the units that hand in the list of leaders
    conditions: tuple[Condition, ...]
    authorities: tuple[Authority, ...]
    public_bodies: PublicBodies
    lists: Mapping[str, WordList]
    deeds_limit: int
    material_limits: Mapping[Kind, int]
    photo: PhotoSize
    rounds: Mapping[int, Round]
    round_words: Mapping[int, RoundWords]
    stages: Mapping[int, NoticeStage]
    clauses: Clauses
    summaries: Mapping[Kind, AnnexWords]
    forms: Mapping[Kind, AnnexWords]
    opinion_form: AnnexWords
    leaders_form: AnnexWords
    # How many it awards, by kind; None where the file says nothing of it, and annex 1 alone adds up.
    awards: Mapping[Kind, int] | None = None
    enterprises: frozenset[str] = frozenset()  # the words of 单位类型 that are enterprises

    @property
    def authority_names(self) -> dict[str, str]:
        """Names by key, in the order of the form."""
        return {authority.key: authority.name for authority in self.authorities}

    @property
    def deeds_bounds(self) -> tuple[int, int]:
        """The fewest and the most characters of the deeds (简要事迹)."""
        return 1, self.deeds_limit

    @property
    def approver_words(self) -> str:
        return "、".join(self.approvers)

    def words(self, field: str) -> tuple[str, ...]:
        """Return the words that a field of the forms offers."""
        return self.lists[field].words

    def categories(self, kind: Kind) -> tuple[str, ...]:
        """单位类型 of a collective, 人员身份 of an individual."""
        return self.words("unit_type" if kind is Kind.COLLECTIVE else "status")

    def summary_name(self, kind: Kind) -> str:
        """先进集体推荐对象汇总表: what annex 2 or 3 is called."""
        return f"{self.kind_names[kind]}{self.summaries[kind].heading}"

    def form_name(self, kind: Kind) -> str:
        """先进集体推荐表: what annex 4 or 5 is called."""
        return f"{self.kind_names[kind]}{self.forms[kind].heading}"

    def annexes(self, annexes: Iterable[AnnexWords]) -> str:
        """附件2、3: several annexes by their numbers."""
        return f"附件{'、'.join(annex.number for annex in annexes)}"

    def printed_notes(self, annex: AnnexWords) -> list[str]:
        """Return the notes of an annex with the lists and limits that they repeat filled in."""
        return [self._filled(note) for note in annex.notes]

    def _filled(self, note: str) -> str:
        for place, words in NOTE_PLACES.items():
            note = note.replace(place, words(self))
        return note


# What the printed notes of a form may repeat from the rest of the description.
NOTE_PLACES: Mapping[str, Callable[[AwardNotice], str]] = {
    "{unit_types}": lambda notice: "、".join(notice.words("unit_type")),
    "{trades}": lambda notice: "，".join(notice.words("trade")),  # the words have 、 in them
    "{political}": lambda notice: "、".join(notice.words("political")),
    "{statuses}": lambda notice: "、".join(notice.words("status")),
    "{deeds_limit}": lambda notice: str(notice.deeds_limit),
}
