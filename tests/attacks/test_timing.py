"""The time of an answer, by what takes it: hashes and statements, which are the same on any machine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event, update

from app.models import User
from app.services.accounts import passwords
from app.services.objections import following
from tests.web.browsing import Browser, MovingClock, filled
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
MORNING = "2026-09-18 Fri 09:00"
WRONG = "a password of nobody at all"


class Counted(PasswordHasher):
    """Verifies cheaply, and notes that it did."""

    def __init__(self, work: list[str]) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.work = work

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override] # as argon2 names it
        self.work.append("a hash")
        return super().verify(hash, password)  # type: ignore[return-value] # True, or it raises


@pytest.fixture
def work(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is done for a request: hashes and statements, in their order."""
    done: list[str] = []
    monkeypatch.setattr(passwords, "_hasher", Counted(done))
    engine = app.extensions["portal"].database.engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        done.append(re.sub(r"\s+", " ", statement))

    event.listen(engine, "before_cursor_execute", note)
    yield done
    event.remove(engine, "before_cursor_execute", note)


@contextmanager
def same_for_all(work: list[str]) -> Iterator[Callable[[str, Callable[[], int]], None]]:
    """Compare the work and the status of each call by what it is called."""
    found: dict[str, tuple[int, tuple[str, ...]]] = {}

    def each(what: str, call: Callable[[], int]) -> None:
        call()  # what is read once only, is read
        work.clear()
        found[what] = call(), tuple(work)

    yield each
    assert len(found) > 1
    first = next(iter(found.values()))
    assert {what: taken for what, taken in found.items() if taken != first} == {}


def change(world: World, login: str, **values: object) -> None:
    with world.database.writer() as session:
        session.execute(update(User).where(User.login == login).values(**values))
        session.commit()


def test_security_23_a_login_takes_the_same_work_whoever_is_named(world: World, app: Flask, work: list[str]) -> None:
    now = at(MORNING)
    for login in world.people:
        change(world, login, password_hash=passwords.hashed("the password of somebody"))
    change(world, "head", disabled_at=now)
    change(world, "handler2", password_expires_at=now)
    change(world, "stranger", must_change_password=True)
    with same_for_all(work) as each:
        for login in (
            "office",
            "handler",
            "head",
            "handler2",
            "stranger",
            "auditor",
            "nobody",
            "' OR 1=1 --",
            "x" * 64,
        ):
            browser = Browser(app)
            browser.get("/login")

            def enter(login: str = login, browser: Browser = browser) -> int:
                return browser.post("/login", {"login": login, "password": WRONG}).status

            each(login, enter)


def test_security_23_a_login_that_has_to_wait_takes_the_same_work_whoever_is_named(
    world: World, app: Flask, work: list[str]
) -> None:
    change(world, "head", disabled_at=at(MORNING))
    with same_for_all(work) as each:
        for login in ("office", "handler", "head", "nobody"):
            browser = Browser(app)
            for _ in range(5):
                browser.post("/login", {"login": login, "password": WRONG})

            def enter(login: str = login, browser: Browser = browser) -> int:
                return browser.post("/login", {"login": login, "password": WRONG}).status

            each(login, enter)


def test_security_11_a_wrong_receipt_takes_the_same_work_whatever_is_near_it(
    world: World, make_app: Callable[..., Flask], clock: MovingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    period = world.round_two()
    _, there = world.file(period, world.nominees[0], MORNING)
    _, withdrawn = world.file(period, world.nominees[1], MORNING)
    objection = world.do(following.find_by_receipt, world.keyring, withdrawn)
    world.run(following.withdraw, objection, "说清楚了。", now=at(MORNING))
    clock.to("2026-09-18 Fri 10:00")
    app = make_app(limits_enabled=False)
    done: list[str] = []
    engine = app.extensions["portal"].database.engine
    event.listen(engine, "before_cursor_execute", lambda *call: done.append(call[2]))
    near = {"one off": there, "one off one withdrawn": withdrawn}
    wrong = {what: code[:-1] + ("A" if code[-1] != "A" else "B") for what, code in near.items()}
    wrong |= {"of nobody": "2222-3333-4444-5555-6666-7777", "no code at all": "x", "far too long": "A" * 5000}
    with same_for_all(done) as each:
        for what, code in wrong.items():
            browser = Browser(app)
            browser.get("/receipt")

            def find(code: str = code, browser: Browser = browser) -> int:
                return browser.post("/receipt", {"code": code}).status

            each(what, find)


@pytest.mark.parametrize("place", ["/stop/{}", "/feeds/staff/{}.ics", "/receipt/again/{}"])
def test_security_11_a_wrong_token_in_an_address_takes_the_same_work(app: Flask, work: list[str], place: str) -> None:
    with same_for_all(work) as each:
        for token in ("A" * 22, "B" * 22, "-_" * 11):
            each(token, lambda token=token: Browser(app).get(place.format(token)).status)  # type: ignore[misc]


def test_security_41_filing_takes_the_same_work_whatever_strangers_filed_under_the_contact(
    world: World, app: Flask, work: list[str], clock: MovingClock
) -> None:
    period, clean, used = world.round_two(), "13000000001", "13911112222"
    for number in range(12):
        world.file(period, world.nominees[number % 5], MORNING, contact=used, facts=f"第{number}件事，" + "详情" * 20)
    clock.to("2026-09-18 Fri 10:00")
    here = f"/periods/{period}/nominees/{world.nominees[2]}/objection"
    found = {}
    for what, contact in (("first", clean), ("clean", clean), ("used", used)):
        browser = Browser(app, address=f"203.0.113.{len(what)}")
        browser.get(here)
        work.clear()
        page = browser.post(here, filled(contact=contact, form_token=f"{what:x<24}"))
        found[what] = page.status, tuple(work)
    assert found["used"] == found["clean"]
