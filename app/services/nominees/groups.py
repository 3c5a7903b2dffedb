"""Nominees that stand alike, counted by the database and judged once.

Every gate asks a handful of facts of a nominee: what its marks say, which rounds it was shown in and how far they are,
whether it left. The database puts nominees into groups by just these facts; one of each is read, and the rule judges
that one (`gates.find_standings`). So there is one rule, and what a page costs follows the number of groups. A nominee
without marks is a group of its own. Whoever decides about nominees judges each of them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased, joinedload

from app.domain.award.decision import ProceedingKind
from app.domain.cases.states import OPEN_STATES, Actor
from app.domain.periods.rounds import ROUND_NUMBERS, Kind, Round
from app.models import Case, Entry, Honour, Nominee, NomineeMarks, Period, Proceeding, Programme, Revocation
from app.sealing import Keyring
from app.services.cases.visibility import cases_visible_to
from app.services.nominees import gates
from app.services.nominees.access import nominees_visible_to
from app.services.nominees.gates import NomineeStanding
from app.services.nominees.marks import NAMES
from app.services.shared.leavers import is_written_out

_BETWEEN = ","
_ROUND = 2  # what a round weighs in `latest`, beside whether it showed the present deeds


@dataclass(frozen=True)
class NomineeGroup:
    """Nominees of one kind and one recommending unit that stand alike: their ids, and where each of them stands.

    `replaced`: they left, and somebody was named for their places. `standing` is that of one like them: of it hold
    which rounds it may enter, the checks' outcomes and the status; its nominee and words that name somebody are
    another's. `ids_written` and `units_written` are their ids and those of their own units, as the database lists them;
    units are listed of those before round 1 alone.
    """

    recommender_id: int
    kind: Kind
    replaced: bool
    count: int
    ids_written: str
    units_written: str | None
    standing: NomineeStanding

    @cached_property
    def ids(self) -> list[int]:
        return sorted(_numbers(self.ids_written))

    @cached_property
    def own_units(self) -> Counter[int]:
        """Return how many of them belong to each unit; of those who are through round 1 nobody asks."""
        return Counter(_numbers(self.units_written or ""))

    @property
    def has_left(self) -> bool:
        return bool(self.standing.how_left)

    @cached_property
    def was_refused(self) -> bool:
        """Whether the office refused them, at any stage, by the review that counts there."""
        return not all(review.passed for review in self.standing.reviews.values())


def _numbers(written: str) -> Iterator[int]:
    return map(int, written.split(_BETWEEN) if written else ())


def count(groups: Iterable[NomineeGroup]) -> int:
    """Count the nominees of these groups."""
    return sum(each.count for each in groups)


def may_enter(groups: Iterable[NomineeGroup], round_: Round) -> frozenset[int]:
    """Return the nominees of these groups that nothing keeps from a round (R8)."""
    return frozenset(id_ for each in groups if not each.standing.obstacles(round_) for id_ in each.ids)


def ids_of(groups: Iterable[NomineeGroup]) -> list[int]:
    """Return the nominees of these groups, unit by unit in the order in which they were entered."""
    in_order = sorted(groups, key=lambda each: (each.recommender_id, each.kind))
    return [id_ for each in in_order for id_ in each.ids]


def find_groups(
    session: Session,
    keyring: Keyring,
    programme: Programme,
    now: dt.datetime,
    *,
    of: Actor | None = None,
    seen_by: Actor | None = None,
    among: ColumnElement[bool] | None = None,
) -> list[NomineeGroup]:
    """Return the nominees of a programme, or those `of` them that a person may see, by groups. Raises SealBroken.

    `among` narrows them further: a condition on Nominee.
    `seen_by` is as for `gates.find_standings`: of a case that this person may not see, nothing is told (R19).
    """
    each = _facts_of_each(session, programme, now, of, seen_by, true() if among is None else among)
    rows = session.execute(_counted(each))
    found = [_Counted(unit, gone, n, ids, own, first, tuple(facts)) for unit, gone, n, ids, own, first, *facts in rows]
    firsts: dict[tuple[Any, ...], int] = {}
    for row in found:
        firsts[row.facts] = min(row.first, firsts.get(row.facts, row.first))
    wanted = select(Nominee).where(Nominee.id.in_(firsts.values())).options(joinedload(Nominee.programme))
    standings = gates.find_standings(session, keyring, programme, session.scalars(wanted).all(), now, seen_by)
    return [
        NomineeGroup(
            row.recommender_id,
            row.facts[0],
            bool(row.replaced),
            row.count,
            row.ids,
            row.units,
            standings[firsts[row.facts]],
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class _Counted:
    """A group as the database counts it; `facts` are what all of them share, their kind first."""

    recommender_id: int
    replaced: int
    count: int
    ids: str
    units: str | None
    first: int
    facts: tuple[Any, ...]


def _counted(each: Subquery) -> Select[Any]:
    apart = each.c.recommender_id, each.c.replaced
    facts = [column for column in each.c if column.name not in {"recommender_id", "replaced", "id", "unit_id"}]
    ids, units = (func.aggregate_strings(cast(column, String), _BETWEEN) for column in (each.c.id, each.c.unit_id))
    return select(*apart, func.count(), ids, units, func.min(each.c.id), *facts).group_by(*apart, *facts)


def _facts_of_each(
    session: Session,
    programme: Programme,
    now: dt.datetime,
    of: Actor | None,
    seen_by: Actor | None,
    narrowed: ColumnElement[bool],
) -> Subquery:
    """Select what the gates ask of each nominee; the first fact is its kind."""
    left, way = _how_left(session, programme, now), _way(programme, now, seen_by)
    later = aliased(Nominee)
    among = nominees_visible_to(of, later) if of else true()
    round_one_ahead = func.coalesce(way["latest"], 0) <= _ROUND  # in no round yet, or in it with other deeds
    replaced = and_(left != "", exists().where(later.replaces_id == Nominee.id, among))
    return (
        select(
            Nominee.id,
            Nominee.recommender_id,
            case((round_one_ahead, Nominee.unit_id)).label("unit_id"),
            _flag(replaced).label("replaced"),
            Nominee.kind,
            Nominee.rank,
            left.label("how_left"),
            _honoured(session, programme, now).label("honoured"),
            *(getattr(NomineeMarks, name) for name in NAMES),
            case((NomineeMarks.nominee_id.is_(None), Nominee.id), else_=0).label("alone"),
            *(column.label(name) for name, column in way.items()),
        )
        .select_from(Nominee)
        .outerjoin(NomineeMarks, NomineeMarks.nominee_id == Nominee.id)
        .outerjoin(Entry, Entry.nominee_id == Nominee.id)
        .outerjoin(Period, and_(Entry.period_id == Period.id, Period.cancelled_at.is_(None)))
        .where(Nominee.programme_id == programme.id, nominees_visible_to(of) if of else true(), narrowed)
        .group_by(Nominee.id, NomineeMarks.nominee_id)
        .subquery()
    )


def _way(programme: Programme, now: dt.datetime, seen_by: Actor | None) -> dict[str, ColumnElement[int]]:
    """Return what the passage through the rounds rests on, over the entries of one nominee; see `ShownRound`.

    `latest`: the last round entered, with whether it showed the present deeds. `own_open`: a case of its own is open.
    `through_N`: it has gone through round N with them. `unbegun`: the last round of a window that has not begun.
    """
    open_ = _open_cases(programme, now, seen_by)
    own = Entry.id.in_(select(open_.c.entry_id))
    others = Entry.period_id.in_(select(open_.c.period_id))
    current = Entry.edition == Nominee.edition
    through = and_(current, or_(Period.closed_at.is_not(None), and_(Period.closes_at <= now, others, ~own)))
    shown = Period.id.is_not(None)
    in_round = {number: Period.round_number == number for number in ROUND_NUMBERS}
    return {
        "latest": func.max(case((shown, Period.round_number * _ROUND + _flag(current)))),
        "own_open": func.max(_flag(and_(shown, own))),
        **{f"through_{number}": func.max(_flag(and_(through, here))) for number, here in in_round.items()},
        "unbegun": func.max(case((Period.opens_at > now, Period.round_number), else_=0)),
    }


def _open_cases(programme: Programme, now: dt.datetime, seen_by: Actor | None) -> CTE:
    """Select the entries with an open case, and their periods. From the deadline on no case is open (R26)."""
    return (
        select(Entry.id.label("entry_id"), Entry.period_id)
        .join(Case, Case.entry_id == Entry.id)
        .join(Period, Entry.period_id == Period.id)
        .where(
            Period.programme_id == programme.id,
            Period.conclude_by > now,
            Case.state.in_(OPEN_STATES),
            cases_visible_to(seen_by, now) if seen_by else true(),
        )
        .cte("open_cases")
    )


def _how_left(session: Session, programme: Programme, now: dt.datetime) -> ColumnElement[str]:
    """Return how a nominee left, "" while it has not; the counterpart of `verdict.departure`."""
    due = session.scalars(
        select(Period.id).where(
            Period.programme_id == programme.id, Period.settled_at.is_(None), Period.conclude_by <= now
        )
    ).all()
    passed = select(Entry.nominee_id).join(Case, Case.entry_id == Entry.id)
    lapsed = Nominee.id.in_(passed.where(Entry.period_id.in_(due), Case.state.in_(OPEN_STATES))) if due else false()
    return case(
        (is_written_out(), literal("out")),
        (Nominee.withdrawn_at.is_not(None), literal("withdrawn")),
        (lapsed, literal("out")),
        else_=literal(""),
    )


def _honoured(session: Session, programme: Programme, now: dt.datetime) -> ColumnElement[str]:
    """Return whether the decision names a nominee, and whether that was taken back; "" before a decision."""
    decided = session.scalar(
        select(Proceeding.id).where(Proceeding.programme_id == programme.id, Proceeding.kind == ProceedingKind.DECISION)
    )
    if decided is None:
        return literal("")
    taken_back = select(Honour.nominee_id).join(Revocation, Revocation.honour_id == Honour.id)
    return case(
        (Nominee.id.in_(taken_back.where(Revocation.confirmed_at <= now)), literal("revoked")),
        (Nominee.id.in_(select(Honour.nominee_id)), literal("honoured")),
        else_=literal(""),
    )


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, literal(1)), else_=literal(0))
