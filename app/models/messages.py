"""Messages that leave the portal."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.cases.reminders import Reminder
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import WORDS_LENGTH, Delivery
from app.domain.messages.hours import Times
from app.domain.messages.wording import NoticeKind
from app.models.accounts import Unit, User
from app.models.base import Base, checked_column, is_set
from app.models.cases import Case

_UNPLANNED = text("planned_at IS NULL")
_DUE = text("fate IN ('waiting', 'sending')")


class OutboxRow(Base):
    """A warning to a unit (R28): shown on desk and office pages, and told to its people by their channels.

    `planned_at` is when a worker made the dispatches of it; `sent_at` when the first of these had left.
    """

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    reminder: Mapped[Reminder] = mapped_column(checked_column(Reminder, "reminder"))
    deadline: Mapped[dt.datetime]
    created_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    planned_at: Mapped[dt.datetime | None]

    case: Mapped[Case] = relationship()

    __table_args__ = (
        # One warning for each unit, occasion and deadline; an extended deadline is another one.
        Index("uq_outbox_once", "case_id", "unit_id", "reminder", "deadline", unique=True),
        Index("ix_outbox_unit", "unit_id", "created_at"),
        Index("ix_outbox_unplanned", "id", sqlite_where=_UNPLANNED, postgresql_where=_UNPLANNED),
    )


class Reach(Base):
    """An address of a person of staff, of a unit, or of an objector, sealed to its row (R28, R36).

    It is used once it was confirmed by a code, which is derived from the moment it was asked for and not stored.
    """

    __tablename__ = "reaches"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objections.id"), index=True)
    channel: Mapped[OutgoingChannel] = mapped_column(checked_column(OutgoingChannel, "channel"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    times: Mapped[Times] = mapped_column(checked_column(Times, "times"))
    made_at: Mapped[dt.datetime]
    code_at: Mapped[dt.datetime]
    code_tries: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[dt.datetime | None]
    # Ended by its owner: nothing is sent there, and no other address replaces it automatically.
    stopped_at: Mapped[dt.datetime | None]
    # A mail server bounced the last message: the address is not used.
    bounced_at: Mapped[dt.datetime | None]
    # Confirmed while the account was its owner's, and not changed since: a code to it tells the owner (R22).
    owners: Mapped[bool | None]
    # Who of the office entered it for the person, as one that the office knows to be theirs; None: themselves.
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    unit: Mapped[Unit | None] = relationship()

    __table_args__ = (
        CheckConstraint(
            f"CAST({is_set('user_id')} AS INTEGER) + CAST({is_set('unit_id')} AS INTEGER)"
            f" + CAST({is_set('objection_id')} AS INTEGER) = 1",
            name="of_one",
        ),
        UniqueConstraint("user_id", "channel"),
        UniqueConstraint("unit_id", "channel"),
        UniqueConstraint("objection_id"),
    )


class Dispatch(Base):
    """One message to one address: claimed by a worker, tried, and what became of it (R28).

    `words` are the gateway's, with the address left out. `token` names it to the mail server, so that a bounce finds
    it again.
    """

    __tablename__ = "dispatches"

    id: Mapped[int] = mapped_column(primary_key=True)
    notice: Mapped[NoticeKind] = mapped_column(checked_column(NoticeKind, "notice"))
    outbox_id: Mapped[int | None] = mapped_column(ForeignKey("outbox.id"), index=True)
    told_at: Mapped[dt.datetime]  # when the event of the message happened
    reach_id: Mapped[int] = mapped_column(ForeignKey("reaches.id"), index=True)
    channel: Mapped[OutgoingChannel] = mapped_column(checked_column(OutgoingChannel, "channel"))
    digest: Mapped[bool]
    token: Mapped[str] = mapped_column(String(32), unique=True)
    fate: Mapped[Delivery] = mapped_column(checked_column(Delivery, "fate"))
    due_at: Mapped[dt.datetime]  # while it is being sent: when its worker counts as dead
    tries: Mapped[int] = mapped_column(default=0)
    unsure: Mapped[int] = mapped_column(default=0)
    words: Mapped[str] = mapped_column(String(WORDS_LENGTH), default="")
    ended_at: Mapped[dt.datetime | None]

    reach: Mapped[Reach] = relationship()
    outbox: Mapped[OutboxRow | None] = relationship()

    __table_args__ = (
        CheckConstraint(f"(notice = 'warning') = {is_set('outbox_id')}", name="warning_has_outbox"),
        CheckConstraint(f"(fate IN ('waiting', 'sending')) <> {is_set('ended_at')}", name="ended_is_dated"),
        CheckConstraint("tries >= 0 AND unsure BETWEEN 0 AND 2 AND unsure <= tries", name="counts"),
        UniqueConstraint("outbox_id", "reach_id", "told_at"),
        Index("ix_dispatches_due", "due_at", sqlite_where=_DUE, postgresql_where=_DUE),
        Index("ix_dispatches_fate", "fate", "ended_at"),
        Index("ix_dispatches_told", "told_at", "fate"),
    )


class StaffCalendar(Base):
    """The secret address at which a calendar program reads a person's deadlines. Only its hash is stored."""

    __tablename__ = "staff_calendars"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[dt.datetime]

    user: Mapped[User] = relationship()
