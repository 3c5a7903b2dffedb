"""Sessions under attack: planted, copied and kept ones, of staff and of an objector (SECURITY 24, 25 and 57)."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import SimpleCookie

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select, update

from app.domain.cases.states import Role
from app.models import Objection, SecondFactor, User
from app.services.accounts import making, passwords, sessions, staffing
from tests.web.browsing import TOKEN, Browser, MovingClock, filled
from tests.world import SECRET, World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
PASSWORD, NEXT = "correct horse battery", "another horse battery"
TABLE = "the table of what ends a session"


@pytest.fixture
def known(world: World) -> World:
    """Everybody's password is PASSWORD."""
    with world.database.writer() as session:
        session.execute(update(User).values(password_hash=passwords.hashed(PASSWORD)))
        session.commit()
    return world


def log_in(browser: Browser, login: str, password: str = PASSWORD) -> None:
    """Name, password and code, typed into the pages."""
    portal = browser.app.extensions["portal"]
    with portal.database.writer() as writing:
        writing.execute(update(SecondFactor).values(last_step=0))
        writing.commit()
    page = browser.follow(browser.send(browser.get("/login").form("/login"), login=login, password=password))
    assert browser.send(page.form("/login/code"), code=pyotp.TOTP(SECRET).at(portal.clock())).status == 303


def copy_of(browser: Browser, address: str = "203.0.113.66") -> Browser:
    """Whoever copied this browser's cookie, elsewhere."""
    thief = Browser(browser.app, address)
    thief.write_session(**browser.cookie())
    return thief


def inside(browser: Browser) -> bool:
    return browser.get("/account").status == 200


# --- fixation --------------------------------------------------------------------------------------


def test_security_24_what_was_planted_before_the_login_is_worth_nothing_after_it(known: World, app: Flask) -> None:
    """The attacker plants a session of his own in the browser, and keeps a copy at each step."""
    attacker, victim = Browser(app, "203.0.113.66"), Browser(app)
    attacker.get("/login")
    attacker.write_session(_user_id="planted", browser="planted", csrf_token="planted", half_way=None)
    victim.write_session(**{k: v for k, v in attacker.cookie().items() if k != "half_way"})
    copies = [copy_of(victim)]
    page = victim.get("/login")
    copies.append(copy_of(victim))
    page = victim.follow(victim.send(page.form("/login"), login="head", password=PASSWORD))
    copies.append(copy_of(victim))
    with known.database.writer() as session:
        session.execute(update(SecondFactor).values(last_step=0))
        session.commit()
    portal = app.extensions["portal"]
    assert victim.send(page.form("/login/code"), code=pyotp.TOTP(SECRET).at(portal.clock())).status == 303
    assert inside(victim)
    assert [inside(copy) for copy in copies] == [False, False, False]
    planted = {"browser", "half_way"} | {key for key, value in victim.cookie().items() if value == "planted"}
    assert not planted & victim.cookie().keys()


def test_security_21_a_token_of_before_the_login_or_of_another_session_is_refused(known: World, app: Flask) -> None:
    browser, other = Browser(app), Browser(app)
    before = browser.get("/login").form("/login").fields["csrf_token"]
    log_in(browser, "head")
    log_in(other, "handler")
    theirs = other.get("/account/password").form("/account/password").fields["csrf_token"]
    mine = browser.get("/account/password").form("/account/password").fields["csrf_token"]
    for token, status in ((before, 400), (theirs, 400), (mine, 303)):
        assert browser.post("/account/sessions/end", {"csrf_token": token}, csrf=False).status == status


# --- what ends a session -----------------------------------------------------------------------------


def _password_changed(known: World, owner: Browser) -> None:
    form = owner.get("/account/password").form("/account/password")
    assert owner.send(form, password=PASSWORD, new_password=NEXT, repeated=NEXT).status == 303


def _logged_out(known: World, owner: Browser) -> None:
    assert owner.post("/logout").status == 303


def _ended_elsewhere(known: World, owner: Browser) -> None:
    assert owner.post("/account/sessions/end").status == 303


def _by_office(use_case: Callable[..., object], *given: object) -> Callable[[World, Browser], None]:
    def act(known: World, owner: Browser) -> None:
        ids = known.people["head"], *[getattr(known, str(each), each) for each in given]
        arguments = ids if use_case is staffing.place else ([ids[0]],)
        known.run(use_case, *arguments, by=known.actor("office"), now=at("2026-09-18 Fri 09:00"))

    return act


def _reset_by_console(known: World, owner: Browser) -> None:
    known.run(making.reset, "head", NEXT, now=at("2026-09-18 Fri 09:00"))


# What is done, and whether the session in which it was done goes on.
ENDS: dict[str, tuple[Callable[[World, Browser], None], bool]] = {
    "the password changed by its owner": (_password_changed, True),
    "the owner logs out": (_logged_out, False),
    "the owner ends the others": (_ended_elsewhere, True),
    "invited again": (_by_office(staffing.invite_again), False),
    "disabled": (_by_office(staffing.disable), False),
    "another role": (_by_office(staffing.place, Role.HANDLER, "qilin"), False),
    "another unit": (_by_office(staffing.place, Role.HEAD, "luoping"), False),
    "reset by the command line": (_reset_by_console, False),
}


@pytest.mark.parametrize("what", ENDS)
def test_security_24_a_copy_is_worth_nothing_after(known: World, app: Flask, what: str) -> None:
    """A second session of the same person, and copies of both, made before: all in one test for each reason."""
    end, goes_on = ENDS[what]
    owner, second = Browser(app), Browser(app, "198.51.100.8")
    log_in(owner, "head")
    log_in(second, "head")
    copy = copy_of(owner)
    of_second = copy_of(second)
    assert [inside(each) for each in (owner, second, copy, of_second)] == [True] * 4
    end(known, owner)
    assert inside(owner) is goes_on
    # Ending the others leaves this session and so its copy; logging out ends this one alone.
    assert inside(copy) is (what == "the owner ends the others")
    assert inside(second) is inside(of_second) is (what == "the owner logs out")


def test_security_24_a_half_way_login_ends_with_the_password_it_was_given_for(known: World, app: Flask) -> None:
    browser = Browser(app)
    browser.send(browser.get("/login").form("/login"), login="head", password=PASSWORD)
    copy = copy_of(browser)
    known.run(making.reset, "head", NEXT, now=at("2026-09-18 Fri 09:00"))
    with known.database.writer() as session:
        session.execute(update(SecondFactor).values(last_step=0))
        session.commit()
    clock = app.extensions["portal"].clock
    answer = copy.post("/login/code", {"code": pyotp.TOTP(SECRET).at(clock())})
    assert answer.headers["Location"].startswith("/login")
    assert not inside(copy)


def test_security_24_an_account_that_ended_is_not_let_in_by_a_session_that_was_kept(known: World, app: Flask) -> None:
    """Enabled again, its old cookies stay worthless."""
    browser = Browser(app)
    log_in(browser, "handler")
    kept = copy_of(browser)
    office, now = known.actor("office"), at("2026-09-18 Fri 09:00")
    known.run(staffing.disable, [known.people["handler"]], by=office, now=now)
    known.run(staffing.enable, known.people["handler"], by=office, now=now)
    assert not inside(browser)
    assert not inside(kept)
    with known.database.reader() as session:
        who = session.scalars(select(User).where(User.login == "handler")).one()
        assert not sessions.living(session, who.id, now)


# --- cookies -----------------------------------------------------------------------------------------


def test_security_25_every_cookie_that_is_ever_set_is_shut_to_scripts_and_other_sites(
    known: World, make_app: Callable[..., Flask]
) -> None:
    app = make_app(secure_cookies=True)
    period, nominee = known.round_two(), known.nominees[0]
    browser, there = Browser(app), []
    steps = (
        ("GET", f"/periods/{period}/nominees/{nominee}/objection", {}),
        ("POST", f"/periods/{period}/nominees/{nominee}/objection", filled()),
        ("GET", "/receipt", {}),
        ("POST", "/receipt/kept", {}),
        ("POST", "/reading", {"text": "large"}),
        ("GET", "/login", {}),
        ("POST", "/login", {"login": "head", "password": PASSWORD}),
    )
    options = {"base_url": "https://localhost"}
    for method, path, data in steps:
        headers = {"Referer": "https://localhost/"}
        sent = {**data, "csrf_token": browser.signed_csrf()} if method == "POST" else None
        browser.write_session(csrf_token="a token of the test's own, forty characters")
        answer = browser.open(path, method=method, data=sent, headers=headers, **options)
        there += answer.headers.getlist("Set-Cookie")
    assert len(there) >= 3
    for each in there:
        ((name, morsel),) = SimpleCookie(each).items()
        assert name.startswith("__Host-"), each
        assert morsel["secure"], each
        assert morsel["httponly"], each
        assert morsel["samesite"] in ("Lax", "Strict"), each
        assert morsel["path"] == "/", each
        assert not morsel["domain"], each


# --- the objector's ------------------------------------------------------------------------------------


def test_security_57_no_address_shows_the_objection_again_after_it_was_left(
    world: World, app: Flask, client: Browser, clock: MovingClock
) -> None:
    """By the back button, by a copy of the cookie from each step, and by whatever name a draft or a note may have."""
    here = f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"
    handles = [here.rsplit("/", 1)[0]]
    page = client.to_check(here, name="植标乙", contact="13911112222")
    copies = [copy_of(client)]
    handles.append(page.path)
    client.follow(client.send(page.form("/objection"), "submit"))
    copies.append(copy_of(client))
    code = client.receipt_code()
    client.post("/receipt/kept")
    progress = client.follow(client.post("/receipt", {"code": code}))
    copies.append(copy_of(client))
    client.send(progress.form("/receipt/leave"))
    copies += [copy_of(client), client]
    notes = [f"over:{what}:{number}" for what in ("receipt", "follow") for number in (1, 2)]
    draft = page.path.removesuffix("/check").rsplit("/", 1)[1]
    places = ["/receipt", "/receipt/file", "/receipt/messages", "/receipt/evidence/1", "/receipt/letters/1"]
    for name in [draft, f"receipt/{draft}", *notes]:
        places += [f"/receipt/again/{name}", f"/receipt/messages?draft={name}"]
        places += [f"{here}/{name}{step}" for step in ("", "/contact", "/facts", "/check")]
    for number, browser in enumerate(copies):
        for place in places:
            answer = browser.get(place)
            assert answer.status < 500, place
            for mark in (code, "植标乙", "13911112222", "2026-0001"):
                assert mark not in answer.source, (number, place, mark)


def test_a_note_that_showing_has_ended_is_no_page(world: World, client: Browser) -> None:
    """Its name, typed into an address, answered 500."""
    here = f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"
    client.follow(client.post(here, filled(form_token=TOKEN)))
    client.post("/receipt/kept")
    with world.database.reader() as session:
        number = session.scalars(select(Objection.id)).one()
    for name in (f"over:receipt:{number}", f"over:follow:{number}"):
        assert client.get(f"/receipt/again/{name}").status == 302
        assert client.get(f"/receipt/messages?draft={name}").status == 303
        assert client.get(f"{here}/{name}").status == 200
        assert client.get(f"{here}/{name}/check").status == 302


def test_a_draft_is_of_its_own_form(world: World, client: Browser) -> None:
    """What was typed against one nominee does not stand in the form against another, nor on the receipt's pages."""
    period = world.round_two()
    here, other = (f"/periods/{period}/nominees/{each}/objection" for each in world.nominees[:2])
    page = client.to_check(here, facts="这段话只属于第一份表单，写的是另一个对象的事情，请予核查。")
    handle = page.path.removesuffix("/check").rsplit("/", 1)[1]
    assert "只属于第一份表单" in client.get(f"{here}/{handle}/check").source
    for place in (f"{other}/{handle}/facts", f"{other}/{handle}/check", f"/receipt/again/{handle}"):
        assert "只属于第一份表单" not in client.get(place).source
    refused = client.post("/receipt", {"code": "0000"})
    assert refused.status == 422
    assert client.get(f"{here}/{refused.path.rsplit('/', 1)[1]}").status == 200
