"""The tick: what is done by the clock alone, every few seconds.

It settles, warns and keeps the uptime record (R7, R26, R28). It seals acts and publishes checkpoints (R38), in a
thread of its own and once a tick. It deletes evidence that was never filed, asks the scanner
about new files (SECURITY 34), and reads the imports that waited for it. Once a night it checks every invariant
(R37)."""

from __future__ import annotations

import datetime as dt
import http.client
import logging
import os
import time
from collections import Counter

from app import clock, logs
from app.database import Database
from app.evidence.names import FileMissing
from app.evidence.scanner import ScannerDown, scan
from app.processes import sealer
from app.sealing import Keyring, SealBroken, keyring_of
from app.services.calendar import availability
from app.services.cases import settlement, warnings
from app.services.imports.waiting import find_due
from app.services.messages.queue import wake_after_commits
from app.services.objections import drafts, evidence_upkeep
from app.services.periods import listings
from app.services.record.checkpoints import log_keys_of, publish_due
from app.services.shared.files import Vault, vault_of
from app.services.shared.work import Work
from app.services.upkeep import checking
from config import Settings

_log = logging.getLogger("gongshi.tick")
# So many missed heartbeats do not count as a gap, since a restart takes a few.
_BEATS_FORGIVEN = 3
_ANSWERS_WITHIN = 5  # seconds
_ASKED_AGAIN_AFTER = 5  # seconds, while the server does not answer
_ANY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked at home, not listened on
# The most that is scanned in one tick: a long tick would look like an outage.
_SCANNED_A_TICK = 64 * 1024 * 1024
_SCAN_SECONDS = 20.0
_SCANS_FORGIVEN = 2  # then the scanner itself is down, and asking on would take a long time
_READS_BEGIN_WITHIN = 10  # seconds: no import is begun after that in one tick

Failures = Counter[str]  # of the scanner, by the file's row


def run(settings: Settings) -> None:
    """Tick for as long as the parent process lives. A fault is logged, and the next tick tries again."""
    logs.configure(settings)
    parent = os.getppid()
    database = Database(settings.database_url)
    vault = vault_of(settings, keyring_of(settings))
    failures: Failures = Counter()
    wake_after_commits(database, settings)
    keys = log_keys_of(vault.keyring, settings.public_url)
    sealer.start(database, keys)
    while os.getppid() == parent:
        began = time.monotonic()
        answers = server_answers(settings)
        try:
            tick(database, clock.now(), settings, answers)
            forget_drafts(database, clock.now())
            look_after_evidence(database, vault, clock.now(), settings.clamd, failures)
            read_imports(database, vault, clock.now())
            publish_due(database, keys, clock.now())
            check_data(database, clock.now(), vault.keyring)
        except Exception as error:  # any fault: the next tick must settle deadlines all the same
            _log.error("tick failed", exc_info=error)
        pause = settings.tick_seconds if answers else min(settings.tick_seconds, _ASKED_AGAIN_AFTER)
        time.sleep(max(0.0, began + pause - time.monotonic()))  # a long scan is no gap in the uptime record


def tick(database: Database, now: dt.datetime, settings: Settings, answers: bool) -> None:
    """One tick: settle what is due, warn, and where the server answers, say so on the uptime record."""
    with database.writer() as session:
        settlement.settle_due(Work(session, now))
    with database.writer() as session:
        warnings.warn_due(Work(session, now))
    state_lists(database, now)
    sealer.seal_waiting(database)  # a safety net: the thread beside does so at once
    if answers:
        with database.writer() as session:
            availability.record_heartbeat(
                Work(session, now), dt.timedelta(seconds=settings.tick_seconds * _BEATS_FORGIVEN)
            )


def state_lists(database: Database, now: dt.datetime) -> None:
    """State on the record which lists have become public or have ended (R38)."""
    with database.reader() as session:
        due = listings.find_due(session, now)
    for period_id in due:
        with database.writer() as session:
            listings.state(Work(session, now), period_id)


def server_answers(settings: Settings) -> bool:
    """Return whether the server answers a request: a running tick alone does not show that it does."""
    host = _ANY_ADDRESS.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(host, settings.port, timeout=_ANSWERS_WITHIN)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def forget_drafts(database: Database, now: dt.datetime) -> None:
    """Delete what strangers typed an hour ago and did not file."""
    with database.writer() as session:
        drafts.purge(Work(session, now))


def look_after_evidence(
    database: Database, vault: Vault, now: dt.datetime, scanner: str, failures: Failures | None = None
) -> None:
    """Delete files that were never filed, and ask the scanner at this address, if any, for its verdicts.

    `failures` counts how often the scanner failed on which file, from tick to tick: what it never judges, such as a
    file larger than it takes, waits behind all others. Three of those would otherwise keep every later file waiting.
    """
    failures = Counter() if failures is None else failures
    with database.writer() as session:
        evidence_upkeep.forget_unfiled(Work(session, now), vault)
    make_copies(database, vault, now)
    if not scanner:
        return
    with database.reader() as session:
        waiting = evidence_upkeep.waiting(session)
    for gone in failures.keys() - {file.subject for file in waiting}:
        del failures[gone]
    waiting.sort(key=lambda file: failures[file.subject])  # otherwise the earliest first
    scanned = failed = 0
    for file in waiting:
        if scanned >= _SCANNED_A_TICK or failed > _SCANS_FORGIVEN:
            break
        try:
            verdict = scan(scanner, file.content(vault.store, vault.keyring), timeout=_SCAN_SECONDS)
        except ScannerDown:
            failed += 1
            failures[file.subject] += 1
            continue
        except (SealBroken, FileMissing):  # the file stays unscanned, and an unscanned file is sent to nobody
            _log.error("a stored file is missing or damaged", extra={"file": file.subject})
            continue
        scanned += file.size
        with database.writer() as session:
            evidence_upkeep.judge(Work(session, now), file.subject, verdict)
    if failed:
        _log.warning("files wait that the scanner did not judge", extra={"count": failed})


def make_copies(database: Database, vault: Vault, now: dt.datetime) -> None:
    """Make the copies that handlers read, of documents that came before there were copies (SECURITY 45)."""
    with database.reader() as session:
        due = evidence_upkeep.without_copy(session)
    for evidence_id, stored, kind in due:
        try:
            with database.writer() as session:
                evidence_upkeep.make_copy(Work(session, now), vault, evidence_id, stored, kind)
        except (SealBroken, FileMissing):
            _log.error("a stored file is missing or damaged", extra={"file": stored.subject})


def read_imports(database: Database, vault: Vault, now: dt.datetime) -> None:
    """Read the imports whose files the scanner has judged meanwhile, and those that a request could not read.

    Raises StoreDown and what the database raises: they wait for the next tick.
    """
    with database.reader() as session:
        due = find_due(session)
    if not due:
        return
    from app.services.imports import reading  # openpyxl and python-docx come along

    latest = time.monotonic() + _READS_BEGIN_WITHIN
    for import_id in due:
        if time.monotonic() > latest:
            break
        with database.writer() as session:
            reading.read(Work(session, now), vault, import_id)


def check_data(database: Database, now: dt.datetime, keyring: Keyring | None = None) -> None:
    """Check every invariant, once a night, and log how many rows break one: the names stand on the office's page."""
    run = checking.check_by_night(database, now, keyring)
    if run is not None and run.findings:
        _log.error("the data breaks its rules: see gongshi check", extra={"count": len(run.findings)})
