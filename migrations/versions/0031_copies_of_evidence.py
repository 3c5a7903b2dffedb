"""copies of evidence: what handlers read of a document, without the marks of its author

Revision: 0031, after 0030
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The copies themselves are made by the tick: they need the store and the keys.
    for column in (
        sa.Column("copy_name", sa.String(32), nullable=True),
        sa.Column("sealed_copy_key", sa.LargeBinary(), nullable=True),
        sa.Column("copy_size", sa.Integer(), nullable=True),
        sa.Column("copy_sha256", sa.String(64), nullable=True),
        sa.Column("copy_refused", sa.Boolean(), server_default=sa.false(), nullable=False),
    ):
        op.add_column("evidence", column)
    op.create_index("ix_evidence_copy_name", "evidence", ["copy_name"], unique=True)
