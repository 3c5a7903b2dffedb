"""A million entries over two hundred programmes on PostgreSQL: pages, settlement, `gongshi check` and `gongshi backup`.

Each page is first asked for once, alone, as the first reader finds it; then by sixteen users at once, each time
another page of its kind. Processor time is told apart: of the portal's processes, and of PostgreSQL's.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import psutil
from sqlalchemy import func, select, text

from app.clock import now
from app.database import ROOT, Database
from app.models import AuditRow, Base, Entry, Nominee, Programme
from app.services.cases import settlement
from app.services.periods import listings
from app.services.periods.publication import ENTRIES_PER_PAGE, PERIODS_PER_PAGE
from app.services.shared.work import Work
from app.services.upkeep.checking import store_findings
from app.web.factory import create_app
from app.web.shared.lists import ROWS_PER_PAGE
from bench import load, many_programmes, report, servers
from bench.many_programmes import City, Size
from config import Settings
from tests.running import SERVE, eventually, settings_as_environment
from tests.web.browsing import Browser

_SIZE = Size(
    programmes=int(os.environ.get("BENCH_MILLION_PROGRAMMES", "200")),
    entries=int(os.environ.get("BENCH_MILLION_ENTRIES", "1000000")),
    own_units=100,
    cases=50,
    due_cases=1_000,
)
_SECONDS = float(os.environ.get("BENCH_MILLION_SECONDS", "6"))  # of sixteen users on each page
_MOST = 1_000  # answers of one page
_PATIENCE = 4.0  # seconds: a page that takes one reader longer is not asked for by sixteen
_IDLE = 0.02  # processors
Paths = Callable[[random.Random], str]


@dataclass(frozen=True, slots=True)
class _Clock:
    """Seconds of the portal's processor and of the database's."""

    portal: float
    database: float

    def since(self, before: _Clock, count: int) -> dict[str, float]:
        """Return the milliseconds of each for one of so many."""
        each = 1_000 / max(1, count)
        return {
            "cpu_ms": round((self.portal - before.portal) * each, 2),
            "database_cpu_ms": round((self.database - before.database) * each, 2),
        }


def run(home: Path) -> None:
    with servers.postgresql(home / "postgresql") as url:
        measure(url, home, _SIZE, _SECONDS)


def measure(url: str, home: Path, size: Size, seconds: float) -> None:
    """Fill the empty database at this address and print every figure."""
    database = Database(url)
    database.migrate()
    began = time.perf_counter()
    city = many_programmes.fill(database, now(), size)
    _vacuum(database)
    _say_size(database, time.perf_counter() - began)
    database.dispose()
    measure_filled(url, home, city, seconds)


def measure_filled(url: str, home: Path, city: City, seconds: float) -> None:
    """Print every figure of a database that is filled. Its deadlines are settled then."""
    database = Database(url)
    with database.reader() as session:
        postmaster = psutil.Process(session.scalar(text("SELECT pg_backend_pid()"))).parent()
    assert postmaster is not None
    server = servers.Server(0, postmaster)
    _settle(database, city, server)
    _vacuum(database)
    environment = settings_as_environment(_settings(url, home))
    _command("check", ["check", "--json"], environment, server)
    _command("backup", ["backup", str(home / "backups")], environment, server)
    _do_what_ticks_do(database, city)
    database.dispose()
    alone = {"limits_enabled": "0", "tick_seconds": "3600", "senders": "0"}
    with servers.portal(url, **alone, **_folders(home)) as portal:
        _await_idle(portal)
        for name, (cookie, paths) in _pages(url, home, city).items():
            _page(name, portal, server, _Asked(cookie, paths, seconds))


def _folders(home: Path) -> dict[str, str]:
    return {"evidence_dir": str(home / "evidence"), "instance_dir": str(home / "instance")}


def _settings(url: str, home: Path) -> dict[str, str]:
    return {"database_url": url, "secret_key": servers.KEY, "identity_key": servers.KEY} | _folders(home)


def _vacuum(database: Database) -> None:
    """Do what autovacuum has done long before."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")


def _say_size(database: Database, seconds: float) -> None:
    with database.reader() as session:
        rows = {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
        megabytes = (session.scalar(select(func.pg_database_size(func.current_database()))) or 0) / 1e6
    named = {model.__tablename__: rows[model.__tablename__] for model in (Programme, Nominee, Entry, AuditRow)}
    told = {"rows": sum(rows.values()), **named, "megabytes": round(megabytes), "fill_s": round(seconds)}
    report.line("million_rows", "rows", {"million_rows": [sum(rows.values())]}, **told)


def _settle(database: Database, city: City, server: servers.Server) -> None:
    """Settle the deadlines that have come, one after the other."""
    milliseconds, cases = [], 0
    before = _Clock(time.process_time(), server.cpu_seconds())
    for period in city.due:
        with database.writer() as session:
            began = time.perf_counter()
            settled = settlement.settle_period(Work(session, now()), period)
            milliseconds.append((time.perf_counter() - began) * 1000)
        assert settled is not None
        cases = settled.lapsed_cases
    spent = _Clock(time.process_time(), server.cpu_seconds()).since(before, len(city.due))
    _say("million_settlement", milliseconds, cases=cases, per_second=_rate(milliseconds), **spent)


def _command(name: str, arguments: Sequence[str], environment: dict[str, str], server: servers.Server) -> None:
    """Run a command of the console once, as a process of its own."""
    database, began = server.cpu_seconds(), time.perf_counter()
    command = [*SERVE[:-1], *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, stdout=subprocess.PIPE)
    assert process.stdout is not None
    said = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    milliseconds = [(time.perf_counter() - began) * 1000]
    findings = [each["name"] for each in json.loads(said)["findings"]] if name == "check" else []
    assert process.returncode == (1 if findings else 0), said
    spent = _Clock(usage.ru_utime + usage.ru_stime, server.cpu_seconds()).since(_Clock(0, database), 1)
    told = {
        "megabytes_at_most": round(usage.ru_maxrss / 1024),
        "findings": {each: findings.count(each) for each in findings},
    }
    _say(f"million_{name}", milliseconds, per_second=_rate(milliseconds), **spent, **told)


def _do_what_ticks_do(database: Database, city: City) -> None:
    """State the open list and note the night's check, so that no tick does either while pages are measured."""
    with database.writer() as session:
        listings.state(Work(session, now()), city.open_period)
    with database.writer() as session:
        store_findings(Work(session, now()), [], 0)


def _await_idle(portal: servers.Server) -> None:
    """Wait until the first tick is through."""

    def idle() -> bool:
        before, began = portal.cpu_seconds(), time.perf_counter()
        time.sleep(1)
        return portal.cpu_seconds() - before < _IDLE * (time.perf_counter() - began)

    eventually(idle, "the first tick is through")


def _pages(url: str, home: Path, city: City) -> dict[str, tuple[str, Paths]]:
    """Return by name who asks (a cookie, "" for the public) and what for: another address each time."""
    app = create_app(Settings(**_settings(url, home)))  # type: ignore[arg-type] # texts, as from the environment
    browser = Browser(app).sign_in(city.office)
    cookie = browser.client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    app.extensions["portal"].database.dispose()
    return _public(city) | {
        f"staff_{name}": (f"{cookie.key}={cookie.value}", paths) for name, paths in _of_staff(city).items()
    }


def _public(city: City) -> dict[str, tuple[str, Paths]]:
    opened, lists = f"/periods/{city.open_period}", -(-len(city.open_nominees) // ENTRIES_PER_PAGE)
    archive = -(-len(city.past) // PERIODS_PER_PAGE)
    paths: dict[str, Paths] = {
        "home": lambda _: "/",
        "archive": lambda dice: f"/?page={dice.randint(1, archive)}",
        "past_period": lambda dice: f"/periods/{dice.choice(city.past)}",
        "list": lambda dice: f"{opened}?page={dice.randint(1, lists)}",
        "list_by_unit": lambda dice: f"{opened}?unit={quote(f'第{dice.randint(1, 20)}推荐单位')}",
        "nominee": lambda dice: f"{opened}/nominees/{dice.choice(city.open_nominees)}",
        "search_name": lambda dice: f"/search?q={quote(dice.choice('赵钱孙李周吴郑王') + dice.choice('安邦伯昌春'))}",
        "search_sound": lambda dice: f"/search?q={dice.choice(('zhao', 'qian', 'sun', 'li'))}",
        "search_unit": lambda dice: f"/search?q={quote(f'第{dice.randint(1, 99)}所在单位')}",
    }
    return {f"public_{name}": ("", each) for name, each in paths.items()}


def _of_staff(city: City) -> dict[str, Paths]:
    case_pages = -(-len(city.cases) // ROWS_PER_PAGE)

    def programme(dice: random.Random) -> str:
        return f"/nominees/?programme={dice.choice(city.programmes)}"

    return {
        "cases": lambda _: "/office/cases",
        "cases_page": lambda dice: f"/office/cases?page={dice.randint(1, case_pages)}",
        "cases_sorted": lambda _: "/office/cases?sort=-name",
        "cases_words": lambda dice: f"/office/cases?q={quote(dice.choice(('实际情况', '事迹', '核查', '推荐单位')))}",
        "cases_number": lambda dice: f"/office/cases?q={dice.choice(city.cases)}",
        "case": lambda dice: f"/desk/cases/{dice.choice(city.cases)}",
        "nominees": programme,
        "nominees_words": lambda dice: f"{programme(dice)}&q={quote(dice.choice('赵钱孙李周吴郑王'))}",
        "nominee": lambda dice: f"/nominees/{dice.choice(city.open_nominees)}",
        "periods": lambda _: "/office/periods",
        "periods_words": lambda dice: f"/office/periods?q={quote(f'第{dice.randint(1, 20)}推荐单位')}",
        "period": lambda dice: f"/office/periods/{dice.choice(city.past)}",
        "entries": lambda _: f"/office/periods/{city.open_period}/entries",
        "record": lambda _: "/office/record",
        "record_page": lambda dice: f"/office/record?page={dice.randint(1, 1000)}",
        "record_words": lambda dice: f"/office/record?words={dice.choice(city.cases)}",
        "record_number": lambda dice: f"/office/record?subject=case:{dice.choice(city.cases)}",
        "record_action": lambda _: "/office/record?action=period.closed",
        "programmes": lambda _: "/programmes/",
    }


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who asks for a kind of page, and for how long."""

    cookie: str
    paths: Paths
    seconds: float

    def requests(self) -> Iterator[bytes]:
        """Yield requests without end, the same ones in every run."""
        dice = random.Random(14)  # noqa: S311 - which page is asked for is no secret
        headers = {"Cookie": self.cookie} if self.cookie else {}
        while True:
            yield load.get(self.paths(dice), **headers)


def _page(name: str, portal: servers.Server, server: servers.Server, asked: _Asked) -> None:
    requests = asked.requests()
    first = load.send(portal.port, islice(requests, 1), clients=1).expect(200).seconds
    users = load.CLIENTS if first <= _PATIENCE else 1
    before, until = _Clock(portal.cpu_seconds(), server.cpu_seconds()), time.perf_counter() + asked.seconds
    more = (request for request in islice(requests, _MOST) if time.perf_counter() < until)
    done = load.send(portal.port, more, clients=users).expect(200)
    spent = _Clock(portal.cpu_seconds(), server.cpu_seconds()).since(before, len(done.answers))
    milliseconds = [answer.seconds * 1000 for answer in done.answers]
    told = {"first_ms": round(first * 1000, 1), "per_second": round(done.per_second, 1), "users": users}
    _say(f"million_{name}", milliseconds, **told, **spent)


def _say(name: str, milliseconds: Sequence[float], **more: object) -> None:
    told = {f"p{percent}_ms": round(report.percentile(milliseconds, percent), 1) for percent in (50, 99)}
    load_now = round(os.getloadavg()[0], 1)
    report.line(name, "ms", {name: list(milliseconds)}, **told, count=len(milliseconds), **more, load=load_now)


def _rate(milliseconds: Sequence[float]) -> float:
    return round(1000 * len(milliseconds) / sum(milliseconds), 3)
