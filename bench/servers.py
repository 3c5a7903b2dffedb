"""Starts real servers as processes of their own on free ports, and stops them reliably."""

from __future__ import annotations

import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from bench import bare
from tests.running import NGINX, SERVE, PostgreSQL, await_port, free_port, settings_as_environment, start

KEY = secrets.token_urlsafe(48)
_NGINX_SETTINGS = """
daemon off; master_process off; pid {home}/nginx.pid; error_log {home}/nginx.log;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type text/html;
  client_body_temp_path {home}; proxy_temp_path {home}; fastcgi_temp_path {home};
  uwsgi_temp_path {home}; scgi_temp_path {home};
  open_file_cache max=10;
  server {{ listen 127.0.0.1:{port}; root {home}; }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    process: psutil.Process
    host: str = "127.0.0.1"

    def cpu_seconds(self) -> float:
        """Return user and system time of the server and every process it started, those that ended too, so far."""
        family = [self.process, *self.process.children(recursive=True)]
        spent = [member.cpu_times() for member in family]
        return sum(each.user + each.system + each.children_user + each.children_system for each in spent)


@contextmanager
def portal(database_url: str, **settings: str) -> Iterator[Server]:
    """`gongshi serve` with one worker over a database that is migrated and filled."""
    port = free_port()
    own = {"database_url": database_url, "secret_key": KEY, "identity_key": KEY, "port": str(port), "workers": "1"}
    with _running(SERVE, port, settings_as_environment(own | settings)) as server:
        yield server


@contextmanager
def bare_flask(body: Path) -> Iterator[Server]:
    """Serve an application that returns the bytes of a file, in the same way as the portal is served."""
    port = free_port()
    environment = {bare.BODY: str(body), bare.PORT: str(port)}
    with _running([sys.executable, "-m", "bench.bare"], port, environment) as server:
        yield server


@contextmanager
def nginx(body: Path) -> Iterator[Server]:
    """Serve the file as it lies there, by one process of nginx."""
    assert NGINX is not None
    port = free_port()
    settings = body.with_name("nginx.conf")
    settings.write_text(_NGINX_SETTINGS.format(home=body.parent, port=port))
    with _running([NGINX, "-c", str(settings), "-e", str(body.with_name("nginx.log"))], port, {}) as server:
        yield server


@contextmanager
def postgresql(home: Path) -> Iterator[str]:
    """Run a PostgreSQL server with its default settings (fsync on). Yields the address of an empty database."""
    server = PostgreSQL(home)
    try:
        yield server.new_database("bench")
    finally:
        server.close()


@contextmanager
def _running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Server]:
    """Run the command in a session of its own. Yields at its first answer; at the end all its processes are stopped."""
    process = start(command, environment, None)
    try:
        await_port(port, process)
        yield Server(port, psutil.Process(process.pid))
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for member in family:
        if member.is_running():
            member.kill()
    psutil.wait_procs(family, timeout=5)
