"""The real server under people at work: every page that links lead the office to, asked by several at once."""

from __future__ import annotations

import http.cookiejar
import re
import shutil
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

import pytest

from app import clock
from app.database import Database
from app.demo.build import build
from app.demo.cast import PASSWORD
from app.sealing import Keyring
from tests.files import vault_in
from tests.running import KEY, await_port, served

_LINK = re.compile(r'href="(/[^"#]*)')
_TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
_AT_ONCE = 6
_PAGES = 400  # of more there are only other nominees and cases


class Dead(Exception):
    """A link that leads nowhere."""


class Colleague:
    """A browser that keeps its cookie."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._jar = http.cookiejar.CookieJar()

    def open(self, path: str, data: dict[str, str] | None = None) -> str:
        """Return the page, redirects followed, or "" where it is a file. Raises Dead for 4xx and 5xx."""
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        body = urllib.parse.urlencode(data).encode() if data else None
        try:
            with opener.open(self._address + path, body, timeout=120) as answer:
                content: bytes = answer.read()
                return content.decode() if answer.headers.get_content_type() == "text/html" else ""
        except urllib.error.HTTPError as answer:
            raise Dead(f"{answer.code} {path}") from None

    def log_in(self, login: str) -> None:
        token = _TOKEN.search(self.open("/login"))
        assert token
        page = self.open("/login", {"login": login, "password": PASSWORD, "csrf_token": unescape(token[1])})
        assert 'action="/logout"' in page


@pytest.mark.soak
def test_no_worker_falls_while_every_page_of_the_office_is_read_by_several_at_once(
    sqlite_template: Path, tmp_path: Path
) -> None:
    path = shutil.copy(sqlite_template, tmp_path / "gongshi.sqlite")
    database = Database(f"sqlite:///{path}")
    build(database, Keyring(KEY), clock.now(), vault_in(tmp_path / "evidence", KEY.encode()))
    database.dispose()
    with served(f"sqlite:///{path}", tmp_path / "log", demonstration="1") as server:
        await_port(server.port, server.process)
        colleague = Colleague(server.address)
        colleague.log_in("office")
        workers = {each.pid for each in server.workers()}
        seen = read_all(colleague)
        assert len(seen) >= _PAGES
        assert {each.pid for each in server.workers()} == workers


def read_all(colleague: Colleague) -> set[str]:
    """Follow links from the overview, the nearest first, and return what was read."""
    seen, ahead = {"/office/"}, ["/office/"]
    with ThreadPoolExecutor(_AT_ONCE) as people:
        while ahead and len(seen) < _PAGES + len(ahead):
            pages = list(people.map(colleague.open, ahead))
            linked = [unescape(link) for page in pages for link in _LINK.findall(page)]
            ahead = [link for link in dict.fromkeys(linked) if link not in seen]
            seen.update(ahead)
    return seen.difference(ahead)
