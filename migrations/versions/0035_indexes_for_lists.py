"""indexes for the lists of staff: what they count, narrow and order by

Revision: 0035, after 0034
"""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_cases_listed": (
        "cases",
        ["entry_id", "state", "received_at", "handler_unit_id", "assignee_id", "conclusion"],
    ),
    "ix_nominees_listed": ("nominees", ["programme_id", "recommender_id", "kind", "position"]),
    "ix_dispatches_told": ("dispatches", ["told_at"]),
    "ix_objections_listed": ("objections", ["case_id", "filed_at", "entry_id"]),
}


def upgrade() -> None:
    for name, (table, columns) in _INDEXES.items():
        op.create_index(name, table, columns)
