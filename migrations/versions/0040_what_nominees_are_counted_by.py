"""beside a nominee's marks, what else it is counted by, and one index that counts

A page that counts a programme's nominees read each of them with its entries and their periods. The table follows from
others in every row, so it is made anew and its marks are kept.

Revision: 0040, after 0039
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.domain.nominees.marks import write_shown

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_AT_ONCE = 500
_MARKED = ("failed", "to_confirm", "unanswered", "objected", "preliminary", "final")
_OWN = ("programme_id", "recommender_id", "unit_id", "kind", "rank")
_INDEX = ["programme_id", "recommender_id", "kind", "rank", *_MARKED, "shown_in", "unit_id"]
_MARKS = sa.table("nominee_marks", *map(sa.column, ("nominee_id", *_MARKED)))
_NOMINEES = sa.table("nominees", *map(sa.column, ("id", "edition", *_OWN)))
_ENTRIES = sa.table("entries", *map(sa.column, ("nominee_id", "period_id", "edition")))
_PERIODS = sa.table("periods", *map(sa.column, ("id", "cancelled_at")))


def upgrade() -> None:
    rows = iter(list(_rows()))
    op.drop_table("nominee_marks")
    marks = op.create_table(
        "nominee_marks",
        sa.Column("nominee_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Boolean(), nullable=name in {"preliminary", "final"}) for name in _MARKED),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("programme_id", "recommender_id", "unit_id")),
        sa.Column("kind", _one_of("kind", ("collective", "individual")), nullable=False),
        sa.Column("rank", _one_of("rank", ("unknown", "none", "below", "county", "above")), nullable=False),
        sa.Column("shown_in", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_nominee_marks_nominee_id")),
        sa.PrimaryKeyConstraint("nominee_id", name=op.f("pk_nominee_marks")),
    )
    while batch := list(islice(rows, _AT_ONCE)):
        op.get_bind().execute(sa.insert(marks), batch)
    op.create_index("ix_nominee_marks_counted", "nominee_marks", _INDEX)


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _rows() -> Iterator[dict[str, Any]]:
    connection, shown = op.get_bind(), _shown(op.get_bind())
    own = (_NOMINEES.c[name] for name in _OWN)
    wanted = sa.select(_MARKS, *own).join(_NOMINEES, _MARKS.c.nominee_id == _NOMINEES.c.id)
    for row in connection.execute(wanted.order_by(_MARKS.c.nominee_id)).all():
        flags = {name: None if getattr(row, name) is None else bool(getattr(row, name)) for name in _MARKED}
        own_columns = {name: getattr(row, name) for name in ("nominee_id", *_OWN)}
        yield own_columns | flags | {"shown_in": write_shown(shown.get(row.nominee_id, ()))}


def _shown(connection: sa.Connection) -> dict[int, list[tuple[int, bool]]]:
    """Return the periods that show each nominee and were not taken back, with whether its deeds there are current."""
    entries = (
        sa.select(_ENTRIES.c.nominee_id, _ENTRIES.c.period_id, _ENTRIES.c.edition == _NOMINEES.c.edition)
        .join(_NOMINEES, _ENTRIES.c.nominee_id == _NOMINEES.c.id)
        .join(_PERIODS, _ENTRIES.c.period_id == _PERIODS.c.id)
        .where(_PERIODS.c.cancelled_at.is_(None))
    )
    found: dict[int, list[tuple[int, bool]]] = {}
    for nominee_id, period_id, current in connection.execute(entries):
        found.setdefault(nominee_id, []).append((period_id, bool(current)))
    return found
