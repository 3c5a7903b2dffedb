"""same source, same text, spent answers

Revision: 0003, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was filed before has neither: the key that hashes is not at hand here, and no limit looks back that far.
    op.add_column("objections", sa.Column("contact_hash", sa.String(length=64), nullable=True))
    op.add_column("objections", sa.Column("text_hash", sa.String(length=64), nullable=True))
    op.create_index("ix_objections_contact", "objections", ["contact_hash", "filed_at"], unique=False)
    op.create_table(
        "spent_answers",
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_spent_answers")),
    )
    op.create_index(op.f("ix_spent_answers_spent_at"), "spent_answers", ["spent_at"], unique=False)
