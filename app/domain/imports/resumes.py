"""个人简历: 从高中开始，按时间顺序，精确到月，不得断档 (annex 5, item 8)."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from app.domain.imports.fields import FIELD_NAMES, Problem

_MONTH = (
    r"(?P<{0}year>(?:19|20)\d\d)\s*[年./\-]\s*(?P<{0}month>0?[1-9]|1[0-2])(?!\d)"
    r"\s*(?:[./\-]\s*\d{{1,2}}(?!\d)|月(?:\s*\d{{1,2}}日)?)?"
)
_TO = r"\s*(?:[-‐‑‒–—―−~～至到]|起至|起到)+\s*"
_NOW = r"(?P<now>至今|今|现在|目前|现)"
_SPAN = re.compile(
    _MONTH.format("from_") + rf"(?:{_TO}(?:{_MONTH.format('to_')}|{_NOW})|(?P<since>\s*(?:至今|起)|{_TO}(?!\d)))"
)
_YEARS_ONLY = re.compile(r"(?<![\d.])(?:19|20)\d\d\s*年?" + _TO + r"(?:(?:19|20)\d\d\s*年?(?![\d./月\-])|至今|今)")
_STUDY = re.compile("学习|就读|学生|大学|学院|中学|高中|学校|一中|二中|三中|中专|专业|本科|硕士|博士|毕业")
_ENDED = re.compile("去世|逝世|牺牲|殉职|病故|退休|离休")
_COLUMN = FIELD_NAMES["resume"]
_HOLIDAY = frozenset({7, 8})  # between two schools, or school and the first job
_TOLD = 5  # gaps named in one go


@dataclass(frozen=True, slots=True)
class ResumeSpan:
    """Months a résumé accounts for, both ends included, counted from year 0; `study` says which kind of line it is."""

    first: int
    last: int
    study: bool


def resume_problems(text: str, today: dt.date) -> list[Problem]:
    """List every gap by its months, or that no months can be read at all."""
    plain = unicodedata.normalize("NFKC", text)
    spans = spans_of(plain, today)
    if not spans:
        return [Problem(_COLUMN, "看不出各段经历的起止年月", "每段写成“2001年9月—2004年7月 在某地学习（工作）”的样子")]
    problems = []
    if _YEARS_ONLY.search(plain):
        problems.append(Problem(_COLUMN, "有的经历只写了年份", "起止时间要精确到月，如“2001年9月—2004年7月”"))
    if backwards := [span for span in spans if span.last < span.first]:
        wrong = f"有一段经历的结束时间早于开始时间（{_month(backwards[0].first)}开始的一段）"
        problems.append(Problem(_COLUMN, wrong, "请核对这一段的起止年月"))
    gaps = _gaps(spans, None if _ENDED.search(plain) else _number(today.year, today.month))
    if gaps:
        named = "；".join(
            _month(first) if first == last else f"{_month(first)}至{_month(last)}" for first, last in gaps[:_TOLD]
        )
        more = f"等{len(gaps)}处" if len(gaps) > _TOLD else ""
        problems.append(
            Problem(_COLUMN, f"经历中断：{named}{more}没有说明", "请补上这段时间的学习、工作或待业情况，不得断档")
        )
    return problems


def spans_of(text: str, today: dt.date) -> list[ResumeSpan]:
    """Return the spans that a résumé names, in the order of the text. A line without an end reaches to today."""
    found = list(_SPAN.finditer(text))
    spans = []
    for place, match in enumerate(found, start=1):
        end = found[place].start() if place < len(found) else len(text)
        last = (
            _number(int(match["to_year"]), int(match["to_month"]))
            if match["to_year"]
            else _number(today.year, today.month)
        )
        first = _number(int(match["from_year"]), int(match["from_month"]))
        spans.append(ResumeSpan(first, last, _STUDY.search(text, match.end(), end) is not None))
    return spans


def _gaps(spans: list[ResumeSpan], now: int | None) -> list[tuple[int, int]]:
    """Yield first and last month of every stretch that no span covers, up to `now` (None: up to the last end)."""
    gaps = []
    ordered = sorted(spans, key=lambda span: span.first)
    reached, after_study = ordered[0].first, True
    for span in ordered:
        if span.first > reached + 1 and not (after_study and _is_holiday(reached + 1, span.first - 1)):
            gaps.append((reached + 1, span.first - 1))
        if span.last >= reached:
            reached, after_study = span.last, span.study
    if now is not None and now > reached + 1:  # the month that has just begun may still be missing
        gaps.append((reached + 1, now))
    return gaps


def _is_holiday(first: int, last: int) -> bool:
    return all(month % 12 + 1 in _HOLIDAY for month in range(first, last + 1))


def _number(year: int, month: int) -> int:
    return year * 12 + month - 1


def _month(number: int) -> str:
    return f"{number // 12}年{number % 12 + 1}月"
