"""What a form of the notice says of one nominee (annexes 2 to 5), and what is wrong with it, in words."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from app.domain.imports.field_checks import column_name, field_problems
from app.domain.imports.fields import FIELD_NAMES, NAMESAKES, Problem
from app.domain.imports.form_dates import form_date
from app.domain.imports.form_words import LISTS, form_word
from app.domain.nominees.names import clean_name
from app.domain.nominees.ranks import rank_of
from app.domain.objections.sameness import plain_text
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice

__all__ = [
    "FIELD_NAMES",
    "Nomination",
    "Problem",
    "Seen",
    "column_name",
    "normalised",
    "order_problems",
    "problems_of",
    "rank_of",
]

_PROSE = frozenset({"resume", "awards", "penalties", "deeds", "remark"})  # kept as written
_NUMBERS = frozenset({"id_number", "credit_code"})
_NAMES = frozenset({"name", "leader"})
# Two posts in two lines of one cell; a post that merely runs on in a second line does not end like one.
_BETWEEN_POSTS = re.compile(
    r"(?<=[长员任记师理席级事])\s*\n\s*(?=[^\s、，,；;（(])(?!(?:医|药|护|技)师|法医|记者|编辑|科员|播音)"
)


@dataclass(frozen=True, slots=True)
class Nomination:
    """One row of annex 2 or 3, or one form of annex 4 or 5: trimmed texts by the keys of FIELD_NAMES.

    Every field of the form has a key, with "" for an empty one. `number` is the row as Excel counts it, or the file's
    place among several; `source` the file's name. `reading` says what could not be read. `order` is the text under
    序号, which no rule uses: the order of preference is that of the rows.
    """

    kind: Kind
    number: int
    source: str
    fields: Mapping[str, str]
    reading: tuple[Problem, ...] = field(default=())
    order: str = ""
    where: str = ""  # where it stands, if the list has several sheets: “个人二”第3行

    @property
    def name(self) -> str:
        return self.fields.get("name", "")

    @property
    def place(self) -> str:
        """Return in words where it stands. Numbers count on from sheet to sheet, rows do not."""
        return self.where or f"第{self.number}行"

    @property
    def sheet(self) -> str:
        """Return what tells its sheet from the list's others, "" where the list has one."""
        return self.where.rpartition("”")[0]


def problems_of(nomination: Nomination, today: dt.date, notice: AwardNotice) -> list[Problem]:
    """List every problem of a nomination by itself, unreadable fields first.

    Only fields that the form has are required: an absent key is no problem. Private numbers are not repeated.
    """
    told = {problem.column for problem in nomination.reading}
    found = field_problems(nomination.kind, normalised(nomination, notice).fields, today, notice)
    return [*nomination.reading, *(problem for problem in found if problem.column not in told)]


def normalised(nomination: Nomination, notice: AwardNotice) -> Nomination:
    """Return the same, as the forms write it: digits of half width, no stray spaces, 汉 → 汉族, 1980.01 → 1980年1月."""
    return replace(nomination, fields={key: _normal(key, text, notice) for key, text in nomination.fields.items()})


def _normal(key: str, text: str, notice: AwardNotice) -> str:
    if key in _PROSE:
        return text
    if key in LISTS:
        return form_word(key, text, notice)
    plain = unicodedata.normalize("NFKC", text).strip()
    if key in _NUMBERS:
        return re.sub(r"[\s'‘’\-]", "", plain).upper()
    if key == "birth":
        born = form_date(plain)
        return str(born) if born else text
    if key == "phone":
        return re.sub(r"[‐‑‒–—―−]", "-", plain)
    if key == "post":
        text = _BETWEEN_POSTS.sub("、", text)
    return clean_name(text) if key in _NAMES else re.sub(r"\s*\n\s*", "", text).strip()


class Seen:
    """The nominees seen so far, to find one that comes twice. Keeps hashes only, to need little memory."""

    def __init__(self, notice: AwardNotice) -> None:
        self._notice = notice
        self._places: dict[int, _Met] = {}

    def problem(self, nomination: Nomination) -> Problem | None:
        """Return the problem of a nominee that was there before, and remember this one."""
        found = None
        fields = normalised(nomination, self._notice).fields
        number = fields.get("id_number")
        mine = _Met(nomination.number, nomination.source, nomination.place, hash(number) if number else None)
        for column, facts in _likenesses(nomination.kind, fields):
            met = self._places.setdefault(hash(facts), mine)
            if (met.number, met.source) != (mine.number, mine.source) and found is None:
                found = _told(facts, column, met, mine)
        return found


@dataclass(frozen=True, slots=True)
class _Met:
    """A nominee seen before: where it stands, and the hash of its ID number, None where it has none."""

    number: int
    source: str
    place: str
    id_hash: int | None


_ONCE = "同一推荐对象只能推荐一次，请删去多余的那一个"
_BY_NAME, _BY_NAME_AND_UNIT = "name", "name and unit"


def _told(facts: tuple[str, ...], column: str, met: _Met, mine: _Met) -> Problem:
    """Word the likeness of two nominations. Two people of one name are told apart by units or by ID numbers (R9)."""
    where = met.place if met.source == mine.source else f"“{met.source}”"
    if facts[0] == "code":
        return Problem(column, f"与{where}重复", f"{_ONCE}；同一单位的两个内设机构没有自己的代码的，请写“无”")
    told_apart = None not in (met.id_hash, mine.id_hash) and met.id_hash != mine.id_hash
    if facts[0] == _BY_NAME_AND_UNIT and not told_apart:
        return Problem(column, f"与{where}重复", f"{_ONCE}；{NAMESAKES}")
    if facts[0] in (_BY_NAME, _BY_NAME_AND_UNIT):
        return Problem(
            column, f"与{where}同名", "是两个人的，请在下面确认；是同一个人的，请删去多余的那一行", asks=True
        )
    return Problem(column, f"与{where}重复", _ONCE)


def _likenesses(kind: Kind, fields: Mapping[str, str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield what may make two nominations the same nominee, the surest first: (column, the facts)."""
    if number := fields.get("id_number"):
        yield FIELD_NAMES["id_number"], ("id", number)
    code = fields.get("credit_code")
    if code and code != "无":
        yield FIELD_NAMES["credit_code"], ("code", code)
    name = fields.get("name")
    if not name:
        return
    if kind is Kind.COLLECTIVE:
        yield column_name("name", kind), ("collective", name)
        return
    yield FIELD_NAMES["name"], (_BY_NAME_AND_UNIT, plain_text(name), plain_text(fields.get("unit", "")))
    yield FIELD_NAMES["name"], (_BY_NAME, plain_text(name))


def order_problems(nominations: Iterable[Nomination]) -> dict[int, Problem]:
    """Return, by `number`, a problem for each nomination whose 序号 contradicts the order of the rows of its sheet."""
    problems = {}
    places: Counter[str] = Counter()
    for nomination in nominations:
        places[nomination.sheet] += 1
        place = places[nomination.sheet]
        order = unicodedata.normalize("NFKC", nomination.order).strip().rstrip(".、")
        if order and order.lstrip("0") != str(place):
            wrong = f"序号与排列次序不一致：这一行排在第{place}位"
            problems[nomination.number] = Problem("序号", wrong, f"请按推荐的优先顺序排好，序号写“{place}”")
    return problems
