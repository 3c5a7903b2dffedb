"""letters of a case, second looks, the day of a supplement

Revision: 0022, after 0021

Cases that ended earlier have no letter, since its words would have been frozen on that day. They are marked.
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_KINDS = ("acceptance", "decline", "supplement", "answer", "disqualification", "restoration", "supervision")
_READERS = ("objector", "nominee", "unit", "handler")
_TURNS = (
    "accepted",
    "joined",
    "supplement_asked",
    "declined",
    "concluded",
    "lapsed",
    "disqualified",
    "reversed",
    "look_confirmed",
    "reopened",
    "urged",
)
_REMINDERS = ("supplement_over", "urged", "look_asked", "look_confirmed", "reopened")
_TO_ISSUE = sa.text("issued_at IS NULL")


def _one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.add_column("cases", sa.Column("supplement_by", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cases", sa.Column("before_letters", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE cases SET before_letters = true WHERE state IN ('concluded', 'declined', 'lapsed')")
    _letters()
    _second_looks()
    _more_reminders()


def _letters() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=130), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", _one_of("kind", _KINDS), nullable=False),
        sa.Column("reader", _one_of("reader", _READERS), nullable=False),
        sa.Column("turn", _one_of("turn", _TURNS), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("objection_id", sa.Integer(), nullable=True),
        sa.Column("signed_by_id", sa.Integer(), nullable=False),
        sa.Column("office_only", sa.Boolean(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_letters_numbers_begin_at_one")),
        sa.CheckConstraint(
            "(reader = 'objector') = (objection_id IS NOT NULL)", name=op.f("ck_letters_objector_has_objection")
        ),
        sa.CheckConstraint(
            "(issued_at IS NOT NULL) = (issued_by IS NOT NULL)", name=op.f("ck_letters_issued_by_and_at")
        ),
        sa.CheckConstraint(
            "issued_at IS NULL OR issued_at >= made_at", name=op.f("ck_letters_issued_after_it_was_made")
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_letters_programme_id")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_letters_case_id")),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_letters_objection_id")),
        sa.ForeignKeyConstraint(["signed_by_id"], ["units.id"], name=op.f("fk_letters_signed_by_id")),
        sa.ForeignKeyConstraint(["issued_by"], ["users.id"], name=op.f("fk_letters_issued_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("programme_id", "series", "year", "number", name="uq_letters_number"),
    )
    op.create_index(op.f("ix_letters_case_id"), "letters", ["case_id"])
    op.create_index(op.f("ix_letters_objection_id"), "letters", ["objection_id"])
    op.create_index(
        "ix_letters_to_issue", "letters", ["signed_by_id"], sqlite_where=_TO_ISSUE, postgresql_where=_TO_ISSUE
    )
    op.create_table(
        "letter_counts",
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=130), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.CheckConstraint("last >= 1", name=op.f("ck_letter_counts_counts_something")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_letter_counts_programme_id")),
        sa.PrimaryKeyConstraint("programme_id", "series", "year", name=op.f("pk_letter_counts")),
    )


def _second_looks() -> None:
    decided = "(outcome IS NOT NULL) = ({} IS NOT NULL)"
    op.create_table(
        "second_looks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("objection_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acted", sa.JSON(), nullable=False),
        sa.Column("outcome", _one_of("outcome", ("confirmed", "reopened")), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            " AND ".join(decided.format(column) for column in ("decided_at", "decided_by", "decision")),
            name=op.f("ck_second_looks_decision_is_complete"),
        ),
        sa.CheckConstraint(
            "decided_at IS NULL OR decided_at >= asked_at", name=op.f("ck_second_looks_decided_after_it_was_asked")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_second_looks_case_id")),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_second_looks_objection_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_second_looks_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_looks")),
        sa.UniqueConstraint("objection_id", name=op.f("uq_second_looks_objection_id")),
    )
    op.create_index(op.f("ix_second_looks_case_id"), "second_looks", ["case_id"])


def _more_reminders() -> None:
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
