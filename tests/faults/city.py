"""A city round that is open now, by the real clock, and beside it periods whose deadline nobody carried out."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from app.clock import now
from app.database import Database
from app.domain.cases.states import State
from app.models import Case, Entry, Period
from bench import content
from tests.invariants import broken

OVERDUE = 12
_NOMINEES = 6
# Rows, not services: nobody scheduled these periods, and nobody filed what lapses in them.
MADE_UP = frozenset(
    {
        "arrival-was-told",
        "case-has-an-objection",
        "counts-of-a-period-agree",
        "entry-is-of-the-organisers-own",
        "entry-stays-within-its-whitelist",
        "entry-was-reviewed-before-its-round",
        "nobody-is-shown-who-was-out",
        "nominee-shown-has-a-quota",
        "open-case-has-two-people",  # one account is all there is
        "recommenders-of-a-period-agree",
        "round-before-is-over",
        "same-deeds-are-shown-once-a-round",
        "scheduling-is-on-the-record",
    }
)


def fill(database: Database) -> list[str]:
    """The addresses of the forms against the nominees of an open period. Its past ones were never settled."""
    period = content.city_round(database, now(), entries=_NOMINEES, archive=OVERDUE)
    with database.writer() as session:
        past = session.scalars(select(Period.id).where(Period.id != period)).all()
        shown = session.execute(select(Entry.__table__).where(Entry.period_id == period)).mappings().first()
        assert shown is not None
        session.execute(update(Period).where(Period.id.in_(past)).values(settled_at=None))
        for overdue in past:
            entry = {name: value for name, value in shown.items() if name != "id"} | {"period_id": overdue}
            [entry_id] = session.execute(insert(Entry).values(entry)).inserted_primary_key or ()
            conclude_by, handler = session.execute(
                select(Period.conclude_by, Period.organiser_id).where(Period.id == overdue)
            ).one()
            received = {"received_at": conclude_by, "escalates_at": conclude_by, "state": State.RECEIVED}
            session.execute(insert(Case).values(entry_id=entry_id, handler_unit_id=handler, **received))
        session.commit()
        # The one that lapses there has left the programme: no more is filed against it (R26).
        standing = select(Entry.nominee_id).where(Entry.period_id == period, Entry.nominee_id != shown["nominee_id"])
        nominees = session.scalars(standing).all()
    return [f"/periods/{period}/nominees/{nominee}/objection" for nominee in nominees]


def sound(database: Database) -> bool:
    """Whether nothing breaks a rule but what was made up (R37)."""
    found = broken(database, now(), but=MADE_UP)
    assert found == [], found
    return True
