"""Acts of the record a second on PostgreSQL, by writers at once, while one sealer seals them.

A slow commit is made by a deferred constraint trigger that sleeps right before the commit, as a committing transaction
waits for a synchronous standby: with all its locks. It is no standby: nothing is sent anywhere. The chain of the
version before, told again by an advisory lock held through the commit, is measured beside it in the same run.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import func, select, text

from app.clock import now
from app.database import Database
from app.models import ActSeal, AuditRow
from app.services.record.chain import Act, record
from app.services.record.sealer import seal_all, seal_once
from app.services.record.verifying import verify
from bench import report, servers

_SECONDS = float(os.environ.get("BENCH_RECORD_SECONDS", "4"))
_PROCESSES = 2
_WRITERS = (8, 16, 30)  # a process has fifteen connections
_DELAYS = (0, 1, 3)  # milliseconds before a commit is acknowledged
_LOOKS_AFTER = 0.05  # as app/processes/sealer.py
_TAIL = 20_000  # acts sealed at one go, to measure the sealer alone
_SLOW = (
    "CREATE OR REPLACE FUNCTION slow_commit() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN PERFORM pg_sleep(DELAY); RETURN NULL; END $$",
    "CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON audit_rows DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION slow_commit()",
    # Of a batch of the sealer once, by the tile that it writes on the lowest level.
    "CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT OR UPDATE ON tiles DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW WHEN (NEW.level = 0) EXECUTE FUNCTION slow_commit()",
)
_ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(38)")


def run(home: Path) -> None:
    with servers.postgresql(home / "postgresql") as url:
        database = Database(url)
        database.migrate()
        database.dispose()
        for delay in _DELAYS:
            _commits_take(url, delay)
            for writers in _WRITERS:
                _measure(url, delay, writers)
        _commits_take(url, 0)
        _seal_a_tail(url)


def _commits_take(url: str, milliseconds: int) -> None:
    database = Database(url)
    with database.writer() as session:
        for table in ("audit_rows", "tiles"):
            session.execute(text(f"DROP TRIGGER IF EXISTS slow_commit ON {table}"))
        for statement in _SLOW if milliseconds else ():
            session.execute(text(statement.replace("DELAY", str(milliseconds / 1000))))
        session.commit()
    database.dispose()


def _measure(url: str, delay: int, writers: int) -> None:
    """Write for some seconds with the sealer beside, and as the version before did."""
    sealed: list[float] = []
    beside = _write(url, writers, False, sealed)
    one_by_one = _write(url, writers, True, None)
    name = f"record_acts_{writers}_writers_commit_{delay}ms"
    report.line(
        name,
        "/s",
        {name: [beside], "one_by_one": [one_by_one]},
        "one_by_one",
        one_by_one=round(one_by_one),
        sealed_after_p50_ms=round(report.percentile(sealed, 50) * 1000, 1),
        sealed_after_p99_ms=round(report.percentile(sealed, 99) * 1000, 1),
        load=round(os.getloadavg()[0], 1),
    )


def _write(url: str, writers: int, one_by_one: bool, sealed: list[float] | None) -> float:
    """Return the acts committed a second, by two processes of writers, as there are two workers.

    With `sealed`, seal beside, and note each act's seconds from its writing, its commit included, until its seal.
    """
    stop = threading.Event()
    sealer = threading.Thread(target=_seal, args=(url, stop, sealed)) if sealed is not None else None
    if sealer:
        sealer.start()
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(_PROCESSES, mp_context=fresh) as processes:
        arguments = [url] * _PROCESSES, [writers // _PROCESSES] * _PROCESSES, [one_by_one] * _PROCESSES
        rates = list(processes.map(_write_for_some_seconds, *arguments))
    stop.set()
    if sealer:
        sealer.join()
    database = Database(url)
    seal_all(database)
    database.dispose()
    return sum(rates)


def _write_for_some_seconds(url: str, writers: int, one_by_one: bool) -> float:
    """Write act by act from so many threads; return how many a second, without the first second."""
    database = Database(url)
    begins = time.monotonic() + 1.0
    ends = begins + _SECONDS

    def write(number: int) -> int:
        count = 0
        while (moment := time.monotonic()) < ends:
            with database.writer() as session:
                if one_by_one:
                    session.execute(_ONE_BY_ONE)
                record(session, now(), [Act("user:1", "case.note", f"case:{number}", {"n": count})])
                session.commit()
            count += moment >= begins
        return count

    with ThreadPoolExecutor(writers) as threads:
        total = sum(threads.map(write, range(writers)))
    database.dispose()
    return total / _SECONDS


def _seal(url: str, stop: threading.Event, sealed: list[float]) -> None:
    database = Database(url)
    with database.reader() as session:
        last = session.scalar(select(func.max(ActSeal.number))) or 0
    while not stop.wait(_LOOKS_AFTER):
        while seal_once(database):
            at = dt.datetime.now(dt.UTC)
            with database.reader() as session:
                query = select(ActSeal.number, AuditRow.at).join(ActSeal.act).where(ActSeal.number > last)
                for number, written in session.execute(query.order_by(ActSeal.number)):
                    last = number
                    sealed.append((at - written).total_seconds())
    database.dispose()


def _seal_a_tail(url: str) -> None:
    database = Database(url)
    with database.writer() as session:
        record(session, now(), [Act("user:1", "case.note", "case:1", {"n": number}) for number in range(_TAIL)])
        session.commit()
    start, cpu = time.perf_counter(), time.process_time()
    assert seal_all(database) == _TAIL
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    start = time.perf_counter()
    with database.reader() as session:
        found = verify(session)
    assert found.holds
    name = "record_sealed"
    report.line(
        name,
        "/s",
        {name: [_TAIL / seconds]},
        cpu_ms_an_act=round(cpu / _TAIL * 1000, 4),
        verified_a_second=round(found.rows / (time.perf_counter() - start)),
    )
    database.dispose()
