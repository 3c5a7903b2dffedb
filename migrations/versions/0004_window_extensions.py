"""window extensions: a window moved after an outage

Revision: 0004, after 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "window_extensions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("previous", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extended_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outage_days", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("extended_by", sa.Integer(), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "extended_to > previous AND new_deadline > previous_deadline", name=op.f("ck_window_extensions_only_later")
        ),
        sa.CheckConstraint("extended_at < previous", name=op.f("ck_window_extensions_while_it_was_open")),
        sa.ForeignKeyConstraint(["extended_by"], ["users.id"], name=op.f("fk_window_extensions_extended_by")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_window_extensions_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window_extensions")),
    )
    op.create_index(op.f("ix_window_extensions_period_id"), "window_extensions", ["period_id"], unique=False)
