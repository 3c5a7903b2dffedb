"""`gongshi serve` starts what runs beside it before granian forks a worker."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.processes import server
from config import Settings


class Beside:
    """A process beside the server that goes on until the server is done."""

    def __init__(self) -> None:
        self.started_by = threading.current_thread()
        self.over = threading.Event()

    def join(self) -> None:
        self.over.wait()


def test_no_thread_starts_a_process_while_granian_forks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker forked meanwhile would inherit a lock that nobody releases, and never answer."""
    started: list[Beside] = []
    when_forked: list[int] = []

    def start(*_: object) -> Beside:
        started.append(Beside())
        return started[-1]

    class Forks:
        def __init__(self, *_: object, **__: object) -> None:
            when_forked.append(len(started))

        def serve(self) -> None:
            when_forked.append(len(started))

    monkeypatch.setattr(server, "_start", start)
    monkeypatch.setattr(server, "Granian", Forks)
    monkeypatch.setattr(server, "share_counters", lambda _: None)
    monkeypatch.setattr(server.logs, "configure", lambda _: None)
    server.run(Settings(instance_dir=tmp_path))
    for each in started:
        each.over.set()
    assert when_forked == [2, 2]  # the tick and the senders, both there before
    assert {each.started_by for each in started} == {threading.main_thread()}
