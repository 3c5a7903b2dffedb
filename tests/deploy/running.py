"""nginx with the site of deploy/nginx.conf, and `gongshi serve`, as processes of their own on free ports."""

from __future__ import annotations

import ctypes
import datetime as dt
import http.client
import json
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.clock import now
from app.database import ROOT
from tests.running import KEY, NGINX, SERVE, await_port, free_port, kill_group, settings_as_environment, start

NAME = "gongshi.example.gov.cn"
_PR_SET_MDWE = 65
_MAIN = """
daemon off; master_process off; pid {home}/nginx.pid;
events {{ worker_connections 256; }}
http {{
  default_type text/html;
  client_body_temp_path {home}/bodies; proxy_temp_path {home}/answers;
  fastcgi_temp_path {home}/x; uwsgi_temp_path {home}/x; scgi_temp_path {home}/x;
  include {home}/gongshi.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: list[tuple[str, str]]
    text: str

    def header(self, name: str) -> str | None:
        """The one header of this name."""
        found = [value for given, value in self.headers if given.lower() == name.lower()]
        assert len(found) < 2, found
        return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Site:
    """The portal as its visitors reach it."""

    home: Path
    plain: int
    tls: int
    trust: ssl.SSLContext

    def connect(self, source: str = "127.0.0.1", name: str = NAME) -> ssl.SSLSocket:
        plain = socket.create_connection(("127.0.0.1", self.tls), timeout=20, source_address=(source, 0))
        return self.trust.wrap_socket(plain, server_hostname=name)

    def ask(
        self, method: str, path: str, body: bytes | None = None, source: str = "127.0.0.1", **headers: str
    ) -> Answer:
        return _exchange(self.connect(source), method, path, body, headers)

    def ask_plainly(self, path: str, host: str = NAME) -> Answer:
        """Without TLS."""
        plain = socket.create_connection(("127.0.0.1", self.plain), timeout=20)
        return _exchange(plain, "GET", path, None, {"host": host})

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.home / "access.log").read_text().splitlines()]


def _exchange(connected: socket.socket, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
    named = {name.replace("_", "-").title(): value for name, value in headers.items()}
    connection = http.client.HTTPConnection(NAME)
    connection.sock = connected
    try:
        connection.request(method, path, body, named)
        answer = connection.getresponse()
        return Answer(answer.status, answer.getheaders(), answer.read().decode())
    finally:
        connection.close()


@contextmanager
def nginx(home: Path, upstream: int, changed: Callable[[str], str] = str) -> Iterator[Site]:
    """nginx in front of a port of this machine, with the site as an administrator `changed` it."""
    assert NGINX is not None
    site = Site(home, free_port(), free_port(), make_certificate(home))
    for folder in ("bodies", "answers", "x"):
        (home / folder).mkdir()
    (home / "gongshi.conf").write_text(changed(_site_file(site, upstream)))
    (home / "nginx.conf").write_text(_MAIN.format(home=home))
    process = subprocess.Popen([NGINX, "-c", str(home / "nginx.conf"), "-e", str(home / "start.log")])
    try:
        await_port(site.tls, process)
        yield site
    finally:
        process.terminate()
        process.wait(timeout=10)


def _site_file(site: Site, upstream: int) -> str:
    """The file as it is shipped, with ports and folders of the test's own."""
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    text = "".join(line for line in text.splitlines(keepends=True) if "[::]" not in line)  # not every machine has IPv6
    for shipped, here in (
        ("listen 80", f"listen 127.0.0.1:{site.plain}"),
        ("listen 443", f"listen 127.0.0.1:{site.tls}"),
        ("server 127.0.0.1:8000;", f"server 127.0.0.1:{upstream};"),
        ("/var/cache/nginx/gongshi", f"{site.home}/cache"),
        ("/var/log/gongshi", f"{site.home}"),
        ("/etc/ssl/gongshi", f"{site.home}"),
        ("/opt/gongshi/deploy", f"{ROOT}/deploy"),
    ):
        assert shipped in text, shipped
        text = text.replace(shipped, here)
    return text


def make_certificate(home: Path) -> ssl.SSLContext:
    """A certificate for the site's name, signed by itself; returns what trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - dt.timedelta(days=1))
        .not_valid_after(now() + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    (home / "fullchain.pem").write_bytes(certificate)
    (home / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return ssl.create_default_context(cadata=certificate.decode())


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def lines(self) -> list[dict[str, Any]]:
        """What it logged; each line must be JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@contextmanager
def served(home: Path, database_url: str, **settings: str) -> Iterator[Served]:
    """Run `gongshi serve` as a process, and stop it with all its children afterwards."""
    port = free_port()
    own = {"secret_key": KEY, "identity_key": KEY, "database_url": database_url, "port": str(port)}
    environment = settings_as_environment(own | settings) | {"TMPDIR": str(home)}
    log = home / "serve.log"
    process = start(SERVE, environment, log, _deny_write_execute)
    try:
        await_port(port, process)
        yield Served(port, process, log)
    finally:
        kill_group(process)


def _deny_write_execute() -> None:
    """Deny writable executable memory, as the systemd unit does (MemoryDenyWriteExecute). Needs Linux 6.3."""
    ctypes.CDLL(None).prctl(_PR_SET_MDWE, 1, 0, 0, 0)
