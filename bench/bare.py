"""A minimal Flask application that returns a page's bytes, as a baseline for the portal's pages."""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, Response, request
from granian import Granian
from granian.constants import Interfaces

from config import Settings

BODY, PORT, ETAG = "BENCH_BODY", "BENCH_PORT", "the-page"


def wsgi() -> Flask:
    app = Flask(__name__, static_folder=None)
    body = Path(os.environ[BODY]).read_bytes()

    @app.get("/")
    def page() -> Response:
        return Response(body, content_type="text/html; charset=utf-8")

    @app.get("/conditional")
    def conditional() -> Response:
        response = Response(body, content_type="text/html; charset=utf-8")
        response.set_etag(ETAG)
        return response.make_conditional(request)

    return app


def run() -> None:
    """Serve it as app/processes/server.py serves the portal: same server, same settings, one worker."""
    Granian(
        "bench.bare:wsgi",
        factory=True,
        interface=Interfaces.WSGI,
        address="127.0.0.1",
        port=int(os.environ[PORT]),
        workers=1,
        blocking_threads=Settings().threads,
        websockets=False,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    run()
