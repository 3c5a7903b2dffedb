"""an index that gives cases by their state, with what lists and overviews count of them

Of all cases that an installation ever had few are open: pages that ask for those alone no longer read the others.

Revision: 0039, after 0038
"""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_COLUMNS = ["state", "entry_id", "received_at", "decline_proposed_ground", "handler_unit_id", "assignee_id"]


def upgrade() -> None:
    op.create_index("ix_cases_state", "cases", _COLUMNS)
