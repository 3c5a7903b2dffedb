"""Login and logout: one answer for every failure, no redirect to another host, sessions that end at once."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from urllib.parse import quote

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.domain.cases.states import Role
from app.models import SecondFactor, StaffSession, Unit, User
from app.services.accounts import making
from app.services.shared.work import Work
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import SECRET, World, at, enrol

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the services are tested on both

PASSWORD = "correct horse battery"
HOMES = {Role.OFFICE: "/office/", Role.HANDLER: "/desk/", Role.AUDITOR: "/office/record"}
HANDLER, OFFICE, AUDITOR = (f"new-{role}" for role in (Role.HANDLER, Role.OFFICE, Role.AUDITOR))


@pytest.fixture(autouse=True)
def people(world: World) -> None:
    """Accounts with a password of their own; those that can conclude with a second factor too."""
    now = at("2026-09-01 Tue 09:00")
    with world.database.writer() as session:
        for role in HOMES:
            unit = session.get_one(Unit, world.qilin if role is Role.HANDLER else world.office)
            user = making.add_user(
                Work(session, now), f"new-{role}", "新来的", role, unit, PASSWORD, must_change_password=False
            )
            if role is not Role.AUDITOR:
                enrol(session, world.keyring, [user], now)
        session.commit()


def change(world: World, login: str, **values: object) -> None:
    with world.database.writer() as session:
        session.execute(update(User).where(User.login == login).values(**values))
        session.commit()


def enter(client: Browser, login: str, password: str = PASSWORD, target: str = "") -> Page:
    """Name and password, and the code where one is asked for: as if time had passed since the last one was used."""
    page = client.post("/login", {"login": login, "password": password, "next": target})
    if page.status == 303 and "/login/code" in page.headers["Location"]:
        clock = client.app.extensions["portal"].clock
        with client.app.extensions["portal"].database.writer() as writing:
            writing.execute(update(SecondFactor).values(last_step=0))
            writing.commit()
        form = client.follow(page).form("/login/code")
        return client.send(form, code=pyotp.TOTP(SECRET).at(clock()))
    return page


# --- failures ------------------------------------------------------------------------------------


def test_security_23_every_failure_has_the_same_answer_and_stands_on_the_record(world: World, client: Browser) -> None:
    change(world, AUDITOR, disabled_at=at("2026-09-02 Wed 09:00"))
    rows = len(world.acts())
    answers = set()
    for login, password in (
        (HANDLER, "wrong password here"),
        (OFFICE, "wrong password here"),  # with a second factor: no word of it
        ("unknown", PASSWORD),
        (AUDITOR, PASSWORD),  # disabled
        ("' OR 1=1 --", PASSWORD),
        (HANDLER, "x" * 5000),
    ):
        page = client.post("/login", {"login": login, "password": password})
        assert page.status == 422
        assert page.error_of("password") == "登录名或者密码不对，请重新输入。"
        assert password not in page.source
        answers.add(re.sub(r'value="[^"]*"', "", page.source))
        assert client.get("/desk/").status == 302
    assert len(answers) == 1
    assert {action for _, action, _ in world.acts(rows)} == {"user.login_failed"}
    subjects = [subject for _, _, subject in world.acts(rows)]
    assert subjects.count("user:unknown") == 2  # a mistyped name may be a password: only the number is kept
    assert enter(client, "", "").error_of("login") == "请输入登录名。"


def test_security_23_who_must_wait_is_told_how_long_and_never_whether_there_is_an_account(
    app: Flask, clock: MovingClock
) -> None:
    answers = set()
    for login, password in ((HANDLER, PASSWORD), (OFFICE, PASSWORD), ("unknown", PASSWORD), (AUDITOR, "not it")):
        client = Browser(app, address=f"198.51.100.{len(login)}")
        for _ in range(5):
            assert client.post("/login", {"login": login, "password": "wrong"}).status == 422
        page = client.post("/login", {"login": login, "password": password})
        assert (page.status, page.headers["Retry-After"]) == (429, "60")
        assert page.error_of("password") == "连续多次没有输对，请在1分钟后再试。"
        assert (page.form("/login").fields["login"], password in page.source) == (login, False)
        answers.add(re.sub(r'value="[^"]*"', "", page.source))
    assert len(answers) == 1
    assert enter(Browser(app), "another", "wrong").status == 422  # nobody else waits
    clock.forward(seconds=60)
    assert enter(Browser(app), HANDLER).status == 303


def test_security_23_a_stranger_who_keeps_failing_keeps_nobody_out_of_their_own_computer(
    app: Flask, clock: MovingClock
) -> None:
    own = Browser(app, address="203.0.113.1")
    assert enter(own, HANDLER).status == 303
    own.post("/logout")
    stranger = Browser(app)
    for _ in range(20):
        stranger.post("/login", {"login": HANDLER, "password": "wrong"})
        clock.forward(seconds=61)
    assert enter(Browser(app, address="203.0.113.2"), HANDLER).status == 429
    assert enter(own, HANDLER).status == 303
    # The mark of one person does nothing for another, nor does one that we did not sign.
    for forged in (own.client.get_cookie("gongshi-known").value, "WzUsIngiXQ.forged", "", "x"):
        stranger.client.set_cookie("gongshi-known", forged)
        assert enter(stranger, AUDITOR, "wrong").status == 422
    assert [enter(stranger, AUDITOR, "wrong").status for _ in range(2)] == [422, 429]


def test_an_office_behind_one_address_comes_in_together_at_nine(make_app: Callable[..., Flask]) -> None:
    app = make_app(limit_login="3/minute")
    assert [enter(Browser(app), HANDLER).status for _ in range(6)] == [303] * 6
    assert [enter(Browser(app), "unknown", "wrong").status for _ in range(4)] == [422] * 3 + [429]


# --- coming in -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", HOMES)
def test_security_24_each_role_comes_to_its_own_work_with_a_fresh_session(client: Browser, role: Role) -> None:
    client.write_session(follow={"objection": 1, "until": 0}, planted="before the login", _user_id="planted")
    page = enter(client, f"new-{role}")
    assert (page.status, page.headers["Location"]) == (303, HOMES[role])
    assert client.follow(page).status == 200
    assert client.cookie().keys() <= {"_user_id", "_fresh", "_permanent", "_id", "csrf_token"}
    assert client.cookie()["_user_id"] != "planted"
    assert client.get("/login").headers["Location"] == HOMES[role]
    out = client.post("/logout")
    assert (out.status, out.headers["Location"]) == (303, "/login")
    assert client.get(HOMES[role]).status == 302
    assert client.cookie() == {}


@pytest.mark.parametrize("when", ["2026-09-18 Fri 12:00", "2031-01-06 Mon 12:00"])
def test_the_cookie_of_a_login_ends_twelve_hours_later_by_the_portals_clock(
    client: Browser, clock: MovingClock, when: str
) -> None:
    clock.to(when)
    cookies = enter(client, HANDLER).headers.getlist("Set-Cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("gongshi="))
    expires = parsedate_to_datetime(re.search("Expires=([^;]+)", session)[1])  # type: ignore[index] # it has one
    assert expires == at(when) + dt.timedelta(hours=12)


def test_security_22_the_office_gets_nowhere_with_a_password_alone(client: Browser, clock: MovingClock) -> None:
    page = client.post("/login", {"login": OFFICE, "password": PASSWORD, "next": "/office/cases"})
    assert page.headers["Location"] == "/login/code?next=/office/cases"
    assert client.get("/office/").status == 302
    asked = client.follow(page)
    for wrong in ("000000", "", "abc", pyotp.TOTP(SECRET).at(clock() - dt.timedelta(minutes=1))):
        answer = client.send(asked.form("/login/code"), code=wrong)
        assert (answer.status, answer.headers.get("Location")) == (422, None)
        assert answer.error_of("code")
        assert client.get("/office/").status == 302
    right = pyotp.TOTP(SECRET).at(clock())
    assert client.send(asked.form("/login/code"), code=right).headers["Location"] == "/office/cases"
    client.post("/logout")
    client.post("/login", {"login": OFFICE, "password": PASSWORD})
    assert "已经用过" in client.post("/login/code", {"code": right}).error_of("code")


def test_who_takes_too_long_with_the_code_begins_again(client: Browser, clock: MovingClock) -> None:
    client.post("/login", {"login": OFFICE, "password": PASSWORD, "next": "/office/cases"})
    clock.forward(minutes=5)
    assert client.get("/login/code").headers["Location"] == "/login"
    code = pyotp.TOTP(SECRET).at(clock())
    again = client.post("/login/code", {"code": code, "next": "/office/cases"})
    assert again.headers["Location"] == "/login?next=/office/cases"
    page = client.follow(again)
    assert "输入密码后过了太久，请重新登录。" in page.text
    assert client.send(page.form("/login"), login=OFFICE, password=PASSWORD).status == 303
    assert Browser(client.app).post("/login/code", {"code": code}).headers["Location"] == "/login"


def test_in_a_demonstration_a_password_is_enough(make_app: Callable[..., Flask], world: World) -> None:
    with world.database.writer() as session:
        office = session.get_one(Unit, world.office)
        making.add_user(
            Work(session, at("2026-09-01 Tue 09:00")),
            "tries",
            "试用者",
            Role.OFFICE,
            office,
            PASSWORD,
            must_change_password=False,
        )
    for demonstration, leads, answer in ((False, "/account/second-factor", 303), (True, "/office/", 200)):
        client = Browser(make_app(demonstration=demonstration))
        page = client.follow(enter(client, "tries"))
        assert (page.status, page.headers.get("Location", page.path)) == (answer, leads)
    assert "这是演示：二次验证对所有账号都不作要求" in client.get("/account").text


# --- sessions ------------------------------------------------------------------------------------


def test_security_24_a_stolen_cookie_is_worth_nothing_after_logout(app: Flask) -> None:
    owner, thief = Browser(app), Browser(app, address="203.0.113.66")
    enter(owner, HANDLER)
    stolen = owner.client.get_cookie("gongshi").value
    thief.client.set_cookie("gongshi", stolen)
    assert thief.get("/desk/").status == 200
    owner.post("/logout")
    thief.client.set_cookie("gongshi", stolen)
    assert thief.get("/desk/").status == 302
    assert thief.post("/logout").status == 401


def test_security_24_every_login_has_a_session_of_its_own(world: World, client: Browser) -> None:
    tokens = []
    for _ in range(2):  # the second without having left
        enter(client, HANDLER)
        tokens.append(client.cookie()["_user_id"])
    assert tokens[0] != tokens[1]
    client.write_session(_user_id=tokens[0])
    assert client.get("/desk/").status == 302
    with world.database.reader() as session:
        assert not set(session.scalars(select(StaffSession.token_hash))) & set(tokens)


def test_security_24_half_an_hour_without_a_page_and_twelve_hours_in_any_case(
    client: Browser, clock: MovingClock
) -> None:
    begun = clock.now
    enter(client, HANDLER)
    clock.forward(minutes=29, seconds=59)
    assert client.get("/desk/").status == 200
    clock.forward(minutes=30)
    assert client.get("/desk/").status == 302
    enter(client, HANDLER)
    clock.to(begun)
    clock.forward(hours=20)
    begun = clock.now
    enter(client, HANDLER)
    for _ in range(28):
        clock.forward(minutes=25)
        assert client.get("/desk/").status == 200
    clock.to(begun)
    clock.forward(hours=12)
    assert client.get("/desk/").status == 302


def test_security_24_a_disabled_account_and_a_changed_right_end_every_session_at_once(
    world: World, client: Browser
) -> None:
    for change_of in ({"session_epoch": 1}, {"disabled_at": at("2026-09-18 Fri 09:00")}):
        enter(client, HANDLER)
        assert client.get("/desk/").status == 200
        change(world, HANDLER, **change_of)
        assert client.get("/desk/").status == 302
        assert client.post("/desk/cases/1/note", {"text": "写了一半"}).status == 401
    assert enter(client, HANDLER).status == 422


def test_what_was_written_while_the_session_fell_asleep_is_sent_after_all(
    world: World, client: Browser, clock: MovingClock
) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], "2026-09-18 Fri 08:00")
    clock.to("2026-09-19 Sat 09:00")  # a unit is shown a case when its day is over
    enter(client, HANDLER)
    note = client.get(f"/desk/cases/{case}").form("/note")
    text = "走访群众五名，均说属实，另有施工记录三卷可以核对，明天上午再去一次。"
    clock.forward(minutes=31)
    page = client.send(note, text=text)
    assert (page.status, page.form("/note").fields["text"]) == (401, text)
    enter(client, HANDLER)  # in another window
    page = client.send(page.form("/note"))
    if page.status == 400:  # the form was an earlier session's: once more, with the text on it
        assert page.form("/note").fields["text"] == text
        page = client.send(page.form("/note"))
    assert page.status == 303
    assert text in client.follow(page).text


def test_only_pages_of_the_staff_keep_a_session_awake_and_once_a_minute(
    world: World, client: Browser, clock: MovingClock
) -> None:
    def last_seen() -> object:
        with world.database.reader() as session:
            return session.scalar(select(func.max(StaffSession.last_seen_at)))

    enter(client, HANDLER)
    began = clock.now
    found = []
    for seconds, path in (
        (59, "/desk/"),
        (600, "/"),
        (600, "/login"),
        (600, "/receipt"),
        (660, "/desk/"),
        (700, "/desk/"),
    ):
        clock.to(began)
        clock.forward(seconds=seconds)
        client.get(path)
        found.append((last_seen() - began).total_seconds())  # type: ignore[operator] # an instant: somebody is in
    assert found == [0, 0, 0, 0, 660, 660]


# --- cookies, links, hosts -----------------------------------------------------------------------


def test_security_25_the_cookies_are_bound_to_their_host_where_tls_is_spoken(make_app: Callable[..., Flask]) -> None:
    for secure in (False, True):
        client = Browser(make_app(secure_cookies=secure))
        page = client.get("/login")
        first = page.headers["Set-Cookie"]
        form = page.form("/login")
        entered = client.open(form.action, method="POST", data=form.fields | {"login": AUDITOR, "password": PASSWORD})
        assert entered.status_code == 303
        session, known = sorted(entered.headers.getlist("Set-Cookie"), key=lambda cookie: "known" in cookie)
        prefix = "__Host-" if secure else ""
        assert first.startswith(f"{prefix}gongshi=")
        assert session.startswith(f"{prefix}gongshi=")
        assert known.startswith(f"{prefix}gongshi-known=")
        for cookie in (first, session, known):
            parts = set(cookie.split("; "))
            assert parts >= {"HttpOnly", "Path=/"}
            assert ("Secure" in parts) is secure
            assert parts & {"SameSite=Lax", "SameSite=Strict"}
            assert "Domain" not in cookie


ELSEWHERE = (
    "//evil.example",
    "https://evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "///evil.example",
    "//[",
    "http:evil.example",
    " //evil.example",
    "evil.example",
)


def test_security_26_a_login_leads_to_addresses_of_ours_only(client: Browser) -> None:
    for target in ELSEWHERE:
        assert "next" not in client.get(f"/login?next={quote(target)}").form("/login").fields, target
    for login, home in ((HANDLER, "/desk/"), (OFFICE, "/office/")):
        for target, leads in (("//evil.example", home), ("/desk/cases/1?a=b", "/desk/cases/1?a=b")):
            if login == OFFICE:
                client.app.extensions["portal"].clock.forward(seconds=30)  # a code counts once
            assert enter(client, login, target=target).headers["Location"] == leads
            client.post("/logout")
    client.post("/login", {"login": OFFICE, "password": PASSWORD})
    for target in ELSEWHERE:
        assert "next" not in client.get(f"/login/code?next={quote(target)}").form("/login/code").fields, target


FORGED = (
    {"host": "evil.example"},
    {"x_forwarded_host": "evil.example"},
    {"x_forwarded_proto": "gopher"},
    {"forwarded": "host=evil.example;proto=gopher"},
    {"x_forwarded_prefix": "/evil.example"},
)


def test_security_26_a_forged_host_changes_no_link_and_no_redirect(world: World, app: Flask) -> None:
    period = world.round_two()
    for header in FORGED:
        client = Browser(app)
        pages = [
            client.get(path, **header)
            for path in ("/", "/login", f"/periods/{period}", f"/periods/{period}/nominees/1/objection", "/nowhere")
        ]
        form = client.get("/login", **header).form("/login").fields  # its cookie is the forged host's
        sent = form | {"login": AUDITOR, "password": PASSWORD, "next": "/desk/"}
        entered = client.post("/login", sent, csrf=False, **header)
        assert (entered.status, entered.headers["Location"]) == (303, "/desk/")
        pages.append(client.get("/account", **header))
        out = client.post("/logout", pages[-1].form("/logout").fields, csrf=False, **header)
        redirects = [out, client.get("/desk/", **header), client.get("/account", **header)]
        for page in (*pages, entered, *redirects):
            assert "evil.example" not in page.source + str(page.headers), (header, page.path)
            assert "gopher" not in page.source + str(page.headers), (header, page.path)
        for page in redirects:
            assert page.headers["Location"].startswith("/login"), header
