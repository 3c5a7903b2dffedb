"""the sealed letter of a unit is a file of its own kind

Revision: 0014, after 0013

Files that are there say nothing of it: the form asked a unit for its letter among the evidence, and any of them may be
it. They stay empty, which hides those of units from handlers until the office has sorted them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("evidence", sa.Column("letter", sa.Boolean(), nullable=True))
