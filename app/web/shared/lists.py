"""Lists that staff work with: searched, filtered, sorted, paged, and saved as a sheet, all from one description.

A view describes its columns and filters once and hands over all its rows; the address of the request says what of
them is wanted. The page and the sheet show the same rows in the same order.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, TypeVar
from urllib.parse import quote, urlencode

from flask import Response, render_template, request
from werkzeug.datastructures import MultiDict

from app import sheets
from app.domain.calendar.workdays import local_date
from app.models.drawing import BEYOND
from app.web.shared.forms import clean
from app.web.shared.portal import now, number
from app.web.shared.words import short

Row = TypeVar("Row")
Value = str | int | dt.date | dt.datetime | None

ROWS_PER_PAGE = 150
_LONGEST_SEARCH = 60
_DIGITS = 10  # of the longest id
_ONE_WORD = re.compile(r"\d[\d年月日至:：\- ]{3,24}")


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: what it is called, what stands in it, and how the page and the sheet show that.

    `value` is what is searched, sorted by and saved; where it reads badly, `shown` says it in words (a number is
    saved as the number). On the page a cell may be a link, wear a badge of a colour (a class of site.css, "" for
    none; None for no badge), have a red word beside it or a smaller line below. `sheet_only` columns are too much for
    a page, `page_only` ones say what another column of the sheet says better.
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

    def text(self, row: Row) -> str:
        if self.shown is not None:
            return self.shown(row)
        value = self.value(row)
        if isinstance(value, dt.datetime):
            return short(value)
        return "" if value is None else str(value)

    @staticmethod
    def is_one_word(text: str) -> bool:
        """Return whether the page keeps this text on one line: the number of a case, a day, a moment."""
        return _ONE_WORD.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Filter(Generic[Row]):
    """A choice that narrows the list: the options with their names, and which rows each keeps.

    As `tabs` it is a row of links with counts, for what people switch between all day, without those that are empty.
    """

    key: str
    name: str
    options: Mapping[str, str]
    keeps: Callable[[Row, str], bool]
    tabs: bool = False


@dataclass
class Listing(Generic[Row]):
    """The rows of one list as this request asks for them.

    `row_id` names a row to a bulk action; None where the row can't be a part of one, and has no box to tick.
    """

    title: str
    columns: Sequence[Column[Row]]
    rows: Sequence[Row]
    empty: str  # what the page says when there is nothing at all, with what to do about it
    filters: Sequence[Filter[Row]] = ()
    row_id: Callable[[Row], int | None] | None = None
    urgent: Callable[[Row], bool] | None = None
    args: MultiDict[str, str] = field(default_factory=lambda: request.args)
    keep: Sequence[str] = ()  # arguments of the page's own that its links carry along
    path: str = field(default_factory=lambda: request.path)  # of the page, where a refused form shows it elsewhere

    @cached_property
    def search(self) -> str:
        return clean(self.args.get("q"))[:_LONGEST_SEARCH]

    @cached_property
    def chosen(self) -> dict[str, str]:
        """The filters in force; an option that there is not narrows nothing."""
        return {each.key: value for each in self.filters if (value := self.args.get(each.key, "")) in each.options}

    @cached_property
    def sort(self) -> Column[Row] | None:
        key = self.args.get("sort", "").removeprefix("-")
        return next((column for column in self.columns if column.key == key), None)

    @property
    def descending(self) -> bool:
        return self.args.get("sort", "").startswith("-")

    @cached_property
    def found(self) -> list[Row]:
        """Every row that is asked for, in order."""
        rows = [row for row in self.rows if self._wanted(row)]
        if (column := self.sort) is not None:
            valued = [(column.value(row), row) for row in rows]  # asked once: a value may have to be unsealed
            there = [(_order(value), row) for value, row in valued if value not in (None, "")]
            there.sort(key=lambda pair: pair[0], reverse=self.descending)
            rows = [row for _, row in there] + [row for value, row in valued if value in (None, "")]
        return rows

    @property
    def page(self) -> int:
        return min(max(1, self.args.get("page", 1, type=number)), self.pages)

    @property
    def pages(self) -> int:
        return max(1, -(-len(self.found) // ROWS_PER_PAGE))

    @property
    def shown(self) -> list[Row]:
        """The rows of this page."""
        return self.found[(self.page - 1) * ROWS_PER_PAGE : self.page * ROWS_PER_PAGE]

    @property
    def can_tick(self) -> bool:
        """Whether any row of this page can be a part of a bulk action."""
        return self.row_id is not None and any(self.row_id(row) is not None for row in self.shown)

    @property
    def tabs(self) -> list[tuple[Filter[Row], list[tuple[str, str, int]]]]:
        """The filters shown as links: each option that has rows, or is chosen, with its name and how many."""
        return [
            (
                each,
                [
                    (value, name, count)
                    for value, name in each.options.items()
                    if (count := sum(each.keeps(row, value) for row in self.rows)) or self.chosen.get(each.key) == value
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
        """The whole list, nothing searched or filtered."""
        return self.url(q="", **dict.fromkeys(self.chosen, ""))

    def sort_url(self, column: Column[Row]) -> str:
        """Sorted by this column; once more, the other way round."""
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
        rows = [[_cell(column, row) for column in saved] for row in self.found]
        return sheet_sent(sheets.sheet(self.title, columns, rows), self.title)

    def _wanted(self, row: Row) -> bool:
        if not all(each.keeps(row, self.chosen[each.key]) for each in self.filters if each.key in self.chosen):
            return False
        words = self.search.casefold().split()
        if not words:
            return True
        text = "\n".join(column.text(row) for column in self.columns).casefold()
        return all(word in text for word in words)


def ids_ticked(name: str) -> list[int]:
    """Return the ids of the boxes of this name that were ticked in a form. Values that are not ids are ignored."""
    ticked = (int(value) for value in request.form.getlist(name) if value.isdecimal() and len(value) <= _DIGITS)
    return [row_id for row_id in ticked if row_id < BEYOND]


def sheet_sent(content: bytes, title: str) -> Response:
    """Send a sheet as a file to save, named by its title and the day."""
    name = f"{title}-{local_date(now()):%Y%m%d}.xlsx"
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(content, mimetype=sheets.MEDIA_TYPE, headers={"Content-Disposition": disposition})


def _order(value: Value) -> tuple[int, str | int | dt.date]:
    """Numbers before days before texts, instants by their place in time: no two kinds are ever compared."""
    if isinstance(value, int):
        return (0, value)
    if isinstance(value, dt.datetime):
        return (1, int(value.timestamp() * 1_000_000))
    return (2, value) if isinstance(value, dt.date) else (3, str(value))


def _cell(column: Column[Row], row: Row) -> str | int:
    value = column.value(row)
    return value if isinstance(value, int) else column.text(row)
