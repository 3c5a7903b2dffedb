"""Who filed is sealed to its row; two people of the office open it together.

What stood there in plain text is sealed with the installation's key on the way: without it this step is refused.
"""

import json

import sqlalchemy as sa
from alembic import context, op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PLAIN = ("name", "contact_person", "contact")


def upgrade() -> None:
    op.add_column("identities", sa.Column("sealed", sa.LargeBinary(), nullable=True))
    _seal_what_is_there()
    with op.batch_alter_table("identities") as table:
        for column in _PLAIN:
            table.drop_column(column)
        table.alter_column("sealed", existing_type=sa.LargeBinary(), nullable=False)
    op.create_table(
        "identity_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("objection_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("read_in", sa.String(length=64), nullable=True),
        sa.Column("first_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_identity_requests_two_people")
        ),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL) AND (decided_by IS NULL) = (granted IS NULL)",
            name=op.f("ck_identity_requests_decision_is_complete"),
        ),
        sa.CheckConstraint(
            "(read_in IS NULL) = (first_read_at IS NULL)", name=op.f("ck_identity_requests_read_in_and_at")
        ),
        sa.CheckConstraint("read_in IS NULL OR granted", name=op.f("ck_identity_requests_read_when_granted")),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_identity_requests_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_identity_requests_decided_by")),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_identity_requests_objection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_requests")),
    )
    op.create_index(op.f("ix_identity_requests_objection_id"), "identity_requests", ["objection_id"], unique=False)


def _seal_what_is_there() -> None:
    identities = sa.table(
        "identities", sa.column("objection_id"), sa.column("sealed"), *(sa.column(name) for name in _PLAIN)
    )
    connection = op.get_bind()
    rows = connection.execute(sa.select(identities)).all()
    if not rows:
        return
    ring = context.config.attributes.get("keyring")
    if ring is None:
        raise RuntimeError("there are identities to seal: migrate with `gongshi migrate`, which has the key")
    for row in rows:
        plain = json.dumps([getattr(row, name) for name in _PLAIN], ensure_ascii=False)
        sealed = ring.seal(plain, f"identity:{row.objection_id}")
        connection.execute(
            sa.update(identities).where(identities.c.objection_id == row.objection_id).values(sealed=sealed)
        )
