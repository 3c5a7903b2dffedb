"""the first schema

Revision: 0001, after None
"""

import sqlalchemy as sa
from alembic import op

# The database itself refuses what nobody may do, whoever holds the connection (R32).
GUARDS = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_rows_no_{verb} BEFORE {verb} ON audit_rows "
        "BEGIN SELECT RAISE(ABORT, 'audit rows are never changed or removed'); END"
        for verb in ("update", "delete")
    ),
    "postgresql": (
        "CREATE FUNCTION audit_rows_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit rows are never changed or removed'; END $$",
        "CREATE TRIGGER audit_rows_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_rows_refuse()",
    ),
}

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_rows",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_rows")),
    )
    op.create_index(op.f("ix_audit_rows_subject"), "audit_rows", ["subject"], unique=False)
    op.create_table(
        "availability_spans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_seen_at >= started_at", name=op.f("ck_availability_spans_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_availability_spans")),
    )
    op.create_index(op.f("ix_availability_spans_last_seen_at"), "availability_spans", ["last_seen_at"], unique=False)
    op.create_table(
        "calendar_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("published", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("off", sa.JSON(), nullable=False),
        sa.Column("work", sa.JSON(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_notices")),
    )
    op.create_index(op.f("ix_calendar_notices_year"), "calendar_notices", ["year"], unique=False)
    op.create_table(
        "programmes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("notice_number", sa.String(length=80), nullable=False),
        sa.Column("collective_honour", sa.String(length=120), nullable=False),
        sa.Column("individual_honour", sa.String(length=120), nullable=False),
        sa.Column("lapse_clause", sa.String(length=400), nullable=False),
        sa.Column("upheld_clause", sa.String(length=400), nullable=False),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programmes")),
        sa.UniqueConstraint("title", name=op.f("uq_programmes_title")),
    )
    op.create_table(
        "units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("office", "recommender", "own", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=120), nullable=False),
        sa.Column("hours", sa.String(length=120), nullable=False),
        sa.CheckConstraint("(kind = 'office') = (parent_id IS NULL)", name=op.f("ck_units_only_office_is_root")),
        sa.ForeignKeyConstraint(["parent_id"], ["units.id"], name=op.f("fk_units_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_units")),
    )
    op.create_index(op.f("ix_units_parent_id"), "units", ["parent_id"], unique=False)
    op.create_table(
        "nominees",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("collective", "individual", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("recommender_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("post", sa.String(length=120), nullable=False),
        sa.Column("category", sa.String(length=60), nullable=False),
        sa.Column("trade", sa.String(length=80), nullable=False),
        sa.Column("deeds", sa.Text(), nullable=False),
        sa.CheckConstraint("length(deeds) <= 800", name=op.f("ck_nominees_deeds_at_most_800")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_nominees_programme_id")),
        sa.ForeignKeyConstraint(["recommender_id"], ["units.id"], name=op.f("fk_nominees_recommender_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_nominees_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nominees")),
    )
    op.create_index(op.f("ix_nominees_programme_id"), "nominees", ["programme_id"], unique=False)
    op.create_index(op.f("ix_nominees_recommender_id"), "nominees", ["recommender_id"], unique=False)
    op.create_index(op.f("ix_nominees_unit_id"), "nominees", ["unit_id"], unique=False)
    op.create_table(
        "quotas",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("collectives", sa.Integer(), nullable=False),
        sa.Column("individuals", sa.Integer(), nullable=False),
        sa.CheckConstraint("collectives >= 0 AND individuals >= 0", name=op.f("ck_quotas_not_negative")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_quotas_programme_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_quotas_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quotas")),
        sa.UniqueConstraint("programme_id", "unit_id", name=op.f("uq_quotas_programme_id")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "office",
                "head",
                "handler",
                "auditor",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("session_epoch", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_users_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("login", name=op.f("uq_users_login")),
    )
    op.create_index(op.f("ix_users_unit_id"), "users", ["unit_id"], unique=False)
    op.create_table(
        "periods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("round_number", sa.Integer(), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("conclude_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("conclude_workdays", sa.Integer(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("calendar_version", sa.Text(), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("estimated", sa.Boolean(), nullable=False),
        sa.Column("collectives", sa.Integer(), nullable=False),
        sa.Column("individuals", sa.Integer(), nullable=False),
        sa.Column("recommenders", sa.JSON(), nullable=False),
        sa.Column("scheduled_by", sa.Integer(), nullable=False),
        sa.Column("scheduled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "cancelled_at IS NULL OR cancelled_at < opens_at", name=op.f("ck_periods_cancelled_before_opening")
        ),
        sa.CheckConstraint("closed_at IS NULL OR closed_at >= closes_at", name=op.f("ck_periods_closed_after_window")),
        sa.CheckConstraint("opens_at < closes_at AND closes_at < conclude_by", name=op.f("ck_periods_in_order")),
        sa.CheckConstraint("round_number BETWEEN 1 AND 3", name=op.f("ck_periods_three_rounds")),
        sa.CheckConstraint("scheduled_at < opens_at", name=op.f("ck_periods_never_back_dated")),
        sa.CheckConstraint(
            "settled_at IS NULL OR settled_at >= conclude_by", name=op.f("ck_periods_settled_after_deadline")
        ),
        sa.ForeignKeyConstraint(["organiser_id"], ["units.id"], name=op.f("fk_periods_organiser_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_periods_programme_id")),
        sa.ForeignKeyConstraint(["scheduled_by"], ["users.id"], name=op.f("fk_periods_scheduled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periods")),
    )
    op.create_index(op.f("ix_periods_closes_at"), "periods", ["closes_at"], unique=False)
    op.create_index(op.f("ix_periods_organiser_id"), "periods", ["organiser_id"], unique=False)
    op.create_index(op.f("ix_periods_programme_id"), "periods", ["programme_id"], unique=False)
    op.create_index("ix_periods_unsettled", "periods", ["conclude_by", "settled_at"], unique=False)
    op.create_table(
        "closings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("closed_by", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["closed_by"], ["users.id"], name=op.f("fk_closings_closed_by")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_closings_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closings")),
        sa.UniqueConstraint("period_id", name=op.f("uq_closings_period_id")),
    )
    op.create_table(
        "deadline_extensions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("previous", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extended_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("extended_by", sa.Integer(), nullable=False),
        sa.Column("extended_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("extended_at < previous", name=op.f("ck_deadline_extensions_before_it_passed")),
        sa.CheckConstraint("extended_to > previous", name=op.f("ck_deadline_extensions_only_later")),
        sa.ForeignKeyConstraint(["extended_by"], ["users.id"], name=op.f("fk_deadline_extensions_extended_by")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_deadline_extensions_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_extensions")),
    )
    op.create_index(op.f("ix_deadline_extensions_period_id"), "deadline_extensions", ["period_id"], unique=False)
    op.create_table(
        "entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("nominee_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("collective", "individual", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=True),
        sa.Column("recommender", sa.String(length=120), nullable=True),
        sa.Column("post", sa.String(length=120), nullable=True),
        sa.Column("category", sa.String(length=60), nullable=True),
        sa.Column("trade", sa.String(length=80), nullable=True),
        sa.Column("deeds", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_entries_nominee_id")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_entries_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("period_id", "nominee_id", name=op.f("uq_entries_period_id")),
    )
    op.create_index("ix_entries_kind", "entries", ["period_id", "kind", "position"], unique=False)
    op.create_index(op.f("ix_entries_nominee_id"), "entries", ["nominee_id"], unique=False)
    op.create_index("uq_entries_position", "entries", ["period_id", "position"], unique=True)
    op.create_table(
        "cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "accepted",
                "investigating",
                "awaiting_supplement",
                "proposed",
                "concluded",
                "declined",
                "lapsed",
                "joined",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("handler_unit_id", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("escalates_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "decline_ground",
            sa.Enum(
                "not_real_name",
                "out_of_scope",
                "no_facts",
                "duplicate",
                "withdrawn",
                name="decline_ground",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("supplement_asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "resume_state",
            sa.Enum(
                "received",
                "accepted",
                "investigating",
                "awaiting_supplement",
                "proposed",
                "concluded",
                "declined",
                "lapsed",
                "joined",
                name="resume_state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column(
            "proposed_conclusion",
            sa.Enum(
                "upheld",
                "partly_upheld",
                "dismissed",
                "withdrawn",
                name="proposed_conclusion",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("findings", sa.Text(), nullable=True),
        sa.Column("grounds", sa.Text(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "conclusion",
            sa.Enum(
                "upheld",
                "partly_upheld",
                "dismissed",
                "withdrawn",
                name="conclusion",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=True,
        ),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lapsed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_into_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'concluded') = (conclusion IS NOT NULL)", name=op.f("ck_cases_concluded_has_conclusion")
        ),
        sa.CheckConstraint(
            "(state = 'concluded') = (confirmed_by IS NOT NULL)", name=op.f("ck_cases_concluded_is_confirmed")
        ),
        sa.CheckConstraint(
            "(state = 'declined') = (decline_ground IS NOT NULL AND decline_reason IS NOT NULL)",
            name=op.f("ck_cases_declined_has_ground"),
        ),
        sa.CheckConstraint("(state = 'joined') = (joined_into_id IS NOT NULL)", name=op.f("ck_cases_joined_has_lead")),
        sa.CheckConstraint("(state = 'lapsed') = (lapsed_at IS NOT NULL)", name=op.f("ck_cases_lapsed_is_dated")),
        sa.CheckConstraint(
            "state NOT IN ('proposed', 'concluded') OR (proposed_by IS NOT NULL AND findings IS NOT NULL AND grounds IS NOT NULL)",
            name=op.f("ck_cases_proposal_is_complete"),
        ),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_cases_confirmed_by_and_at")
        ),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name=op.f("ck_cases_two_people")),
        sa.CheckConstraint("joined_into_id IS NULL OR joined_into_id <> id", name=op.f("ck_cases_not_into_itself")),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name=op.f("fk_cases_assignee_id")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"], name=op.f("fk_cases_confirmed_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_cases_entry_id")),
        sa.ForeignKeyConstraint(["handler_unit_id"], ["units.id"], name=op.f("fk_cases_handler_unit_id")),
        sa.ForeignKeyConstraint(["joined_into_id"], ["cases.id"], name=op.f("fk_cases_joined_into_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_cases_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
    )
    op.create_index(op.f("ix_cases_entry_id"), "cases", ["entry_id"], unique=False)
    op.create_index("ix_cases_queue", "cases", ["handler_unit_id", "state"], unique=False)
    op.create_table(
        "case_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("note", "statement", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_notes_case_id")),
        sa.ForeignKeyConstraint(["written_by"], ["users.id"], name=op.f("fk_case_notes_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_notes")),
    )
    op.create_index(op.f("ix_case_notes_case_id"), "case_notes", ["case_id"], unique=False)
    op.create_table(
        "disqualifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nominee_id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum("upheld", "lapsed", name="ground", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("clause", sa.String(length=400), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("carried_out_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "carried_out_at >= effective_at", name=op.f("ck_disqualifications_carried_out_after_effect")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_disqualifications_case_id")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_disqualifications_nominee_id")),
        sa.ForeignKeyConstraint(["period_id"], ["periods.id"], name=op.f("fk_disqualifications_period_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disqualifications")),
        sa.UniqueConstraint("case_id", name=op.f("uq_disqualifications_case_id")),
    )
    op.create_index(op.f("ix_disqualifications_nominee_id"), "disqualifications", ["nominee_id"], unique=False)
    op.create_index(op.f("ix_disqualifications_period_id"), "disqualifications", ["period_id"], unique=False)
    op.create_index(
        "uq_disqualifications_one_lapse",
        "disqualifications",
        ["period_id", "nominee_id"],
        unique=True,
        sqlite_where=sa.text("ground = 'lapsed'"),
        postgresql_where=sa.text("ground = 'lapsed'"),
    )
    op.create_table(
        "objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column(
            "objector_kind",
            sa.Enum("person", "unit", name="objector_kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column(
            "category",
            sa.Enum(
                "deeds",
                "discipline",
                "eligibility",
                "procedure",
                "other",
                name="category",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("against_handler", sa.Boolean(), nullable=False),
        sa.Column("form_hash", sa.String(length=64), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdraw_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdraw_reason IS NULL)", name=op.f("ck_objections_withdrawn_with_reason")
        ),
        sa.CheckConstraint("length(facts) BETWEEN 20 AND 3000", name=op.f("ck_objections_facts_length")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_objections_case_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_objections_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint("form_hash", name=op.f("uq_objections_form_hash")),
        sa.UniqueConstraint("receipt_hash", name=op.f("uq_objections_receipt_hash")),
    )
    op.create_index(op.f("ix_objections_case_id"), "objections", ["case_id"], unique=False)
    op.create_index(op.f("ix_objections_entry_id"), "objections", ["entry_id"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "reminder",
            sa.Enum(
                "arrival",
                "two_days",
                "one_day",
                "last_morning",
                name="reminder",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_outbox_case_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_outbox_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_unit", "outbox", ["unit_id", "created_at"], unique=False)
    op.create_index("uq_outbox_once", "outbox", ["case_id", "unit_id", "reminder", "deadline"], unique=True)
    op.create_table(
        "recusals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("recused_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_recusals_case_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_recusals_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusals")),
        sa.UniqueConstraint("case_id", "user_id", name=op.f("uq_recusals_case_id")),
    )
    op.create_index(op.f("ix_recusals_case_id"), "recusals", ["case_id"], unique=False)
    op.create_table(
        "identities",
        sa.Column("objection_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("contact_person", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_identities_objection_id")),
        sa.PrimaryKeyConstraint("objection_id", name=op.f("pk_identities")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("objection_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "question",
                "supplement",
                "reply",
                "answer",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_messages_objection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(op.f("ix_messages_objection_id"), "messages", ["objection_id"], unique=False)
    op.create_table(
        "reversals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("disqualification_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(confirmed_by IS NOT NULL) = (confirmed_at IS NOT NULL)", name=op.f("ck_reversals_confirmed_by_and_at")
        ),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name=op.f("ck_reversals_two_people")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"], name=op.f("fk_reversals_confirmed_by")),
        sa.ForeignKeyConstraint(
            ["disqualification_id"], ["disqualifications.id"], name=op.f("fk_reversals_disqualification_id")
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_reversals_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reversals")),
        sa.UniqueConstraint("disqualification_id", name=op.f("uq_reversals_disqualification_id")),
    )
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)
