"""Once a night every invariant is checked and what was found is kept for the office's page and the metric (R37)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.database import Database
from app.domain.calendar.workdays import local_date
from app.models import CheckRun
from app.sealing import Keyring
from app.services.nominees.marks import wrong_marks_by
from app.services.record.chain import CLOCK
from app.services.shared.work import Work, use_case

if TYPE_CHECKING:
    from app.services.record.checks.run import Finding

# Deadlines fall at midnight and people are warned at eight: in between nobody waits for the tick.
_NIGHT_BEGINS = dt.timedelta(hours=3)


def night_of(now: dt.datetime) -> dt.date:
    """Return the day whose check is due at `now`: from 03:00 on its own, before that the day before."""
    return local_date(now - _NIGHT_BEGINS)


def check_by_night(database: Database, now: dt.datetime, keyring: Keyring | None = None) -> CheckRun | None:
    """Check all invariants where this night's check has not run yet, and keep what was found. Returns the new run.

    Reading takes no lock. Two servers may both read; the first to write keeps its run.
    """
    with database.reader() as session:
        newest = latest(session)
    if newest is not None and newest.night >= night_of(now):
        return None
    from app.services.record.checks.run import check_database  # the invariants, needed once a night

    began = time.monotonic()
    findings = check_database(database, now, wrong_marks_by(keyring))
    try:
        with database.writer() as session:
            return store_findings(Work(session, now), findings, time.monotonic() - began)
    except IntegrityError:
        return None  # another server was quicker


@use_case
def store_findings(work: Work, findings: list[Finding], seconds: float) -> CheckRun:
    """Keep what this night's check found. Raises IntegrityError where this night has one already."""
    from app.services.record.checks.run import all_invariants

    run = CheckRun(
        night=night_of(work.now),
        began_at=work.now,
        milliseconds=round(1000 * seconds),
        invariants=len(all_invariants()),
        findings=[dataclasses.asdict(finding) for finding in findings],
    )
    work.session.add(run)
    work.session.flush()
    work.did_by(CLOCK, "check.ran", "portal", invariants=run.invariants, findings=len(findings))
    return run


def latest(session: Session) -> CheckRun | None:
    """Return the newest run; None before the first night."""
    return session.scalar(select(CheckRun).order_by(CheckRun.night.desc()).limit(1))
