"""Rows of a list that the database searches, narrows, orders, counts and pages; Python sees those of one page."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, String, and_, bindparam, case, cast, false, func, not_, or_, true
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

    `first`: rows for which this holds, never NULL, stand before the others. They are read apart, so that an index can
    give either part in its order. `bare` selects the same rows without the joins that search and sorting alone need:
    what is counted, offered and filtered by, `order` and `first` speak of what it has. `grouped` selects them with no
    more than `counts_of_groups` is asked for.
    """

    session: Session
    key: Any
    source: Select[Any]
    order: Sequence[Any]
    load: Callable[[Sequence[int]], Sequence[Row]]
    key_of: Callable[[Row], int]
    first: Condition | None = None
    bare: Select[Any] | None = None
    grouped: Select[Any] | None = None

    def count(self, selection: Selection) -> int:
        return self.session.scalar(self._narrowed(selection, func.count())) or 0

    def counts(self, options: Mapping[str, Condition]) -> tuple[int, dict[str, int]]:
        """Count all rows, and those of each option, in one look at the table."""
        wanted = [func.count(), *(func.count().filter(condition) for condition in options.values())]
        total, *several = self.session.execute(self._bare.with_only_columns(*wanted)).one()
        return total, dict(zip(options, several, strict=True))

    def counts_by(self, value: Any) -> dict[Any, int]:
        """Count the rows by a value that each has, in one look at the table."""
        counted = self._bare.with_only_columns(value, func.count()).group_by(value)
        return dict(self.session.execute(counted).all())

    def counts_of_groups(self, *values: Any) -> Sequence[Any]:
        """Return each combination of these values that any row has, with the number of its rows behind them."""
        source = self._bare if self.grouped is None else self.grouped
        counted = source.with_only_columns(*values, func.count()).group_by(*values)
        return self.session.execute(counted).all()

    def page(self, selection: Selection, offset: int, limit: int) -> list[Row]:
        """Return these rows of the selection, in its order."""
        found: list[int] = []
        skipped = offset
        for part in self._parts(selection):
            here = self.session.scalars(part.offset(skipped).limit(limit - len(found))).all()
            found += here
            if len(found) == limit:
                break
            # A part that ends here had `skipped + len(here)` rows, or fewer where none was left after the offset.
            skipped = 0 if here or not skipped else skipped - self._length(part)
        return self._loaded(found)

    def every(self, selection: Selection) -> Iterator[Row]:
        """Yield every row of the selection in its order; a few hundred are in memory at once."""
        ids = self.ids(selection)
        for start in range(0, len(ids), _AT_ONCE):
            yield from self._loaded(ids[start : start + _AT_ONCE])

    def ids(self, selection: Selection) -> Sequence[int]:
        return [each for part in self._parts(selection) for each in self.session.scalars(part)]

    def query_of(self, selection: Selection) -> Select[Any]:
        """Return the query of the ids of the selection, in no order: for another query to be narrowed to them."""
        return self._narrowed(selection, self.key)

    def distinct(self, *columns: Any, where: Condition | None = None) -> Sequence[Any]:
        """Return the different values of these columns over all rows."""
        query = self._bare.with_only_columns(*columns).where(true() if where is None else where)
        return self.session.execute(query.distinct()).all()

    @property
    def _bare(self) -> Select[Any]:
        return self.source if self.bare is None else self.bare

    def _narrowed(self, selection: Selection, *columns: Any) -> Select[Any]:
        source = self.source if selection.words or selection.sort else self._bare
        return source.with_only_columns(*columns).where(*selection.where)

    def _parts(self, selection: Selection) -> list[Select[Any]]:
        """Return the queries of the ids, in order, that follow one another."""
        query = self._narrowed(selection, self.key)
        if selection.sort is not None and selection.sort.order is not None:
            there, by = selection.sort.there, selection.sort.order
            if there is not None:
                query = query.order_by(case((there, 0), else_=1))
            query = query.order_by(by.desc() if selection.descending else by)
            if self.first is not None:
                query = query.order_by(case((self.first, 0), else_=1))
            return [query.order_by(*self.order)]
        parts = [query] if self.first is None else [query.where(self.first), query.where(not_(self.first))]
        return [part.order_by(*self.order) for part in parts]

    def _length(self, part: Select[Any]) -> int:
        return self.session.scalar(part.with_only_columns(func.count()).order_by(None)) or 0

    def _loaded(self, ids: Sequence[int]) -> list[Row]:
        by_id = {self.key_of(row): row for row in self.load(ids)} if ids else {}
        return [by_id[each] for each in ids if each in by_id]


def of_ids(column: Any, ids: Collection[int]) -> Condition:
    """Return the condition that a row is one of these. They stand in the statement, as many as there are."""
    return column.in_(bindparam(None, list(ids), expanding=True, literal_execute=True)) if ids else false()
