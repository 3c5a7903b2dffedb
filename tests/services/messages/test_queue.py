"""A commit wakes a sender, and a queue that is out of order never fails the request (R28)."""

from __future__ import annotations

import pickle
import socket
import time
from pathlib import Path

import pytest
from huey import Huey, MemoryHuey

from app.services.messages import queue
from config import Settings


@pytest.mark.parametrize("redis_url", ["", "redis://127.0.0.1:1/0"])
def test_the_queue_is_a_file_of_this_host_with_and_without_redis(tmp_path: Path, redis_url: str) -> None:
    """Redis is there for limits alone: where it is gone, messages leave all the same."""
    settings = Settings(instance_dir=tmp_path / "instance", redis_url=redis_url)
    call = queue.add_tasks(huey := queue.open_queue(settings))
    call()
    assert huey.pending_count() == 1
    assert (tmp_path / "instance" / "queue.sqlite").is_file()


def test_a_redis_that_answers_nobody_holds_up_no_request_that_tells_somebody_something(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = Settings(
            instance_dir=tmp_path / "instance", redis_url=f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        )
        began = time.monotonic()
        queue._make_waker(settings)()
        assert time.monotonic() - began < 4  # seconds; an answer of Redis was awaited for twenty


def test_a_call_delivers_and_leaves_the_bounces_alone() -> None:
    done: list[str] = []
    huey = MemoryHuey("test", results=False)
    call = queue.add_tasks(huey, lambda: done.append("deliver"), lambda: done.append("bounces"))
    call()
    huey.execute(huey.dequeue())
    assert done == ["deliver"]


def test_no_more_calls_wait_than_threads_have_use_for(monkeypatch: pytest.MonkeyPatch) -> None:
    huey = MemoryHuey("test", results=False)
    monkeypatch.setattr(queue, "open_queue", lambda _: huey)
    wake = queue._make_waker(Settings())
    for _ in range(queue._CALLS + 3):
        wake()
    assert huey.pending_count() == queue._CALLS


def test_a_queue_that_is_out_of_reach_is_logged_and_raises_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: Settings) -> Huey:
        raise ConnectionError("no Redis")

    monkeypatch.setattr(queue, "open_queue", refuse)
    queue._make_waker(Settings())()
    assert [record.getMessage() for record in caplog.records] == ["no sender was called"]


def test_a_call_that_the_portal_did_not_sign_is_not_unpickled(tmp_path: Path) -> None:
    """Whoever can write into the queue's file runs nothing in the sender by it."""
    huey = queue.open_queue(Settings(instance_dir=tmp_path / "instance"))
    queue.add_tasks(huey)
    mark = tmp_path / "ran"
    huey.storage.enqueue(pickle.dumps(_Trap(mark)))
    with pytest.raises(ValueError, match=r"(?i)signature|separator"):
        huey.dequeue()
    assert not mark.exists()


class _Trap:
    """What leaves a file where it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.mark,)
