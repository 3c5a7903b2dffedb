"""The two databases of `hosts.py` under Patroni, with an etcd on each of three machines: deploy/hosts/patroni.yml.

Which of the two databases is primary is theirs to say.
"""

from __future__ import annotations

import json
import shutil
import sys
import urllib.request
from contextlib import suppress
from pathlib import Path

from tests.faults.hosts import AS_POSTGRES, DEPLOY, EXAMPLE_NET, PASSWORD, Hosts
from tests.running import eventually

PATRONI, ETCD = shutil.which("patroni", path=str(Path(sys.executable).parent)), shutil.which("etcd")
# Of a virtual environment in a home that is its owner's alone.
_READING = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
_ADDRESSES = {"db1": f"{EXAMPLE_NET}.21", "db2": f"{EXAMPLE_NET}.22", "shared": f"{EXAMPLE_NET}.31"}  # as shipped


def lacking() -> list[str]:
    """Return what this machine lacks beside what `hosts.lacking` says."""
    there = {"patroni": PATRONI, "Debian's etcd-server": ETCD}
    return [what for what, found in there.items() if found is None]


class Cluster:
    """Patroni on the two database hosts, voters there and on the host that has Redis and S3."""

    def __init__(self, hosts: Hosts) -> None:
        self._home = hosts.home
        self._net = hosts.lan.net
        self.databases = dict(zip(("db1", "db2"), hosts.databases, strict=True))
        self._machines = {name: each.machine for name, each in self.databases.items()} | {"shared": hosts.shared}

    def start(self) -> None:
        """Have the first host begin the cluster, with the portal's role and database, and the second follow it."""
        for name in self._machines:
            self._start_voter(name)
        self._start_patroni("db1")
        eventually(lambda: self.primary() == "db1", "the first host is primary")
        self.databases["db1"].make_portal_database()
        self._start_patroni("db2")
        self.await_standby()

    def start_again(self, name: str) -> None:
        """Start what systemd starts on a database host that has power again."""
        self._start_voter(name)
        self._start_patroni(name)

    def is_primary(self, name: str) -> bool:
        """Tell whether this host's database takes writes; asked on the host itself, its cable may be pulled."""
        with suppress(AssertionError):
            return self.databases[name].say("SELECT pg_is_in_recovery()") == "f"
        return False

    def primary(self) -> str:
        """Return the name of the host whose database takes writes, "" where none does. Two never do."""
        found = [name for name in self.databases if self.is_primary(name)]
        assert len(found) < 2, "two primaries"
        return found[0] if found else ""

    def standby(self) -> str:
        """Return the name of the host that Patroni would promote at once, "" while there is none."""
        address = self.databases[self.primary() or "db1"].machine.address
        try:
            with urllib.request.urlopen(f"http://{address}:8008/cluster", timeout=5) as answer:  # our own
                members = json.loads(answer.read())["members"]
        except OSError:
            return ""
        return next((each["name"] for each in members if each["role"] == "sync_standby"), "")

    def await_standby(self) -> None:
        eventually(lambda: self.standby() != "", "the standby follows, and the primary waits for it")

    def _start_voter(self, name: str) -> None:
        assert ETCD is not None
        text = self._own(name, (DEPLOY / "etcd.default").read_text())
        settings = dict(line.split("=", 1) for line in text.splitlines() if line.startswith("ETCD_"))
        own = {"ETCD_NAME": name, "ETCD_DATA_DIR": str(self._home / f"etcd-{name}")}
        self._machines[name].start([ETCD], self._home / f"etcd-{name}.log", settings | own)

    def _start_patroni(self, name: str) -> None:
        assert PATRONI is not None
        host = self.databases[name]
        text = self._own(name, (DEPLOY / "patroni.yml").read_text())
        for shipped, here in (
            ("name: db1", f"name: {name}"),
            ("/var/lib/postgresql/15/gongshi", str(host.data)),
            ("/var/lib/postgresql/patroni.pgpass", str(host.home / "patroni.pgpass")),
            ("/etc/gongshi/postgresql.conf", str(DEPLOY / "postgresql.conf")),
            ("/var/run/postgresql", str(host.home)),
            ("PASSWORD", PASSWORD),
        ):
            assert shipped in text, shipped
            text = text.replace(shipped, here)
        config = host.home / "patroni.yml"
        config.write_text(text)
        command = [*AS_POSTGRES, *_READING, PATRONI, str(config)]
        host.machine.start(command, self._home / f"patroni-{name}.log", {"PYTHONPATH": ""})

    def _own(self, name: str, shipped: str) -> str:
        """Return a shipped file with addresses of this network; a line that names db1 alone is of the host itself."""
        lines = shipped.splitlines(keepends=True)
        one, two = _ADDRESSES["db1"], _ADDRESSES["db2"]
        text = "".join(line if two in line else line.replace(one, _ADDRESSES[name]) for line in lines)
        for each, machine in self._machines.items():
            text = text.replace(f"{_ADDRESSES[each]}:", f"{machine.address}:")
        return text.replace(f"{EXAMPLE_NET}.0/24", self._net)


def other(name: str) -> str:
    """Return the name of the other database host."""
    return {"db1": "db2", "db2": "db1"}[name]
