"""outgoing messages: addresses, one row for each message and address, private calendars, two more occasions

Revision: 0023, after 0022
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_REMINDERS = ("supplement", "lapsed")
_OF_ONE = " + ".join(f"CAST(({column} IS NOT NULL) AS INTEGER)" for column in ("user_id", "unit_id", "objection_id"))
_CHANNELS = "channel IN ('mail', 'sms', 'wecom', 'dingtalk')"


def upgrade() -> None:
    op.add_column("outbox", sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True))
    # Warnings written before there were channels stand on the pages of the units. They are not sent now.
    op.execute("UPDATE outbox SET planned_at = created_at")
    unplanned = sa.text("planned_at IS NULL")
    op.create_index("ix_outbox_unplanned", "outbox", ["id"], sqlite_where=unplanned, postgresql_where=unplanned)
    _two_more_occasions()
    _reaches()
    _dispatches()
    op.create_table(
        "staff_calendars",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_staff_calendars_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_staff_calendars")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_calendars_token_hash")),
    )


def _two_more_occasions() -> None:
    """Allow more occasions of warnings, in addition to those allowed so far."""
    if op.get_bind().dialect.name == "postgresql":
        of = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'ck_outbox_reminder'"
        before = re.findall(r"'(\w+)'", op.get_bind().scalar(sa.text(of)))
        listed = ", ".join(f"'{reminder}'" for reminder in (*before, *_REMINDERS))
        op.drop_constraint(op.f("ck_outbox_reminder"), "outbox", type_="check")
        op.create_check_constraint(op.f("ck_outbox_reminder"), "outbox", f"reminder IN ({listed})")
        return
    before, more = "reminder IN (", "".join(f"''{reminder}'', " for reminder in _REMINDERS)
    op.execute("PRAGMA writable_schema=ON")
    op.execute(f"UPDATE sqlite_schema SET sql = replace(sql, '{before}', '{before}{more}') WHERE name = 'outbox'")  # noqa: S608 - two constants
    op.execute("PRAGMA writable_schema=RESET")


def _reaches() -> None:
    op.create_table(
        "reaches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("objection_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("times", sa.String(length=24), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_tries", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(_CHANNELS, name=op.f("ck_reaches_channel")),
        sa.CheckConstraint("times IN ('at_once', 'morning', 'deadlines')", name=op.f("ck_reaches_times")),
        sa.CheckConstraint(f"{_OF_ONE} = 1", name=op.f("ck_reaches_of_one")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_reaches_user_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_reaches_unit_id")),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_reaches_objection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reaches")),
        sa.UniqueConstraint("user_id", "channel", name=op.f("uq_reaches_user_id")),
        sa.UniqueConstraint("unit_id", "channel", name=op.f("uq_reaches_unit_id")),
        sa.UniqueConstraint("objection_id", name=op.f("uq_reaches_objection_id")),
    )
    for column in ("user_id", "unit_id", "objection_id"):
        op.create_index(op.f(f"ix_reaches_{column}"), "reaches", [column])


def _dispatches() -> None:
    op.create_table(
        "dispatches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice", sa.String(length=24), nullable=False),
        sa.Column("outbox_id", sa.Integer(), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reach_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("fate", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("unsure", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("notice IN ('warning', 'code', 'news', 'trial')", name=op.f("ck_dispatches_notice")),
        sa.CheckConstraint(_CHANNELS, name=op.f("ck_dispatches_channel")),
        sa.CheckConstraint(
            "fate IN ('waiting', 'sending', 'sent', 'failed', 'bounced', 'dropped')", name=op.f("ck_dispatches_fate")
        ),
        sa.CheckConstraint(
            "(notice = 'warning') = (outbox_id IS NOT NULL)", name=op.f("ck_dispatches_warning_has_outbox")
        ),
        sa.CheckConstraint(
            "(fate IN ('waiting', 'sending')) <> (ended_at IS NOT NULL)", name=op.f("ck_dispatches_ended_is_dated")
        ),
        sa.CheckConstraint(
            "tries >= 0 AND unsure BETWEEN 0 AND 2 AND unsure <= tries", name=op.f("ck_dispatches_counts")
        ),
        sa.ForeignKeyConstraint(["outbox_id"], ["outbox.id"], name=op.f("fk_dispatches_outbox_id")),
        sa.ForeignKeyConstraint(["reach_id"], ["reaches.id"], name=op.f("fk_dispatches_reach_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatches")),
        sa.UniqueConstraint("token", name=op.f("uq_dispatches_token")),
        sa.UniqueConstraint("outbox_id", "reach_id", "told_at", name=op.f("uq_dispatches_outbox_id")),
    )
    for column in ("outbox_id", "reach_id"):
        op.create_index(op.f(f"ix_dispatches_{column}"), "dispatches", [column])
    due = sa.text("fate IN ('waiting', 'sending')")
    op.create_index("ix_dispatches_due", "dispatches", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_index("ix_dispatches_fate", "dispatches", ["fate", "ended_at"])
