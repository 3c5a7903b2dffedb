"""how a holiday notice that is loaded later affects periods under way

Revision: 0013, after 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("periods", sa.Column("recount", sa.JSON(), nullable=True))
    op.add_column(
        "periods",
        sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "replannings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("previous_close", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_close", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("new_deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("calendar_version", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replanned_by", sa.Integer(), nullable=False),
        sa.Column("replanned_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "new_close >= previous_close AND new_deadline >= previous_deadline",
            name=op.f("ck_replannings_never_earlier"),
        ),
        sa.CheckConstraint(
            "new_close > previous_close OR new_deadline > previous_deadline",
            name=op.f("ck_replannings_something_moved"),
        ),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_replannings_period_id")),
        sa.ForeignKeyConstraint(["replanned_by"], ["users.id"], name=op.f("fk_replannings_replanned_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replannings")),
    )
    op.create_index(op.f("ix_replannings_period_id"), "replannings", ["period_id"], unique=False)
