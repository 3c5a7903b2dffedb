"""requests of people about their own data, who asks and what is answered sealed

Revision: 0028, after 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_KINDS = ("access", "copy", "correction", "deletion", "restriction", "explanation")
_REQUESTERS = ("objector", "nominee", "staff", "relative", "other")
_CHANNELS = ("web", "letter", "visit", "telephone", "mail")
_OUTCOMES = ("done", "partly", "refused")


def _one_of(column, values):
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_data_requests_{column}"))


def upgrade() -> None:
    op.create_table(
        "data_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("requester", sa.String(24), nullable=False),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("registered_by", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        _one_of("kind", _KINDS),
        _one_of("requester", _REQUESTERS),
        _one_of("channel", _CHANNELS),
        _one_of("outcome", _OUTCOMES),
        sa.CheckConstraint("due_on >= received_on", name=op.f("ck_data_requests_due_after_it_came")),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_data_requests_answer_is_complete"),
        ),
        sa.CheckConstraint(
            "(sealed IS NULL AND sealed_answer IS NULL AND answered_at IS NOT NULL)"
            " OR (sealed IS NOT NULL AND (sealed_answer IS NULL) = (answered_at IS NULL))",
            name=op.f("ck_data_requests_sealed_until_purged"),
        ),
        sa.ForeignKeyConstraint(["registered_by"], ["users.id"], name=op.f("fk_data_requests_registered_by")),
        sa.ForeignKeyConstraint(["answered_by"], ["users.id"], name=op.f("fk_data_requests_answered_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_requests")),
    )
