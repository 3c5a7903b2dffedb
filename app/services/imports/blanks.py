"""The forms of the notice to fill in: blank, with the programme's honour and the unit's name where they belong."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.cases.states import Actor
from app.domain.periods.rounds import Kind
from app.evidence.kinds import FileKind
from app.models import Programme
from app.papers.forms import write_form
from app.papers.summaries import write_summary
from app.services.imports.receiving import unit_to_import_for


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank: what it is called, and which form it is."""

    name: str
    kind: Kind
    is_form: bool = False
    extended: bool = False

    @property
    def media_type(self) -> str:
        return (FileKind.DOCX if self.is_form else FileKind.XLSX).media_type

    @property
    def file_name(self) -> str:
        return self.name + (FileKind.DOCX if self.is_form else FileKind.XLSX).extension


# By the last word of its address.
BLANKS = {
    "2": Blank("附件2 先进集体推荐对象汇总表", Kind.COLLECTIVE),
    "2-extended": Blank("附件2 先进集体推荐对象汇总表（加列）", Kind.COLLECTIVE, extended=True),
    "3": Blank("附件3 先进个人推荐对象汇总表", Kind.INDIVIDUAL),
    "3-extended": Blank("附件3 先进个人推荐对象汇总表（加列）", Kind.INDIVIDUAL, extended=True),
    "4": Blank("附件4 先进集体推荐表", Kind.COLLECTIVE, is_form=True),
    "5": Blank("附件5 先进个人推荐表", Kind.INDIVIDUAL, is_form=True),
}


def blank(session: Session, programme_id: int, unit_id: int, name: str, actor: Actor) -> bytes:
    """Return one of BLANKS, made for a unit. Raises NotYourCase, NotARecommender."""
    programme = session.get_one(Programme, programme_id)
    unit = unit_to_import_for(session, unit_id, actor)
    form = BLANKS[name]
    if form.is_form:
        return write_form(form.kind, {"recommender": unit.name}, form_title(programme, form.kind), None)
    return write_summary(form.kind, summary_title(programme, form.kind), unit.name, None, (), extended=form.extended)


def honour(programme: Programme, kind: Kind) -> str:
    return programme.collective_honour if kind is Kind.COLLECTIVE else programme.individual_honour


def summary_title(programme: Programme, kind: Kind) -> str:
    """Return the line that heads annex 2 or 3."""
    return f"{honour(programme, kind)}推荐对象汇总表"


def form_title(programme: Programme, kind: Kind) -> str:
    """Return the line that heads annex 4 or 5."""
    return f"{honour(programme, kind)}推荐表"
