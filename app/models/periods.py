"""A period, its frozen entries, extensions of its deadline, and its closing report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.calendar.workdays import CountedDay, Day, DayKind, DayTable, last_day_before
from app.domain.periods.publicity import organiser_is_shown, title_by_recommender, title_of
from app.domain.periods.replanning import StoredDates
from app.domain.periods.rounds import Kind, Round
from app.domain.periods.window import WINDOW_WORKDAYS, Phase, PhaseDates, Window
from app.domain.record.listings import ListStage
from app.domain.record.salts import new_salt
from app.models.accounts import Unit
from app.models.base import Base, checked_column
from app.models.programmes import Programme

_STANDS = text("cancelled_at IS NULL")
_RUNS = text("closed_at IS NULL AND cancelled_at IS NULL")


def days_to_json(days: Sequence[CountedDay]) -> list[dict[str, Any]]:
    """Return the explained days as they are stored with a period and printed as JSON."""
    return [
        {
            "date": counted.day.date.isoformat(),
            "kind": counted.day.kind.value,
            "name": counted.day.name,
            "ordinal": counted.ordinal,
            "provisional": counted.day.provisional,
            "estimated": counted.day.estimated,
        }
        for counted in days
    ]


def days_from_json(rows: Sequence[dict[str, Any]]) -> tuple[CountedDay, ...]:
    return tuple(
        CountedDay(
            Day(
                date=dt.date.fromisoformat(row["date"]),
                kind=DayKind(row["kind"]),
                name=row["name"],
                provisional=row["provisional"],
                estimated=row["estimated"],
            ),
            row["ordinal"],
        )
        for row in rows
    )


class Period(Base):
    """One publicity period of one round, one organiser. Its phase is not stored: it follows from `now`.

    `days` explains every day from the opening to the deadline as it was counted at scheduling (R4).
    """

    __tablename__ = "periods"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    round_number: Mapped[int]
    organiser_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    opens_at: Mapped[dt.datetime]
    closes_at: Mapped[dt.datetime]
    # The deadline as it was set; `conclude_by` below is the one in force.
    set_deadline: Mapped[dt.datetime] = mapped_column("conclude_by")
    conclude_workdays: Mapped[int]
    days: Mapped[list[Any]]
    # A notice loaded later counts these days otherwise: how, and until when settlement waits (R3). The office moves the
    # dates themselves, in `replannings`.
    recount: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    waits_until: Mapped[dt.datetime | None]
    calendar_version: Mapped[str] = mapped_column(Text)
    provisional: Mapped[bool]
    estimated: Mapped[bool]
    # Counted once at scheduling, because the entries are frozen.
    collectives: Mapped[int]
    individuals: Mapped[int]
    recommenders: Mapped[list[Any]]
    scheduled_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    scheduled_at: Mapped[dt.datetime]
    settled_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]
    cancelled_at: Mapped[dt.datetime | None]
    cancel_reason: Mapped[str | None] = mapped_column(Text)

    programme: Mapped[Programme] = relationship()
    organiser: Mapped[Unit] = relationship()
    extensions: Mapped[list[DeadlineExtension]] = relationship(order_by="DeadlineExtension.id")
    window_extensions: Mapped[list[WindowExtension]] = relationship(order_by="WindowExtension.id")
    replannings: Mapped[list[Replanning]] = relationship(order_by="Replanning.id")
    closing: Mapped[Closing | None] = relationship()

    __table_args__ = (
        CheckConstraint("round_number BETWEEN 1 AND 3", name="three_rounds"),
        CheckConstraint("opens_at < closes_at AND closes_at < conclude_by", name="in_order"),
        CheckConstraint("scheduled_at < opens_at", name="never_back_dated"),
        CheckConstraint("settled_at IS NULL OR settled_at >= conclude_by", name="settled_after_deadline"),
        CheckConstraint("closed_at IS NULL OR closed_at >= closes_at", name="closed_after_window"),
        CheckConstraint("cancelled_at IS NULL OR cancelled_at < opens_at", name="cancelled_before_opening"),
        Index("ix_periods_unsettled", "conclude_by", "settled_at"),
        # Each page of the public asks which period opened last, opens next and ends next, whatever the archive holds.
        Index("ix_periods_opening", "opens_at", "id", sqlite_where=_STANDS, postgresql_where=_STANDS),
        Index("ix_periods_ending", "closes_at", "id", sqlite_where=_STANDS, postgresql_where=_STANDS),
        Index("ix_periods_running", "opens_at", "id", sqlite_where=_RUNS, postgresql_where=_RUNS),
    )

    @property
    def round(self) -> Round:
        """Return the round with the name that the programme's notice gives it."""
        return self.programme.rules.rounds[self.round_number]

    @property
    def window(self) -> Window:
        return Window(self.opens_at, self.closes_at)

    @property
    def timetable(self) -> PhaseDates:
        return PhaseDates(self.window, self.conclude_by, self.closed_at, self.cancelled_at)

    def phase(self, now: dt.datetime) -> Phase:
        return self.timetable.phase(now)

    @hybrid_property
    def conclude_by(self) -> dt.datetime:
        """Return the deadline in force: as set, or the 24:00 that its settlement waits for (R3, R25, 民法典 203)."""
        return self.waits_until or self.set_deadline

    @conclude_by.inplace.expression
    @classmethod
    def _conclude_by_in_sql(cls) -> ColumnElement[dt.datetime]:
        return func.coalesce(cls.waits_until, cls.set_deadline)

    @conclude_by.inplace.setter
    def _set_conclude_by(self, deadline: dt.datetime) -> None:
        self.set_deadline, self.waits_until = deadline, None

    @conclude_by.inplace.update_expression
    @classmethod
    def _update_conclude_by(cls, value: Any) -> list[tuple[Any, Any]]:
        return [(cls.set_deadline, value), (cls.waits_until, None)]

    @property
    def days_in_force(self) -> list[Any]:
        """The days as JSON: those stored at scheduling, unless the notice in force counts them otherwise."""
        return self.recount or self.days

    @property
    def counted_days(self) -> tuple[CountedDay, ...]:
        return days_from_json(self.days_in_force)

    @property
    def stored(self) -> StoredDates:
        """Return the dates as they were stored, whatever a later notice says."""
        promised = WINDOW_WORKDAYS + sum(len(extension.outage_days) for extension in self.window_extensions)
        return StoredDates(self.window, self.set_deadline, days_from_json(self.days), promised)

    @property
    def lacking_workdays(self) -> int:
        """Return how many working days the window lacks by the notice in force (R3)."""
        return max(0, self.stored.promised - self.workdays)

    @property
    def day_table(self) -> DayTable:
        return DayTable([counted.day for counted in self.counted_days])

    @property
    def workdays(self) -> int:
        """Return how many working days the window has: five, and those added after an outage."""
        return sum(row["ordinal"] is not None for row in self.days_in_force)

    def deadline_at(self, moment: dt.datetime) -> dt.datetime:
        """Return the deadline as it was in force at a moment, before what moved it later."""
        moved = [
            *((row.extended_at, row.previous) for row in self.extensions),
            *((row.extended_at, row.previous_deadline) for row in self.window_extensions),
            *((row.replanned_at, row.previous_deadline) for row in self.replannings),
        ]
        later = [each for each in moved if each[0] > moment]
        return min(later)[1] if later else self.conclude_by

    @property
    def conclude_day(self) -> dt.date:
        """Return the day at whose 24:00 the deadline is."""
        return last_day_before(self.conclude_by)

    @property
    def entries_of_kind(self) -> dict[Kind, int]:
        return {Kind.COLLECTIVE: self.collectives, Kind.INDIVIDUAL: self.individuals}

    @property
    def title(self) -> str:
        return title_of(self.round, self.organiser.name)

    @property
    def title_outside(self) -> str:
        """Return the title that anybody may read at any time: it names no nominee (R5)."""
        if not organiser_is_shown(self.round, self.collectives):
            return self.title
        recommender = self.organiser.parent.name if self.organiser.parent else ""
        return title_by_recommender(self.round, recommender, self.organiser.name)

    def title_at(self, now: dt.datetime) -> str:
        """Return the title that the public reads at `now` (R5)."""
        return self.title if self.window.contains(now) else self.title_outside

    def contacts_at(self, now: dt.datetime) -> list[Unit]:
        """Return whom the public may turn to beside the office: the organiser, or its recommending unit (R5, R13).

        The recommending unit is named too where the organiser has no complete contact block.
        """
        above = [self.organiser.parent] if self.organiser.parent else []
        if self.window.contains(now) or not organiser_is_shown(self.round, self.collectives):
            return [self.organiser] if self.organiser.is_reachable else [self.organiser, *above]
        return above


class Entry(Base):
    """What a period shows of one nominee: the round's allowed fields, copied at scheduling and frozen.

    They are copied at scheduling and not at the opening, so that no job has to run for a page to appear.
    """

    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    nominee_id: Mapped[int] = mapped_column(ForeignKey("nominees.id"), index=True)
    # Of the nominee's deeds, as they were shown.
    edition: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    position: Mapped[int]
    # It opens the entry's digest in the record (R38). An older entry gets one when its list is stated.
    salt: Mapped[bytes | None] = mapped_column(LargeBinary, default=new_salt)
    kind: Mapped[Kind] = mapped_column(checked_column(Kind, "kind"))
    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str | None] = mapped_column(String(120))
    recommender: Mapped[str | None] = mapped_column(String(120))
    post: Mapped[str | None] = mapped_column(String(120))
    category: Mapped[str | None] = mapped_column(String(60))
    trade: Mapped[str | None] = mapped_column(String(80))
    deeds: Mapped[str] = mapped_column(Text)

    period: Mapped[Period] = relationship()

    __table_args__ = (
        UniqueConstraint("period_id", "nominee_id"),
        Index("uq_entries_position", "period_id", "position", unique=True),
        Index("ix_entries_kind", "period_id", "kind", "position"),
    )


class DeadlineExtension(Base):
    """A deadline moved before it passed, with the reason that stands on the page (R25)."""

    __tablename__ = "deadline_extensions"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"), index=True)
    previous: Mapped[dt.datetime]
    extended_to: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(Text)
    extended_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    extended_at: Mapped[dt.datetime]

    __table_args__ = (
        CheckConstraint("extended_to > previous", name="only_later"),
        CheckConstraint("extended_at < previous", name="before_it_passed"),
    )


class WindowExtension(Base):
    """A window that was open moved its end by whole working days after an outage, its deadline with it (R7).

    `outage_days` are the days that it makes good for: none is made good for twice.
    """

    __tablename__ = "window_extensions"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"), index=True)
    previous: Mapped[dt.datetime]
    extended_to: Mapped[dt.datetime]
    previous_deadline: Mapped[dt.datetime]
    new_deadline: Mapped[dt.datetime]
    outage_days: Mapped[list[Any]]
    reason: Mapped[str] = mapped_column(Text)
    extended_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    extended_at: Mapped[dt.datetime]

    __table_args__ = (
        CheckConstraint("extended_to > previous AND new_deadline > previous_deadline", name="only_later"),
        CheckConstraint("extended_at < previous", name="while_it_was_open"),
    )


class Replanning(Base):
    """A window or a deadline moved because a holiday notice was loaded later (R3): the last dates and the new ones."""

    __tablename__ = "replannings"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"), index=True)
    previous_close: Mapped[dt.datetime]
    new_close: Mapped[dt.datetime]
    previous_deadline: Mapped[dt.datetime]
    new_deadline: Mapped[dt.datetime]
    calendar_version: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    replanned_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    replanned_at: Mapped[dt.datetime]

    __table_args__ = (
        CheckConstraint("new_close >= previous_close AND new_deadline >= previous_deadline", name="never_earlier"),
        CheckConstraint("new_close > previous_close OR new_deadline > previous_deadline", name="something_moved"),
    )


class Closing(Base):
    """The closing report as it stood at closing (R30)."""

    __tablename__ = "closings"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"), unique=True)
    report: Mapped[dict[str, Any]]
    closed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[dt.datetime]


class StatedList(Base):
    """A list of a period as it was public from a moment on, by salted digests of its entries (R5, R38).

    `digest` is over those of the entries, in the order of the list. `digests` are pairs of a position, from 0, and 64
    hexadecimal digits: every entry at the opening, the changed ones at a correction, none at the closing. They hold no
    name.
    """

    __tablename__ = "stated_lists"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"))
    ordinal: Mapped[int]
    listing: Mapped[ListStage] = mapped_column(checked_column(ListStage, "listing"))
    stated_at: Mapped[dt.datetime]
    digest: Mapped[str] = mapped_column(String(64))
    digests: Mapped[list[Any]]

    __table_args__ = (
        UniqueConstraint("period_id", "ordinal"),
        CheckConstraint("(ordinal = 1) = (listing = 'opened')", name="opened_first"),
    )
