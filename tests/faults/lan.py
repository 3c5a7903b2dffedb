"""Machines on one network, told by network namespaces: each has an address, and its cable can be pulled."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.running import start

IP = shutil.which("ip") or shutil.which("ip", path="/usr/sbin:/sbin")
_NAMES = 15  # characters that an interface's name may have, with the zero at its end sixteen


def _ip(*arguments: str) -> None:
    assert IP is not None
    done = subprocess.run([IP, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"


def can_make_networks() -> bool:
    """Tell whether this user may make namespaces and bridges here."""
    if IP is None or os.geteuid() != 0:
        return False
    name = f"try{os.getpid()}"
    tries = ([IP, "netns", "add", name], [IP, "link", "add", name, "type", "bridge"])
    may = all(subprocess.run(each, capture_output=True, check=False).returncode == 0 for each in tries)
    for undo in ([IP, "link", "del", name], [IP, "netns", "del", name]):
        subprocess.run(undo, capture_output=True, check=False)
    return may


@dataclass
class Machine:
    """A network namespace with one cable to the bridge. What is started in it is killed with it."""

    name: str
    address: str
    cable: str  # the bridge's end of it
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def command(self, command: Sequence[str]) -> list[str]:
        """Return how to run a command on this machine. The process keeps its number: `ip` becomes it."""
        assert IP is not None
        return [IP, "netns", "exec", self.name, *command]

    def start(
        self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a process on this machine, in a process group of its own."""
        process = start(self.command(command), environment or {}, log)
        self.processes.append(process)
        return process

    def run(self, command: Sequence[str], **environment: str) -> str:
        """Run a command on this machine to its end and return what it said. It must succeed."""
        done = subprocess.run(
            self.command(command),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **environment},
            timeout=120,
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def pull_cable(self) -> None:
        """Cut this machine off: nobody gets an answer from it, and no refusal either."""
        _ip("link", "set", self.cable, "down")

    def plug_in(self) -> None:
        _ip("link", "set", self.cable, "up")

    def has_processes(self) -> bool:
        """Tell whether anything runs on it."""
        return self._numbers() != []

    def _numbers(self) -> list[int]:
        assert IP is not None
        listed = subprocess.run([IP, "netns", "pids", self.name], capture_output=True, text=True, check=False)
        return [int(number) for number in listed.stdout.split()]

    def kill_all(self) -> None:
        """`kill -9` of every process on it, as a machine that falls."""
        for number in self._numbers():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        psutil.wait_procs([psutil.Process(each.pid) for each in self.processes if each.poll() is None], timeout=10)
        for process in self.processes:
            process.poll()
        self.processes.clear()


class Lan:
    """A bridge of this machine, with so many machines at it. It has addresses that nobody else is likely to use."""

    def __init__(self, names: Sequence[str]) -> None:
        tag = f"g{os.getpid() % 10_000_000}"
        self._bridge = f"{tag}br"
        self._net = f"10.{200 + os.getpid() % 50}.{os.getpid() // 50 % 250}"
        self.gateway = f"{self._net}.1"
        self.machines: dict[str, Machine] = {}
        _ip("link", "add", self._bridge, "type", "bridge")
        try:
            _ip("addr", "add", f"{self.gateway}/24", "dev", self._bridge)
            _ip("link", "set", self._bridge, "up")
            for number, name in enumerate(names, start=11):
                self.machines[name] = self._plug(f"{tag}-{name}", f"{tag}v{number}", f"{self._net}.{number}")
        except BaseException:
            self.close()
            raise

    @property
    def net(self) -> str:
        return f"{self._net}.0/24"

    def _plug(self, namespace: str, cable: str, address: str) -> Machine:
        inside = f"{cable}i"
        assert len(inside) <= _NAMES, inside
        _ip("netns", "add", namespace)
        machine = Machine(namespace, address, cable)
        self.machines[namespace] = machine  # so that `close` finds it, should what follows fail
        _ip("link", "add", cable, "type", "veth", "peer", "name", inside)
        _ip("link", "set", inside, "netns", namespace)
        _ip("link", "set", cable, "master", self._bridge)
        _ip("link", "set", cable, "up")
        for arguments in (
            ("addr", "add", f"{address}/24", "dev", inside),
            ("link", "set", inside, "up"),
            ("link", "set", "lo", "up"),
        ):
            _ip("-n", namespace, *arguments)
        del self.machines[namespace]
        return machine

    def close(self) -> None:
        """Kill what runs on the machines and take the network away."""
        for machine in self.machines.values():
            machine.kill_all()
            _away("netns", "del", machine.name)
        _away("link", "del", self._bridge)


def _away(*arguments: str) -> None:
    assert IP is not None
    subprocess.run([IP, *arguments], capture_output=True, check=False)


def seconds_until(holds: Callable[[], bool], within: float, what: str) -> float:
    """Wait until something holds, and return how long that took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within, f"not within {within} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - began
