"""`gongshi check` over a million rows: the demonstration, and one of its cases a hundred thousand times (R37)."""

from __future__ import annotations

import os
import time
from pathlib import Path

from sqlalchemy import Connection, Table, func, select, update
from sqlalchemy.orm import Session

from app.clock import now
from app.database import Database
from app.demo.build import build
from app.domain.cases.states import Conclusion, State
from app.evidence.store import Folder
from app.models import Base, Case, Identity, Letter, LetterCount, Message, Objection, OutboxRow, Proposal
from app.sealing import Keyring
from app.services.record.chain import OBJECTOR, Act, by_user, on_case, record
from app.services.record.checks.run import check_database
from app.services.shared.files import Vault
from bench import report, servers

_CASES = int(os.environ.get("BENCH_CHECK_CASES", "72000"))  # each is fourteen rows
_AT_ONCE = 20_000  # acts on the record in one go
_FIRST = 1_000_000  # id of the first copy


def run(home: Path) -> None:
    _run("check_million_rows", f"sqlite:///{home / 'million.sqlite'}", home)


def run_postgresql(home: Path) -> None:
    with servers.postgresql(home / "postgresql") as url:
        _run("check_million_rows_postgresql", url, home)


def _run(name: str, url: str, home: Path) -> None:
    database, instant = Database(url), now()
    database.migrate()
    keyring = Keyring("a key for the bench, thirty-two bytes")
    build(database, keyring, instant, Vault(Folder(home / "evidence"), keyring, False))
    with database.engine.execution_options(gongshi_writes=True).begin() as connection:
        _multiply(connection)
        rows = sum(
            connection.scalar(select(func.count()).select_from(table)) or 0 for table in Base.metadata.sorted_tables
        )
    if database.engine.dialect.name == "postgresql":
        _analyse(database)
    start, cpu = time.perf_counter(), time.process_time()
    findings = check_database(database, now())
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    database.dispose()
    assert findings == [], findings[:5]
    # The processor's seconds are those of this process: what PostgreSQL works is not in them.
    report.line(name, "s", {name: [seconds]}, rows=rows, cpu_s=round(cpu, 2), load=round(os.getloadavg()[0], 1))


def _analyse(database: Database) -> None:
    """Do what autovacuum has done long before a database of that size is checked."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _multiply(connection: Connection) -> None:
    """So many copies of a case that was dismissed, with its objection, identity, answer, warnings and record."""
    dismissed = select(Case.id).where(Case.state == State.CONCLUDED, Case.conclusion != Conclusion.UPHELD)
    case = connection.scalar(dismissed.limit(1))
    assert case is not None
    objection = connection.scalar(select(Objection.id).where(Objection.case_id == case))
    assert objection is not None
    sqlite = connection.dialect.name == "sqlite"
    digest = "lower(hex(randomblob(32)))" if sqlite else "md5(random()::text) || md5(random()::text)"
    hashes = dict.fromkeys(("form_hash", "content_hash", "receipt_hash"), digest)
    copy = f"{_FIRST} + numbers.n"
    _copy(connection, Case.__table__, f"id = {case}", {"id": copy})
    _copy(connection, Objection.__table__, f"id = {objection}", {"id": copy, "case_id": copy} | hashes)
    _copy(connection, Identity.__table__, f"objection_id = {objection}", {"objection_id": copy})
    of_message = {"id": f"{_FIRST} * (source.id + 1) + numbers.n", "objection_id": copy}
    _copy(connection, Message.__table__, f"objection_id = {objection}", of_message)
    of_warning = {"id": f"{_FIRST} * (source.id + 1) + numbers.n", "case_id": copy}
    _copy(connection, OutboxRow.__table__, f"case_id = {case}", of_warning)
    of_proposal = {"id": f"{_FIRST} * (source.id + 1) + numbers.n", "case_id": copy}
    _copy(connection, Proposal.__table__, f"case_id = {case}", of_proposal)
    _copy_letters(connection, case)
    session, instant = Session(connection), now()
    for first in range(0, _CASES, _AT_ONCE // 3):
        numbers = range(first, min(first + _AT_ONCE // 3, _CASES))
        record(session, instant, (act for number in numbers for act in _acts(_FIRST + number)))


def _copy_letters(connection: Connection, case: int) -> None:
    """Copy the letters of the case, each with the next numbers of its series (R34)."""
    letters = connection.execute(
        select(Letter.id, Letter.programme_id, Letter.series, Letter.year).filter_by(case_id=case)
    )
    for place, (letter, *key) in enumerate(letters.all(), start=1):
        count = LetterCount.__table__.c
        of_series = count.programme_id == key[0], count.series == key[1], count.year == key[2]
        last = connection.scalar(select(count.last).where(*of_series))
        copied = {
            "id": f"{_FIRST} * {place} + numbers.n",
            "number": f"{last} + 1 + numbers.n",
            "case_id": f"{_FIRST} + numbers.n",
            "objection_id": f"{_FIRST} + numbers.n",
        }
        _copy(connection, Letter.__table__, f"id = {letter}", copied)
        connection.execute(update(LetterCount.__table__).where(*of_series).values(last=last + _CASES))


def _acts(number: int) -> list[Act]:
    subject = on_case(number)
    return [
        Act(OBJECTOR, "objection.filed", subject, {"objection": number}),
        Act(by_user(1), "case.accept", subject),
        Act(by_user(2), "case.confirm", subject),
    ]


def _copy(connection: Connection, table: Table, which: str, changed: dict[str, str]) -> None:
    """Copy rows of a table once for each number; what is changed is given in SQL."""
    names = [column.name for column in table.columns]
    values = ", ".join(changed.get(name, f"source.{name}") for name in names)
    connection.exec_driver_sql(
        f"WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < {_CASES - 1}) "  # noqa: S608
        f"INSERT INTO {table.name} ({', '.join(names)}) "
        f"SELECT {values} FROM {table.name} AS source, numbers WHERE source.{which}"
    )
