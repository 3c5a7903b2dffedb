"""imports read in the request, not by a process that claims them

Revision: 0009, after 0008

The CHECK of `state` still knows 'reading': SQLite changes a CHECK only with a new table, and other tables point to
this one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was being read is read anew, by the tick: its rows would stand there twice.
    op.execute("DELETE FROM import_rows WHERE import_id IN (SELECT id FROM imports WHERE state = 'reading')")
    op.execute("UPDATE imports SET state = 'waiting', rows_total = NULL WHERE state = 'reading'")
    op.add_column("imports", sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.drop_column("imports", "rows_done")
    op.drop_column("imports", "beats_at")
