"""letter marks: the characters that tell the letters of one programme from those of another

Revision: 0025, after 0024
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("programmes", sa.Column("letter_mark", sa.String(length=8), server_default="", nullable=False))
    # The first programme goes on without one; letters that were made keep their numbers.
    op.execute(
        "UPDATE programmes SET letter_mark = '第' || id || '项' WHERE id > (SELECT min(first.id) FROM programmes AS first)"
    )
    given = sa.text("letter_mark <> ''")
    op.create_index(
        "uq_programmes_letter_mark",
        "programmes",
        ["letter_mark"],
        unique=True,
        sqlite_where=given,
        postgresql_where=given,
    )
