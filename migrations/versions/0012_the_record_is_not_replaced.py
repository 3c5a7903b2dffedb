"""rows of the record cannot be replaced

Revision: 0012, after 0011

SQLite's REPLACE removes the row that stands in its way, and fires the trigger of that removal only where the
connection says `recursive_triggers`, as the portal's own do and others don't.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER audit_rows_no_replace BEFORE INSERT ON audit_rows "
            "WHEN EXISTS (SELECT 1 FROM audit_rows WHERE id = NEW.id) "
            "BEGIN SELECT RAISE(ABORT, 'audit rows are never changed or removed'); END"
        )
