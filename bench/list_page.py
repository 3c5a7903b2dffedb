"""The list of 150 entries served from memory, compared with an application that returns its bytes, and with nginx."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from app.clock import now
from app.database import Database
from bench import bare, content, report, servers
from bench.load import for_seconds, get, send

_SECONDS = 2.0


def run(home: Path) -> None:
    url = f"sqlite:///{home}/list_page.sqlite"
    database = Database(url)
    database.migrate()
    path = f"/periods/{content.city_round(database, now())}"
    database.dispose()
    with ExitStack() as stack:
        portal = stack.enter_context(servers.portal(url))
        page = send(portal.port, [get(path)], keep=True).expect(200).answers[0]
        body = home / "page.html"
        body.write_text(page.body, "utf-8")
        etag = next(line[6:] for line in page.head.split("\r\n") if line.lower().startswith("etag: "))
        plain = stack.enter_context(servers.bare_flask(body))
        measures = {
            "bare_flask": _hot(plain, get("/")),
            "list_page": _hot(portal, get(path)),
            "bare_flask_304": _hot(plain, get("/conditional", If_None_Match=f'"{bare.ETAG}"'), 304),
            "list_page_304": _hot(portal, get(path, If_None_Match=etag), 304),
        }
        if servers.NGINX:
            static = stack.enter_context(servers.nginx(body))
            measures["nginx_static"] = _hot(static, get("/page.html"))
        samples = report.interleaved(measures)
    size = body.stat().st_size
    report.line("bare_flask", "requests/s", samples, "nginx_static" if servers.NGINX else None, bytes=size)
    report.line("list_page", "requests/s", samples, "bare_flask", bytes=size, errors=0)
    if servers.NGINX:
        report.line("list_page", "requests/s", samples, "nginx_static", bytes=size, errors=0)
    report.line("list_page_304", "requests/s", samples, "bare_flask_304", errors=0)


def _hot(server: servers.Server, request: bytes, status: int = 200) -> report.Measure:
    def measure() -> float:
        return send(server.port, for_seconds(request, _SECONDS)).expect(status).per_second

    return measure
