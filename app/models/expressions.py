"""SQL that the two databases write differently: how names sort by sound, and how instants and days are written."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Date, DateTime, LargeBinary, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.domain.accounts.unit_order import by_sound

# What app/database.py gives SQLite, so that it sorts names as Python does.
SQLITE_FUNCTIONS = {"by_sound": (1, lambda name: None if name is None else by_sound(str(name)))}


class Sound(FunctionElement[bytes]):
    """What a name is sorted by: its bytes in GB 18030, as `unit_order.by_sound` has it in Python."""

    type = LargeBinary()
    inherit_cache = True


@compiles(Sound)
def _sound(element: Sound, compiler: Any, **kw: Any) -> str:
    return f"by_sound({compiler.process(element.clauses, **kw)})"


@compiles(Sound, "postgresql")
def _sound_in_postgresql(element: Sound, compiler: Any, **kw: Any) -> str:
    return f"convert_to({compiler.process(element.clauses, **kw)}, 'GB18030')"


def _second(element: FunctionElement[Any], compiler: Any, **kw: Any) -> str:
    """Return the second of an instant. SQLite rounds to thousandths: the last microsecond of a day was the next day."""
    return f"substr({compiler.process(element.clauses, **kw)}, 1, 19)"


class DayWritten(FunctionElement[str]):
    """The day of an instant in Shanghai as pages write it: 2026年9月18日."""

    type = String()
    inherit_cache = True


@compiles(DayWritten)
def _day_written(element: DayWritten, compiler: Any, **kw: Any) -> str:
    at = _second(element, compiler, **kw)
    year, month, day = (f"CAST(strftime('{part}', {at}, '+8 hours') AS INTEGER)" for part in ("%Y", "%m", "%d"))
    return f"({year} || '年' || {month} || '月' || {day} || '日')"


@compiles(DayWritten, "postgresql")
def _day_written_in_postgresql(element: DayWritten, compiler: Any, **kw: Any) -> str:
    at = compiler.process(element.clauses, **kw)
    return f"""to_char({at} AT TIME ZONE 'Asia/Shanghai', 'FMYYYY"年"FMMM"月"FMDD"日"')"""


class LocalDay(FunctionElement[dt.date]):
    """The day of an instant in Shanghai, to order by: of one day it tells nothing of who came first (R19)."""

    type = Date()
    inherit_cache = True


@compiles(LocalDay)
def _local_day(element: LocalDay, compiler: Any, **kw: Any) -> str:
    return f"date({_second(element, compiler, **kw)}, '+8 hours')"


@compiles(LocalDay, "postgresql")
def _local_day_in_postgresql(element: LocalDay, compiler: Any, **kw: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **kw)} AT TIME ZONE 'Asia/Shanghai' AS DATE)"


class DateWritten(FunctionElement[str]):
    """A day that is stored as one, as pages write it."""

    type = String()
    inherit_cache = True


@compiles(DateWritten)
def _date_written(element: DateWritten, compiler: Any, **kw: Any) -> str:
    at = compiler.process(element.clauses, **kw)
    year, month, day = (f"CAST(strftime('{part}', {at}) AS INTEGER)" for part in ("%Y", "%m", "%d"))
    return f"({year} || '年' || {month} || '月' || {day} || '日')"


@compiles(DateWritten, "postgresql")
def _date_written_in_postgresql(element: DateWritten, compiler: Any, **kw: Any) -> str:
    return f"""to_char({compiler.process(element.clauses, **kw)}, 'FMYYYY"年"FMMM"月"FMDD"日"')"""


class Earlier(FunctionElement[Any]):
    """The last moment before an instant: midnight is the end of the day before, as notices write it (24:00)."""

    type = DateTime(timezone=True)
    inherit_cache = True


@compiles(Earlier)
def _earlier(element: Earlier, compiler: Any, **kw: Any) -> str:
    return f"datetime({_second(element, compiler, **kw)}, '-1 second')"


@compiles(Earlier, "postgresql")
def _earlier_in_postgresql(element: Earlier, compiler: Any, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} - interval '1 second')"
