"""The State Council's yearly holiday notices, as the office enters them (R2).

A document is a JSON object, one member a year:

    {"2027": {"notice": "国办发明电〔2026〕1号", "published": "2026-11-04", "source": "https://…",
              "off": ["2027-01-01", …], "work": ["2027-02-20", …]}}

`off` lists the days of each holiday, weekend days inside it included; `work` the make-up days
(调休上班). `source` may be left out. A document is read whole or refused whole: a notice that is partly wrong would
miscount without anybody noticing.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.domain.refusals import BadNotice, HolidayTooLong

REQUIRED_FIELDS = ("notice", "published", "off", "work")
OPTIONAL_FIELDS = ("source",)
LONGEST_TEXT = 200
LONGEST_SHOWN = 40
LONGEST_HOLIDAY = 10  # days: no State Council notice had a longer one

# A notice of year Y speaks of the last days of Y-1 too: 元旦 has taken make-up days from 29 December on.
EVE_MONTH, EVE_DAY = 12, 20

# The statutory days whose date is the same every year; the others follow the moon or the sun.
FIXED_STATUTORY_DAYS = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))

WHOLE_TEXT = "全文"
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Notice:
    """What one notice says of its year, and of the days from 20 December before it.

    Weekends and other days it does not name are as in any week. `estimated` marks the
    demonstration's own arrangement, which is not official.
    """

    year: int
    number: str
    published: dt.date
    source: str
    off: frozenset[dt.date]
    work: frozenset[dt.date]
    estimated: bool = False

    def settles(self, date: dt.date) -> bool:
        """Return whether the notice decides this day."""
        return date in self.off or date in self.work


def eve_of(year: int) -> dt.date:
    """Return 20 December of the year before: the first day that the notice of `year` can change (R3)."""
    return dt.date(year - 1, EVE_MONTH, EVE_DAY)


def is_weekend(date: dt.date) -> bool:
    return date.weekday() >= _SATURDAY


def read_notices(text: str) -> tuple[Notice, ...]:
    """Return the notices of a document, by year. Raises BadNotice at the first thing that is wrong."""
    document = _parse(text)
    if not isinstance(document, _Object):
        raise BadNotice(WHOLE_TEXT, "应是一个以年份为键的 JSON 对象")
    _refuse_repeated_keys(document, prefix="")
    if not document:
        raise BadNotice(WHOLE_TEXT, "没有任何年份的通知")
    notices = tuple(_read_notice(key, document[key]) for key in sorted(document))
    _refuse_contradictions(notices)
    return notices


# --- JSON, stricter than `json` ------------------------------------------------------------------


class _Object(dict[str, object]):
    """A JSON object that remembers repeated keys, of which a plain dict keeps the last."""

    def __init__(self, pairs: Sequence[tuple[str, object]]) -> None:
        super().__init__(pairs)
        times = Counter(key for key, _ in pairs)
        self.repeated = [key for key in self if times[key] > 1]


def _parse(text: str) -> object:
    text = text.removeprefix("\ufeff")  # Windows Notepad writes a byte order mark
    if not text.strip():
        raise BadNotice(WHOLE_TEXT, "内容为空")
    try:
        # A number in a notice is refused later. It is not parsed here, because an int of
        # 5,000 digits would end in a ValueError of Python's own.
        return json.loads(text, object_pairs_hook=_Object, parse_int=float)
    except json.JSONDecodeError as error:
        where = f"第{error.lineno}行第{error.colno}列"
        raise BadNotice(where, "JSON 格式有误，请检查此处及之前的逗号、引号和括号") from None
    except RecursionError:
        raise BadNotice(WHOLE_TEXT, "括号嵌套过深") from None


def _refuse_repeated_keys(found: _Object, prefix: str) -> None:
    for key in found.repeated:
        raise BadNotice(f"{prefix}{_shown(key)}", "写了两次，只能写一次")


def _shown(key: str) -> str:
    """Return a key from an uploaded document for an error message: printable and shortened."""
    return key if key.isprintable() and 0 < len(key) <= LONGEST_SHOWN else ascii(key[:LONGEST_SHOWN])


# --- one notice ----------------------------------------------------------------------------------


def _read_notice(key: str, body: object) -> Notice:
    if not re.fullmatch(r"[1-9][0-9]{3}", key):
        raise BadNotice(_shown(key), "年份应是四位数字，例如 2027")
    year = int(key)
    fields = _read_fields(key, body)
    number = _read_text(f"{key}.notice", fields["notice"])
    published = _read_date(f"{key}.published", fields["published"])
    source = _read_text(f"{key}.source", fields["source"]) if "source" in fields else ""
    off = _read_dates(f"{key}.off", fields["off"], year)
    work = _read_dates(f"{key}.work", fields["work"], year)
    _refuse_bad_off_days(key, off)
    _refuse_bad_makeup_days(key, work, off)
    return Notice(year, number, published, source, frozenset(off), frozenset(work))


def _read_fields(key: str, body: object) -> _Object:
    if not isinstance(body, _Object):
        raise BadNotice(key, "应是一个 JSON 对象")
    _refuse_repeated_keys(body, prefix=f"{key}.")
    for field in body:
        if field not in REQUIRED_FIELDS + OPTIONAL_FIELDS:
            allowed = "、".join(REQUIRED_FIELDS + OPTIONAL_FIELDS)
            raise BadNotice(f"{key}.{_shown(field)}", f"不认识这个字段，可用的是 {allowed}")
    for field in REQUIRED_FIELDS:
        if field not in body:
            raise BadNotice(f"{key}.{field}", "缺少这个字段")
    return body


def _read_text(where: str, value: object) -> str:
    """Read one line of text, which goes into the calendar's version, onto pages and into the database."""
    if not isinstance(value, str):
        raise BadNotice(where, "应是文字")
    line = " ".join(value.split())
    if not line:
        raise BadNotice(where, "不能为空")
    if len(line) > LONGEST_TEXT:
        raise BadNotice(where, f"最多{LONGEST_TEXT}个字，现在是{len(line)}个字")
    if not line.isprintable():  # control characters, and lone surrogates, which no database takes
        raise BadNotice(where, "含有无法显示的字符")
    return line


def _read_date(where: str, value: object) -> dt.date:
    # `fromisoformat` alone would take 20270101 and 2027-W01-1 as well.
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise BadNotice(where, f"没有{value}这一天") from None
    raise BadNotice(where, "应是日期，写法如 2027-01-01")


def _read_dates(where: str, value: object, year: int) -> list[dt.date]:
    """Return a list of different dates within the notice's reach, in the order written."""
    if not isinstance(value, list):
        raise BadNotice(where, "应是日期的列表")
    first, last = eve_of(year), dt.date(year, 12, 31)
    dates: list[dt.date] = []
    seen: set[dt.date] = set()
    for index, item in enumerate(value):
        here = f"{where}[{index}]"
        date = _read_date(here, item)
        if not first <= date <= last:
            raise BadNotice(here, f"{date}不在{year}年通知的范围（{first}至{last}）内")
        if date in seen:
            raise BadNotice(here, f"{date}写了两次")
        dates.append(date)
        seen.add(date)
    return dates


def _refuse_bad_off_days(key: str, off: Sequence[dt.date]) -> None:
    if not off:
        raise BadNotice(f"{key}.off", "没有任何放假日期")
    for month, day in FIXED_STATUTORY_DAYS:
        date = dt.date(int(key), month, day)
        if date not in off:
            raise BadNotice(f"{key}.off", f"缺少法定节假日{date}")


def _refuse_bad_makeup_days(key: str, work: Sequence[dt.date], off: Sequence[dt.date]) -> None:
    for index, date in enumerate(work):
        here = f"{key}.work[{index}]"
        if date in off:
            raise BadNotice(here, f"{date}既写了放假，又写了上班")
        if not is_weekend(date):
            raise BadNotice(here, f"{date}是星期{'一二三四五'[date.weekday()]}，调休上班只能是星期六或星期日")


# --- plausible or asked back (R3) ------------------------------------------------------------------


def require_plausible(
    notices: Iterable[Notice],
    today: dt.date,
    festivals: Callable[[int], Mapping[dt.date, Sequence[str]]],
    looked_twice: bool = False,
) -> None:
    """Raise BadNotice for a notice that cannot be right, HolidayTooLong for one to be looked at a second time (R3).

    `festivals` gives the statutory days of a year, the lunar ones included, with their names; none where it knows none.
    """
    for notice in notices:
        if notice.published > today:
            raise BadNotice(f"{notice.year}.published", f"发布日期{notice.published}还没有到，今天是{today}")
        for date, names in sorted(festivals(notice.year).items()):
            if date not in notice.off:
                raise BadNotice(f"{notice.year}.off", f"缺少{'、'.join(names)}的法定节假日{date}")
        longest = longest_holiday(notice)
        if longest > LONGEST_HOLIDAY and not looked_twice:
            raise HolidayTooLong(notice.year, longest, LONGEST_HOLIDAY)


def longest_holiday(notice: Notice) -> int:
    """Return the length in days of the longest unbroken holiday of a notice."""
    longest = run = 0
    before = None
    for date in sorted(notice.off):
        run = run + 1 if before is not None and date - before == dt.timedelta(days=1) else 1
        before, longest = date, max(longest, run)
    return longest


# --- several notices -----------------------------------------------------------------------------


def _refuse_contradictions(notices: Sequence[Notice]) -> None:
    """Refuse a day of late December that one notice makes a day off and the other a working day."""
    for earlier, later in _pairs(notices):
        for field, days, opposed, verb in (
            ("off", later.off, earlier.work, "上班"),
            ("work", later.work, earlier.off, "放假"),
        ):
            for date in sorted(days & opposed):
                raise BadNotice(f"{later.year}.{field}", f"{date}在{earlier.year}年的通知里是{verb}")


def _pairs(notices: Iterable[Notice]) -> Iterator[tuple[Notice, Notice]]:
    """Yield each notice together with that of the year before, where there is one."""
    by_year = {notice.year: notice for notice in notices}
    for year, notice in by_year.items():
        if year - 1 in by_year:
            yield by_year[year - 1], notice
