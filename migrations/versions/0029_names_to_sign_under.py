"""names to sign under: the organs that seal a unit's papers, where they are not the unit's own name

Revision: 0029, after 0028
"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("units", sa.Column("signed_as", sa.String(length=200), server_default="", nullable=False))
