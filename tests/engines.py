"""What the engines of one test process share: each test has its own, and would compile the same SQL again."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from sqlalchemy import Dialect, Engine, event

from app import database

_create_engine = database.create_engine
# By the kind of database: the dialect of the first engine that connected, and the statements compiled since.
# The dialect is part of each statement's key.
_shared: dict[str, tuple[Dialect, MutableMapping[Any, Any] | None]] = {}


def share_compiled_statements() -> None:
    """Let all engines that `Database` makes in this process keep their compiled statements in one place."""
    database.create_engine = _sharing


def _sharing(*arguments: Any, **options: Any) -> Engine:
    engine = _create_engine(*arguments, query_cache_size=5_000, **options)
    kind = engine.dialect.name
    if kind in _shared:
        engine.dialect, engine._compiled_cache = _shared[kind]
    else:
        own = engine.dialect, engine._compiled_cache

        @event.listens_for(engine, "connect", once=True)
        def offer(*_: object) -> None:  # it is connected, so that its dialect knows the server's version
            _shared.setdefault(kind, own)

    return engine
