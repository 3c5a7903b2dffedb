"""account owners: the second factor proves the owner, and the owner is told of each reset

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("owners_factor", sa.Boolean(), nullable=True))
    op.add_column("users", sa.Column("untold_reset", sa.Boolean(), nullable=True))
    op.create_table(
        "account_resets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("second_factor", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(seen_by IS NULL) = (seen_at IS NULL)", name=op.f("ck_account_resets_seen_by_and_at")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_account_resets_user_id")),
        sa.ForeignKeyConstraint(["given_by"], ["users.id"], name=op.f("fk_account_resets_given_by")),
        sa.ForeignKeyConstraint(["seen_by"], ["users.id"], name=op.f("fk_account_resets_seen_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_resets")),
    )
    op.create_index(op.f("ix_account_resets_user_id"), "account_resets", ["user_id"])
