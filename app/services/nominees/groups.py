"""Nominees that stand alike, counted by the database and judged once.

Every gate asks a handful of facts of a nominee: what its marks say, in which rounds it was shown and how far they are,
whether it left. The database counts nominees by their marks and by the periods that show them, in one index. What else
tells nominees apart is true of few at a time, who are looked at one by one: they left, the award names them, a case
about them is open, or they have no marks. One of each group is judged by the rule (`gates.find_standings`). So there is
one rule, and what a page costs follows the number of groups. Whoever decides about nominees judges each of them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, select, true
from sqlalchemy.orm import Session, joinedload

from app.domain.cases.states import Actor
from app.domain.cases.verdict import LEFT_NAMES
from app.domain.nominees.marks import read_kind, read_shown, write_shown
from app.domain.nominees.passage import ShownRound
from app.domain.periods.rounds import Kind, Round
from app.models import Honour, Nominee, NomineeMarks, Period, Proceeding, Programme, Revocation
from app.models.nominees import COUNTED_BY
from app.sealing import Keyring
from app.services.nominees import gates
from app.services.nominees.access import NomineeTable
from app.services.nominees.gates import NomineeStanding
from app.services.nominees.marks import find_shown
from app.services.shared.leavers import find_departures, has_left
from app.services.shared.stored_rows import of_ids

Among = Callable[[NomineeTable], ColumnElement[bool]]
_BETWEEN = ","
_ID = NomineeMarks.nominee_id


@dataclass(frozen=True)
class NomineeGroup:
    """Nominees of one kind and one recommending unit that stand alike: their ids, and where each of them stands.

    `replaced`: they left, and somebody was named for their places. `standing` is that of one like them: of it hold
    which rounds it may enter, the checks' outcomes and the status; its nominee and words that name somebody are
    another's. `shown_in` are the periods that show, or showed, any of them. `ids_written` and `units_written` are
    their ids and those of their own units, as the database lists them. Where they were only counted, asking for
    them raises LookupError.
    """

    recommender_id: int
    kind: Kind
    replaced: bool
    count: int
    shown_in: frozenset[int]
    ids_written: str
    units_written: str
    standing: NomineeStanding

    @cached_property
    def ids(self) -> list[int]:
        return sorted(_numbers(self.ids_written))

    @cached_property
    def own_units(self) -> Counter[int]:
        """Return how many of them belong to each unit."""
        return Counter(_numbers(self.units_written))

    @property
    def has_left(self) -> bool:
        return bool(self.standing.how_left)

    @cached_property
    def was_refused(self) -> bool:
        """Whether the office refused them, at any stage, by the review that counts there."""
        return not all(review.passed for review in self.standing.reviews.values())


def _numbers(written: str) -> Iterator[int]:
    if not written:
        raise LookupError("these nominees were only counted")
    return map(int, written.split(_BETWEEN))


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
    seen_by: Actor | None = None,
    among: Among | None = None,
    only_counted: bool = False,
) -> list[NomineeGroup]:
    """Return the nominees of a programme by groups. Raises SealBroken.

    `among` narrows them: it returns a condition on the table that it is given. `only_counted`: the groups have
    no ids and no units of their own, which saves half of the database's work.
    `seen_by` is as for `gates.find_standings`: of a case that this person may not see, nothing is told (R19).
    """

    def wanted(nominee: NomineeTable) -> ColumnElement[bool]:
        return and_(nominee.programme_id == programme.id, among(nominee) if among else true())

    apart = _find_apart(session, programme, now, wanted, seen_by)
    found: dict[tuple[Any, ...], list[_Counted]] = {}
    firsts: dict[tuple[Any, ...], int] = {}
    for row in _count(session, apart, wanted, only_counted):
        found.setdefault((row.recommender_id, row.kind, row.replaced, row.facts), []).append(row)
        firsts[row.facts] = min(row.first, firsts.get(row.facts, row.first))
    judged = select(Nominee).where(of_ids(Nominee.id, firsts.values())).options(joinedload(Nominee.programme))
    standings = gates.find_standings(session, keyring, programme, session.scalars(judged).all(), now, seen_by)
    return [
        NomineeGroup(
            recommender_id,
            kind,
            replaced,
            sum(row.count for row in rows),
            frozenset().union(*(row.shown_in for row in rows)),
            _BETWEEN.join(row.ids for row in rows if row.ids),
            _BETWEEN.join(row.units for row in rows if row.units),
            standings[firsts[facts]],
        )
        for (recommender_id, kind, replaced, facts), rows in found.items()
    ]


@dataclass(frozen=True, slots=True)
class _Counted:
    """Nominees that the database counted together, or a single one; `facts` are what all share."""

    recommender_id: int
    kind: Kind
    replaced: bool
    count: int
    shown_in: frozenset[int]
    ids: str
    units: str
    first: int
    facts: tuple[Any, ...]


@dataclass(frozen=True)
class _Apart:
    """What is true of few nominees of a programme at a time, and the periods that showed any of them.

    `how_left` in words, `replaced` those of them for whom somebody was named; `honoured` whom the award names, and
    whether it was taken back; `open_cases`, by period, those whom an open case is about; `unmarked` have no marks: the
    periods that show each, as `write_shown` writes them.
    """

    how_left: Mapping[int, str]
    replaced: Collection[int]
    honoured: Mapping[int, bool]
    open_cases: Mapping[int, set[int]]
    unmarked: Mapping[int, str]
    periods: Mapping[int, Any]
    now: dt.datetime

    @cached_property
    def ids(self) -> set[int]:
        return {*self.how_left, *self.honoured, *self.unmarked}.union(*self.open_cases.values())

    def facts(self, row: Any, shown_in: str, nominee_id: int = 0) -> tuple[Any, ...]:
        """Return what a row of marks and, of a single nominee, what is true of few come to."""
        alone = nominee_id if nominee_id in self.unmarked else 0
        left, honoured = self.how_left.get(nominee_id, ""), self.honoured.get(nominee_id)
        return row.counted_as, left, honoured, alone, self._showings(shown_in, nominee_id)

    def _showings(self, shown_in: str, nominee_id: int) -> frozenset[ShownRound]:
        """Return the rounds as the gates see them; of the editions, only whether they are the present one.

        A period that was scheduled or taken back since the periods were read is not there yet, or any more.
        """
        return frozenset(
            ShownRound(
                round_number=period.round_number,
                edition=int(present),
                begun=self.now >= period.opens_at,
                window_over=self.now >= period.closes_at,
                closed=period.closed_at is not None,
                own_open=nominee_id in against,
                others_open=len(against) > (nominee_id in against),
            )
            for id_, present in read_shown(shown_in)
            if (period := self.periods.get(id_)) is not None
            for against in [self.open_cases.get(id_, set())]
        )


def _find_apart(
    session: Session, programme: Programme, now: dt.datetime, wanted: Among, seen_by: Actor | None
) -> _Apart:
    """Read it. Open cases come before who has left, as in `gates.find_standings`."""
    columns = Period.id, Period.round_number, Period.opens_at, Period.closes_at, Period.closed_at
    stands = Period.programme_id == programme.id, Period.cancelled_at.is_(None)
    periods = {row.id: row for row in session.execute(select(*columns).where(*stands))}
    open_cases = gates.find_open_cases(session, periods, now, seen_by)
    left = select(Nominee.id).where(Nominee.programme_id == programme.id, has_left(session, now))
    gone = find_departures(session, session.scalars(left).all(), now)
    replaced = select(Nominee.replaces_id).where(wanted(Nominee), of_ids(Nominee.replaces_id, gone))
    return _Apart(
        how_left={id_: LEFT_NAMES[departed.how] for id_, departed in gone.items()},
        replaced=set(session.scalars(replaced)) if gone else (),
        honoured=_find_honoured(session, programme, now),
        open_cases=open_cases,
        unmarked=_find_unmarked(session, programme),
        periods=periods,
        now=now,
    )


def _find_honoured(session: Session, programme: Programme, now: dt.datetime) -> dict[int, bool]:
    """Return whom the decision names, each with whether that still stands; nobody before a decision."""
    rows = session.execute(
        select(Honour.nominee_id, Revocation.confirmed_at)
        .join(Honour.decision)
        .outerjoin(Revocation, Revocation.honour_id == Honour.id)
        .where(Proceeding.programme_id == programme.id)
    )
    return {id_: revoked_at is None or revoked_at > now for id_, revoked_at in rows}


def _find_unmarked(session: Session, programme: Programme) -> dict[int, str]:
    """Return who has no marks, each with the periods that show it, as they would stand beside its marks."""
    there = select(func.count()).where(Nominee.programme_id == programme.id).scalar_subquery()
    marked = select(func.count()).where(NomineeMarks.programme_id == programme.id).scalar_subquery()
    if session.scalar(select(there == marked)):
        return {}
    without = Nominee.programme_id == programme.id, Nominee.id.not_in(select(NomineeMarks.nominee_id))
    ids = session.scalars(select(Nominee.id).where(*without)).all()
    shown = find_shown(session, ids)
    return {id_: write_shown(shown.get(id_, ())) for id_ in ids}


def _count(session: Session, apart: _Apart, wanted: Among, only_counted: bool) -> Iterator[_Counted]:
    """Yield the nominees that one index tells alike, counted, then one by one those of whom more is to be told."""
    counted_by = [getattr(NomineeMarks, name) for name in COUNTED_BY]
    names = {"ids": _ID, "units": NomineeMarks.unit_id}
    members = [
        (literal("") if only_counted else func.aggregate_strings(cast(column, String), _BETWEEN)).label(name)
        for name, column in names.items()
    ]
    numbers = func.count().label("several"), *members, func.min(_ID).label("first")
    alike = select(*counted_by, *numbers).group_by(*counted_by)
    for row in session.execute(alike.where(wanted(NomineeMarks), ~of_ids(_ID, apart.ids))):
        shown_in, facts = _periods(row.shown_in), apart.facts(row, row.shown_in)
        kind = read_kind(row.counted_as)
        yield _Counted(row.recommender_id, kind, False, row.several, shown_in, row.ids, row.units, row.first, facts)
    own = Nominee.id, Nominee.recommender_id, Nominee.unit_id, Nominee.kind
    single = select(*own, NomineeMarks.counted_as, NomineeMarks.shown_in).outerjoin(NomineeMarks, Nominee.id == _ID)
    for row in session.execute(single.where(of_ids(Nominee.id, apart.ids), wanted(Nominee))):
        id_, gone = row.id, row.id in apart.replaced
        written = apart.unmarked.get(id_) or row.shown_in or ""
        ids, units = ("", "") if only_counted else (str(id_), str(row.unit_id))
        facts = apart.facts(row, written, id_)
        yield _Counted(row.recommender_id, row.kind, gone, 1, _periods(written), ids, units, id_, facts)


def _periods(shown_in: str) -> frozenset[int]:
    return frozenset(id_ for id_, _ in read_shown(shown_in))
