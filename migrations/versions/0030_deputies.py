"""deputies: who stands in for somebody that is away; no open case stays with an account that ended

Revision: 0030, after 0029

Before this, a case stayed assigned when its person's account was disabled. Such cases go to the whole unit, as they do
from now on when an account ends.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deputies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("absent_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("named_by", sa.Integer(), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("absent_id <> deputy_id", name=op.f("ck_deputies_two_people")),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_deputies_in_order")),
        sa.CheckConstraint("ended_by IS NULL OR ended_at IS NOT NULL", name=op.f("ck_deputies_end_is_dated")),
        sa.ForeignKeyConstraint(["absent_id"], ["users.id"], name=op.f("fk_deputies_absent_id")),
        sa.ForeignKeyConstraint(["deputy_id"], ["users.id"], name=op.f("fk_deputies_deputy_id")),
        sa.ForeignKeyConstraint(["named_by"], ["users.id"], name=op.f("fk_deputies_named_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_deputies_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deputies")),
    )
    op.create_index(op.f("ix_deputies_absent_id"), "deputies", ["absent_id"])
    op.create_index(op.f("ix_deputies_deputy_id"), "deputies", ["deputy_id"])
    op.execute(
        "UPDATE cases SET assignee_id = NULL "
        "WHERE state IN ('received', 'accepted', 'investigating', 'awaiting_supplement', 'proposed') "
        "AND assignee_id IN (SELECT id FROM users WHERE disabled_at IS NOT NULL)"
    )
