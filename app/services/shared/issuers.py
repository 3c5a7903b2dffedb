"""Who can issue the papers of a programme, under the names that they sign with."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.papers.issuing import Named, PaperParty
from app.models import Programme, Unit, UnitKind


def the_office(session: Session) -> Unit:
    return session.scalars(select(Unit).where(Unit.kind == UnitKind.OFFICE).order_by(Unit.id)).first() or Unit(
        name="", signed_as=""
    )


def named(unit: Unit) -> Named:
    return Named(unit.name, unit.signed_as)


def parties_of(session: Session, programme: Programme, organiser: Unit | None = None) -> dict[PaperParty, Named]:
    """Return who can issue and receive the papers of a programme, and of a period where its organiser is given."""
    office = named(the_office(session))
    parties = {
        PaperParty.OFFICE: office,
        PaperParty.CITY: Named(office.name, programme.signatory or office.signed_as),
        PaperParty.REVIEWERS: Named(programme.rules.reviewers),
    }
    if organiser is not None:
        parties[PaperParty.ORGANISER] = named(organiser)
        parties[PaperParty.SUPERIOR] = named(organiser.parent) if organiser.parent else office
    return parties
