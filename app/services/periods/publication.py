"""What the public may read, and when (R5, R12): periods always, entries inside the window only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload

from app.domain.periods.publicity import FEWEST_SHOWN_ALONE, ClosingFigures, figures_of, is_shown_alone, pool_figures
from app.domain.periods.roll import grouped
from app.domain.periods.rounds import Kind, Organiser
from app.models import Correction, Entry, Period, Programme, Unit, UnitKind
from app.services.periods.corrected_text import EntryView, read_entries

# One page holds a whole programme's list, because people search it in the browser and print it.
ENTRIES_PER_PAGE = 500
WHOLE_LIST = 1_000_000  # on one page, to be printed
PERIODS_PER_PAGE = 20


def open_periods(session: Session, now: dt.datetime) -> Sequence[Period]:
    """List the periods public at `now`, the one that ends first on top."""
    return session.scalars(
        _periods()
        .where(Period.opens_at <= now, Period.closes_at > now)
        .order_by(Period.closes_at, Period.round_number.desc(), Period.id)
    ).all()


def coming_periods(session: Session, now: dt.datetime, limit: int = PERIODS_PER_PAGE) -> Sequence[Period]:
    """List the periods not open yet, the next one first."""
    return session.scalars(
        _periods().where(Period.opens_at > now).order_by(Period.opens_at, Period.id).limit(limit)
    ).all()


def past_periods(session: Session, now: dt.datetime, page: int) -> tuple[Sequence[Period], int]:
    """One page of the periods whose window is over, the latest first, and how many there are."""
    stands, over = Period.cancelled_at.is_(None), Period.closes_at <= now
    total = session.scalar(select(func.count()).select_from(Period).where(stands, over)) or 0
    # The page is found in the index: however far down it is, the periods before it are not read.
    first = (page - 1) * PERIODS_PER_PAGE
    order = Period.closes_at.desc(), Period.id.desc()
    ids = session.scalars(select(Period.id).where(stands, over).order_by(*order).limit(PERIODS_PER_PAGE).offset(first))
    return session.scalars(_periods().where(Period.id.in_(ids.all())).order_by(*order)).all(), total


def the_office(session: Session) -> Unit | None:
    """Return the office that stands over every organiser, for its contact block (R13).

    Returns None before it is set up.
    """
    return session.scalar(select(Unit).where(Unit.kind == UnitKind.OFFICE).order_by(Unit.id))


def award_shown(session: Session, now: dt.datetime) -> str | None:
    """Return the name of the award that the public is shown now: of the period that opened last, or comes first.

    Returns None while no period is set.
    """
    titles = (
        select(Programme.title)
        .join(Period, Period.programme_id == Programme.id)
        .where(Period.cancelled_at.is_(None))
        .limit(1)
    )
    opened = titles.where(Period.opens_at <= now).order_by(Period.opens_at.desc(), Period.id.desc())
    coming = titles.where(Period.opens_at > now).order_by(Period.opens_at, Period.id)
    return session.scalar(opened) or session.scalar(coming)


def public_period(session: Session, period_id: int) -> Period | None:
    """Return a period that anybody may ask about; None for one that never was or was taken back."""
    return session.scalar(_periods().where(Period.id == period_id))


@dataclass(frozen=True, slots=True)
class ListFilter:
    """How a list is narrowed. Empty values narrow nothing."""

    kind: Kind | None = None
    unit: str = ""
    name: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class EntryList:
    """One page of a period's entries, how many match, and how many pages they fill."""

    entries: Sequence[EntryView]
    matching: int
    pages: int


def entry_list(
    session: Session, period: Period, wanted: ListFilter, now: dt.datetime, per_page: int = ENTRIES_PER_PAGE
) -> EntryList:
    """One page of the entries as they read now. Ask only while `period.window.contains(now)`."""
    matches = _matches(period, wanted)
    before = (wanted.page - 1) * per_page
    query = select(Entry).where(*matches).order_by(Entry.position).limit(per_page)
    if wanted.unit or wanted.name:
        matching = session.scalar(select(func.count(Entry.id)).where(*matches)) or 0
        query = query.offset(before)
    else:
        # Positions run from 1 without a gap, collectives first: the page begins where it is, however far down.
        of_kind = period.entries_of_kind
        matching = of_kind[wanted.kind] if wanted.kind else sum(of_kind.values())
        query = query.where(Entry.position > before + (period.collectives if wanted.kind is Kind.INDIVIDUAL else 0))
    entries = session.scalars(query).all()
    return EntryList(read_entries(session, entries, now), matching, pages=max(1, -(-matching // per_page)))


def closing_figures(session: Session, period: Period) -> ClosingFigures | None:
    """Return what the public reads of a closing; None while the period is not closed.

    Those of a period with fewer than five entries are given with the others of its recommending unit (R5).
    """
    if period.closing is None:
        return None
    report = period.closing.report
    if is_shown_alone(report["entries"]):
        return ClosingFigures(figures_of(report))
    by = period.organiser.parent if period.round.organiser is Organiser.OWN_UNIT else None
    unit = by or period.organiser
    peers = session.scalars(
        select(Period)
        .join(Unit, Period.organiser_id == Unit.id)
        .where(
            Period.programme_id == period.programme_id,
            Period.round_number == period.round_number,
            Period.cancelled_at.is_(None),
            Period.collectives + Period.individuals < FEWEST_SHOWN_ALONE,
            (Unit.parent_id == unit.id) if by else (Period.organiser_id == unit.id),
        )
        .options(joinedload(Period.closing))
    ).all()
    reports = [peer.closing.report for peer in peers if peer.closing is not None]
    return pool_figures(reports, unit.name, running=len(peers) - len(reports))


def _matches(period: Period, wanted: ListFilter) -> list[ColumnElement[bool]]:
    matches = [Entry.period_id == period.id]
    if wanted.kind is not None:
        matches.append(Entry.kind == wanted.kind)
    if wanted.unit:
        matches.append(
            or_(Entry.recommender == wanted.unit, _corrected("recommender", Correction.after == wanted.unit))
        )
    if wanted.name:
        matches.append(or_(_reads(Entry.name, wanted.name), _corrected("name", _reads(Correction.after, wanted.name))))
    return matches


def _reads(column: ColumnElement[str] | InstrumentedAttribute[str], wanted: str) -> ColumnElement[bool]:
    """Return the condition that a text contains what is wanted, whatever spaces are in either (吕 丽敏)."""
    plain = func.replace(func.replace(column, " ", ""), "\u3000", "")
    return plain.icontains("".join(wanted.split()), autoescape=True)


def _corrected(field: str, reads: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that finds an entry by its corrected text.

    The misprint still finds it too, for a reader who has it from a paper.
    """
    return Entry.id.in_(select(Correction.entry_id).where(Correction.field == field, reads))


def recommenders(session: Session, period: Period) -> list[str]:
    """List the recommending units of a period as its list names them now."""
    rows = session.execute(
        select(Correction.before, Correction.after)
        .join(Entry, Correction.entry_id == Entry.id)
        .where(Entry.period_id == period.id, Correction.field == "recommender")
        .order_by(Correction.id)
    )
    names = list(period.recommenders)
    for before, after in rows:
        names = [after if name == before else name for name in names]
    return names


def entry_of(session: Session, period_id: int, nominee_id: int, now: dt.datetime) -> EntryView | None:
    """One entry as it reads now. Show it only while the window contains `now`."""
    entry = session.scalar(select(Entry).where(Entry.period_id == period_id, Entry.nominee_id == nominee_id))
    return read_entries(session, [entry], now)[0] if entry else None


def find_neighbours(
    session: Session, period: Period, entry: EntryView, now: dt.datetime
) -> tuple[EntryView | None, EntryView | None]:
    """Return the entries before and after one, in the order in which the list shows them."""
    page = (entry.position - 1) // ENTRIES_PER_PAGE + 1
    order = _in_order(session, period, page)
    place = order.index(entry.id)
    if place == 0 and page > 1:
        order, place = [*_in_order(session, period, page - 1)[-1:], *order], 1
    if place == len(order) - 1:
        order += _in_order(session, period, page + 1)[:1]
    beside = order[place - 1 : place] if place else [], order[place + 1 : place + 2]
    entries = session.scalars(select(Entry).where(Entry.id.in_([*beside[0], *beside[1]]))).all()
    shown = {each.id: each for each in read_entries(session, entries, now)}
    before, after = (shown[ids[0]] if ids else None for ids in beside)
    return before, after


def _in_order(session: Session, period: Period, page: int) -> list[int]:
    """Return the ids of the entries on one page of the list, in the order in which it shows them."""
    first = (page - 1) * ENTRIES_PER_PAGE
    query = select(Entry.id, Entry.kind, Entry.recommender).where(
        Entry.period_id == period.id, Entry.position > first, Entry.position <= first + ENTRIES_PER_PAGE
    )
    corrected = dict(
        session.execute(
            select(Correction.entry_id, Correction.after)
            .join(Entry, Correction.entry_id == Entry.id)
            .where(Entry.period_id == period.id, Correction.field == "recommender")
            .order_by(Correction.id)
        ).all()
    )
    rows = [
        _Place(row.id, row.kind, corrected.get(row.id, row.recommender))
        for row in session.execute(query.order_by(Entry.position))
    ]
    return [row.id for group in grouped(rows, recommenders(session, period)) for row in group.entries]


@dataclass(frozen=True, slots=True)
class _Place:
    id: int
    kind: Kind
    recommender: str | None


def _periods() -> Select[Period]:
    return (
        select(Period)
        .where(Period.cancelled_at.is_(None))
        .options(
            joinedload(Period.organiser).joinedload(Unit.parent),
            joinedload(Period.programme),
            selectinload(Period.window_extensions),
            selectinload(Period.replannings),
        )
    )
