"""marks of nominees, so that the database can count them

What the rules say of each that is there is written down on the way. Dossiers are sealed: without the installation's key
this step is refused where there are any.

Revision: 0038, after 0037
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from app.domain.nominees.annexes import Rank
from app.domain.nominees.eligibility import ConditionAnswer, NomineeFacts, checks_of
from app.domain.nominees.marks import marks_of
from app.domain.nominees.opinions import find_needed
from app.domain.periods.rounds import Kind
from app.domain.refusals import NoticeMissing
from app.notices.offered import notice_of

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_AT_ONCE = 500
_NOMINEES = sa.table("nominees", *map(sa.column, ("id", "programme_id", "kind", "name", "rank", "category")))
_PROGRAMMES = sa.table("programmes", *map(sa.column, ("id", "notice")))
_DOSSIERS = sa.table("dossiers", *map(sa.column, ("nominee_id", "sealed")))
_SAID = ("confirmations", "condition", "met", "note")
_ANSWERS = ("opinions", "authority", "outcome")
_REVIEWS = ("reviews", "stage", "passed")


def upgrade() -> None:
    marks = op.create_table(
        "nominee_marks",
        sa.Column("nominee_id", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("to_confirm", sa.Boolean(), nullable=False),
        sa.Column("unanswered", sa.Boolean(), nullable=False),
        sa.Column("objected", sa.Boolean(), nullable=False),
        sa.Column("preliminary", sa.Boolean(), nullable=True),
        sa.Column("final", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name=op.f("fk_nominee_marks_nominee_id")),
        sa.PrimaryKeyConstraint("nominee_id", name=op.f("pk_nominee_marks")),
    )
    rows = _judged()
    while batch := list(islice(rows, _AT_ONCE)):
        op.get_bind().execute(sa.insert(marks), batch)


def _judged() -> Iterator[dict[str, Any]]:
    connection = op.get_bind()
    wanted = sa.select(_NOMINEES, _PROGRAMMES.c.notice).join(_PROGRAMMES, _NOMINEES.c.programme_id == _PROGRAMMES.c.id)
    nominees = connection.execute(wanted.order_by(_NOMINEES.c.id)).all()
    fields = dict(_opened(connection))
    said, answers, reviews = (_last(connection, *columns) for columns in (_SAID, _ANSWERS, _REVIEWS))
    for row in nominees:
        try:
            notice = notice_of(row.notice)
        except NoticeMissing:  # nothing can be said of its nominees, on any page
            continue
        kind, known = Kind(row.kind), fields.get(row.id, {})
        latest = {key: ConditionAnswer(bool(met), note, "", None) for key, (met, note) in said.get(row.id, {}).items()}
        marks = marks_of(
            checks_of(NomineeFacts(kind, row.name, Rank(row.rank), known.get("penalties")), latest, notice),
            find_needed(kind, row.category, known, notice),
            {key: outcome == "negative" for key, (outcome,) in answers.get(row.id, {}).items()},
            {key: bool(passed) for key, (passed,) in reviews.get(row.id, {}).items()},
        )
        yield {"nominee_id": row.id} | {name: getattr(marks, name) for name in marks.__slots__}


def _opened(connection: sa.Connection) -> Iterator[tuple[int, dict[str, str]]]:
    rows = connection.execute(sa.select(_DOSSIERS)).all()
    ring = context.config.attributes.get("keyring")
    if rows and ring is None:
        raise RuntimeError("there are dossiers to read: migrate with `gongshi migrate`, which has the key")
    for nominee_id, sealed in rows:
        yield nominee_id, json.loads(ring.unseal_text(sealed, f"dossier:{nominee_id}"))


def _last(connection: sa.Connection, name: str, key: str, *columns: str) -> dict[int, dict[str, tuple[Any, ...]]]:
    """Return what was recorded last, by nominee and key."""
    table = sa.table(name, *map(sa.column, ("id", "nominee_id", key, *columns)))
    wanted = [table.c[column] for column in ("nominee_id", key, *columns)]
    found: dict[int, dict[str, tuple[Any, ...]]] = {}
    for nominee_id, which, *values in connection.execute(sa.select(*wanted).order_by(table.c.id)):
        found.setdefault(nominee_id, {})[which] = tuple(values)
    return found
