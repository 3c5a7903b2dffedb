"""group acts: one person proposes an act on many cases of a flood, another person confirms it

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_GROUNDS = ("not_real_name", "out_of_scope", "no_facts", "duplicate", "withdrawn")
_CONCLUSIONS = ("upheld", "partly_upheld", "dismissed", "withdrawn")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        "group_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of("kind", ("decline", "conclude")), nullable=False),
        sa.Column("case_ids", sa.JSON(), nullable=False),
        sa.Column("ground", _one_of("ground", _GROUNDS), nullable=True),
        sa.Column("conclusion", _one_of("conclusion", _CONCLUSIONS), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=True),
        sa.CheckConstraint("(kind = 'decline') = (ground IS NOT NULL)", name=op.f("ck_group_acts_decline_has_ground")),
        sa.CheckConstraint(
            "(kind = 'conclude') = (conclusion IS NOT NULL)", name=op.f("ck_group_acts_conclusion_is_named")
        ),
        sa.CheckConstraint(
            "confirmed IS NULL OR NOT confirmed OR decided_by <> proposed_by", name=op.f("ck_group_acts_two_people")
        ),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (confirmed IS NULL)",
            name=op.f("ck_group_acts_decision_is_complete"),
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_group_acts_decided_by")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_group_acts_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_acts")),
    )
