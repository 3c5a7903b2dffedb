"""Rows of a list that the database searches, narrows, orders, counts and pages; Python sees those of one page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, case, cast, false, func, or_, true
from sqlalchemy.orm import Session

from app.domain.accounts.unit_order import by_sound
from app.models.expressions import DateWritten, DayWritten, Earlier, LocalDay, Sound

Row = TypeVar("Row")
Condition = ColumnElement[bool]
Finds = Callable[[str], Condition]
_AT_ONCE = 500  # rows that a sheet holds in memory


@dataclass(frozen=True, slots=True)
class InSql:
    """A column as the database knows it: what it orders by, and how it finds a word in it.

    `order` None: the list cannot be sorted by it. `there` tells which rows have a value: those without stand last.
    """

    order: ColumnElement[Any] | None = None
    finds: Finds | None = None
    there: Condition | None = None


def a_text(expression: Any) -> InSql:
    """Return a column of a text: it sorts by sound, and any part of it is found."""
    there = and_(expression.is_not(None), expression != "")
    return InSql(Sound(expression), lambda word: _holds(expression, word), there)


def words_alone(expression: Any) -> InSql:
    """Return a column of a long text: it is searched, not sorted by."""
    return InSql(None, lambda word: _holds(expression, word))


def a_name(expression: Any, names: Mapping[Any, str], *, otherwise: str = "") -> InSql:
    """Return a column of a value that the page shows by name. It sorts by the name's sound."""
    shown = {value: name for value, name in names.items() if name}
    ranks = {name: rank for rank, name in enumerate(sorted({*shown.values(), otherwise}, key=by_sound))}
    place = case(
        *((expression == value, ranks[name]) for value, name in shown.items()),
        else_=ranks[otherwise] if otherwise else None,
    )

    def finds(word: str) -> Condition:
        values = [value for value, name in shown.items() if word in name.casefold()]
        if otherwise and word in otherwise.casefold():
            return or_(expression.in_(values), expression.is_(None), expression.not_in([*shown]))
        return expression.in_(values) if values else false()

    return InSql(place, finds, place.is_not(None))


def a_number(expression: Any) -> InSql:
    return InSql(expression, lambda word: _holds(cast(expression, String), word), expression.is_not(None))


def a_day(instant: Any) -> InSql:
    """Return a column of an instant of which the page shows the day. Of one day it orders nothing (R19)."""
    return InSql(LocalDay(instant), lambda word: _holds(DayWritten(instant), word), instant.is_not(None))


def a_moment(instant: Any) -> InSql:
    """Return a column of an instant of which the page shows the minute."""
    return InSql(instant, lambda word: _holds(DayWritten(instant), word), instant.is_not(None))


def a_date(day: Any) -> InSql:
    """Return a column of a day that is stored as one."""
    return InSql(day, lambda word: _holds(DateWritten(day), word), day.is_not(None))


def an_end(instant: Any) -> InSql:
    """Return a column of the end of something: midnight is 24:00 of the day before."""
    return InSql(instant, lambda word: _holds(DayWritten(Earlier(instant)), word), instant.is_not(None))


def order_alone(expression: Any, there: Condition | None = None) -> InSql:
    """Return a column that is sorted by and not searched: another one is searched for it."""
    return InSql(expression, None, expression.is_not(None) if there is None else there)


def _holds(expression: Any, word: str) -> Condition:
    return func.lower(expression).contains(word, autoescape=True)


@dataclass(frozen=True)
class Selection:
    """What a request asks of a list: its conditions, the words sought, and the column to sort by with its direction."""

    conditions: Sequence[Condition] = ()
    words: Sequence[str] = ()
    searched: Sequence[Finds] = ()
    sort: InSql | None = None
    descending: bool = False

    @property
    def where(self) -> list[Condition]:
        """Each word stands in one column or another."""
        found = [or_(false(), *(finds(word) for finds in self.searched)) for word in self.words]
        return [*self.conditions, *found]


@dataclass(frozen=True)
class StoredRows(Generic[Row]):
    """The rows of a list in the database.

    `key` is a row's id. `source` selects it from every row that whoever looks may know of, joined with what columns
    and filters speak of. `order` is the list's own and total. `load` reads the rows of these ids, in any order, and
    `key_of` gives a row's id.
    """

    session: Session
    key: Any
    source: Select[Any]
    order: Sequence[Any]
    load: Callable[[Sequence[int]], Sequence[Row]]
    key_of: Callable[[Row], int]

    def count(self, selection: Selection) -> int:
        return self.session.scalar(self._narrowed(selection, func.count())) or 0

    def counts(self, options: Mapping[str, Condition]) -> tuple[int, dict[str, int]]:
        """Count all rows, and those of each option, in one look at the table."""
        wanted = [func.count(), *(func.count().filter(condition) for condition in options.values())]
        total, *several = self.session.execute(self.source.with_only_columns(*wanted)).one()
        return total, dict(zip(options, several, strict=True))

    def counts_by(self, value: Any) -> dict[Any, int]:
        """Count the rows by a value that each has, in one look at the table."""
        counted = self.source.with_only_columns(value, func.count()).group_by(value)
        return dict(self.session.execute(counted).all())

    def page(self, selection: Selection, offset: int, limit: int) -> list[Row]:
        """Return these rows of the selection, in its order."""
        ids = self.session.scalars(self._ordered(selection).offset(offset).limit(limit)).all()
        return self._loaded(ids)

    def every(self, selection: Selection) -> Iterator[Row]:
        """Yield every row of the selection in its order; a few hundred are in memory at once."""
        ids = self.ids(selection)
        for start in range(0, len(ids), _AT_ONCE):
            yield from self._loaded(ids[start : start + _AT_ONCE])

    def ids(self, selection: Selection) -> Sequence[int]:
        return self.session.scalars(self._ordered(selection)).all()

    def distinct(self, *columns: Any, where: Condition | None = None) -> Sequence[Any]:
        """Return the different values of these columns over all rows."""
        query = self.source.with_only_columns(*columns).where(true() if where is None else where)
        return self.session.execute(query.distinct()).all()

    def _narrowed(self, selection: Selection, *columns: Any) -> Select[Any]:
        return self.source.with_only_columns(*columns).where(*selection.where)

    def _ordered(self, selection: Selection) -> Select[Any]:
        query = self._narrowed(selection, self.key)
        if selection.sort is not None and selection.sort.order is not None:
            there, by = selection.sort.there, selection.sort.order
            if there is not None:
                query = query.order_by(case((there, 0), else_=1))
            query = query.order_by(by.desc() if selection.descending else by)
        return query.order_by(*self.order)

    def _loaded(self, ids: Sequence[int]) -> list[Row]:
        by_id = {self.key_of(row): row for row in self.load(ids)} if ids else {}
        return [by_id[each] for each in ids if each in by_id]


def of_ids(column: Any, ids: Collection[int]) -> Condition:
    """Return the condition that a row is one of these. They stand in the statement, as many as there are."""
    return column.in_(bindparam(None, list(ids), expanding=True, literal_execute=True)) if ids else false()
