"""codes that prove an owner: marks addresses confirmed by their owner, and addresses that the office entered

Revision: 0024, after 0023
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reaches", sa.Column("owners", sa.Boolean(), nullable=True))
    # Both databases accept the foreign key together with its column. Alembic would add it separately, which
    # SQLite cannot do.
    op.execute(
        "ALTER TABLE reaches ADD COLUMN entered_by INTEGER CONSTRAINT fk_reaches_entered_by REFERENCES users (id)"
    )
    # An address confirmed so far proves its owner where nobody else has given out the password.
    op.execute(
        "UPDATE reaches SET owners = (SELECT users.password_given_by IS NULL FROM users WHERE users.id = reaches.user_id)"
        " WHERE user_id IS NOT NULL AND confirmed_at IS NOT NULL"
    )
