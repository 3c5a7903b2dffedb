"""files that handlers attach to a note, a statement or a proposal

Revision: 0021, after 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_KINDS = ("pdf", "jpeg", "png", "docx", "xlsx")
_CIPHERS = ("aes-256-gcm", "sm4-gcm")
_SCANS = ("unscanned", "waiting", "clean", "infected")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "case_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("form_hash", sa.String(length=64), nullable=False),
        sa.Column("received_by", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=True),
        sa.Column("proposal_version", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("kind", _one_of("kind", _KINDS), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_size", sa.Integer(), nullable=False),
        sa.Column("stored_sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed_title", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("cipher", _one_of("cipher", _CIPHERS), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scan", _one_of("scan", _SCANS), nullable=False),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("size > 0 AND stored_size > 0", name=op.f("ck_case_files_not_empty")),
        sa.CheckConstraint(
            "(scan IN ('clean', 'infected')) = (scanned_at IS NOT NULL)", name=op.f("ck_case_files_verdict_is_dated")
        ),
        sa.CheckConstraint("note_id IS NULL OR proposal_version IS NULL", name=op.f("ck_case_files_of_one_thing")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_files_case_id")),
        sa.ForeignKeyConstraint(["note_id"], ["case_notes.id"], name=op.f("fk_case_files_note_id")),
        sa.ForeignKeyConstraint(["received_by"], ["users.id"], name=op.f("fk_case_files_received_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_files")),
        sa.UniqueConstraint("name", name=op.f("uq_case_files_name")),
        sa.UniqueConstraint("form_hash", "sha256", name=op.f("uq_case_files_form_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_case_files_case_id"), "case_files", ["case_id"], unique=False)
    unclaimed, waiting = sa.text("note_id IS NULL AND proposal_version IS NULL"), sa.text("scan = 'waiting'")
    op.create_index(
        "ix_case_files_unclaimed", "case_files", ["received_at"], sqlite_where=unclaimed, postgresql_where=unclaimed
    )
    op.create_index("ix_case_files_waiting", "case_files", ["id"], sqlite_where=waiting, postgresql_where=waiting)
