"""Checks of a whole list against the nominees there are: enough places, nobody twice (R9, R11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from app.domain.imports.fields import NAMESAKES, Problem
from app.domain.imports.photos import is_named
from app.domain.objections.sameness import plain_text
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice

WHOSE_LINE = "推荐单位"
_SEAL = re.compile(r"[(（](?:盖章|公章|签章|加盖公章|单位盖章)[)）]\s*$")  # where the seal goes: no part of the name
MOST_ROWS = 2_000  # of one list, which is read while somebody waits: the city has 150 places
_NAMES = {Kind.COLLECTIVE: "集体名称", Kind.INDIVIDUAL: "姓名"}
_NUMBERS = {Kind.COLLECTIVE: "社会信用代码", Kind.INDIVIDUAL: "身份证号码"}
NOTHING_READ = Problem("整份材料", "没有读到推荐对象", "请从表头下面的第一行起，一行填一个推荐对象")


@dataclass(frozen=True, slots=True)
class KnownNominee:
    """A nominee of the programme. `ours`: the list's own unit recommends it. `entered`: a period has it."""

    nominee_id: int
    kind: Kind
    name: str
    unit: str
    recommender: str
    ours: bool
    entered: bool
    person_hash: str | None


@dataclass(frozen=True, slots=True)
class PlacesTaken:
    """What one kind of nominee has of a unit's quota: places in all, on paper alone (secret), and taken."""

    places: int
    secret: int
    taken: int


@dataclass(frozen=True, slots=True)
class Clash:
    """A row about somebody who is in the programme already, worded for a unit and, in full, for the office."""

    problem: Problem
    to_office: str


@dataclass
class Register:
    """All nominees of a programme, found by name and unit, or by the keyed hash of their number."""

    standing: Iterable[KnownNominee]
    _named: dict[tuple[Kind, str, str], list[KnownNominee]] = field(init=False)
    _numbered: dict[tuple[Kind, str], KnownNominee] = field(init=False)

    def __post_init__(self) -> None:
        self._named, self._numbered = {}, {}
        for one in self.standing:
            self._named.setdefault(named(one.kind, one.name, one.unit), []).append(one)
            if one.person_hash:
                self._numbered[one.kind, one.person_hash] = one

    def same(self, kind: Kind, name: str, unit: str, hashes: Sequence[str]) -> KnownNominee | None:
        """Return the nominee of this kind, name and unit, if there is one. `hashes` tell two people of one name apart.

        They are those of the number, one for each key of the ring; none where there is no number.
        """
        those = self._named.get(named(kind, name, unit), ())
        by_number = (one for one in those if one.person_hash in hashes)
        return next(by_number, None) or next((one for one in those if not is_other_person(one, kind, hashes)), None)

    def filled(self, kind: Kind, name: str, unit: str, hashes: Sequence[str], *, fills: bool) -> KnownNominee | None:
        """Return the unit's own nominee that a form is about; None for a row that brings a new one."""
        known = self.same(kind, name, unit, hashes) if fills else None
        return known if known is not None and known.ours else None

    def clashes(self, kind: Kind, name: str, unit: str, hashes: Sequence[str], *, fills: bool) -> list[Clash]:
        """Return the clashes of one row. A form (`fills`) may be about its own nominee while no period shows it."""
        known = self.same(kind, name, unit, hashes)
        if known is not None and not (fills and known.ours):
            return [_met(known, _NAMES[kind], "名单上已经有了")]
        if known is not None and known.entered:
            return [_too_late(known)]
        numbered = (self._numbered.get((kind, hash_)) for hash_ in hashes)
        met = next((one for one in numbered if one is not None and one is not known), None)
        if met:
            return [_met(met, _NUMBERS[kind], "和名单上的另一个推荐对象一样")]
        namesakes = self._named.get(named(kind, name, unit), ()) if known is None else ()
        return [_namesake(namesakes[0])] if namesakes else []


def is_other_person(known: KnownNominee, kind: Kind, hashes: Sequence[str]) -> bool:
    """Tell whether somebody of a known nominee's name and unit is another person: both numbers are there and differ.

    `hashes` are those of the number, one for each key of the ring.
    """
    return kind is Kind.INDIVIDUAL and bool(hashes and known.person_hash) and known.person_hash not in hashes


def _namesake(known: KnownNominee) -> Clash:
    wrong = "名单上已经有一个同名的人，身份证号码不同"
    right = "是两个人的，请在下面确认；是同一个人的，请核对身份证号码"
    return Clash(Problem(_NAMES[known.kind], wrong, right, asks=True), wrong)


def named(kind: Kind, name: str, unit: str) -> tuple[Kind, str, str]:
    """Return the key of a nominee without a number. A collective's full name includes its unit."""
    return kind, plain_text(name), plain_text(unit) if kind is Kind.INDIVIDUAL else ""


def _met(known: KnownNominee, column: str, ours: str) -> Clash:
    if known.ours:
        also = f"；{NAMESAKES}" if known.kind is Kind.INDIVIDUAL else ""
        problem = Problem(column, ours, f"一个推荐对象只报一次：请删去这一行；要补充材料，请上传推荐表{also}")
        return Clash(problem, ours)
    problem = Problem(column, "已由其他单位推荐", "同一个对象只能由一个单位推荐：请核对，或者与市级专班联系")
    return Clash(problem, f"已由{known.recommender}推荐")


def _too_late(known: KnownNominee) -> Clash:
    wrong = "已经列入公示，不能再用推荐表改动"
    return Clash(Problem(_NAMES[known.kind], wrong, "请在这个对象的页面上办理“事迹变更”或者“更正”"), wrong)


def quota_problem(kind: Kind, place: PlacesTaken, coming: int, notice: AwardNotice) -> Problem | None:
    """Return a problem where a list has more nominees than the unit has free places (R9, R11)."""
    room = max(0, place.places - place.secret - place.taken)
    if coming <= room:
        return None
    already = f"，已经用去{place.taken + place.secret}个" if place.taken + place.secret else ""
    places = f"{notice.kind_names[kind]}名额{place.places}个" if place.places else f"没有{notice.kind_names[kind]}名额"
    wrong = f"{places}{already}，这次报了{coming}个，超出{coming - room}个"
    right = f"{f'最多再报{room}个' if room else '不能再报'}；要顶替已取消资格的对象，请在那个对象的页面上办理递补"
    return Problem("名额", wrong, right)


def recommender_problem(written: str, unit: str) -> Problem | None:
    """Return what is wrong with the line of the recommender: it must name the unit that hands the list in."""
    written = _SEAL.sub("", written).strip()
    if plain_text(written) == plain_text(unit):
        return None
    wrong = f"写的是“{written}”" if written else "没有填"
    return Problem(WHOSE_LINE, wrong, f"应填“{unit}”")


def photo_owner(file_name: str, names: Mapping[int, str], unit: str) -> int | None:
    """Return the row of the person a photo is named after (推荐单位—姓名). None where that is nobody, or several."""
    owners = [number for number, name in names.items() if is_named(file_name, unit, name)]
    return owners[0] if len(owners) == 1 else None


def stray_photo(unit: str, notice: AwardNotice) -> Problem:
    """Return the problem of a photo whose person cannot be told from its name."""
    wrong = f"没有和这个文件名对应的{notice.kind_names[Kind.INDIVIDUAL]}推荐表，或者有几份"
    right = f"文件名应是“{unit}—姓名.jpg”，与推荐表一起上传；也可以以后在这个人的页面上单独上传"
    return Problem("照片", wrong, right)
