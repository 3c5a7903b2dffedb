"""every case has a handler: declines are confirmed, proposals have versions, accounts name who gave out the password

Revision: 0011, after 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_GROUNDS = "'not_real_name', 'out_of_scope', 'no_facts', 'duplicate', 'withdrawn'"
_BEFORE = "reminder IN ('arrival', 'two_days', 'one_day', 'last_morning')"
_AFTER = _BEFORE.replace(")", ", 'decline_proposed', 'declined', 'proposed', 'returned', 'escalated', 'taken_over')")


def upgrade() -> None:
    # Existing rows do not change: earlier declines have no second person, and earlier proposals have no version.
    # One statement for each column, in SQL that both databases accept: SQLite adds a CHECK or a reference only
    # together with its column.
    op.execute(
        "ALTER TABLE cases ADD COLUMN decline_proposed_ground VARCHAR(24) "
        f"CONSTRAINT ck_cases_decline_proposed_ground CHECK (decline_proposed_ground IN ({_GROUNDS}))"
    )
    op.add_column("cases", sa.Column("decline_proposed_reason", sa.Text(), nullable=True))
    op.execute(
        "ALTER TABLE cases ADD COLUMN decline_confirmed_by INTEGER "
        "CONSTRAINT fk_cases_decline_confirmed_by REFERENCES users (id)"
    )
    op.add_column("cases", sa.Column("proposal_version", sa.Integer(), nullable=True))
    op.add_column("cases", sa.Column("touched_at", sa.DateTime(timezone=True), nullable=True))
    for column in ("password_given_by", "agreed_by"):
        op.execute(f"ALTER TABLE users ADD COLUMN {column} INTEGER CONSTRAINT fk_users_{column} REFERENCES users (id)")
    for column in ("password_given_at", "agreed_at"):
        op.add_column("users", sa.Column(column, sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_outbox_reminder"), "outbox", type_="check")
        op.create_check_constraint(op.f("ck_outbox_reminder"), "outbox", _AFTER)
        return
    before, after = (text.replace("'", "''") for text in (_BEFORE, _AFTER))
    op.execute("PRAGMA writable_schema=ON")
    op.execute(f"UPDATE sqlite_schema SET sql = replace(sql, '{before}', '{after}') WHERE name = 'outbox'")  # noqa: S608 - two constants
    op.execute("PRAGMA writable_schema=RESET")
