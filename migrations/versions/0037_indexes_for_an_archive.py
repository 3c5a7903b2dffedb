"""indexes for an archive of years: the public pages and the running periods read no period that is over

Revision: 0037, after 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_periods_opening": (["opens_at", "id"], "cancelled_at IS NULL"),
    "ix_periods_ending": (["closes_at", "id"], "cancelled_at IS NULL"),
    "ix_periods_running": (["opens_at", "id"], "closed_at IS NULL AND cancelled_at IS NULL"),
}


def upgrade() -> None:
    for name, (columns, where) in _INDEXES.items():
        op.create_index(name, "periods", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.drop_index("ix_periods_closes_at", "periods")
