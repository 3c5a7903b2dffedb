"""The rights of the portal's own database user on PostgreSQL: it may add to the record, never change it (R32).

The schema belongs to another role, the owner, who runs `gongshi migrate`. A user that owns nothing cannot drop
the triggers either.
"""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain.refusals import BadValue, WrongState
from app.models import ActSeal, AuditRow, Base, PublishedCheckpoint

_VERSION_TABLE = "alembic_version"
_INSERT_ONLY = tuple(model.__tablename__ for model in (AuditRow, ActSeal, PublishedCheckpoint))
_ALL_BUT_TRUNCATE = "SELECT, INSERT, UPDATE, DELETE"
_EXISTS = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
# CREATEROLE can make itself a member of others; the roles that PostgreSQL brings read and write everything, files too.
_MIGHTY = text("""
    SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR EXISTS (
        SELECT 1 FROM pg_roles AS brought
        WHERE brought.rolname LIKE 'pg\\_%' AND pg_has_role(:role, brought.oid, 'MEMBER'))
    FROM pg_roles WHERE rolname = :role
""")
# What it may do in the end, by whomever it was granted: PUBLIC and groups count too.
_STILL_MAY = text("""
    SELECT DISTINCT what FROM unnest(CAST(:records AS text[])) AS record,
        unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS what
    WHERE has_table_privilege(:role, record, what)
        OR what IN ('UPDATE', 'REFERENCES') AND has_any_column_privilege(:role, record, what)
    UNION ALL SELECT 'CREATE ON SCHEMA' WHERE has_schema_privilege(:role, 'public', 'CREATE')
    UNION ALL SELECT what || ' ON DATABASE' FROM unnest(ARRAY['CREATE', 'TEMPORARY']) AS what
    WHERE has_database_privilege(:role, current_database(), what)
""")
_OWNS = text("SELECT bool_or(pg_has_role(:role, tableowner, 'MEMBER')) FROM pg_tables WHERE schemaname = 'public'")


def grants_for(session: Session, role: str) -> list[str]:
    """Return the statements that give `role` what the portal needs and take everything else from it.

    Asked for anew after a migration, they cover its new tables. Raises WrongState where there are no roles.
    """
    if session.get_bind().dialect.name != "postgresql":
        raise WrongState("现在用的是 SQLite，没有数据库用户可以授权：记录由触发器保护。此命令只用于 PostgreSQL。")
    quote = session.get_bind().dialect.identifier_preparer.quote
    to = quote(role)
    record = ", ".join(quote(name) for name in _INSERT_ONLY)
    database = quote(str(session.scalar(text("SELECT current_database()"))))
    others = ", ".join(quote(name) for name in sorted(Base.metadata.tables) if name not in _INSERT_ONLY)
    return [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {to}",
        f"REVOKE CREATE ON SCHEMA public FROM PUBLIC, {to}",
        # A table of a session's own would stand before the real one, and a function could be made beside it.
        f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {to}",
        f"GRANT USAGE ON SCHEMA public TO {to}",
        f"GRANT SELECT ON {_VERSION_TABLE} TO {to}",
        f"GRANT SELECT, INSERT ON {record} TO {to}",
        f"GRANT {_ALL_BUT_TRUNCATE} ON {others} TO {to}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {to}",
    ]


def grant(session: Session, role: str) -> None:
    """Carry the statements out, as the owner. Raises BadValue for one who is not there, or whom no grant binds."""
    statements = grants_for(session, role)
    if not session.scalar(_EXISTS, {"role": role}):
        raise _unfit(role, "数据库里没有这个用户")
    if session.scalar(_OWNS, {"role": role}):  # a superuser counts as a member of every role
        raise _unfit(role, "它是这些表的所有者或者超级用户，授权约束不了它")
    if session.scalar(_MIGHTY, {"role": role}):
        raise _unfit(role, "它能建用户、建库、复制数据，或者属于 PostgreSQL 自带的角色（pg_…），授权约束不了它")
    for statement in statements:
        session.connection().exec_driver_sql(statement)
    still = session.scalars(_STILL_MAY, {"role": role, "records": list(_INSERT_ONLY)}).all()
    if still:
        session.rollback()
        raise _unfit(role, f"它从别的角色或者 PUBLIC 那里还有权 {'、'.join(still)}")
    session.commit()


def _unfit(role: str, why: str) -> BadValue:
    return BadValue(
        "role", f"不能给 {role} 授权：{why}。请另建一个普通用户，例如 CREATE ROLE gongshi_app LOGIN PASSWORD '…'。"
    )
