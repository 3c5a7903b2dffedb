"""the whole programme: stages, dossiers, documents, imports, what people said of a nominee, the award

Revision: 0007, after 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 4", name=op.f("ck_stages_four_stages")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_stages_in_order")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_stages_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stages")),
        sa.UniqueConstraint("programme_id", "number", name=op.f("uq_stages_programme_id")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "form",
            sa.Enum(
                "collectives", "individuals", "forms", name="form", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "reading",
                "checked",
                "confirmed",
                "dropped",
                "failed",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("rows_done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("failure", sa.Text(), server_default="", nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beats_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'confirmed') = (confirmed_at IS NOT NULL)", name=op.f("ck_imports_confirmed_is_dated")
        ),
        sa.CheckConstraint("(state = 'failed') = (failure <> '')", name=op.f("ck_imports_failed_says_why")),
        sa.CheckConstraint(
            "(confirmed_by IS NOT NULL) = (confirmed_at IS NOT NULL)", name=op.f("ck_imports_confirmed_by_and_at")
        ),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"], name=op.f("fk_imports_confirmed_by")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_imports_created_by")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_imports_programme_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_imports_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_programme_id"), "imports", ["programme_id"], unique=False)
    op.create_index(op.f("ix_imports_unit_id"), "imports", ["unit_id"], unique=False)
    op.create_table(
        "import_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("person_hash", sa.String(length=64), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_rows_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_rows")),
        sa.UniqueConstraint("import_id", "number", name=op.f("uq_import_rows_import_id")),
    )
    op.create_index(op.f("ix_import_rows_person_hash"), "import_rows", ["person_hash"], unique=False)
    op.create_table(
        "confirmations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nominee_id", sa.Integer(), nullable=False),
        sa.Column("condition", sa.String(length=40), nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("met OR note <> ''", name=op.f("ck_confirmations_denied_with_reason")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"], name=op.f("fk_confirmations_confirmed_by")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_confirmations_nominee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmations")),
    )
    op.create_index(op.f("ix_confirmations_nominee_id"), "confirmations", ["nominee_id"], unique=False)
    op.create_table(
        "documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "import",
                "photo",
                "opinion",
                "material",
                "proceeding",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("nominee_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("received_by", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pdf", "jpeg", "png", "docx", "xlsx", name="kind", native_enum=False, create_constraint=True, length=24
            ),
            nullable=False,
        ),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_size", sa.Integer(), nullable=False),
        sa.Column("stored_sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed_title", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column(
            "cipher",
            sa.Enum("aes-256-gcm", "sm4-gcm", name="cipher", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "scan",
            sa.Enum(
                "unscanned",
                "waiting",
                "clean",
                "infected",
                name="scan",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("scanned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(scan IN ('clean', 'infected')) = (scanned_at IS NOT NULL)", name=op.f("ck_documents_verdict_is_dated")
        ),
        sa.CheckConstraint("size > 0 AND stored_size > 0", name=op.f("ck_documents_not_empty")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_documents_import_id")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_documents_nominee_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_documents_programme_id")),
        sa.ForeignKeyConstraint(["received_by"], ["users.id"], name=op.f("fk_documents_received_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
        sa.UniqueConstraint("name", name=op.f("uq_documents_name")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_documents_import_id"), "documents", ["import_id"], unique=False)
    op.create_index(op.f("ix_documents_nominee_id"), "documents", ["nominee_id"], unique=False)
    op.create_index(op.f("ix_documents_programme_id"), "documents", ["programme_id"], unique=False)
    op.create_index(
        "ix_documents_waiting",
        "documents",
        ["id"],
        unique=False,
        sqlite_where=sa.text("scan = 'waiting'"),
        postgresql_where=sa.text("scan = 'waiting'"),
    )
    op.create_table(
        "dossiers",
        sa.Column("nominee_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("person_hash", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_dossiers_nominee_id")),
        sa.PrimaryKeyConstraint("nominee_id", name=op.f("pk_dossiers")),
    )
    op.create_index(op.f("ix_dossiers_person_hash"), "dossiers", ["person_hash"], unique=False)
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nominee_id", sa.Integer(), nullable=False),
        sa.Column(
            "stage",
            sa.Enum("preliminary", "final", name="stage", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reviewed_by", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("passed OR reason <> ''", name=op.f("ck_reviews_refused_with_reason")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_reviews_nominee_id")),
        sa.ForeignKeyConstraint(["reviewed_by"], ["users.id"], name=op.f("fk_reviews_reviewed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index(op.f("ix_reviews_nominee_id"), "reviews", ["nominee_id"], unique=False)
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nominee_id", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("revised_by", sa.Integer(), nullable=False),
        sa.Column("revised_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("before <> after", name=op.f("ck_revisions_changes_something")),
        sa.CheckConstraint("edition >= 2", name=op.f("ck_revisions_the_first_is_no_revision")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_revisions_nominee_id")),
        sa.ForeignKeyConstraint(["revised_by"], ["users.id"], name=op.f("fk_revisions_revised_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revisions")),
        sa.UniqueConstraint("nominee_id", "edition", name=op.f("uq_revisions_nominee_id")),
    )
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nominee_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=True),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("corrected_by", sa.Integer(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("before <> after", name=op.f("ck_corrections_changes_something")),
        sa.ForeignKeyConstraint(["corrected_by"], ["users.id"], name=op.f("fk_corrections_corrected_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_corrections_entry_id")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_corrections_nominee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(op.f("ix_corrections_entry_id"), "corrections", ["entry_id"], unique=False)
    op.create_index(op.f("ix_corrections_nominee_id"), "corrections", ["nominee_id"], unique=False)
    op.create_table(
        "opinions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nominee_id", sa.Integer(), nullable=False),
        sa.Column(
            "authority",
            sa.Enum(
                "discipline",
                "personnel",
                "police",
                "audit",
                name="authority",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.Enum(
                "favourable",
                "negative",
                "not_asked",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome = 'favourable' OR text <> ''", name=op.f("ck_opinions_anything_else_says_why")),
        sa.CheckConstraint("outcome = 'not_asked' OR document_id IS NOT NULL", name=op.f("ck_opinions_asked_has_scan")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_opinions_document_id")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_opinions_nominee_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_opinions_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinions")),
    )
    op.create_index(op.f("ix_opinions_nominee_id"), "opinions", ["nominee_id"], unique=False)
    op.create_table(
        "proceedings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "consultation",
                "submission",
                "approval",
                "decision",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("issuer", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("agreed", sa.Boolean(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('submission', 'decision') OR agreed IS NOT NULL",
            name=op.f("ck_proceedings_answers_say_yes_or_no"),
        ),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_proceedings_document_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name=op.f("fk_proceedings_programme_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_proceedings_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proceedings")),
    )
    op.create_index(op.f("ix_proceedings_programme_id"), "proceedings", ["programme_id"], unique=False)
    op.create_index(
        "uq_proceedings_one_decision",
        "proceedings",
        ["programme_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'decision'"),
        postgresql_where=sa.text("kind = 'decision'"),
    )
    op.create_table(
        "honours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("nominee_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("collective", "individual", name="kind", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("unit", sa.String(length=120), nullable=False),
        sa.Column("recommender", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["proceedings.id"], name=op.f("fk_honours_decision_id")),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_honours_nominee_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honours")),
        sa.UniqueConstraint("decision_id", "position", name=op.f("uq_honours_decision_id")),
        sa.UniqueConstraint("nominee_id", name=op.f("uq_honours_nominee_id")),
    )
    op.create_table(
        "revocations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("honour_id", sa.Integer(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum("unlawful", "deceit", name="ground", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("clause", sa.String(length=400), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(confirmed_by IS NOT NULL) = (confirmed_at IS NOT NULL)", name=op.f("ck_revocations_confirmed_by_and_at")
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> proposed_by", name=op.f("ck_revocations_two_people")
        ),
        sa.ForeignKeyConstraint(["confirmed_by"], ["users.id"], name=op.f("fk_revocations_confirmed_by")),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_revocations_document_id")),
        sa.ForeignKeyConstraint(["honour_id"], ["honours.id"], name=op.f("fk_revocations_honour_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_revocations_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocations")),
        sa.UniqueConstraint("honour_id", name=op.f("uq_revocations_honour_id")),
    )
    # Columns that carry a constraint: written out, since both databases take this form and Alembic's needs a new table.
    for table, column in (
        (
            "nominees",
            "rank VARCHAR(24) DEFAULT 'unknown' NOT NULL CONSTRAINT ck_nominees_rank CHECK (rank IN ('unknown', 'none', 'below', 'county', 'above'))",
        ),
        ("nominees", "edition INTEGER DEFAULT 1 NOT NULL CONSTRAINT ck_nominees_editions_from_1 CHECK (edition >= 1)"),
        ("nominees", "replaces_id INTEGER CONSTRAINT fk_nominees_replaces_id REFERENCES nominees (id)"),
        ("nominees", "import_id INTEGER CONSTRAINT fk_nominees_import_id REFERENCES imports (id)"),
        ("nominees", "withdrawn_by INTEGER CONSTRAINT fk_nominees_withdrawn_by REFERENCES users (id)"),
        (
            "programmes",
            "county_share INTEGER DEFAULT 10 NOT NULL CONSTRAINT ck_programmes_county_share_is_percent CHECK (county_share BETWEEN 0 AND 100)",
        ),
        ("quotas", "secret_collectives INTEGER DEFAULT 0 NOT NULL"),
        (
            "quotas",
            "secret_individuals INTEGER DEFAULT 0 NOT NULL CONSTRAINT ck_quotas_secret_not_negative CHECK (secret_collectives >= 0 AND secret_individuals >= 0)",
        ),
    ):
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column}")
    op.add_column("nominees", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "ALTER TABLE nominees ADD COLUMN withdraw_reason TEXT CONSTRAINT ck_nominees_withdrawn_with_reason CHECK ((withdrawn_at IS NULL) = (withdraw_reason IS NULL) AND (withdrawn_at IS NULL) = (withdrawn_by IS NULL))"
    )
    op.create_index(op.f("ix_nominees_import_id"), "nominees", ["import_id"], unique=False)
    op.add_column("entries", sa.Column("edition", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column(
        "programmes", sa.Column("revocation_clause", sa.String(length=400), server_default="", nullable=False)
    )
    op.add_column("programmes", sa.Column("signatory", sa.String(length=120), server_default="", nullable=False))
    op.add_column("programmes", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("quotas", sa.Column("heading", sa.String(length=60), server_default="", nullable=False))
    op.add_column("quotas", sa.Column("note", sa.String(length=120), server_default="", nullable=False))
    op.add_column("units", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("password_expires_at", sa.DateTime(timezone=True), nullable=True))
