"""Reads the description of a notice from TOML into the type that the rules take, and reports faults in words."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from app.domain.calendar.stages import STAGE_NUMBERS, stages_named
from app.domain.nominees.annexes import Rank
from app.domain.periods.rounds import ROUND_NUMBERS, Kind, rounds_named
from app.domain.programmes.notice import (
    AnnexWords,
    AskedOf,
    Authority,
    AwardNotice,
    Clauses,
    Condition,
    Judge,
    PhotoSize,
    PublicBodies,
    RoundWords,
    WordList,
)
from app.domain.programmes.notice_faults import faults_of
from config import BadSettings

Made = TypeVar("Made")
Member = TypeVar("Member", bound=StrEnum)


class UnusableNotice(BadSettings):
    """A file that describes no notice that can be followed: every fault on a line of its own."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        super().__init__("\n".join([f"评选通知的描述文件 {path} 用不了：", *(f"- {fault}" for fault in faults)]))
        self.faults = faults


def read_notice(path: Path) -> AwardNotice:
    """Return the notice that a file describes. Raises UnusableNotice with everything that is wrong with it."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError as fault:
        raise UnusableNotice(path, [f"读不到这个文件（{fault.strerror}）。"]) from None
    except ValueError as fault:  # no TOML, or no UTF-8
        raise UnusableNotice(path, [f"不是 UTF-8 编码的 TOML 文件（{fault}）。"]) from None
    try:
        notice = _notice(_Table(content, ""))
    except _Misshapen as fault:
        raise UnusableNotice(path, [str(fault)]) from None
    if faults := faults_of(notice):
        raise UnusableNotice(path, faults)
    return notice


class _Misshapen(Exception):
    """A value is missing, of another type than asked for, or one that nobody asks for."""


class _Table:
    """A table of the file. A key that is read must be there, and a key that was never read is refused at the end."""

    def __init__(self, content: Mapping[str, Any], name: str) -> None:
        self._content, self._name, self._taken = content, name, set[str]()

    def text(self, key: str, default: str | None = None) -> str:
        value: str = self._value(key, str, "一段文字", default)
        return value

    def number(self, key: str) -> int:
        value: int = self._value(key, int, "一个整数", None)
        return value

    def texts(self, key: str, default: list[str] | None = None) -> tuple[str, ...]:
        values = self._value(key, list, "几段文字", default)
        if not all(isinstance(value, str) for value in values):
            raise _Misshapen(f"{self._path(key)} 应是几段文字。")
        return tuple(values)

    def mapping(self, key: str) -> dict[str, str]:
        """Texts by texts; {} where it is missing."""
        found = self._value(key, dict, "一个表", {})
        if not all(isinstance(value, str) for value in found.values()):
            raise _Misshapen(f"{self._path(key)} 应是词和词的对照表。")
        return dict(found)

    def member(self, key: str, kinds: type[Member], default: Member | None = None) -> Member:
        return self._member(key, kinds, self.text(key, default))

    def members(self, key: str, kinds: type[Member]) -> frozenset[Member]:
        """Return some of an enumeration; all of them where it is missing."""
        return frozenset(self._member(key, kinds, text) for text in self.texts(key, [each.value for each in kinds]))

    def under(self, key: str, made: Callable[[_Table], Made]) -> Made:
        """Return what is made of a table within this one."""
        return self._made(self._value(key, dict, "一个表", None), self._path(key), made)

    def each(self, key: str, made: Callable[[_Table], Made]) -> tuple[Made, ...]:
        """Return what is made of each of several tables."""
        found = self._value(key, list, "几个表", None)
        return tuple(
            self._made(one, f"{self._path(key)} 第{place}个", made) for place, one in enumerate(found, start=1)
        )

    def has(self, key: str) -> bool:
        return key in self._content

    def close(self) -> None:
        if strange := [key for key in self._content if key not in self._taken]:
            raise _Misshapen(f"没有“{self._path(strange[0])}”这一项，请核对写法。")

    def _made(self, content: Any, name: str, made: Callable[[_Table], Made]) -> Made:
        if not isinstance(content, dict):
            raise _Misshapen(f"{name} 应是一个表。")
        table = _Table(content, name)
        found = made(table)
        table.close()
        return found

    def _member(self, key: str, kinds: type[Member], text: str) -> Member:
        if text not in set(kinds):
            raise _Misshapen(f"{self._path(key)} 写的是“{text}”，可以写的有：{'、'.join(kinds)}。")
        return kinds(text)

    def _value(self, key: str, kind: type, asked: str, default: Any) -> Any:
        self._taken.add(key)
        value = self._content.get(key, default)
        if value is None:
            raise _Misshapen(f"缺少 {self._path(key)}。")
        if not isinstance(value, kind) or isinstance(value, bool):
            raise _Misshapen(f"{self._path(key)} 应是{asked}。")
        return value

    def _path(self, key: str) -> str:
        return f"{self._name}.{key}" if self._name else key


def _notice(table: _Table) -> AwardNotice:
    names, words = table.under("rounds", _rounds)
    limits = table.under("limits", _limits)
    summaries, forms, opinion_form, leaders_form = table.under("annexes", _annexes)
    notice = AwardNotice(
        key=table.text("key"),
        name=table.text("name"),
        places=table.texts("places", []),
        kind_names=table.under("kinds", lambda each: _by_kind(each.text)),
        county_share=table.number("county_share"),
        barred_from=table.member("barred_from", Rank),
        reviewers=table.text("reviewers"),
        approvers=table.texts("approvers"),
        leaders_of=table.text("leaders_of"),
        conditions=table.each("conditions", _condition),
        authorities=table.each("authorities", _authority),
        public_bodies=table.under("public_bodies", _public_bodies),
        lists=table.under("lists", _lists),
        deeds_limit=limits[0],
        material_limits=limits[1],
        photo=limits[2],
        rounds=rounds_named(names),
        round_words=words,
        stages=stages_named(table.under("stages", _stages)),
        clauses=table.under("clauses", _clauses),
        summaries=summaries,
        forms=forms,
        opinion_form=opinion_form,
        leaders_form=leaders_form,
        awards=table.under("awards", lambda each: _by_kind(each.number)) if table.has("awards") else None,
        enterprises=frozenset(table.texts("enterprises", [])),
    )
    table.close()
    return notice


def _by_kind(made: Callable[[str], Made]) -> dict[Kind, Made]:
    return {kind: made(kind.value) for kind in Kind}


def _condition(table: _Table) -> Condition:
    return Condition(
        table.text("key"),
        table.text("name"),
        table.text("clause"),
        table.text("text"),
        table.members("kinds", Kind),
        table.member("check", Judge, Judge.PERSON),
    )


def _authority(table: _Table) -> Authority:
    return Authority(table.text("key"), table.text("name"), table.member("asked", AskedOf))


def _public_bodies(table: _Table) -> PublicBodies:
    names = ("unit_types", "statuses", "on_their_own")
    return PublicBodies(*(frozenset(table.texts(name)) for name in names))


def _lists(table: _Table) -> dict[str, WordList]:
    def words(each: _Table) -> WordList:
        return WordList(each.texts("words"), each.texts("joined", []), each.mapping("meant"))

    return {name: table.under(name, words) for name in ("unit_type", "trade", "political", "status")}


def _limits(table: _Table) -> tuple[int, dict[Kind, int], PhotoSize]:
    return (
        table.number("deeds"),
        table.under("material", lambda each: _by_kind(each.number)),
        table.under(
            "photo",
            lambda each: PhotoSize(
                each.number("width"), each.number("height"), each.number("least_bytes"), each.text("example")
            ),
        ),
    )


def _rounds(table: _Table) -> tuple[dict[int, str], dict[int, RoundWords]]:
    def words(each: _Table) -> tuple[str, RoundWords]:
        return each.text("name"), RoundWords(each.text("subject"), each.text("opening"), each.text("handling", ""))

    found = {number: table.under(str(number), words) for number in ROUND_NUMBERS}
    return {number: name for number, (name, _) in found.items()}, {n: words for n, (_, words) in found.items()}


def _stages(table: _Table) -> dict[int, tuple[str, str, int]]:
    def stage(each: _Table) -> tuple[str, str, int]:
        return each.text("name"), each.text("due"), each.number("days")

    return {number: table.under(str(number), stage) for number in STAGE_NUMBERS}


def _clauses(table: _Table) -> Clauses:
    return Clauses(*(table.text(name) for name in ("lapse", "upheld", "revocation", "share", "opinions")))


def _annexes(table: _Table) -> tuple[dict[Kind, AnnexWords], dict[Kind, AnnexWords], AnnexWords, AnnexWords]:
    def annex(each: _Table) -> AnnexWords:
        return AnnexWords(
            each.text("number"),
            each.text("heading"),
            each.text("short"),
            each.texts("notes", []),
            each.text("foot", ""),
        )

    def of_kinds(each: _Table) -> dict[Kind, AnnexWords]:
        return _by_kind(lambda name: each.under(name, annex))

    return (
        table.under("summaries", of_kinds),
        table.under("forms", of_kinds),
        table.under("opinions", annex),
        table.under("leaders", annex),
    )
