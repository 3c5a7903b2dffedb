"""an identity provider: which of its subjects an account is bound to

Revision: 0026, after 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("provider_subject", sa.String(64), nullable=True))
    op.create_index("ix_users_provider_subject", "users", ["provider_subject"], unique=True)
