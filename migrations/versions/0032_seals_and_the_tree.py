"""seals and the tree: acts are written unchained, and sealed in batches into a chain and a Merkle tree

Revision: 0032, after 0031

The chain that is there becomes the seals, number by number and hash by hash, so that heads kept from before still
verify. Its acts get their salts and leaves, and the tree is built over them.
"""

import datetime as dt
import hashlib
import json
import secrets
from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_UTC = dt.UTC
_AT_ONCE = 10_000
_TILE = 256 * 32
_COLUMNS = ("id", "at", "actor", "action", "subject", "details", "salt", "leaf")
_REFUSAL = "audit rows are never changed or removed"
_INSERT_ONLY = {
    "audit_rows": "id = NEW.id",
    "seals": "number = NEW.number OR act_id = NEW.act_id",
    "checkpoints": "id = NEW.id OR (size = NEW.size AND at = NEW.at)",
}


def upgrade() -> None:
    bind = op.get_bind()
    postgresql = bind.dialect.name == "postgresql"
    op.drop_index(op.f("ix_audit_rows_subject"), table_name="audit_rows")
    op.rename_table("audit_rows", "audit_rows_before")
    if postgresql:
        op.execute("ALTER TABLE audit_rows_before RENAME CONSTRAINT pk_audit_rows TO pk_audit_rows_before")
    _create_tables()
    (_copy_to_postgresql if postgresql else _copy_within_sqlite)(bind)
    bind.execute(
        sa.text(
            "INSERT INTO seals (number, act_id, previous_hash, hash) "
            "SELECT id, id, previous_hash, hash FROM audit_rows_before ORDER BY id"
        )
    )
    op.drop_table("audit_rows_before")
    op.create_index(op.f("ix_audit_rows_subject"), "audit_rows", ["subject"])
    for table, stands_there in _INSERT_ONLY.items():
        _guard(table, stands_there, postgresql)
    if postgresql:
        op.execute(
            "SELECT setval(pg_get_serial_sequence('audit_rows', 'id'), max(id)) FROM audit_rows HAVING max(id) > 0"
        )


def _create_tables() -> None:
    op.create_table(
        "audit_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(80), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("leaf", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_rows")),
    )
    op.create_table(
        "seals",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("act_id", sa.Integer(), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["audit_rows.id"], name=op.f("fk_seals_act_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seals")),
        sa.UniqueConstraint("act_id", name=op.f("uq_seals_act_id")),
    )
    op.create_table(
        "unsealed",
        sa.Column("act_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["audit_rows.id"], name=op.f("fk_unsealed_act_id")),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_unsealed")),
    )
    op.create_table(
        "tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "position", name=op.f("pk_tiles")),
    )
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoints")),
        sa.UniqueConstraint("size", "at", name="uq_checkpoints_size_at"),
    )


def _copy_to_postgresql(bind: sa.Connection) -> None:
    cursor = bind.connection.cursor()
    tree = _Tree()
    for rows in _pieces(cursor, "%s"):
        with cursor.copy(f"COPY audit_rows ({', '.join(_COLUMNS)}) FROM STDIN") as copy:
            for row in rows:
                moment = row[1].astimezone(_UTC).isoformat(timespec="microseconds")
                copy.write_row((*row, *tree.grown_by(row, moment)))
    _store(bind, tree)


def _copy_within_sqlite(bind: sa.Connection) -> None:
    cursor = bind.connection.cursor()
    tree = _Tree()
    insert = f"INSERT INTO audit_rows ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608
    for rows in _pieces(cursor, "?"):
        # An instant is stored as "2026-09-18 01:00:00.000000", in UTC.
        cursor.executemany(insert, [(*row, *tree.grown_by(row, row[1].replace(" ", "T") + "+00:00")) for row in rows])
    _store(bind, tree)


def _pieces(cursor, mark):  # type: ignore[no-untyped-def] # a cursor of either driver
    """Read the acts by their numbers, some thousands at a time."""
    last = -1
    query = (
        f"SELECT id, at, actor, action, subject, details FROM audit_rows_before "  # noqa: S608
        f"WHERE id > {mark} ORDER BY id LIMIT {_AT_ONCE}"
    )
    while rows := cursor.execute(query, (last,)).fetchall():
        yield rows
        last = rows[-1][0]


class _Tree:
    """RFC 6962 over the acts, its hashes kept in tiles of 256 (C2SP tlog-tiles)."""

    def __init__(self) -> None:
        self.size = 0
        self.tiles: dict[int, bytearray] = defaultdict(bytearray)  # by level: all hashes, one after the other
        self._peaks: list[bytes] = []

    def grown_by(self, row: tuple[object, ...], moment: str) -> tuple[str, str]:
        """Append an act; return its salt and its leaf."""
        number, _, actor, action, subject, details = row
        while self.size + 1 < int(str(number)):
            self._append(bytes(32))  # a row that is missing leaves its place empty: the others keep their numbers
        salt = secrets.token_hex(16)
        content = json.dumps([salt, moment, actor, action, subject, details], ensure_ascii=False, separators=(",", ":"))
        leaf = hashlib.sha256(b"\0" + content.encode()).digest()
        self._append(leaf)
        return salt, leaf.hex()

    def _append(self, leaf: bytes) -> None:
        level, index, last = 0, self.size, leaf
        self.tiles[0] += last
        while index & 1:
            last = hashlib.sha256(b"\1" + self._peaks.pop() + last).digest()
            level, index = level + 1, index >> 1
            if level % 8 == 0:
                self.tiles[level // 8] += last
        self._peaks.append(last)
        self.size += 1


def _store(bind: sa.Connection, tree: _Tree) -> None:
    tiles = sa.table("tiles", sa.column("level"), sa.column("position"), sa.column("hashes", sa.LargeBinary()))
    rows = [
        {"level": level, "position": start // _TILE, "hashes": bytes(hashes[start : start + _TILE])}
        for level, hashes in tree.tiles.items()
        for start in range(0, len(hashes), _TILE)
    ]
    if rows:
        bind.execute(tiles.insert(), rows)


def _guard(table: str, stands_there: str, postgresql: bool) -> None:
    if postgresql:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_rows_refuse()"
        )
        return
    for verb in ("update", "delete"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
    standing = f"SELECT 1 FROM {table} WHERE {stands_there}"  # noqa: S608
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({standing}) "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    )
