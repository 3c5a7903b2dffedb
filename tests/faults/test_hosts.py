"""Two application hosts, two databases, nginx, Redis and S3 on machines of their own, as docs/scaling.md builds them.

Under load a host falls, another's cable is pulled, the primary loses its power and its standby is promoted, Redis
dies, nginx starts again: nothing is lost, nothing doubled, and nobody waits a minute (SECURITY 3).

That takes two minutes or more, and runs with `make faults` alone. The short form, of fewer than 200 objections, has an
application host and the primary killed, and their machines go on: the portal gets a refusal at once and waits for none.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.database import ROOT, Database
from app.evidence.s3 import S3
from app.models import ActSeal, Evidence, PublishedCheckpoint
from app.sealing import Keyring
from app.services.objections import evidence_upkeep
from app.services.record.sealer import seal_all
from app.services.shared.files import Vault
from config import Settings
from tests.faults.city import fill, sound
from tests.faults.crowd import Crowd
from tests.faults.hosts import BUCKET, DatabaseHost, Hosts, lacking, said_degraded
from tests.faults.test_kills import Figure, settled_once, whole
from tests.running import KEY, SERVE, eventually

LONG = 200  # objections
RECOVERED_WITHIN = 60.0  # seconds
FILES_EVERY = 10

pytestmark = pytest.mark.skipif(lacking() != [], reason=f"this machine lacks: {', '.join(lacking())}")


@pytest.mark.soak
def test_security_03_hosts_databases_redis_and_nginx_fall_under_load_and_nothing_is_lost(
    hosts: Hosts, forms: int, figure: Figure
) -> None:
    long = forms >= LONG
    began = time.monotonic()
    hosts.start_databases()
    hosts.start_shared()
    database, paths = open_site(hosts)
    figure(f"built in {time.monotonic() - began:.0f} s")
    crowd = Crowd(("https://front",), paths, connect=hosts.connect, files_every=FILES_EVERY)
    falls = Falls(hosts, crowd, long=long)
    crowd.files(forms, falls.next, len(falls.all))
    falls.watch()
    for said in falls.said:
        figure(said)
    eventually(lambda: all('"ready":true' in each.ready() for each in hosts.applications), "both ready")
    figure(f"the longest that anybody waited for a receipt: {crowd.longest_wait():.1f} s")
    whole(crowd, database, forms, figure)
    assert crowd.longest_wait() <= RECOVERED_WITHIN
    assert max(falls.recovered) <= RECOVERED_WITHIN
    assert settled_once(database)
    assert sound(database)
    assert_files(database, hosts, forms)
    assert_one_chain(database)
    assert_checked(hosts)
    if long:
        assert_standby_again(hosts, database)
    database.dispose()


def open_site(hosts: Hosts) -> tuple[Database, list[str]]:
    """Fill the database and open the site before it. Returns the database and the paths of the form."""
    database = Database(Settings(database_url=hosts.database_url).database_url)
    database.migrate()
    paths = fill(database)
    hosts.start_applications()
    hosts.start_nginx()
    return database, paths


class Falls:
    """What falls, in this order, each while the one before is up again."""

    def __init__(self, hosts: Hosts, crowd: Crowd, *, long: bool) -> None:
        self.hosts, self.crowd = hosts, crowd
        self.all: list[Callable[[], str]] = [self.kill_host_again, self.kill_primary]
        if long:
            self.all = [
                self.kill_host,
                self.cut_host,
                self.kill_redis,
                self.restart_nginx,
                self.lose_primary,
                self.kill_host_again,
            ]
        self._left = iter(self.all)
        self.recovered: list[float] = []
        self.said: list[str] = []
        self._fell: tuple[float, str] | None = None

    def next(self) -> None:
        """Have the next thing fall, once the crowd gets on again after the one before."""
        self.watch()
        fall, moment = next(self._left), time.monotonic()
        self._fell = moment, fall()

    def watch(self) -> None:
        """Note how long it took after the last fall until a form begun since then had its receipt."""
        if self._fell is None:
            return
        (moment, what), self._fell = self._fell, None
        until = moment + 2 * RECOVERED_WITHIN
        while not (later := [shown for began, shown in self.crowd.spans if began >= moment]):
            assert time.monotonic() < until, f"{what}: no receipt since"
            time.sleep(0.02)
        self.recovered.append(min(later) - moment)
        self.said.append(f"{what}: a form begun then had its receipt after {self.recovered[-1]:.1f} s")

    def kill_host(self) -> str:
        """`kill -9` of everything on the first host; it comes back when the next thing falls."""
        self.hosts.applications[0].machine.kill_all()
        return "an application host killed"

    def cut_host(self) -> str:
        """The second host's cable. The first is back by then."""
        one, two = self.hosts.applications
        one.start()
        eventually(lambda: "true" in one.ready(), "the first host is back")
        two.machine.pull_cable()
        return "the other host cut off"

    def kill_redis(self) -> str:
        one, two = self.hosts.applications
        two.machine.plug_in()
        eventually(lambda: '"ready":true' in two.ready(), "the second host is back")
        self.hosts.kill_redis()
        eventually(lambda: said_degraded(one.ready()) == ["redis"], "/readyz says that Redis is gone")
        assert '"ready":true' in one.ready()
        return "Redis killed"

    def restart_nginx(self) -> str:
        self.hosts.start_redis()
        eventually(lambda: said_degraded(self.hosts.applications[0].ready()) == [], "Redis is back")
        self.hosts.restart_nginx()
        return "nginx restarted"

    def lose_primary(self) -> str:
        """Its power: no answer and no refusal. Then somebody promotes the standby; how long that takes is theirs."""
        one, two = self.hosts.databases
        assert two.promotion_is_refused(one)  # it still answers
        one.machine.pull_cable()
        one.machine.kill_all()
        two.promote(one)
        return "the primary without power, its standby promoted at once"

    def kill_primary(self) -> str:
        """Its processes alone: whoever asks is refused at once."""
        one, two = self.hosts.databases
        one.machine.kill_all()
        two.promote(one)
        return "the primary killed, its standby promoted at once"

    def kill_host_again(self) -> str:
        two = self.hosts.applications[1]
        two.machine.kill_all()
        two.start()
        return "an application host killed and started again"


def assert_files(database: Database, hosts: Hosts, forms: int) -> None:
    """Every file that belongs to an objection lies whole in the bucket, and nothing lies on a host."""
    vault = Vault(S3(BUCKET, hosts.s3), Keyring(KEY))
    with database.reader() as session:
        filed = session.scalar(select(func.count(Evidence.objection_id)))
        found = evidence_upkeep.compare(session, vault, deep=True)
    assert filed == forms // FILES_EVERY
    assert (found.rows_without_file, found.damaged) == ([], [])
    left = [path for path in hosts.home.glob("instance-*/**/*") if path.is_file() and "queue.sqlite" not in path.name]
    assert left == []


def assert_one_chain(database: Database) -> None:
    """One row a number, and every checkpoint on the way is one of the tree that stands now."""
    seal_all(database)
    with database.reader() as session:
        numbers = session.scalars(select(ActSeal.number).order_by(ActSeal.number)).all()
        sizes = session.scalars(select(PublishedCheckpoint.size)).all()
    assert list(numbers) == list(range(1, len(numbers) + 1))
    assert sizes != []


def assert_checked(hosts: Hosts) -> None:
    """`gongshi audit verify`, from a host that lived through it."""
    host = hosts.applications[0]
    environment = {**os.environ, **host.environment}
    command = host.machine.command([*SERVE[:-1], "audit", "verify"])
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


def assert_standby_again(hosts: Hosts, database: Database) -> None:
    """The old primary becomes the standby of the new one, and has the same record."""
    old, new = hosts.databases
    old.machine.plug_in()
    old.forget()
    old.follow(new)
    eventually(lambda: _heads(old) == _heads(new) != "", "the same record on both")
    with database.reader() as session:
        assert session.scalar(select(func.pg_is_in_recovery())) is False  # the portal never reads from the standby


def _heads(host: DatabaseHost) -> str:
    return host.say("SELECT hash FROM seals ORDER BY number DESC LIMIT 1", database="gongshi")
