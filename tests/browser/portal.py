"""Helpers of browser tests: a portal behind a real socket, browsers for people, and the checks of every page."""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyotp
from argon2 import PasswordHasher
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, WebError, expect
from sqlalchemy import update
from werkzeug.http import http_date
from werkzeug.serving import WSGIRequestHandler, make_server

from app.database import Database
from app.models import SecondFactor, StaffSession, User
from app.web.factory import create_app
from config import Settings
from tests.rehearsing import Rehearsal
from tests.web.browsing import MovingClock
from tests.world import SECRET, World, at

KEY = "a key for browser tests, thirty-two bytes"
PASSWORD = "口令 of whoever works here"
START = "2026-09-01 Tue 09:00"
WIDTHS = {"phone": (360, 740), "desktop": (1280, 800)}
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_COLOURS = ["cat.color"]  # all that another scheme can change
_SMALLEST_TARGET = 44  # px, WCAG 2.2 2.5.5; on a phone the links of rows too
_TARGETS = "button, .button, nav a, summary, .choice label"
_TARGETS_OF_ROWS = ", .lines a, th[scope=row] a"
# Only violations are returned: axe's results for everything that passes would be megabytes.
_VIOLATIONS = """async tags => {
  const found = await axe.run(document, {
    runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], preload: false, iframes: false,
  });
  return found.violations.flatMap(rule => rule.nodes.map(node =>
    `${rule.id} (${rule.impact}): ${rule.help}: ${node.html.slice(0, 160)} at ${node.target}`));
}"""
# Chromium writes a refused page into its console as an error; the page itself is what the tests judge.
_REFUSED_PAGE = re.compile(r"Failed to load resource: the server responded with a status of (4\d\d|503)")


@dataclass
class Portal:
    """A portal that serves one test: its address, its small world, its clock, everybody's browsers."""

    url: str
    world: World
    clock: MovingClock
    app: Flask
    browser: Browser
    visits: list[Visit] = field(default_factory=list)

    def time_is(self, text: str) -> None:
        """Move the clock of the server and of every browser. Sessions stay valid: their end is tested elsewhere."""
        self.clock.to(text)
        with self.world.database.writer() as session:
            session.execute(update(StaffSession).values(created_at=self.clock.now, last_seen_at=self.clock.now))
            session.commit()
        for visit in self.visits:
            visit.time_is(self.clock.now)

    def visit(self, width: str, **options: Any) -> Page:
        """Open a browser without cookies, as wide as a phone or a desktop."""
        wide, high = WIDTHS[width]
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": wide, "height": high},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            permissions=["clipboard-read", "clipboard-write"],
            **options,
        )
        context.set_default_timeout(10_000)
        context.clock.set_fixed_time(self.clock.now)
        self.visits.append(Visit(context, self.url))
        return context.new_page()

    def staff(self, width: str, login: str) -> Page:
        """Log a member of staff in on the page. The code used last is forgotten, so that a fresh one is accepted."""
        with self.world.database.writer() as session:
            session.execute(update(SecondFactor).values(last_step=0))
            session.commit()
        page = self.visit(width)
        page.on("dialog", lambda dialog: dialog.accept())
        page.goto("/login")
        log_in(page, login, code=self.code())
        return page

    def code(self) -> str:
        """Return the second factor's code of the staff for now."""
        return pyotp.TOTP(SECRET).at(self.clock())


class Visit:
    """One browser, with everything it loaded and every error of its console."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context, self.host = context, urlsplit(url).netloc
        self.loaded: list[str] = []
        self.complaints: list[str] = []
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def time_is(self, now: dt.datetime) -> None:
        """Set the browser's clock. Its cache goes by real time, for a minute at most, less than any step of a test."""
        self.context.clock.set_fixed_time(now)
        for page in self.context.pages:
            devtools = self.context.new_cdp_session(page)
            devtools.send("Network.clearBrowserCache")
            devtools.detach()

    def _request(self, request: Request) -> None:
        self.loaded.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        # A violation of the Content-Security-Policy is an error of the console too.
        static = urlsplit(message.location["url"]).path.startswith("/static")
        if message.type in ("error", "warning") and (static or not _REFUSED_PAGE.match(message.text)):
            self.complaints.append(f"console: {message.text} ({message.location['url']})")

    def _error(self, error: WebError) -> None:
        self.complaints.append(f"page error: {error.error}")

    def problems(self) -> list[str]:
        """Return every request to another host, and every error of a script or of the console."""
        elsewhere = [url for url in self.loaded if urlsplit(url).netloc != self.host]
        return [f"loaded from elsewhere: {url}" for url in elsewhere] + self.complaints


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """Serve the application on a real socket and return its address. `Date` headers follow the portal's clock."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)

    class Handler(WSGIRequestHandler):
        def date_time_string(self, timestamp: float | None = None) -> str:
            return http_date(timestamp if timestamp is not None else app.extensions["portal"].clock())

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="portal", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        app.extensions["portal"].database.dispose()


@contextmanager
def serving(database: Database, browser: Browser, evidence: Path, **more: Any) -> Iterator[Portal]:
    """A portal over this database on a free port, with a world whose people can log in; `more` are settings."""
    clock = MovingClock(at(START))
    world = _rehearsal_for(database).world(database)
    settings = Settings(database_url=database.url, identity_key=KEY, secret_key=KEY, evidence_dir=evidence, **more)
    app = create_app(settings, clock)
    with listening(app) as url:
        portal = Portal(url, world, clock, app, browser)
        try:
            yield portal
        finally:
            for visit in portal.visits:
                visit.context.close()
    _none([problem for visit in portal.visits for problem in visit.problems()])


_rehearsals: list[Rehearsal] = []


def _rehearsal_for(empty: Database) -> Rehearsal:
    """Return this process's rehearsal of a world whose people can log in, made on a copy of an empty database."""
    if not _rehearsals:
        empty.dispose()  # its last connection folds the log into the file
        path = str(empty.engine.url.database)
        database = Database(f"sqlite:///{shutil.copy(path, f'{path}.rehearsal')}")
        _rehearsals.append(Rehearsal(database, _small_world))
        database.dispose()
    return _rehearsals[0]


def _small_world(database: Database) -> World:
    world = World.build(database, KEY.encode(), at(START))
    with database.writer() as session:
        session.execute(update(User).values(password_hash=_hash_of_password()))
        session.commit()
    return world


@cache
def _hash_of_password() -> str:
    """Return one cheap hash for all accounts: the real cost of argon2 is tested elsewhere."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


def resize(page: Page, width: str) -> None:
    wide, high = WIDTHS[width]
    page.set_viewport_size({"width": wide, "height": high})


def log_in(page: Page, login: str, password: str = PASSWORD, code: str = "") -> None:
    """By name and password, and by a code where one is asked for."""
    page.get_by_label("登录名").fill(login)
    page.get_by_label("密码").fill(password)
    press(page, "登录")
    if urlsplit(page.url).path == "/login/code":
        page.get_by_label("验证码").fill(code)
        press(page, "登录")
    expect(page.get_by_role("button", name="退出登录")).to_be_visible()


def press(page: Page, name: str) -> None:
    """Submit a form by the first button of this exact name, opening its fold, and wait for the next page.

    A click alone may return before the navigation, and the old page would be checked.
    """
    button = page.locator("button:not([aria-hidden])").filter(has_text=re.compile(rf"^\s*{re.escape(name)}\s*$")).first
    if not button.is_visible():
        page.locator("details", has=button).first.locator("summary").first.click()
    with page.expect_navigation():
        button.click()


def press_link(link: Locator) -> None:
    """Follow the first of these links, and wait for the next page with its styles, as `press` does."""
    with link.page.expect_navigation():
        link.first.click()


def unfold(page: Page, name: str) -> None:
    """Open the fold of this name, unless it is open."""
    fold = page.locator("details", has=page.locator("summary", has_text=name)).first
    if fold.get_attribute("open") is None:
        fold.locator("summary").first.click()


def says(page: Page, *texts: str) -> None:
    """Assert that the page's main part contains each of these texts."""
    for text in texts:
        expect(page.get_by_role("main")).to_contain_text(text)


def never_says(page: Page, *texts: str) -> None:
    """Assert that none of these texts is in the server's answer, visible or not."""
    html = page.content()
    _none([f"says {text}" for text in texts if text in html])


# --- what every page must be ---------------------------------------------------------------------------------


def check_page(page: Page) -> None:
    """Assert that the page is accessible, fits this width, has targets large enough, and proper headings."""
    _none(faults_of(page))


def _none(faults: list[str]) -> None:
    if faults:
        raise AssertionError("\n".join(faults))


def faults_of(page: Page) -> list[str]:
    """Return every fault of the page with its folds open, one a line."""
    page.wait_for_load_state()  # a click may return before the new page has its styles
    page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
    return [*violations(page), *_of_layout(page), *_of_heading(page)]


def faults_of_versions(page: Page, audience: str) -> list[str]:
    """Return the faults of the page, already open on a phone, in the dark, in 高对比, and in 大字版.

    Colours alone differ in the dark: only axe's rules of colours run there. 大字版 is checked whole for citizens.
    """
    faults = []
    page.emulate_media(color_scheme="dark")
    faults += [f"dark: {fault}" for fault in violations(page, _COLOURS)]
    if audience == "public":
        page.evaluate("document.documentElement.dataset.contrast = 'high'")
        faults += [f"dark, 高对比: {fault}" for fault in violations(page, _COLOURS)]
        page.emulate_media(color_scheme="light")
        faults += [f"高对比: {fault}" for fault in violations(page, _COLOURS)]
        page.evaluate("delete document.documentElement.dataset.contrast")
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.dataset.text = 'large'")
    of_large = [*_of_layout(page), *(violations(page) if audience == "public" else [])]
    page.evaluate("delete document.documentElement.dataset.text")
    return faults + [f"大字版: {fault}" for fault in of_large]


def violations(page: Page, tags: list[str] = _TAGS) -> list[str]:
    """Return axe's violations of WCAG 2.2 A and AA and good practice, as lines with rule and element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
        page.context.add_init_script(_axe())  # loaded with every later page of this browser, which is quicker
    # The bar of an act sticks to the foot of the screen and may cover half of a row: at the end of the page it rests.
    page.evaluate("document.querySelector('.bulk') && window.scrollTo(0, document.documentElement.scrollHeight)")
    found: list[str] = page.evaluate(_VIOLATIONS, tags)
    page.evaluate("window.scrollTo(0, 0)")
    return found


def _of_layout(page: Page) -> list[str]:
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    faults = [f"overflows: {wide[0]} px on a screen of {wide[1]}"] if wide[0] > wide[1] else []
    small = page.evaluate(
        """([smallest, targets]) => [...document.querySelectorAll(targets)].flatMap(element => {
          const box = element.getBoundingClientRect();
          const seen = element.checkVisibility() && box.width > 0;
          return seen && (box.height < smallest || (element.matches('button, nav a') && box.width < smallest))
            ? [`small target: ${element.textContent.trim()} ${box.width} × ${box.height}`] : [];
        })""",
        [_SMALLEST_TARGET, _TARGETS + (_TARGETS_OF_ROWS if wide[1] <= WIDTHS["phone"][0] else "")],
    )
    folds = page.evaluate("[...document.querySelectorAll('summary')].map(one => one.textContent.trim())")
    twice = sorted({name for name in folds if folds.count(name) > 1})
    return [*faults, *small, *(f"several folds named {name}" for name in twice)]


def _of_heading(page: Page) -> list[str]:
    heads, title, language = page.evaluate(
        "[document.querySelectorAll('h1').length, document.title, document.documentElement.lang]"
    )
    faults = [] if heads == 1 else [f"{heads} h1"]
    faults += [] if re.fullmatch(r"\S.* · \S.*", title) else [f"title {title!r}"]
    return faults if language == "zh-CN" else [*faults, f"lang {language!r}"]


@cache
def _axe() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


# --- pictures, for people to look at -------------------------------------------------------------------------


def keep_shot(page: Page, name: str) -> None:
    """Save a picture of the whole page, if GONGSHI_SHOTS names a folder for it."""
    if folder := os.environ.get("GONGSHI_SHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
