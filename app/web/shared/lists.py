"""Lists for staff: search, filters, sorting, pages and a sheet, all from one description.

A view describes its columns and filters once. Its rows come from the database, which searches, narrows, orders, counts
and pages them (`app/services/shared/stored_rows.py`), or are at hand where something else than time bounds them: the
days of a calendar, the rows of one file. The page and the sheet show the same rows in the same order.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os import SEEK_END
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

from flask import Response, render_template, request
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, false
from werkzeug.datastructures import MultiDict
from werkzeug.wsgi import FileWrapper

from app import sheets
from app.domain.accounts.unit_order import by_sound
from app.domain.calendar.workdays import local_date
from app.domain.shared.wording import moment
from app.models import Unit
from app.models.drawing import BEYOND
from app.services.accounts import units
from app.services.shared.stored_rows import InSql, Selection, StoredRows
from app.web.shared.forms import clean
from app.web.shared.portal import now, number, session

Row = TypeVar("Row")
Value = str | int | dt.date | dt.datetime | None

ROWS_PER_PAGE = 100
_LONGEST_SEARCH = 60
_DIGITS = 10  # digits of the longest id
_ONE_WORD = re.compile(r"\d[\d年月日至:：\- ]{3,24}")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its heading, its value, and how the page and the sheet show it.

    `value` is searched, sorted by and saved. `shown` puts it into words where it is not readable by itself (a number is
    saved as the number). On the page a cell may be a link, have a badge of a colour (a class of staff.css, "" for none;
    None for no badge), a red word or a second link (its word, its address) `beside` it, or a smaller line below.
    `sheet_only` columns are too much for a page,
    `page_only` ones are covered by another column of the sheet. `sql` is how the database sorts by it and searches it;
    without, a list of the database does neither. `sealed`: it is kept sealed, and the head of the column says so.
    """

    key: str
    name: str
    value: Callable[[Row], Value]
    width: int = 14
    href: Callable[[Row], str] | None = None
    badge: Callable[[Row], str | None] | None = None
    note: Callable[[Row], str] | None = None
    sheet_only: bool = False
    shown: Callable[[Row], str] | None = None
    alert: Callable[[Row], str] | None = None
    page_only: bool = False
    beside: Callable[[Row], tuple[str, str] | None] | None = None
    sql: InSql | None = None
    sealed: bool = False

    def text(self, row: Row) -> str:
        if self.shown is not None:
            return self.shown(row)
        value = self.value(row)
        if isinstance(value, dt.datetime):
            return moment(value)
        return "" if value is None else str(value)

    @staticmethod
    def is_one_word(text: str) -> bool:
        """Return whether the page keeps this text on one line: the number of a case, a day, a moment."""
        return _ONE_WORD.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Filter(Generic[Row]):
    """A choice that narrows the list: the options with their names, and which rows each keeps.

    With `tabs` it is shown as a row of links with counts, for options that people switch between often. Empty ones are
    left out. A list of the database has the condition of each option, `where`, in place of `keeps`; where each row has
    just one option, `value` is its expression, and `tally` its counts where the page has them already.
    """

    key: str
    name: str
    options: Mapping[str, str]
    keeps: Callable[[Row, str], bool] | None = None
    tabs: bool = False
    where: Callable[[str], ColumnElement[bool]] | None = None
    value: SQLColumnExpression[Any] | None = None
    tally: Mapping[str, int] | None = None

    def keeps_row(self, row: Row, value: str) -> bool:
        return self.keeps is None or self.keeps(row, value)

    def condition(self, value: str) -> ColumnElement[bool]:
        if self.value is not None:
            return self.value == value
        return false() if self.where is None else self.where(value)


@dataclass
class Listing(Generic[Row]):
    """The rows of one list as this request selects them.

    `row_id` is the row's id in a bulk action. None means that the row can't be part of one and has no box to tick.
    `urgent` marks what falls due, `wrong` what has to be put right, `waiting` what waits for whoever looks.
    `counted` is how many rows there are, where the page has counted them already.
    """

    title: str
    columns: Sequence[Column[Row]]
    rows: Sequence[Row] | StoredRows[Row]
    empty: str  # the sentence for an empty list, with what to do about it
    filters: Sequence[Filter[Row]] = ()
    row_id: Callable[[Row], int | None] | None = None
    urgent: Callable[[Row], bool] | None = None
    wrong: Callable[[Row], bool] | None = None
    waiting: Callable[[Row], bool] | None = None
    args: MultiDict[str, str] = field(default_factory=lambda: request.args)
    counted: int | None = None
    keep: Sequence[str] = ()  # arguments of the page's own that its links carry along
    # the page's own path, for a refused form that shows it under another
    path: str = field(default_factory=lambda: request.path)

    def mark(self, row: Row) -> str:
        """Return how the row is marked: `urgent`, `wrong`, `waiting` or ""."""
        marks = {"urgent": self.urgent, "wrong": self.wrong, "waiting": self.waiting}
        return next((name for name, holds in marks.items() if holds and holds(row)), "")

    @cached_property
    def search(self) -> str:
        return clean(self.args.get("q"))[:_LONGEST_SEARCH]

    @cached_property
    def chosen(self) -> dict[str, str]:
        """Return the filters in force. An unknown option narrows nothing."""
        return {each.key: value for each in self.filters if (value := self.args.get(each.key, "")) in each.options}

    @cached_property
    def sort(self) -> Column[Row] | None:
        key = self.args.get("sort", "").removeprefix("-")
        return next((column for column in self.columns if column.key == key and self.can_sort(column)), None)

    def can_sort(self, column: Column[Row]) -> bool:
        """Tell whether the list sorts by this column. The database sorts by nothing sealed."""
        if column.sealed or not isinstance(self.rows, StoredRows):
            return not column.sealed
        return column.sql is not None and column.sql.order is not None

    @property
    def descending(self) -> bool:
        return self.args.get("sort", "").startswith("-")

    @cached_property
    def _selection(self) -> Selection:
        """Return what this request asks of the database."""
        return Selection(
            conditions=[each.condition(self.chosen[each.key]) for each in self.filters if each.key in self.chosen],
            words=self.search.casefold().split(),
            searched=[column.sql.finds for column in self.columns if column.sql and column.sql.finds],
            sort=self.sort.sql if self.sort else None,
            descending=self.descending,
        )

    @property
    def _at_hand(self) -> Sequence[Row]:
        return () if isinstance(self.rows, StoredRows) else self.rows

    @cached_property
    def _held(self) -> list[Row]:
        """Return every selected row of those at hand, in order."""
        rows = [row for row in self._at_hand if self._wanted(row)]
        if (column := self.sort) is not None:
            valued = [(column.value(row), row) for row in rows]  # computed once: a value may have to be unsealed
            there = [(_order(value), row) for value, row in valued if value not in (None, "")]
            there.sort(key=lambda pair: pair[0], reverse=self.descending)
            rows = [row for _, row in there] + [row for value, row in valued if value in (None, "")]
        return rows

    @cached_property
    def _tallies(self) -> tuple[int, dict[str, dict[str, int]]]:
        """Count all rows, and those of each option of the filters shown as links."""
        shown = [each for each in self.filters if each.tabs]
        if not isinstance(self.rows, StoredRows):
            held = self._at_hand
            by_filter = {
                each.key: {value: sum(each.keeps_row(row, value) for row in held) for value in each.options}
                for each in shown
            }
            return len(held), by_filter
        if not shown and self.counted is not None:
            return self.counted, {}
        if len(shown) == 1 and (shown[0].tally is not None or shown[0].value is not None):
            found = self.rows.counts_by(shown[0].value) if shown[0].tally is None else shown[0].tally
            return sum(found.values()), {shown[0].key: {value: found.get(value, 0) for value in shown[0].options}}
        conditions = {f"{each.key} {value}": each.condition(value) for each in shown for value in each.options}
        total, counts = self.rows.counts(conditions)
        return total, {each.key: {value: counts[f"{each.key} {value}"] for value in each.options} for each in shown}

    @property
    def total(self) -> int:
        """Return how many rows there are, without search and filters."""
        return self._tallies[0]

    @cached_property
    def count(self) -> int:
        """Return how many rows are selected."""
        if not isinstance(self.rows, StoredRows):
            return len(self._held)
        return self.rows.count(self._selection) if self.is_narrowed else self.total

    def every(self) -> Iterator[Row]:
        """Yield every selected row, of all pages, in order."""
        return self.rows.every(self._selection) if isinstance(self.rows, StoredRows) else iter(self._held)

    def query_of_ids(self) -> Select[Any]:
        """Return the query of the ids of every selected row. Raises TypeError for rows that are at hand."""
        if not isinstance(self.rows, StoredRows):
            raise TypeError("These rows are not the database's.")
        return self.rows.query_of(self._selection)

    @property
    def page(self) -> int:
        return min(max(1, self.args.get("page", 1, type=number)), self.pages)

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // ROWS_PER_PAGE))

    @cached_property
    def shown(self) -> list[Row]:
        """Return the rows of this page."""
        first = (self.page - 1) * ROWS_PER_PAGE
        if isinstance(self.rows, StoredRows):
            return self.rows.page(self._selection, first, ROWS_PER_PAGE) if self.count else []
        return self._held[first : first + ROWS_PER_PAGE]

    @property
    def can_tick(self) -> bool:
        """Tell whether any row of this page can be part of a bulk action."""
        return self.row_id is not None and any(self.row_id(row) is not None for row in self.shown)

    @property
    def tabs(self) -> list[tuple[Filter[Row], list[tuple[str, str, int]]]]:
        """Return the filters shown as links: each option that has rows, or is chosen, with its name and count."""
        return [
            (
                each,
                [
                    (value, name, count)
                    for value, name in each.options.items()
                    if (count := self._tallies[1][each.key][value]) or self.chosen.get(each.key) == value
                ],
            )
            for each in self.filters
            if each.tabs
        ]

    @property
    def shown_columns(self) -> list[Column[Row]]:
        return [column for column in self.columns if not column.sheet_only]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.search or self.chosen)

    def url(self, **changes: str) -> str:
        """Return this list's address with changed arguments; "" removes one. It is page 1, unless a page is named."""
        asked = {"q": self.search, **self.chosen, "sort": self.args.get("sort", "") if self.sort else ""}
        asked |= {key: self.args.get(key, "") for key in self.keep} | changes
        query = urlencode({key: value for key, value in asked.items() if value})
        return f"{self.path}?{query}" if query else self.path

    @property
    def wants_sheet(self) -> bool:
        return self.args.get("format") == "xlsx"

    @property
    def bare_url(self) -> str:
        """Return the address of the whole list, without search and filters."""
        return self.url(q="", **dict.fromkeys(self.chosen, ""))

    def sort_url(self, column: Column[Row]) -> str:
        """Return the address sorted by this column, in reverse if it is already."""
        again = self.sort is column and not self.descending
        return self.url(sort=f"-{column.key}" if again else column.key)

    def answer(self, template: str, **context: object) -> str | Response:
        """Render the page, or with `?format=xlsx` the sheet with all rows found, of all pages."""
        if self.wants_sheet:
            return self.as_sheet()
        return render_template(template, listing=self, now=now(), **context)

    def as_sheet(self) -> Response:
        saved = [column for column in self.columns if not column.page_only]
        columns = [(column.name, column.width) for column in saved]
        rows = ([_cell(column, row) for column in saved] for row in self.every())
        return send_rows(self.title, columns, rows)

    def _wanted(self, row: Row) -> bool:
        if not all(each.keeps_row(row, self.chosen[each.key]) for each in self.filters if each.key in self.chosen):
            return False
        words = self.search.casefold().split()
        if not words:
            return True
        text = "\n".join(column.text(row) for column in self.columns).casefold()
        return all(word in text for word in words)


def ids_ticked(name: str) -> list[int]:
    """Return the ids of the boxes of this name that were ticked in a form. Values that are not ids are ignored."""
    return _ids(request.form.getlist(name))


def ids_joined(name: str) -> list[int]:
    """Return the ids that one field of a form holds, joined by dashes. Parts that are not ids are ignored."""
    return _ids(request.form.get(name, "").split("-"))


def _ids(values: Iterable[str]) -> list[int]:
    found = (int(value) for value in values if value.isdecimal() and len(value) <= _DIGITS)
    return [row_id for row_id in found if row_id < BEYOND]


def send_rows(title: str, columns: sheets.Columns, rows: sheets.Rows) -> Response:
    """Send rows as a sheet to save. However many they are, a few at a time are in memory."""
    return send_pages(title, [(title, columns, rows)])


def send_pages(title: str, pages: Iterable[tuple[str, sheets.Columns, sheets.Rows]]) -> Response:
    """Send several sheets as one file to save, each as `send_rows` does. Every row is read before this returns."""
    written = sheets.spooled(pages)
    answer = Response(FileWrapper(written), mimetype=sheets.MEDIA_TYPE, headers=_to_save(title))
    answer.content_length = written.seek(0, SEEK_END)
    written.seek(0)
    answer.call_on_close(written.close)
    return answer


def send_sheet(content: bytes, title: str) -> Response:
    """Send a sheet as a file to save, named by its title and the day."""
    return Response(content, mimetype=sheets.MEDIA_TYPE, headers=_to_save(title))


def _to_save(title: str) -> dict[str, str]:
    name = f"{title}-{local_date(now()):%Y%m%d}.xlsx"
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}


def unit_options(found: Iterable[Unit]) -> dict[str, str]:
    """Return the options of a filter by unit: ids and names, in the one order of units."""
    return {str(unit.id): unit.name for unit in units.in_order(session(), found)}


def _order(value: Value) -> tuple[int, bytes | int | dt.date]:
    """Return a sort key: numbers before dates before texts, so that two types are never compared; texts by sound."""
    if isinstance(value, int):
        return (0, value)
    if isinstance(value, dt.datetime):
        return (1, int(value.timestamp() * 1_000_000))
    return (2, value) if isinstance(value, dt.date) else (3, by_sound(str(value)))


def _cell(column: Column[Row], row: Row) -> str | int:
    value = column.value(row)
    return value if isinstance(value, int) else column.text(row)
