"""Databases that promote by themselves (docs/scaling.md): Patroni and three voters, while a crowd files objections.

The primary loses its power, comes back and follows; the new one is cut off, alive; the standby falls. Nothing is lost,
nothing doubled, no two take writes, and nobody touches a thing (SECURITY 3).
"""

from __future__ import annotations

import time

import pytest

from tests.faults.city import sound
from tests.faults.crowd import Crowd
from tests.faults.hosts import Hosts, lacking
from tests.faults.patroni import Cluster, other
from tests.faults.patroni import lacking as lacking_patroni
from tests.faults.test_hosts import RECOVERED_WITHIN, assert_checked, assert_one_chain, open_site
from tests.faults.test_kills import Figure, settled_once, whole
from tests.running import eventually

_LACKING = lacking() + lacking_patroni()
pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(_LACKING != [], reason=f"this machine lacks: {', '.join(_LACKING)}"),
]


def test_security_03_databases_promote_by_themselves_and_nothing_is_lost(
    hosts: Hosts, forms: int, figure: Figure
) -> None:
    hosts.start_shared()
    cluster = Cluster(hosts)
    cluster.start()
    database, paths = open_site(hosts)
    crowd = Crowd(("https://front",), paths, connect=hosts.connect)
    falls = _Falls(cluster, crowd, figure)
    crowd.files(forms, falls.next, falls.number)
    falls.end()
    figure(f"the longest that anybody waited for a receipt: {crowd.longest_wait():.1f} s")
    whole(crowd, database, forms, figure)
    assert settled_once(database)
    assert sound(database)
    assert_one_chain(database)
    assert_checked(hosts)
    assert max(falls.recovered) <= RECOVERED_WITHIN
    database.dispose()


class _Falls:
    """What falls, in this order, each while the two databases are one primary and its standby again."""

    def __init__(self, cluster: Cluster, crowd: Crowd, figure: Figure) -> None:
        self._cluster, self._crowd, self._figure = cluster, crowd, figure
        self._all = [self._lose_primary, self._cut_primary, self._lose_standby]
        self.number = len(self._all)
        self._left = iter(self._all)
        self.recovered: list[float] = []
        self._fallen = ""

    def next(self) -> None:
        self._crowd.calls.clear()
        self._mend()
        self._crowd.calls.set()
        fall, moment = next(self._left), time.monotonic()
        what = fall()
        until = moment + 2 * RECOVERED_WITHIN
        while not (later := [shown for began, shown in self._crowd.spans if began >= moment]):
            assert time.monotonic() < until, f"{what}: no receipt since"
            time.sleep(0.02)
        self.recovered.append(min(later) - moment)
        self._figure(f"{what}: a form begun then had its receipt after {self.recovered[-1]:.1f} s")

    def end(self) -> None:
        self._mend()

    def _lose_primary(self) -> str:
        """Its power: no answer and no refusal."""
        self._fallen = self._cluster.primary()
        machine = self._cluster.databases[self._fallen].machine
        machine.pull_cable()
        machine.kill_all()
        return "the primary without power"

    def _cut_primary(self) -> str:
        """Its network alone: it lives, and may not take writes for long."""
        self._fallen = self._cluster.primary()
        self._cluster.databases[self._fallen].machine.pull_cable()
        return "the primary cut off"

    def _lose_standby(self) -> str:
        """Commits wait for it until Patroni says that they need not."""
        self._fallen = other(self._cluster.primary())
        machine = self._cluster.databases[self._fallen].machine
        machine.pull_cable()
        machine.kill_all()
        return "the standby without power"

    def _mend(self) -> None:
        """Give a host its power or its cable back; the rest happens by itself."""
        if not self._fallen:
            return
        eventually(lambda: self._cluster.primary() == other(self._fallen), "the other is primary, alone")
        self._cluster.databases[self._fallen].machine.plug_in()
        if not self._cluster.databases[self._fallen].machine.has_processes():
            self._cluster.start_again(self._fallen)
        eventually(lambda: self._cluster.standby() == self._fallen, "it follows again, and commits wait for it")
        self._fallen = ""
