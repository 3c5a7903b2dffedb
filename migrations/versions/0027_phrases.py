"""phrases that units keep for their cases, and how often each unit used one

Revision: 0027, after 0026
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_KINDS = ("findings", "grounds", "answer", "decline", "supplement", "reply")


def upgrade() -> None:
    op.create_table(
        "phrases",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*_KINDS, name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_phrases_unit_id")),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_phrases_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phrases")),
    )
    op.create_index(op.f("ix_phrases_unit_id"), "phrases", ["unit_id"])
    op.create_table(
        "phrase_uses",
        sa.Column("phrase_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.CheckConstraint("uses > 0", name=op.f("ck_phrase_uses_used")),
        sa.ForeignKeyConstraint(["phrase_id"], ["phrases.id"], name=op.f("fk_phrase_uses_phrase_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_phrase_uses_unit_id")),
        sa.PrimaryKeyConstraint("phrase_id", "unit_id", name=op.f("pk_phrase_uses")),
    )
