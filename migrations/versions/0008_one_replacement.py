"""one replacement a place

Revision: 0008, after 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("uq_nominees_one_replacement", "nominees", ["replaces_id"], unique=True)
