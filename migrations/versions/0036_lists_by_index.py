"""indexes that give the pages of lists their order and counts, so that none reads a large table from end to end

Nominees, messages and objections keep the indexes that they had, with what their lists count and ask besides.

Revision: 0036, after 0035
"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_WIDER = {
    "ix_nominees_listed": (
        "nominees",
        ["programme_id", "recommender_id", "kind", "position", "withdrawn_at", "rank"],
    ),
    "ix_dispatches_told": ("dispatches", ["told_at", "fate"]),
    "ix_objections_listed": ("objections", ["case_id", "filed_at", "entry_id", "against_handler"]),
}
_NEW = {
    "ix_letters_listed": ("letters", ["programme_id", "year", "series", "number"]),
    "ix_registrations_channel": ("registrations", ["channel", "objection_id"]),
}
# Name, table, columns, and which rows it has as either database writes it.
_OF_SOME = (
    ("ix_reviews_refused", "reviews", ["nominee_id", "stage"], "passed IS 0", "passed IS false"),
    ("ix_identity_requests_waiting", "identity_requests", ["id"], "decided_at IS NULL", "decided_at IS NULL"),
)


def upgrade() -> None:
    for name, (table, columns) in _WIDER.items():
        op.drop_index(name, table)
        op.create_index(name, table, columns)
    for name, (table, columns) in _NEW.items():
        op.create_index(name, table, columns)
    for name, table, columns, in_sqlite, in_postgresql in _OF_SOME:
        op.create_index(name, table, columns, sqlite_where=sa.text(in_sqlite), postgresql_where=sa.text(in_postgresql))
