"""`gongshi serve` with two workers: they count together, log JSON, and leave nothing behind."""

from __future__ import annotations

import shutil
import signal
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.deploy.running import served
from tests.running import Redis

TOKEN = "a token for tests"
REQUESTS = 30


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis of the test's own: without one, several workers are not started."""
    redis = Redis(tmp_path)
    yield redis.url
    redis.kill()


def get(address: str, **headers: str) -> str:
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:  # noqa: S310 # our own address
        return str(answer.read().decode())


def counted(address: str) -> float:
    """Return the number of 4xx answers, from whichever worker answers."""
    text = get(f"{address}/metrics", Authorization=f"Bearer {TOKEN}")
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    [found] = [s.value for s in samples if s.name == "gongshi_answers_total" and s.labels == {"status": "4xx"}]
    return float(found)


@pytest.mark.soak
def test_two_workers_count_together_log_json_and_end_when_told(
    sqlite_template: Path, tmp_path: Path, redis_url: str
) -> None:
    database = shutil.copy(sqlite_template, tmp_path / "served.sqlite")
    settings = {"workers": "2", "redis_url": redis_url, "metrics_token": TOKEN}
    with served(tmp_path, f"sqlite:///{database}", **settings) as server:
        address = f"http://127.0.0.1:{server.port}"
        until = time.monotonic() + 30
        while len(counters := sorted(tmp_path.glob("gongshi-counters-*/counter_*.db"))) < 2:  # one a worker
            assert time.monotonic() < until
            time.sleep(0.1)
        for _ in range(REQUESTS):
            with suppress(urllib.error.HTTPError):
                get(f"{address}/nowhere")
        assert {counted(address) for _ in range(REQUESTS)} == {REQUESTS}  # whichever of them is asked
        family = psutil.Process(server.process.pid).children(recursive=True)
        server.process.send_signal(signal.SIGTERM)  # as systemd does, to the first process alone
        assert server.process.wait(timeout=30) == 0
        assert psutil.wait_procs(family, timeout=10)[1] == []
    assert not counters[0].parent.exists()
    lines = server.lines()
    assert [line["status"] for line in lines if line["event"] == "request"] == [404] * REQUESTS
    # A machine too busy to give a sender the lock of its queue in time makes it say so; it asks again.
    others = [line for line in lines if line["event"] != "Error reading from queue"]
    known = {"gongshi.server", "gongshi.request", "_granian", "_granian.serve"}
    assert [line for line in others if line["logger"] not in known] == []
