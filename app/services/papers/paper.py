"""What every paper is: a file with a name, of something that this person may see, on the record once it is made."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor, Role
from app.domain.papers.issuing import Issue
from app.domain.papers.lines import break_lines, width_of
from app.domain.refusals import NotYourCase
from app.domain.shared.wording import full_day
from app.models import Nominee, Period, Programme, Quota, Unit, UnitKind
from app.papers.signatures import signature
from app.papers.templates import render
from app.services.shared.files import Vault
from app.services.shared.work import Work, use_case

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]')
_LONGEST_NAME = 60  # characters; file systems take 255 bytes


@dataclass(frozen=True, slots=True)
class Stationery:
    """What a paper needs besides the data: how people reach the portal, and where restyled templates lie."""

    public_url: str
    templates: Path | None = None

    def written(self, template: str, file_name: str, context: Mapping[str, Any]) -> Paper:
        return Paper(file_named(f"{file_name}.docx"), partial(render, template, context, self.templates))


@dataclass(frozen=True, slots=True)
class Clerk:
    """Who has papers made, when, on what stationery, and where the files of nominees lie."""

    actor: Actor
    now: dt.datetime
    stationery: Stationery
    vault: Vault


@dataclass(frozen=True, slots=True)
class Paper:
    """One file to be written: everything that stands in it is known, the session is no longer needed."""

    file_name: str
    write: Callable[[], bytes]

    @property
    def media_type(self) -> str:
        return XLSX if self.file_name.endswith(".xlsx") else DOCX


def file_named(name: str) -> str:
    """Return a name that any file system takes.

    There is no path in it and nothing invisible. It is not too long, and its extension is kept.
    """
    stem, dot, extension = name.rpartition(".")
    stem = _UNFIT.sub("_", stem if dot else name).strip(" .")[:_LONGEST_NAME].strip(" .")
    return f"{stem or '未命名'}{dot}{extension if dot else ''}"


def period_for(session: Session, period_id: int, actor: Actor) -> Period:
    """Return a period whose papers this person may have. Raises NotYourCase.

    The office may have those of any period, a unit those of its own and of the units below it.
    """
    period = session.get(
        Period, period_id, options=[joinedload(Period.organiser).joinedload(Unit.parent), joinedload(Period.programme)]
    )
    organiser = period.organiser if period else None
    if period is None or organiser is None:
        raise NotYourCase
    if not actor.is_office and actor.unit_id not in (organiser.id, organiser.parent_id):
        raise NotYourCase
    return period


def recommender_for(session: Session, programme_id: int, unit_id: int, actor: Actor) -> tuple[Programme, Unit]:
    """Return a programme and a recommending unit of it, for the office and for that unit. Raises NotYourCase."""
    programme, unit = session.get(Programme, programme_id), session.get(Unit, unit_id)
    if programme is None or unit is None or unit.kind is not UnitKind.RECOMMENDER:
        raise NotYourCase
    if not (actor.is_office or actor.unit_id == unit_id):
        raise NotYourCase
    return programme, unit


def recommenders(session: Session, programme_id: int, actor: Actor) -> list[Unit]:
    """List the units that recommend in a programme and whose papers this person may have."""
    has_places = select(Quota.unit_id).where(Quota.programme_id == programme_id)
    has_nominees = select(Nominee.recommender_id).where(Nominee.programme_id == programme_id)
    query = select(Unit).where(
        Unit.kind == UnitKind.RECOMMENDER, or_(Unit.id.in_(has_places), Unit.id.in_(has_nominees))
    )
    if not actor.is_office:
        query = query.where(Unit.id == actor.unit_id)
    return list(session.scalars(query.order_by(Unit.id)))


@use_case
def record_made(work: Work, what: str, subject: str, **details: Any) -> None:
    """Record that somebody had a paper made, in a transaction of its own, before the paper goes out."""
    work.did("paper.made", subject, **{"paper": what, **details})


def cite_basis(programme: Programme) -> str:
    """Return what a paper rests on, with its number where there is one."""
    number = f"（{programme.notice_number}）" if programme.notice_number else ""
    return f"根据{programme.title}工作通知{number}要求"


def title_lines(*pieces: str, width: int = 20) -> str:
    """Set a title in several lines. Pieces stay together where they fit; one that is too long ends where words end."""
    lines: list[str] = []
    for piece in filter(None, pieces):
        if lines and width_of(lines[-1] + piece) <= width:
            lines[-1] += piece
        else:
            lines += break_lines(piece, width)
    return "\n".join(lines)


def signed(issued: Issue, date: dt.date) -> dict[str, Any]:
    """Return what a template needs of a paper's head and end: to whom it goes, who signs, when."""
    dated = full_day(date)
    return {
        "to": issued.to,
        "signed": signature(issued.signatories, dated).as_context(),
        # In one line each, as templates had it that were restyled before several could sign.
        "signatory": "、".join(issued.signatories),
        "dated": dated,
    }


def eyes_of(unit: Unit) -> Actor:
    """Return the unit as a reader: its papers say what the unit may know, whoever of unit or office downloads them."""
    return Actor(0, Role.OFFICE if unit.kind is UnitKind.OFFICE else Role.HEAD, unit.id)


def mark_if_empty(value: str | None, name: str) -> str:
    """Return a value, or the mark that somebody has to write it."""
    return value or f"（请填写{name}）"
