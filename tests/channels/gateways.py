"""Test servers for the channels: SMTP (also slow, refusing, vanishing), SMS gateway, 企业微信 and 钉钉."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class SmtpServer:
    """An SMTP server that is `ok`, `no_user` (550), `busy` (451), `refuses` (554 after DATA), `slow` or `vanishes`.

    One that `leaves` is gone when a connection is to be used again.
    """

    does: str = "ok"
    port: int = 0
    received: list[bytes] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)  # when each came in
    connections: set[Any] = field(default_factory=set)  # by which messages came in: the other side's address and port

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd names it
        if self.does in ("no_user", "busy"):
            return "550 no such user here" if self.does == "no_user" else "451 try again later"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd names it
        if self.does == "refuses":
            return "554 looks like spam"
        self.addresses += envelope.rcpt_tos
        self.received.append(envelope.content)
        self.moments.append(time.monotonic())
        self.connections.add(session.peer)
        if self.does == "slow":
            await asyncio.sleep(3)
        if self.does == "vanishes":
            server.transport.abort()
        return "250 taken"

    async def handle_RSET(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd names it
        if self.does == "leaves":
            server.transport.abort()
        return "250 ok"

    @property
    def texts(self) -> list[str]:
        """Return subject and body of each message received, decoded."""
        messages = [message_from_bytes(content, policy=policy.default) for content in self.received]
        return [f"{message['Subject']}\n{message.get_content()}" for message in messages]


class _Handler:
    """What aiosmtpd sees of a server: it reads every attribute at every connection, and `texts` parses all messages."""

    def __init__(self, server: SmtpServer) -> None:
        self.handle_RCPT = server.handle_RCPT
        self.handle_DATA = server.handle_DATA
        self.handle_RSET = server.handle_RSET


@contextmanager
def smtp(does: str = "ok") -> Iterator[SmtpServer]:
    server = SmtpServer(does)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server.port = free.getsockname()[1]
    controller = Controller(_Handler(server), hostname="127.0.0.1", port=server.port, ready_timeout=30)
    controller.start()
    yield server
    controller.stop()


@dataclass
class WebServer:
    """Answers every request with `status` and `answer`, and records its path with query, headers and body."""

    answer: str = '{"code": 0}'
    status: int = 200
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    @property
    def json(self) -> list[Any]:
        return [json.loads(body) for _, _, body in self.requests]


@contextmanager
def web(answer: str = '{"code": 0}', status: int = 200, location: str = "") -> Iterator[WebServer]:
    server = WebServer(answer, status)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.requests.append((self.path, dict(self.headers), body))
            content = server.answer.encode()
            self.send_response(server.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815 - http.server names it

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.url = f"http://127.0.0.1:{http.server_port}"
    threading.Thread(target=http.serve_forever, args=(0.05,), daemon=True).start()
    yield server
    http.shutdown()
    http.server_close()
