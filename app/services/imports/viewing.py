"""An import as its page shows it: rows that are opened only where somebody looks, a page of them at a time."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.imports.nominations import FIELD_NAMES
from app.models import ImportRow
from app.sealing import Keyring
from app.services.imports import sealed_rows
from app.services.imports.sealed_rows import ASKS, HEAD, NominationRow, What

_OPENED_AT_ONCE = 150
_KEPT = 10 * _OPENED_AT_ONCE
_SHOWN = ("name", "unit", "post")


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One row of an import, closed: where it stands and what is wrong with it. `opened` is read when asked for."""

    view: View
    place: int  # among the rows, from 0
    number: int
    problems: Sequence[Mapping[str, str]]

    @property
    def opened(self) -> NominationRow:
        return self.view.opened(self.place)

    @property
    def where(self) -> str | int | None:
        """Return where the row stands: its number, or in words where the list has several sheets; None for the list."""
        return self.opened.where or self.number or None

    @property
    def wrong(self) -> int:
        """Count the problems that keep the row from being imported."""
        return sum(ASKS not in each for each in self.problems)

    @property
    def questions(self) -> int:
        return len(self.problems) - self.wrong

    @property
    def called(self) -> str:
        """Return the name of the nominee or file that the row is about."""
        row = self.opened
        if row.what is What.HEAD:
            return "整份材料"
        return row.name or row.source or "没有填姓名"

    @property
    def unit(self) -> str:
        return self.opened.fields.get("unit", "")

    @property
    def post(self) -> str:
        return self.opened.fields.get("post", "")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One problem of one row, as a person is told it."""

    line: ImportLine
    column: str
    wrong: str
    right: str


class View:
    """The rows of one import, for the office or for its unit. The office is told more of a clash between units."""

    def __init__(self, session: Session, keyring: Keyring, import_id: int, *, to_office: bool) -> None:
        self._session, self._ring, self._import_id, self._to_office = session, keyring, import_id, to_office
        columns = select(ImportRow.number, ImportRow.problems).where(ImportRow.import_id == import_id)
        self._all = [
            ImportLine(self, place, number, problems)
            for place, (number, problems) in enumerate(session.execute(columns.order_by(ImportRow.number)))
        ]
        self._opened: OrderedDict[int, NominationRow] = OrderedDict()

    @property
    def lines(self) -> list[ImportLine]:
        """Return every row to be shown. The row of the whole list is shown only if it has a problem."""
        return [line for line in self._all if line.number != HEAD or line.problems]

    @property
    def nominees(self) -> int:
        return sum(line.number != HEAD for line in self._all)

    @property
    def with_problems(self) -> int:
        return sum(bool(line.wrong) for line in self._all if line.number != HEAD)

    @property
    def problems(self) -> int:
        return sum(line.wrong for line in self._all)

    @property
    def questions(self) -> int:
        """Count what whoever confirms has to answer for."""
        return sum(line.questions for line in self._all)

    def faults(self) -> Iterator[RowProblem]:
        for line in self._all:
            yield from self.faults_of(line)

    def faults_of(self, line: ImportLine) -> list[RowProblem]:
        told = "to_office" if self._to_office else "wrong"
        return [
            RowProblem(line, each["column"], each.get(told, each["wrong"]), each["right"]) for each in line.problems
        ]

    def opened(self, place: int) -> NominationRow:
        """Return the row at this place.

        Its neighbours are opened with it, because the page shows them next.
        """
        if place not in self._opened:
            numbers = [line.number for line in self._all[place : place + _OPENED_AT_ONCE]]
            rows = sealed_rows.some(self._session, self._ring, self._import_id, numbers)
            for offset, number in enumerate(numbers):
                self._opened[place + offset] = _brief(rows[number])
            while len(self._opened) > _KEPT:
                self._opened.popitem(last=False)
        return self._opened[place]


def _brief(row: NominationRow) -> NominationRow:
    """Keep only what a page shows of a row, so that no more of it stays in memory."""
    fields = {key: row.fields[key] for key in _SHOWN if key in row.fields}
    return replace(row, fields=fields)


assert set(_SHOWN) <= set(FIELD_NAMES)  # noqa: S101 - checked once, at import
