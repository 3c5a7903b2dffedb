"""the notice as data: a programme names the one it follows, and an opinion's authority is a key of it

Revision: 0010, after 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What is there follows the notice that stood in the code.
    op.add_column("programmes", sa.Column("notice", sa.String(length=40), server_default="qujing-2025", nullable=False))
    # The keys stay as they are; which there are is the notice's to say.
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_opinions_authority"), "opinions", type_="check")
    else:
        _opinions_anew()


def _opinions_anew() -> None:
    """SQLite cannot drop a CHECK: the table is written anew without it. No other table points at it."""
    op.create_table(
        "opinions_anew",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nominee_id", sa.Integer(), nullable=False),
        sa.Column("authority", sa.String(length=24), nullable=False),
        sa.Column("outcome", sa.String(length=24), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('favourable', 'negative', 'not_asked')", name=op.f("ck_opinions_outcome")),
        sa.CheckConstraint("outcome = 'favourable' OR text <> ''", name=op.f("ck_opinions_anything_else_says_why")),
        sa.CheckConstraint("outcome = 'not_asked' OR document_id IS NOT NULL", name=op.f("ck_opinions_asked_has_scan")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_opinions_document_id")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_opinions_nominee_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_opinions_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
    )
    op.execute(
        "INSERT INTO opinions_anew "
        "(id, nominee_id, authority, outcome, text, dated, document_id, recorded_by, recorded_at) "
        "SELECT id, nominee_id, authority, outcome, text, dated, document_id, recorded_by, recorded_at FROM opinions"
    )
    op.drop_table("opinions")
    op.rename_table("opinions_anew", "opinions")
    op.create_index(op.f("ix_opinions_nominee_id"), "opinions", ["nominee_id"], unique=False)
