"""What the engines of one test process share: statements compiled once, and connections to PostgreSQL.

Each test has engines of its own. They would compile the same SQL again, and each new connection would have PostgreSQL
start a process that reads its catalogues anew.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Dialect, Engine, event, make_url

from app import database

_create_engine = database.create_engine
# By the kind of database: the dialect of the first engine that connected, and the statements compiled since.
# The dialect is part of each statement's key.
_shared: dict[str, tuple[Dialect, MutableMapping[Any, Any] | None]] = {}
# By address: connections that an engine is done with, for the next one. A fork does not use those of its parent.
_kept: dict[tuple[int, str], list[Any]] = defaultdict(list)
_KEPT_AT_MOST = 4
_OWNER = "postgres"  # of the server that tests bring along


def share_compiled_statements() -> None:
    """Let all engines that `Database` makes in this process keep compiled statements and connections in one place."""
    database.create_engine = _sharing


def kept_backends(name: str) -> list[int]:
    """Return the numbers of PostgreSQL's processes that wait for the next engine of the database `name`."""
    return [connection.info.backend_pid for address in _addresses_of(name) for connection in _kept[address]]


def close_kept(name: str) -> None:
    """Close the connections that wait for the next engine of the database `name`."""
    for address in _addresses_of(name):
        while _kept[address]:
            _kept[address].pop().close()


def _addresses_of(name: str) -> list[tuple[int, str]]:
    return [address for address in _kept if address[0] == os.getpid() and make_url(address[1]).database == name]


def _sharing(*arguments: Any, **options: Any) -> Engine:
    engine = _create_engine(*arguments, query_cache_size=5_000, **options)
    kind = engine.dialect.name
    if kind == "postgresql" and engine.url.username == _OWNER:  # another role may end with the test that made it
        _keep_connections(engine, str(arguments[0]))
    if kind in _shared:
        engine.dialect, engine._compiled_cache = _shared[kind]
    else:
        own = engine.dialect, engine._compiled_cache

        @event.listens_for(engine, "connect", once=True)
        def offer(*_: object) -> None:  # it is connected, so that its dialect knows the server's version
            _shared.setdefault(kind, own)

    return engine


def _keep_connections(engine: Engine, url: str) -> None:
    """Hand connections that this engine closes to the next one of the same address, as if they were new."""
    from psycopg import Error
    from sqlalchemy.dialects.postgresql.psycopg import _log_notices

    close, made_in = engine.dialect.do_close, os.getpid()
    kept = _kept[made_in, url]

    def keep(connection: Any) -> None:
        if connection.closed or len(kept) >= _KEPT_AT_MOST or os.getpid() != made_in:
            close(connection)
            return
        try:
            connection.rollback()
            connection.autocommit = True
            connection.execute("DISCARD ALL")  # settings, locks of the session, prepared statements, temporary tables
            connection.autocommit = False
        except Error:
            close(connection)
            return
        with suppress(ValueError):
            connection.remove_notice_handler(_log_notices)  # the next engine adds it again
        kept.append(connection)

    @event.listens_for(engine, "do_connect")
    def take(*_: object) -> Any:
        while kept and os.getpid() == made_in:
            connection = kept.pop()
            try:
                connection.execute("SELECT 1")  # a test may have had it ended
                connection.rollback()
            except Error:
                close(connection)
            else:
                return connection
        return None  # a new one

    engine.dialect.do_close = keep  # type: ignore[method-assign]
    engine.dialect.do_terminate = close  # type: ignore[method-assign]
