"""Objections, who filed them, and what is said through the receipt page."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.domain.objections.arrival import REGISTERED_CHANNELS, Channel
from app.models.accounts import User
from app.models.base import Base, checked_column
from app.models.drawing import draw_id
from app.models.periods import Entry
from app.models.stored_file import StoredFile


class ObjectorKind(StrEnum):
    PERSON = "person"
    UNIT = "unit"


OBJECTOR_KIND_NAMES = {ObjectorKind.PERSON: "个人", ObjectorKind.UNIT: "单位"}


class Category(StrEnum):
    """What an objection is about."""

    DEEDS = "deeds"
    DISCIPLINE = "discipline"
    ELIGIBILITY = "eligibility"
    PROCEDURE = "procedure"
    OTHER = "other"


CATEGORY_NAMES = {
    Category.DEEDS: "事迹不真实",
    Category.DISCIPLINE: "违纪违法",
    Category.ELIGIBILITY: "不符合评选条件",
    Category.PROCEDURE: "推荐程序有问题",
    Category.OTHER: "其他",
}


class Objection(Base):
    """What a citizen or a unit filed against one entry. Who filed it stands in `identities` alone (R19).

    `form_hash` (of the form's token) makes a double click one objection (R16); `content_hash` tells a
    repeated request from a changed one; `receipt_hash` is all that is kept of the code (R18).
    `contact_hash` and `text_hash` tell the same source and the same text without keeping either (R17);
    objections from before these columns have none. `sealed_salt` opens the commitment to what was filed,
    which stands in the record (R38); it is purged with the text.
    """

    __tablename__ = "objections"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True, default=draw_id)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    objector_kind: Mapped[ObjectorKind] = mapped_column(checked_column(ObjectorKind, "objector_kind"))
    category: Mapped[Category] = mapped_column(checked_column(Category, "category"))
    facts: Mapped[str] = mapped_column(Text)
    against_handler: Mapped[bool]
    form_hash: Mapped[str] = mapped_column(String(64), unique=True)
    content_hash: Mapped[str] = mapped_column(String(64))
    receipt_hash: Mapped[str] = mapped_column(String(64), unique=True)
    filed_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]
    withdraw_reason: Mapped[str | None] = mapped_column(Text)
    contact_hash: Mapped[str | None] = mapped_column(String(64))
    text_hash: Mapped[str | None] = mapped_column(String(64))
    sealed_salt: Mapped[bytes | None] = mapped_column(LargeBinary)

    entry: Mapped[Entry] = relationship()
    messages: Mapped[list[Message]] = relationship(order_by="Message.id")
    registration: Mapped[Registration | None] = relationship(back_populates="objection")

    @property
    def channel(self) -> Channel:
        """How it came in (R33)."""
        return self.registration.channel if self.registration is not None else Channel.WEB

    __table_args__ = (
        CheckConstraint("length(facts) BETWEEN 20 AND 3000", name="facts_length"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdraw_reason IS NULL)", name="withdrawn_with_reason"),
        Index("ix_objections_contact", "contact_hash", "filed_at"),
        Index("ix_objections_arrived", "entry_id", "filed_at"),
        Index("ix_objections_listed", "case_id", "filed_at", "entry_id", "against_handler"),
    )


_REGISTERED = ", ".join(f"'{channel.value}'" for channel in REGISTERED_CHANNELS)


class Registration(Base):
    """That staff entered an objection which came by letter, visit, telephone or mail (R33).

    The moment at which it arrived is `filed_at` of its objection. `late_reason` says why it was entered
    after the window.
    """

    __tablename__ = "registrations"

    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), primary_key=True, autoincrement=False)
    channel: Mapped[Channel] = mapped_column(checked_column(Channel, "channel"))
    postmark: Mapped[dt.date | None]
    registered_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    registered_at: Mapped[dt.datetime]
    late_reason: Mapped[str | None] = mapped_column(Text)

    objection: Mapped[Objection] = relationship(back_populates="registration")
    registrar: Mapped[User] = relationship()

    __table_args__ = (
        CheckConstraint(f"channel IN ({_REGISTERED})", name="not_by_the_web"),
        CheckConstraint("(channel = 'letter') = (postmark IS NOT NULL)", name="letters_have_a_postmark"),
        CheckConstraint("late_reason IS NULL OR length(late_reason) >= 2", name="reason_says_something"),
        Index("ix_registrations_channel", "channel", "objection_id"),
    )


class Identity(Base):
    """Who filed an objection, sealed to its row (R19): two people of the office open it together, nobody else."""

    __tablename__ = "identities"

    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


_UNDECIDED = text("decided_at IS NULL")


class IdentityRequest(Base):
    """Somebody of the office asks to read an identity; a second one lets them, or does not (R19).

    Once read it belongs to the login session it was read in (`read_in`, a hash): any other must ask again.
    """

    __tablename__ = "identity_requests"

    id: Mapped[int] = mapped_column(primary_key=True)
    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[dt.datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[dt.datetime | None]
    granted: Mapped[bool | None]
    read_in: Mapped[str | None] = mapped_column(String(64))
    first_read_at: Mapped[dt.datetime | None]

    objection: Mapped[Objection] = relationship()
    asker: Mapped[User] = relationship(foreign_keys=[asked_by])
    decider: Mapped[User | None] = relationship(foreign_keys=[decided_by])

    __table_args__ = (
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_people"),
        CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (granted IS NULL)",
            name="decision_is_complete",
        ),
        CheckConstraint("(read_in IS NULL) = (first_read_at IS NULL)", name="read_in_and_at"),
        CheckConstraint("read_in IS NULL OR granted", name="read_when_granted"),
        Index("ix_identity_requests_waiting", "id", sqlite_where=_UNDECIDED, postgresql_where=_UNDECIDED),
    )


class MessageKind(StrEnum):
    QUESTION = "question"  # 补正通知
    SUPPLEMENT = "supplement"  # 补正
    REPLY = "reply"  # 办理单位回复
    ANSWER = "answer"  # 结果答复


MESSAGE_KIND_NAMES = {
    MessageKind.QUESTION: "请补充",
    MessageKind.SUPPLEMENT: "异议人的补充",
    MessageKind.REPLY: "办理单位回复",
    MessageKind.ANSWER: "办理结果",
}


class Message(Base):
    """One thing said between handler and objector; neither learns the other's name here."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), index=True)
    kind: Mapped[MessageKind] = mapped_column(checked_column(MessageKind, "kind"))
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[dt.datetime]


_UNFILED = text("objection_id IS NULL")
_WAITING = text("scan = 'waiting'")


class Evidence(StoredFile, Base):
    """A file that came with an objection, or with a supplement to one (then with its message).

    Until the objection is filed it belongs to its form alone (`form_hash`, as in `objections`); a form holds the
    same file once. Of a picture something else is kept than came in: it is written anew. Of any other file a copy
    without the marks of its author lies beside it, sealed with a key of its own: that is what handlers read (R19). It
    is missing where the file came before there were copies, and `copy_refused` where none could be made of it. `letter`
    tells the sealed letter of a unit from evidence; it is empty where the file came before the two were told apart
    (`kept_as`).
    """

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True, default=draw_id)
    form_hash: Mapped[str] = mapped_column(String(64))
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objections.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    letter: Mapped[bool | None]
    copy_name: Mapped[str | None] = mapped_column(String(32), unique=True, index=True)
    sealed_copy_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    copy_size: Mapped[int | None]
    copy_sha256: Mapped[str | None] = mapped_column(String(64))
    copy_refused: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def copy_waits(self) -> bool:
        """Tell whether handlers read a copy that is not made yet."""
        return self.kind.copied and self.copy_name is None

    __table_args__ = (
        CheckConstraint("size > 0 AND stored_size > 0", name="not_empty"),
        CheckConstraint("message_id IS NULL OR objection_id IS NOT NULL", name="supplement_has_objection"),
        CheckConstraint("(scan IN ('clean', 'infected')) = (scanned_at IS NOT NULL)", name="verdict_is_dated"),
        UniqueConstraint("form_hash", "sha256"),
        Index("ix_evidence_unfiled", "received_at", sqlite_where=_UNFILED, postgresql_where=_UNFILED),
        Index("ix_evidence_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        {"sqlite_autoincrement": True},  # the record names files by id, so the id of a deleted file is never used again
    )


class Draft(Base):
    """What somebody typed into a form of the public side, sealed, for an hour at most (R17).

    `name` is a keyed hash of the browser's secret and of the handle in the page's address: neither alone finds it.
    """

    __tablename__ = "drafts"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[dt.datetime] = mapped_column(index=True)

    __table_args__ = (
        {"info": {"in_backups": False}},
    )  # not in backups, which are kept for years: a draft is promised to live for an hour


class SpentAnswer(Base):
    """A challenge whose answer has let an objection through: it lets no second one. Nothing of a person is in it."""

    __tablename__ = "spent_answers"

    nonce: Mapped[str] = mapped_column(String(32), primary_key=True)
    spent_at: Mapped[dt.datetime] = mapped_column(index=True)
