"""The record as an auditor reads it: who, what, of what and with which details, in words and without a code (R32).

Sealed texts stay sealed: the record holds none, and no name of an objector is read for it (R19).
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy.orm import Session

from app.domain.cases.states import ROLE_NAMES, Role
from app.domain.shared.instants import SHANGHAI
from app.domain.shared.wording import end_moment, full_day, moment
from app.models import AuditRow
from app.services.record.act_names import ACT_NAMES, name_actor, user_names
from app.services.record.detail_words import (
    COUNTS_IN_ACTS,
    DETAIL_NAMES,
    REFERENCES,
    REFERENCES_OF_ACTS,
    codes_of,
)
from app.services.record.subjects import SubjectNames

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+]00:00")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_BACKUP = re.compile(r"\d{8}T\d{6}Z")
_PLACED = re.compile(r"(\d+) ([a-z]+)")  # unit and role, as `user.placed` holds them
_CALENDAR_PACKAGE = re.compile(r"\bholidays (?=\d)")
_BEGINNINGS = ("opens_at", "first_made")  # any other instant is the end of something
# It stands behind what people read.
_READ_BY_PROGRAMS = frozenset({"commitment"})
_AT_ONCE = 500
UNNUMBERED = "待编号"
_UNKNOWN_DETAIL, _UNKNOWN_ACT = "其他", "其他操作"


@dataclass(frozen=True, slots=True)
class ActInWords:
    """One row of the record in words. `number` is None until it is sealed, moments after it was written."""

    number: int | None
    at: dt.datetime
    who: str
    what: str
    action: str
    subject: str
    about: str
    details: str

    @property
    def shown_number(self) -> int | str:
        return self.number or UNNUMBERED


class RecordWords:
    """Puts rows of the record into words. Names are read for many rows at once, and kept."""

    def __init__(self, session: Session) -> None:
        self._people = user_names(session)
        self._names = SubjectNames(session)

    def said(self, rows: Iterable[AuditRow]) -> Iterator[ActInWords]:
        """Yield each row in words, in their order. Rows are read in pieces, never all of them in memory."""
        left = iter(rows)
        while piece := list(islice(left, _AT_ONCE)):
            parsed = [(row, json.loads(row.details)) for row in piece]
            self._names.learn(row.subject for row in piece)
            self._names.learn(key for row, details in parsed for key in _keys_in(row.action, details))
            for row, details in parsed:
                yield self._row(row, details)

    def subject(self, key: str) -> str:
        """Return what a key of the record names."""
        return self._names.name(key)

    def _row(self, row: AuditRow, details: Mapping[str, Any]) -> ActInWords:
        return ActInWords(
            number=row.seal.number if row.seal else None,
            at=row.at,
            who=self._who(row.actor),
            what=ACT_NAMES.get(row.action, _UNKNOWN_ACT),
            action=row.action,
            subject=row.subject,
            about=self._names.name(row.subject),
            details="；".join(
                f"{DETAIL_NAMES.get(key, _UNKNOWN_DETAIL)}：{self._detail(row.action, key, value)}"
                for key, value in sorted(details.items(), key=lambda one: one[0] in _READ_BY_PROGRAMS)
            ),
        )

    def _who(self, actor: str) -> str:
        said = name_actor(actor, self._people)
        return "已经不在的账号" if said == actor else said

    def _detail(self, action: str, key: str, value: Any) -> str:
        """Put one detail into words: a name for a row, a word for a code, a moment for an instant."""
        if key == "quotas" and isinstance(value, dict):
            return "，".join(f"{self._names.name(f'unit:{unit}')}{_places(given)}" for unit, given in value.items())
        if key == "stages" and isinstance(value, dict):
            return "，".join(f"第{number}阶段{_days(days)}" for number, days in value.items())
        if action == "user.placed" and key in ("from", "to") and (found := _PLACED.fullmatch(str(value))):
            return f"{self._names.name(f'unit:{found[1]}')} {ROLE_NAMES[Role(found[2])]}"
        kind = _kind_named(action, key, value)
        if kind:
            many = value if isinstance(value, list) else [value]
            return "、".join(self._names.name(f"{kind}:{each}") for each in many) or "无"
        return _worded(key, value, codes_of(action, key))


def _kind_named(action: str, key: str, value: Any) -> str:
    """Return the kind of row that a detail names, "" where it holds something else."""
    if (action, key) in REFERENCES_OF_ACTS and value is not None:
        return REFERENCES_OF_ACTS[action, key]
    ids = value if isinstance(value, list) else [value]
    are_ids = all(isinstance(each, int) and not isinstance(each, bool) for each in ids)
    return REFERENCES.get(key, "") if are_ids and (action, key) not in COUNTS_IN_ACTS else ""


def _keys_in(action: str, details: Mapping[str, Any]) -> Iterator[str]:
    for key, value in details.items():
        if key == "quotas" and isinstance(value, dict):
            yield from (f"unit:{unit}" for unit in value)
        elif kind := _kind_named(action, key, value):
            yield from (f"{kind}:{each}" for each in (value if isinstance(value, list) else [value]))


def _worded(key: str, value: Any, codes: Mapping[str, str]) -> str:
    if isinstance(value, dict):
        return (
            "，".join(f"{codes.get(code, code)}{_worded('', each, {})}" for code, each in value.items() if each) or "无"
        )
    if isinstance(value, list):
        return "、".join(_worded(key, each, codes) for each in value) or "无"
    if value is None or isinstance(value, bool):
        return {None: "无", True: "是", False: "否"}[value]
    if isinstance(value, int):
        return _numbered(key, value)
    return _text(key, str(value), codes)


def _text(key: str, text: str, codes: Mapping[str, str]) -> str:
    if text in codes:
        return codes[text]
    if _INSTANT.fullmatch(text):
        return (moment if key in _BEGINNINGS else end_moment)(dt.datetime.fromisoformat(text))
    if _DAY.fullmatch(text):
        return full_day(dt.date.fromisoformat(text))
    if _BACKUP.fullmatch(text):
        made = dt.datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=dt.UTC)
        return f"{moment(made.astimezone(SHANGHAI))}的备份"
    return _CALENDAR_PACKAGE.sub("节假日数据包 ", text)


def _numbered(key: str, value: int) -> str:
    if key == "size":
        return f"{max(1, round(value / 1024))} KB"
    pattern = {"round": "第{}轮", "edition": "第{}版", "version": "第{}稿"}.get(key, "{}")
    return pattern.format(value)


def _places(given: Any) -> str:
    """Put a unit's places into words: collectives and individuals, or nothing once they are taken away."""
    return f"集体{given[0]}个、个人{given[1]}名" if given and any(given) else "不再有名额"


def _days(days: list[str]) -> str:
    """Put the days of a stage into words: before and now, or now alone."""
    said = [full_day(dt.date.fromisoformat(day)) for day in days]
    spans = [f"{first}至{last}" for first, last in zip(said[::2], said[1::2], strict=True)]
    return "改为".join(spans)
