"""every version of a proposal is kept with its text

Revision: 0019, after 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_CONCLUSIONS = "'upheld', 'partly_upheld', 'dismissed', 'withdrawn'"
_GROUNDS = "'not_real_name', 'out_of_scope', 'no_facts', 'duplicate', 'withdrawn'"
_ENDS = "'confirmed', 'returned', 'replaced', 'dropped'"
_INTO = "INSERT INTO proposals (case_id, version, proposed_by, proposed_at"
_WAS = "SELECT id, COALESCE(proposal_version, 0), proposed_by, proposed_at"
_DATED = "proposed_by IS NOT NULL AND proposed_at IS NOT NULL"


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("conclusion", sa.String(24), nullable=True),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("grounds", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("decline_ground", sa.String(24), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended", sa.String(24), nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(f"conclusion IN ({_CONCLUSIONS})", name=op.f("ck_proposals_conclusion")),
        sa.CheckConstraint(f"decline_ground IN ({_GROUNDS})", name=op.f("ck_proposals_decline_ground")),
        sa.CheckConstraint(f"ended IN ({_ENDS})", name=op.f("ck_proposals_ended")),
        sa.CheckConstraint(
            "(conclusion IS NULL) <> (decline_ground IS NULL)", name=op.f("ck_proposals_one_of_two_kinds")
        ),
        sa.CheckConstraint(
            "conclusion IS NULL OR (findings IS NOT NULL AND grounds IS NOT NULL)",
            name=op.f("ck_proposals_is_complete"),
        ),
        sa.CheckConstraint(
            "(decline_ground IS NULL) = (decline_reason IS NULL)", name=op.f("ck_proposals_decline_has_reason")
        ),
        sa.CheckConstraint(
            "ended IS NOT NULL OR (ended_by IS NULL AND ended_at IS NULL)", name=op.f("ck_proposals_end_is_complete")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_proposals_case_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_proposals_proposed_by")),
        sa.ForeignKeyConstraint(["ended_by"], ["users.id"], name=op.f("fk_proposals_ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
        sa.UniqueConstraint("case_id", "version", name=op.f("uq_proposals_case_id")),
    )
    # Each case holds only its last proposal, since earlier ones were overwritten. A waiting proposal goes on waiting.
    op.execute(
        f"{_INTO}, conclusion, findings, grounds, answer, ended, ended_by, ended_at) {_WAS}, "
        "proposed_conclusion, findings, grounds, answer, "
        "CASE state WHEN 'concluded' THEN 'confirmed' WHEN 'investigating' THEN 'returned' END, "
        "CASE state WHEN 'concluded' THEN confirmed_by END, CASE state WHEN 'concluded' THEN confirmed_at END "
        "FROM cases WHERE proposed_conclusion IS NOT NULL AND findings IS NOT NULL AND grounds IS NOT NULL "
        f"AND {_DATED}"
    )
    op.execute(
        f"{_INTO}, decline_ground, decline_reason) {_WAS}, decline_proposed_ground, decline_proposed_reason "
        "FROM cases WHERE decline_proposed_ground IS NOT NULL AND decline_proposed_reason IS NOT NULL "
        f"AND proposed_conclusion IS NULL AND {_DATED}"
    )
    op.execute(
        f"{_INTO}, decline_ground, decline_reason, ended, ended_by, ended_at) {_WAS}, decline_ground, decline_reason, "
        "'confirmed', decline_confirmed_by, decided_at FROM cases "
        f"WHERE state = 'declined' AND decline_confirmed_by IS NOT NULL AND proposed_conclusion IS NULL AND {_DATED}"
    )
