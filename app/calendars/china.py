"""China's working days: the `holidays` package, and the office's own notices on top (R2, R3).

What the package knows of a year is read out of it as a `Notice`. So one rule decides a day, whether its
notice came from the package or from the office.

What has to be known about the package:
- Asked for a year without a notice it answers with the statutory days alone and gives no warning.
  A year is known to it only if one of that year's Saturdays or Sundays works (every year since 2001).
- It files a make-up day in December under the year after, whose 元旦 it is for: a year is read
  with its neighbours.
- It names the days off that are no plain weekend; the weekend inside a holiday is left out.
- Without a language it follows the machine's locale.
- A half-day holiday (妇女节, 青年节 …) is another category, not asked for: such days work (R2).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib.metadata import version

from holidays import HolidayBase, country_holidays

from app.domain.calendar.notices import Notice, eve_of, is_weekend
from app.domain.calendar.workdays import Day, DayKind, each_day
from app.domain.refusals import BeyondHorizon

# The package is checked against chinese_calendar from here on, day by day, in the tests.
FIRST_YEAR = 2004
# After this year the package has no lunar dates and no holidays.
LAST_ESTIMATED_YEAR = 2100

PACKAGE = f"holidays {version('holidays')}"
WEEKEND_NAME = "周末"
MAKEUP_NAME = "调休上班"
# A day off that no yearly festival explains, in a notice the office entered.
UNNAMED_HOLIDAY = "假日"
ESTIMATED_NUMBER = "演示用推定日历（非官方）"
ESTIMATED_SOURCE = "演示用推定日历（非官方）：法定节假日与普通周末，没有调休"

_LANGUAGE = "zh_CN"
_SUBSTITUTE = "休息日"  # as in 休息日（由 2025-01-26 调休）
_PLAIN_NAMES = {
    "农历除夕": "春节",
    "春节延长假期": "春节",  # 2020
    "中国人民抗日战争暨世界反法西斯战争胜利70周年纪念日": "抗战胜利纪念日",  # 2015
}
_ONE_DAY = dt.timedelta(days=1)
_YEARS_KEPT = 64


class ChinaCalendar:
    """A `Calendar` of Asia/Shanghai days from 2004-01-01 to `horizon`.

    Of several notices for one year the last in `notices` holds. A notice decides its own year completely, and the days
    that it names from 20 December of the year before. The package is used for years without a notice. An instance never
    changes and may be shared between threads.
    """

    def __init__(self, notices: Sequence[Notice] = ()) -> None:
        self._notices = {notice.year: notice for notice in notices if notice.year >= FIRST_YEAR}
        self._years: dict[int, Mapping[dt.date, Day]] = {}
        last_known = FIRST_YEAR
        while self._known(last_known + 1):
            last_known += 1
        self._horizon = dt.date(last_known, 12, 31)

    @property
    def horizon(self) -> dt.date:
        """The last day before the first year that nobody has given a notice for (R3)."""
        return self._horizon

    @property
    def version(self) -> str:
        """What the days rest on, to be stored with them: `holidays 0.109 + 2027 国办发明电〔2026〕1号`."""
        on_top = (f"{year} {self._notices[year].number}" for year in sorted(self._notices))
        return " + ".join((PACKAGE, *on_top))

    def day(self, date: dt.date) -> Day:
        """Raise BeyondHorizon before 2004 and after the horizon. It names the year that is missing (R3)."""
        if date > self._horizon and self._known(date.year):
            # A later year is loaded, but one before it is missing: that one has to be loaded.
            raise BeyondHorizon(self._horizon.year + 1, self._horizon)
        if date > self._horizon or date.year < FIRST_YEAR:
            raise BeyondHorizon(date.year, self._horizon)
        if date.year not in self._years:
            following = self._notice_of(date.year + 1) if self._known(date.year + 1) else None
            self._years[date.year] = _days_of(self._notice_of(date.year), following)
        return self._years[date.year][date]

    def _known(self, year: int) -> bool:
        return year in self._notices or package_knows(year)

    def _notice_of(self, year: int) -> Notice:
        return self._notices.get(year) or packaged_notice(year)


@lru_cache(maxsize=_YEARS_KEPT)
def _days_of(own: Notice, following: Notice | None) -> Mapping[dt.date, Day]:
    """Return the days of the year of `own`. Calendars are made anew for every request, from the same notices."""
    names = {notice: festival_names(notice) for notice in (own, following) if notice}
    # A notice of the State Council settles late December; the demonstration's estimate does not.
    doubtful = following is None or following.estimated
    days = {}
    for date in each_day(dt.date(own.year, 1, 1), dt.date(own.year, 12, 31)):
        notice = following if following and following.settles(date) else own
        days[date] = _day(date, notice, names[notice], doubtful and date >= eve_of(own.year + 1))
    return days


def _day(date: dt.date, notice: Notice, names: Mapping[dt.date, str], provisional: bool) -> Day:
    if date in notice.off:
        kind, name = DayKind.HOLIDAY, names[date]
    elif date in notice.work:
        kind, name = DayKind.MAKEUP, MAKEUP_NAME
    elif is_weekend(date):
        kind, name = DayKind.WEEKEND, WEEKEND_NAME
    else:
        kind, name = DayKind.WORKDAY, ""
    return Day(date, kind, name, provisional, notice.estimated)


def estimated_notice(year: int) -> Notice:
    """Return the demonstration's own arrangement for a year without a notice; never official.

    The statutory days with their 补假 and the weekends beside them, no make-up days. It passes the
    checks of `read_notices`. Raises BeyondHorizon outside of 2004-2100.
    """
    if not FIRST_YEAR <= year <= LAST_ESTIMATED_YEAR:
        raise BeyondHorizon(year, dt.date(LAST_ESTIMATED_YEAR, 12, 31))
    statutory = (
        date for date, name in _package(year).items() if date.year == year and not name.startswith(_SUBSTITUTE)
    )
    return Notice(
        year=year,
        number=ESTIMATED_NUMBER,
        published=dt.date(year - 1, 11, 1),  # when the real one can be expected
        source=ESTIMATED_SOURCE,
        off=_with_adjoining_weekends(statutory, work=frozenset()),
        work=frozenset(),
        estimated=True,
    )


# --- the package, read as notices ----------------------------------------------------------------


@cache
def package_knows(year: int) -> bool:
    """Tell whether the package has the State Council's notice of `year`, not just its statutory days."""
    return any(date.year == year for date in _load((year,)).weekend_workdays)


@cache
def packaged_notice(year: int) -> Notice:
    """Return what the package has of `year`, from 20 December before to 19 December.

    The rest of December is the next year's: 2018-12-31 was off by the notice of 2019. Only while
    the package does not know that year does this notice keep those days.
    """
    first = eve_of(year)
    last = eve_of(year + 1) - _ONE_DAY if package_knows(year + 1) else dt.date(year, 12, 31)
    work = frozenset(date for date in _load((year - 1, year, year + 1)).weekend_workdays if first <= date <= last)
    off = (date for date in _package(year) if first <= date <= last)
    return Notice(
        year=year,
        number=PACKAGE,
        published=eve_of(year),  # the package does not tell; every notice was out by then
        source="https://pypi.org/project/holidays/",
        off=_with_adjoining_weekends(off, work),
        work=work,
    )


def _load(years: Iterable[int], *, observed: bool = True) -> HolidayBase:
    # Without expand=False, `date in calendar` would silently load further years.
    return country_holidays("CN", years=years, language=_LANGUAGE, expand=False, observed=observed)


def _package(year: int) -> dict[dt.date, str]:
    """Return the package's days off of `year` and its neighbours, with the package's names."""
    return dict(_load((year - 1, year, year + 1)).items())


def _with_adjoining_weekends(off: Iterable[dt.date], work: frozenset[dt.date]) -> frozenset[dt.date]:
    """Return the days off, and the Saturdays and Sundays that join them without a gap and do not work."""
    joined = set(off)
    for date in tuple(joined):
        for step in (-_ONE_DAY, _ONE_DAY):
            beside = date + step
            while is_weekend(beside) and beside not in work:
                joined.add(beside)
                beside += step
    return frozenset(joined)


# --- names ---------------------------------------------------------------------------------------


def festival_names(notice: Notice) -> dict[dt.date, str]:
    """Return the usual name of each day off of a notice.

    A statutory day has its own name (2025-10-06 is 中秋节, although the October week surrounds it). Every other day
    of an unbroken holiday has the name of the festival that gives most of its days.
    """
    festivals = _festivals(notice.year)
    names: dict[dt.date, str] = {}
    for block in _blocks(notice.off):
        weight = Counter(name for date in block for name in festivals.get(date, ()))
        ranked = [name for name, _ in weight.most_common()] or [UNNAMED_HOLIDAY]
        for date in block:
            own = [name for name in ranked if name in festivals.get(date, ())]
            names[date] = "、".join(own or ranked[:1])  # 国庆节、中秋节 where both fall on one day
    return names


def festivals_of(year: int) -> Mapping[dt.date, tuple[str, ...]]:
    """Return the statutory days of a year with their names, lunar ones too; none for years unknown to the package."""
    return _festivals(year) if FIRST_YEAR <= year <= LAST_ESTIMATED_YEAR else {}


@cache
def _festivals(year: int) -> Mapping[dt.date, tuple[str, ...]]:
    """Return the statutory days of a year, without 补假 and exchanged days, by their everyday names."""
    statutory = _load((year,), observed=False)
    return {
        date: tuple(_PLAIN_NAMES.get(name, name) for name in statutory.get_list(date))
        for date, label in statutory.items()
        if not label.startswith(_SUBSTITUTE)
    }


def _blocks(dates: Iterable[dt.date]) -> list[list[dt.date]]:
    """Group dates into runs without a gap, in order."""
    blocks: list[list[dt.date]] = []
    for date in sorted(dates):
        if blocks and date - blocks[-1][-1] == _ONE_DAY:
            blocks[-1].append(date)
        else:
            blocks.append([date])
    return blocks
