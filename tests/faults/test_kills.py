"""`kill -9` in the middle of load: whoever saw a receipt finds it again, and nothing is there twice (SECURITY 3)."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from sqlalchemy import func, select

from app.database import Database
from app.models import AuditRow, Case, Disqualification
from tests.faults.city import OVERDUE, fill, sound
from tests.faults.crowd import Count, Crowd
from tests.running import Redis, eventually, kept_up, ready, served

Figure = Callable[[object], None]
NO_LIMITS = {"limits_enabled": "0"}
STRIKES = 5


def strikes(forms: int) -> int:
    """One for every forty in a long run, five at least."""
    return max(STRIKES, forms // 40)


def whole(crowd: Crowd, database: Database, forms: int, figure: Figure) -> None:
    """Assert that all of the crowd's objections are stored once. The figure is printed at the end of the run."""
    count = crowd.count(database)
    figure(count)
    assert (count.acknowledged, count.found, count.lost, count.doubled) == (forms, forms, 0, 0)


@pytest.fixture
def database(small_sqlite: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{small_sqlite}")
    yield database
    database.dispose()


@pytest.mark.soak
def test_security_03_workers_and_servers_killed_under_load_lose_nothing_and_settle_once(
    database: Database, tmp_path: Path, forms: int, figure: Figure
) -> None:
    """Two servers on one database, both settling what is overdue, both hit again and again."""
    paths, dice = fill(database), random.Random(1)
    with (
        served(database.url, tmp_path / "1.log", workers="2", **NO_LIMITS) as one,
        served(database.url, tmp_path / "2.log", workers="1", **NO_LIMITS) as two,
        kept_up(one),
        kept_up(two),
    ):
        eventually(lambda: one.workers() != [] and two.workers() != [], "both have workers")
        killed: list[psutil.Process] = []

        def strike() -> None:
            server = dice.choice((one, two))
            # A server under load may be starting again.
            eventually(lambda: server.workers() + server.ticks() != [], "somebody to strike")
            with suppress(psutil.NoSuchProcess):
                victim = dice.choice([*server.workers(), *server.ticks(), psutil.Process(server.process.pid)])
                victim.kill()
                killed.append(victim)

        crowd = Crowd((one.address, two.address), paths)
        crowd.files(forms, strike, strikes(forms))
        eventually(lambda: ready(one.address) and ready(two.address), "both ready: nothing left to settle")
        whole(crowd, database, forms, figure)
        assert len(killed) >= STRIKES - 1
    assert settled_once(database)
    assert sound(database)


def settled_once(database: Database) -> bool:
    """Each overdue period: one settlement, one lapse of its one case. Its nominee is the same: out once (R26)."""
    with database.reader() as session:
        rows = select(AuditRow.action, func.count()).where(AuditRow.actor == "clock").group_by(AuditRow.action)
        acts = {row.action: row[1] for row in session.execute(rows) if row.action != "check.ran"}
        outs = session.execute(select(Disqualification.nominee_id, Disqualification.case_id)).all()
        lapsed = session.scalars(select(Case.id).where(Case.lapsed_at.is_not(None))).all()
    assert acts.pop("period.list_opened", 1) == 1  # of the one that is open, by whichever clock came first
    assert acts == {"case.lapsed": OVERDUE, "nominee.disqualified": 1, "period.settled": OVERDUE}
    return len(outs) == 1 and len(lapsed) == OVERDUE


@pytest.mark.soak
def test_a_killed_worker_is_replaced_its_server_lives_and_the_harness_sees_what_is_lost(
    database: Database, tmp_path: Path
) -> None:
    paths = fill(database)
    with served(database.url, tmp_path / "1.log", **NO_LIMITS) as server:
        eventually(lambda: ready(server.address), "ready")
        [worker] = server.workers()
        worker.kill()
        eventually(lambda: server.workers() not in ([], [worker]) and ready(server.address), "another worker answers")
        assert server.process.poll() is None
        crowd = Crowd((server.address,), paths)
        crowd.files(5, lambda: None, 0)
        assert crowd.count(database) == Count(acknowledged=5, found=5, lost=0, doubled=0, broken=0)
        assert sound(database)
        crowd.codes[1] = "0000-0000-0000-0000-0000-0000"  # or else a count that is always even would prove nothing
        assert crowd.count(database) == Count(acknowledged=5, found=4, lost=1, doubled=1, broken=0)


@pytest.mark.soak
def test_security_03_redis_killed_under_load_loses_nothing_and_turns_nobody_away(
    database: Database, tmp_path: Path, forms: int, figure: Figure
) -> None:
    paths, redis = fill(database), Redis(tmp_path)
    wide = {f"limit_{name}": "100000/hour" for name in ("address", "contact", "nominee", "site", "receipt")}
    wide["challenge_at"] = "100"

    def strike() -> None:
        redis.kill()
        redis.start()

    try:
        with served(database.url, tmp_path / "1.log", workers="2", redis_url=redis.url, **wide) as server:
            eventually(lambda: ready(server.address), "ready")
            crowd = Crowd((server.address,), paths)
            crowd.files(forms, strike, strikes(forms))
            assert crowd.broken == []  # limits are no reason to lose a form
            whole(crowd, database, forms, figure)
            assert sound(database)
    finally:
        redis.kill()
