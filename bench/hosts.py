"""Objections of one and two workers, and of one and two hosts; acts of the record while a real standby is far away.

The hosts are network namespaces of this machine (tests/faults/hosts.py), and share its processors with PostgreSQL, its
standby and the load generator. So the rates are bound by them, and the CPU of an objection is what can be compared.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
import psycopg
from sqlalchemy import func, select

from app.clock import now
from app.database import Database
from app.models import Entry, Objection
from app.services.record.sealer import seal_all
from app.services.record.verifying import verify
from bench import content, report, servers
from bench.load import CLIENTS
from bench.objections import Crowd
from bench.record import _write as write_acts
from config import Settings
from tests.faults.hosts import Hosts, lacking
from tests.running import eventually

_OBJECTIONS = 192  # a round
_ROUNDS = int(os.environ.get("BENCH_HOSTS_ROUNDS", "3"))
_BARE_SECONDS = 1.5
_WRITERS = (16, 30)
_DELAYS = (0, 1, 3)  # milliseconds that a standby's word takes longer
_RELAY = 6000  # the port


@dataclass(frozen=True, slots=True)
class Shape:
    """How many hosts serve, with how many workers each."""

    hosts: int
    workers: int

    @property
    def name(self) -> str:
        return f"hosts_{self.hosts}_workers_{self.workers}"


_SHAPES = (Shape(1, 1), Shape(1, 2), Shape(2, 1))


def run(home: Path) -> None:
    with _built(home) as hosts:
        hosts.start_shared()
        database = Database(Settings(database_url=hosts.database_url).database_url)
        period = content.city_round(database, now())
        with database.reader() as session:
            nominees = session.scalars(select(Entry.nominee_id).where(Entry.period_id == period)).all()
        paths = [f"/periods/{period}/nominees/{nominee}/objection" for nominee in nominees]
        shown = 0
        samples: dict[str, list[float]] = {shape.name: [] for shape in _SHAPES}
        figures: dict[str, list[Sequence[float]]] = {shape.name: [] for shape in _SHAPES}
        for _ in range(_ROUNDS):
            for shape in _SHAPES:
                with _serving(hosts, shape) as portals:
                    rate, cpu, times, receipts = _file(portals, paths)
                shown += receipts
                samples[shape.name].append(rate)
                figures[shape.name].append((cpu, report.percentile(times, 50), report.percentile(times, 99)))
        seal_all(database)
        with database.reader() as session:
            assert session.scalar(select(func.count(Objection.id))) == shown
            assert verify(session).holds
        database.dispose()
    for shape in _SHAPES:
        cpu, p50, p99 = (median(each) for each in zip(*figures[shape.name], strict=True))
        told = {"cpu_ms": round(cpu, 2), "p50_ms": round(p50, 1), "p99_ms": round(p99, 1)}
        report.line(shape.name, "objections/s", samples, _SHAPES[0].name, **told, load=round(os.getloadavg()[0], 1))


@contextmanager
def _built(home: Path) -> Iterator[Hosts]:
    """Two databases, one the standby of the other, migrated; or nothing but why not."""
    if lacking():
        sys.exit(f"this machine lacks: {', '.join(lacking())}")
    settings = {"limits_enabled": "0", "secure_cookies": "0", "trusted_proxies": "0", "tick_seconds": "30"}
    hosts = Hosts(home, settings=settings)
    try:
        hosts.start_databases()
        database = Database(Settings(database_url=hosts.database_url).database_url)
        database.migrate()
        database.dispose()
        yield hosts
    finally:
        hosts.close()


@contextmanager
def _serving(hosts: Hosts, shape: Shape) -> Iterator[list[servers.Server]]:
    used = hosts.applications[: shape.hosts]
    processes = [host.start(workers=str(shape.workers)) for host in used]
    try:
        for host in used:
            eventually(lambda host=host: "true" in host.ready(), "ready")  # type: ignore[misc] # mypy can't infer it
        yield [
            servers.Server(8000, psutil.Process(process.pid), host.machine.address)
            for host, process in zip(used, processes, strict=True)
        ]
    finally:
        for host in used:
            host.machine.kill_all()


def _file(portals: Sequence[servers.Server], paths: Sequence[str]) -> tuple[float, float, list[float], int]:
    """File one round by all hosts at once. Returns objections a second, CPU of each, their times, and how many."""
    crowds = [Crowd(portal, paths, CLIENTS // len(portals)) for portal in portals]
    for crowd in crowds:
        crowd.file(CLIENTS)  # statements are cached, connections open
        crowd.forget_times()
    together = threading.Barrier(len(crowds))

    def file(crowd: Crowd) -> float:
        return crowd.file(_OBJECTIONS // len(crowds), together.wait)

    with ThreadPoolExecutor(len(crowds)) as threads:
        rate = sum(threads.map(file, crowds))
    times = [each for crowd in crowds for each in crowd.milliseconds]
    cpu = median([each for crowd in crowds for each in crowd.cpu_milliseconds])
    return rate, cpu, times, sum(crowd.receipts for crowd in crowds)


def run_standby(home: Path) -> None:
    with _built(home) as hosts:
        url = Settings(database_url=hosts.database_url).database_url
        for delay in _DELAYS:
            _put_away(hosts, delay)
            commit = _one_commit(hosts.database_url)
            for writers in _WRITERS:
                sealed: list[float] = []
                name = f"acts_standby_{delay}_ms_writers_{writers}"
                rate = write_acts(url, writers, False, sealed)
                report.line(
                    name,
                    "acts/s",
                    {name: [rate]},
                    one_commit_ms=round(commit, 2),
                    sealed_after_p50_ms=round(report.percentile(sealed, 50) * 1000),
                    sealed_after_p99_ms=round(report.percentile(sealed, 99) * 1000),
                    load=round(os.getloadavg()[0], 1),
                )


def _put_away(hosts: Hosts, delay: int) -> None:
    """Have the standby follow over a line that is so many milliseconds longer."""
    if not delay:
        return
    primary, standby = hosts.databases
    command = [sys.executable, "-m", "bench.delay", str(_RELAY + delay), primary.machine.address, "5432", str(delay)]
    standby.machine.start(command, hosts.home / "relay.log")
    said = standby.say("SHOW primary_conninfo")
    pairs = [pair for pair in said.split() if pair.partition("=")[0] not in ("host", "port", "hostaddr")]
    conninfo = " ".join([*pairs, "host=127.0.0.1", f"port={_RELAY + delay}"]).replace("'", "''")
    standby.say(f"ALTER SYSTEM SET primary_conninfo = '{conninfo}'")
    standby.say("SELECT pg_reload_conf()")
    time.sleep(2)
    follows: Callable[[], bool] = lambda: primary.waits_for() == "sync"  # noqa: E731
    eventually(follows, "the standby follows over the longer line")


def _one_commit(url: str) -> float:
    """Return the milliseconds of one commit of one row, by one writer: the standby's word included."""
    times = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare (id bigint GENERATED ALWAYS AS IDENTITY, text text)")
        until = time.perf_counter() + _BARE_SECONDS
        while (began := time.perf_counter()) < until:
            connection.execute("INSERT INTO bare (text) VALUES ('x')")
            times.append(time.perf_counter() - began)
    return median(times) * 1000
