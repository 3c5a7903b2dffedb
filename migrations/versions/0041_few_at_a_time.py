"""what a nominee is counted as in one text; indexes that find few rows without reading all

Six marks, kind and rank were columns of their own, and to group by all of them took twice as long. The new indexes find
the nominees of a rank, those who withdrew, and the units of all; the one of an entry's objections tells when they were
filed too.

Revision: 0041, after 0040
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

_AT_ONCE = 500
_MARKED = ("failed", "to_confirm", "unanswered", "objected", "preliminary", "final")
_OWN = ("nominee_id", "programme_id", "recommender_id", "unit_id")
_BEFORE = sa.table("nominee_marks", *map(sa.column, (*_OWN, "kind", "rank", *_MARKED, "shown_in")))
_WITHDRAWN = sa.text("withdrawn_at IS NOT NULL")


def upgrade() -> None:
    rows = iter(list(_rows()))
    op.drop_table("nominee_marks")
    marks = op.create_table(
        "nominee_marks",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _OWN),
        sa.Column("counted_as", sa.String(40), nullable=False),
        sa.Column("shown_in", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_nominee_marks_nominee_id")),
        sa.PrimaryKeyConstraint("nominee_id", name=op.f("pk_nominee_marks")),
    )
    while batch := list(islice(rows, _AT_ONCE)):
        op.get_bind().execute(sa.insert(marks), batch)
    counted_by = ["programme_id", "recommender_id", "counted_as", "shown_in", "unit_id"]
    op.create_index("ix_nominee_marks_counted", "nominee_marks", counted_by)
    op.create_index("ix_nominees_ranked", "nominees", ["programme_id", "kind", "rank", "recommender_id", "position"])
    op.create_index("ix_nominees_units", "nominees", ["programme_id", "unit_id"])
    only = {"sqlite_where": _WITHDRAWN, "postgresql_where": _WITHDRAWN}
    op.create_index("ix_nominees_withdrawn", "nominees", ["withdrawn_at"], **only)
    op.drop_index("ix_objections_entry_id", "objections")
    op.create_index("ix_objections_arrived", "objections", ["entry_id", "filed_at"])


def _rows() -> Iterator[dict[str, Any]]:
    for row in op.get_bind().execute(sa.select(_BEFORE).order_by(_BEFORE.c.nominee_id)).all():
        flags = "".join("-" if getattr(row, name) is None else str(int(getattr(row, name))) for name in _MARKED)
        own = {name: getattr(row, name) for name in (*_OWN, "shown_in")}
        yield own | {"counted_as": f"{row.kind} {row.rank} {flags}"}
