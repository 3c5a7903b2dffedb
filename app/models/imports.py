"""Imports of lists of nominees: read, checked row by row, and confirmed as a whole or not at all."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.accounts import Unit
from app.models.base import Base, checked_column
from app.models.programmes import Programme


class ImportForm(StrEnum):
    """Which form of the notice an import is."""

    COLLECTIVES = "collectives"  # 附件2 汇总表 .xlsx
    INDIVIDUALS = "individuals"  # 附件3 汇总表 .xlsx
    FORMS = "forms"  # 附件4、5 推荐表 .docx, one a nominee


class ImportState(StrEnum):
    """Where an import stands."""

    WAITING = "waiting"  # 等待核对
    CHECKED = "checked"  # 已核对，待确认
    CONFIRMED = "confirmed"  # 已导入
    DROPPED = "dropped"  # 已放弃
    FAILED = "failed"  # 读不了


class Import(Base):
    """One upload. `failure` says why a file could not be read at all, `attempts` how often reading was begun."""

    __tablename__ = "imports"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programmes.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    form: Mapped[ImportForm] = mapped_column(checked_column(ImportForm, "form"))
    state: Mapped[ImportState] = mapped_column(checked_column(ImportState, "state"))
    rows_total: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    failure: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[dt.datetime]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[dt.datetime | None]

    programme: Mapped[Programme] = relationship()
    unit: Mapped[Unit] = relationship()

    __table_args__ = (
        CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed_is_dated"),
        CheckConstraint("(confirmed_by IS NOT NULL) = (confirmed_at IS NOT NULL)", name="confirmed_by_and_at"),
        CheckConstraint("(state = 'failed') = (failure <> '')", name="failed_says_why"),
    )


class ImportRow(Base):
    """One nominee as a file names it: sealed whole, since nothing of it is public or checked yet.

    `problems` are [{"column", "wrong", "right"}] in words, and repeat no number that names a person. `source` is the
    file of several it came from, sealed likewise with the content.
    """

    __tablename__ = "import_rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"))
    number: Mapped[int]  # the row of the sheet as Excel counts it, or the file's place among several
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    person_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    problems: Mapped[list[Any]]

    __table_args__ = (UniqueConstraint("import_id", "number"),)
