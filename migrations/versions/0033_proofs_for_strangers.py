"""proofs for strangers: the salts of objections and of entries, lists as they were stated, time stamps, witnesses

Revision: 0033, after 0032
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What was filed before has no salt: its act names no commitment. An entry gets its salt when its list is stated.
    op.add_column("objections", sa.Column("sealed_salt", sa.LargeBinary(), nullable=True))
    op.add_column("entries", sa.Column("salt", sa.LargeBinary(), nullable=True))
    op.create_table(
        "stated_lists",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("listing", sa.String(24), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("digests", sa.JSON(), nullable=False),
        sa.CheckConstraint("listing IN ('opened', 'corrected', 'closed')", name=op.f("ck_stated_lists_listing")),
        sa.CheckConstraint("(ordinal = 1) = (listing = 'opened')", name=op.f("ck_stated_lists_opened_first")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_stated_lists_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_lists")),
        sa.UniqueConstraint("period_id", "ordinal", name=op.f("uq_stated_lists_period_id")),
    )
    op.create_table(
        "checkpoint_stamps",
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["checkpoint_id"], ["checkpoints.id"], name=op.f("fk_checkpoint_stamps_checkpoint_id")),
        sa.PrimaryKeyConstraint("checkpoint_id", name=op.f("pk_checkpoint_stamps")),
    )
    op.create_table(
        "cosignatures",
        sa.Column("checkpoint_id", sa.Integer(), nullable=False),
        sa.Column("witness", sa.String(200), nullable=False),
        sa.Column("line", sa.String(500), nullable=False),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["checkpoint_id"], ["checkpoints.id"], name=op.f("fk_cosignatures_checkpoint_id")),
        sa.PrimaryKeyConstraint("checkpoint_id", "witness", name=op.f("pk_cosignatures")),
    )
    op.create_table(
        "witnessed_logs",
        sa.Column("origin", sa.String(200), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("origin", name=op.f("pk_witnessed_logs")),
    )
