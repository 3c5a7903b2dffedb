"""The forms of the notice to fill in: blank, with the programme's honour and the unit's name where they belong."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.domain.cases.states import Actor
from app.domain.periods.rounds import Kind
from app.domain.programmes.notice import AwardNotice
from app.evidence.kinds import FileKind
from app.models import Programme
from app.papers.forms import write_form
from app.papers.summaries import write_summary
from app.services.imports.receiving import unit_to_import_for


@dataclass(frozen=True, slots=True)
class Blank:
    """One blank: which form it is, of whom."""

    kind: Kind
    is_form: bool = False
    extended: bool = False

    @property
    def media_type(self) -> str:
        return (FileKind.DOCX if self.is_form else FileKind.XLSX).media_type

    def name(self, notice: AwardNotice) -> str:
        """附件2 先进集体推荐对象汇总表（加列）: what the notice calls it."""
        if self.is_form:
            return f"{notice.forms[self.kind].label} {notice.form_name(self.kind)}"
        extended = "（加列）" if self.extended else ""
        return f"{notice.summaries[self.kind].label} {notice.summary_name(self.kind)}{extended}"

    def file_name(self, notice: AwardNotice) -> str:
        return self.name(notice) + (FileKind.DOCX if self.is_form else FileKind.XLSX).extension


# By the last word of its address.
BLANKS = {
    "2": Blank(Kind.COLLECTIVE),
    "2-extended": Blank(Kind.COLLECTIVE, extended=True),
    "3": Blank(Kind.INDIVIDUAL),
    "3-extended": Blank(Kind.INDIVIDUAL, extended=True),
    "4": Blank(Kind.COLLECTIVE, is_form=True),
    "5": Blank(Kind.INDIVIDUAL, is_form=True),
}


def blank(session: Session, programme_id: int, unit_id: int, name: str, actor: Actor) -> bytes:
    """Return one of BLANKS, made for a unit. Raises NotYourCase, NotARecommender."""
    programme = session.get_one(Programme, programme_id)
    unit = unit_to_import_for(session, unit_id, actor)
    form = BLANKS[name]
    notice = programme.rules
    if form.is_form:
        title = form_title(programme, form.kind)
        return write_form(form.kind, {"recommender": unit.name}, title, None, notice=notice)
    title = summary_title(programme, form.kind)
    return write_summary(form.kind, title, unit.name, None, (), notice=notice, extended=form.extended)


def honour(programme: Programme, kind: Kind) -> str:
    return programme.collective_honour if kind is Kind.COLLECTIVE else programme.individual_honour


def summary_title(programme: Programme, kind: Kind) -> str:
    """Return the line that heads annex 2 or 3."""
    return f"{honour(programme, kind)}{programme.rules.summaries[kind].heading}"


def form_title(programme: Programme, kind: Kind) -> str:
    """Return the line that heads annex 4 or 5."""
    return f"{honour(programme, kind)}{programme.rules.forms[kind].heading}"
