"""Objections, who filed them, and what is said through the receipt page."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base, checked
from app.models.period import Entry


class ObjectorKind(StrEnum):
    PERSON = "person"
    UNIT = "unit"


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
    objections from before these columns have none.
    """

    __tablename__ = "objections"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    objector_kind: Mapped[ObjectorKind] = mapped_column(checked(ObjectorKind, "objector_kind"))
    category: Mapped[Category] = mapped_column(checked(Category, "category"))
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

    entry: Mapped[Entry] = relationship()
    messages: Mapped[list[Message]] = relationship(order_by="Message.id")

    __table_args__ = (
        CheckConstraint("length(facts) BETWEEN 20 AND 3000", name="facts_length"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdraw_reason IS NULL)", name="withdrawn_with_reason"),
        Index("ix_objections_contact", "contact_hash", "filed_at"),
    )


class Identity(Base):
    """Who filed an objection. No page of a unit, no export and no log reads this table (R19)."""

    __tablename__ = "identities"

    objection_id: Mapped[int] = mapped_column(ForeignKey("objections.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    contact_person: Mapped[str] = mapped_column(Text, default="")
    contact: Mapped[str] = mapped_column(Text)


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
    kind: Mapped[MessageKind] = mapped_column(checked(MessageKind, "kind"))
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[dt.datetime]
