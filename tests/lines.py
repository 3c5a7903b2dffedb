"""What a test makes the portal log, as the portal writes it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from app import logs


class Lines:
    """Everything this process logs while a test runs, at every level, as the portal writes it."""

    def __init__(self) -> None:
        self.written = io.StringIO()

    @property
    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.written.getvalue().splitlines()]

    def of_requests(self) -> list[dict[str, Any]]:
        return [line for line in self.all if line["event"] == "request"]

    def hold(self, mark: str) -> bool:
        written = self.written.getvalue()
        return any(form in written for form in (mark, quote(mark), json.dumps(mark)[1:-1]))


@contextmanager
def logged() -> Iterator[Lines]:
    lines, root = Lines(), logging.getLogger()
    handler = logging.StreamHandler(lines.written)
    handler.setFormatter(logs.formatter(readable=False))
    root.addHandler(handler)
    before, _ = root.level, root.setLevel(logging.DEBUG)
    yield lines
    root.setLevel(before)
    root.removeHandler(handler)
