"""objections that staff register: their channel, who entered them, and the reason for a late entry

Revision: 0020, after 0019

An objection without a row here came by the web. All existing objections did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_CHANNELS = ("web", "letter", "visit", "telephone", "mail")


def upgrade() -> None:
    op.create_table(
        "registrations",
        sa.Column("objection_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "channel",
            sa.Enum(*_CHANNELS, name="channel", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("postmark", sa.Date(), nullable=True),
        sa.Column("registered_by", sa.Integer(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("late_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "channel IN ('letter', 'visit', 'telephone', 'mail')", name=op.f("ck_registrations_not_by_the_web")
        ),
        sa.CheckConstraint(
            "(channel = 'letter') = (postmark IS NOT NULL)", name=op.f("ck_registrations_letters_have_a_postmark")
        ),
        sa.CheckConstraint(
            "late_reason IS NULL OR length(late_reason) >= 2", name=op.f("ck_registrations_reason_says_something")
        ),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_registrations_objection_id")),
        sa.ForeignKeyConstraint(["registered_by"], ["users.id"], name=op.f("fk_registrations_registered_by")),
        sa.PrimaryKeyConstraint("objection_id", name=op.f("pk_registrations")),
    )
