"""evidence: one row a stored file

Revision: 0005, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("form_hash", sa.String(length=64), nullable=False),
        sa.Column("objection_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "pdf", "jpeg", "png", "docx", "xlsx", name="kind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_size", sa.Integer(), nullable=False),
        sa.Column("stored_sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed_title", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "cipher",
            sa.Enum("aes-256-gcm", "sm4-gcm", name="cipher", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "scan",
            sa.Enum(
                "unscanned",
                "waiting",
                "clean",
                "infected",
                name="scan",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("size > 0 AND stored_size > 0", name=op.f("ck_evidence_not_empty")),
        sa.CheckConstraint(
            "message_id IS NULL OR objection_id IS NOT NULL", name=op.f("ck_evidence_supplement_has_objection")
        ),
        sa.CheckConstraint(
            "(scan IN ('clean', 'infected')) = (scanned_at IS NOT NULL)", name=op.f("ck_evidence_verdict_is_dated")
        ),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_evidence_objection_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_evidence_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("name", name=op.f("uq_evidence_name")),
        sa.UniqueConstraint("form_hash", "sha256", name=op.f("uq_evidence_form_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_evidence_objection_id"), "evidence", ["objection_id"], unique=False)
    unfiled, waiting = sa.text("objection_id IS NULL"), sa.text("scan = 'waiting'")
    op.create_index("ix_evidence_unfiled", "evidence", ["received_at"], sqlite_where=unfiled, postgresql_where=unfiled)
    op.create_index("ix_evidence_waiting", "evidence", ["id"], sqlite_where=waiting, postgresql_where=waiting)
