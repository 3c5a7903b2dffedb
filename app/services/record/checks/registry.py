"""What an invariant is, and the register of all of them (R37).

An invariant is a function of a few lines that names the rows which break a rule. It selects ids, or yields them with
their table where SQL alone cannot tell. Nothing is written, and no name or text of anybody goes into a finding.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import JSON, ColumnElement, Select, String, cast, exists, func, literal, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.domain.calendar.workdays import local_date
from app.models import AuditRow, AvailabilitySpan, Base, Case, Entry, Period, Programme, Replanning, WindowExtension
from app.services.record.verifying import Verification, verify

# Two servers may differ by so much, and a tick may be under way.
TOLERANCE = dt.timedelta(minutes=10)
_LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)

Wrong = Select[Any] | Iterable["Select[Any] | tuple[type[Base], int]"]
Rule = Callable[["LiveData"], Wrong]
# Of some nominees, those whose marks are not what the rules say: nominees/marks.py has it.
WrongMarks = Callable[[Session, Sequence[int]], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Invariant:
    """One claim about the data: its name, the rule it is of, and what holds, in one sentence for people."""

    name: str
    rule: str
    says: str
    wrong: Rule


INVARIANTS: dict[str, Invariant] = {}


def invariant(rule: str, says: str) -> Callable[[Rule], Rule]:
    """Register a function as the invariant of its own name, with hyphens."""

    def register(function: Rule) -> Rule:
        name = function.__name__.replace("_", "-")
        assert name not in INVARIANTS, f"two invariants are called {name}"  # noqa: S101 - read once, at import
        INVARIANTS[name] = Invariant(name, rule, says, function)
        return function

    return register


@dataclass(frozen=True, slots=True)
class Days:
    """A period's own columns, its days still as JSON: what is wrong with them must not keep them from being read."""

    id: int
    round_number: int
    organiser_id: int
    opens_at: dt.datetime
    closes_at: dt.datetime
    set_deadline: dt.datetime
    conclude_workdays: int
    days: list[dict[str, Any]]
    provisional: bool
    estimated: bool
    cancelled_at: dt.datetime | None
    recommenders: list[str]
    demonstration: bool

    @property
    def opening(self) -> dt.date:
        return local_date(self.opens_at)

    @property
    def closing(self) -> dt.date:
        """The first day on which the window is over."""
        return local_date(self.closes_at)

    @property
    def deadline(self) -> dt.date:
        """The first day after the deadline that was set: `days` are counted to it, whatever settlement waits for."""
        return local_date(self.set_deadline)

    def workdays(self, first: dt.date, before: dt.date) -> list[dt.date]:
        """List the stored working days from `first` on, `before` not included."""
        works = (dt.date.fromisoformat(day["date"]) for day in self.days if day["kind"] in ("workday", "makeup"))
        return [date for date in works if first <= date < before]


class LiveData:
    """One moment of the database, and what several invariants read of it.

    `wrong_marks` judges nominees by what is sealed too; without it their marks are not compared.
    """

    def __init__(self, session: Session, now: dt.datetime, wrong_marks: WrongMarks | None = None) -> None:
        self.session, self.now, self.wrong_marks = session, now, wrong_marks

    @property
    def soon(self) -> dt.datetime:
        """Nothing has happened later than this."""
        return self.now + TOLERANCE

    @property
    def lately(self) -> dt.datetime:
        """What was due by then has been done.

        It came due while the portal was on record as serving: what came while it was down waits for the next tick.
        """
        return self.served - TOLERANCE

    @cached_property
    def served(self) -> dt.datetime:
        """The last moment at which the portal was on record as serving, `now` at the latest."""
        served = self.session.scalar(select(func.max(AvailabilitySpan.last_seen_at)))
        return min(self.now, served) if served else _LONG_AGO

    @cached_property
    def record(self) -> Verification:
        """What a walk over the whole record found. Several invariants tell of it; it is walked once."""
        return verify(self.session)

    @cached_property
    def periods(self) -> Sequence[Days]:
        """Every period that was not taken back. Their days are counted in Python: no database knows what works."""
        return [period for period in self.all_periods if period.cancelled_at is None]

    @cached_property
    def all_periods(self) -> Sequence[Days]:
        columns = [getattr(Period, name) for name in Days.__slots__ if name != "demonstration"]
        rows = self.session.execute(
            select(*columns, Programme.demonstration).join(Programme, Period.programme_id == Programme.id)
        )
        return [Days(*tuple(row)) for row in rows]

    @cached_property
    def made_good(self) -> dict[int, int]:
        """How many working days each window was lengthened by after outages (R7)."""
        lost: dict[int, set[str]] = {}
        for period_id, days in self.session.execute(select(WindowExtension.period_id, WindowExtension.outage_days)):
            lost.setdefault(period_id, set()).update(days)
        return {period_id: len(days) for period_id, days in lost.items()}

    @cached_property
    def replanned(self) -> set[int]:
        """The periods whose dates were moved because of a notice loaded later (R3)."""
        return set(self.session.scalars(select(Replanning.period_id)))

    @cached_property
    def replanned_late(self) -> set[int]:
        """Those of them whose window was over by then: it stayed as it was, however the notice counts it (R3, R4)."""
        late = Replanning.replanned_at >= Replanning.new_close
        return set(self.session.scalars(select(Replanning.period_id).where(late)))

    def detail(self, key: str) -> ColumnElement[int]:
        """Return a number in the details of a row of the record, in SQL."""
        postgresql = self.session.get_bind().dialect.name == "postgresql"
        details: Any = cast(AuditRow.details, JSON) if postgresql else type_coerce(AuditRow.details, JSON)
        number: ColumnElement[int] = details[key].as_integer()
        return number


def is_on_record(
    action: str, kind: str, row_id: ColumnElement[int] | InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    """Whether the record has an act about a row, in SQL."""
    subject = literal(f"{kind}:") + cast(row_id, String)
    return exists().where(AuditRow.subject == subject, AuditRow.action == action)


def cases_in_periods(*wrong: ColumnElement[bool]) -> Select[int]:
    """Select cases, joined with entry and period."""
    return (
        select(Case.id).join(Entry, Case.entry_id == Entry.id).join(Period, Entry.period_id == Period.id).where(*wrong)
    )


def places(live: LiveData, wrong: Wrong) -> Iterator[tuple[str, int]]:
    """Yield table and id of every row that an invariant names."""
    for each in [wrong] if isinstance(wrong, Select) else wrong:
        if isinstance(each, Select):
            table = each.selected_columns[0].table.name
            for row_id in live.session.scalars(each.distinct()):
                yield table, row_id
        else:
            model, row_id = each
            yield model.__tablename__, row_id
