"""Coming in and going out: the same answer for every failure, no way to another host, sessions that die at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from sqlalchemy import update

from app.domain.cases import Role
from app.models import Unit, User
from app.services import accounts
from tests.web.browsing import Browser, Page
from tests.world import World, at

PASSWORD = "correct horse battery"
HOMES = {Role.OFFICE: "/office/", Role.HANDLER: "/desk/", Role.AUDITOR: "/office/record"}


@pytest.fixture
def people(world: World) -> dict[Role, str]:
    """Accounts with a password, by role."""
    with world.database.writer() as session:
        for role in HOMES:
            unit = session.get_one(Unit, world.qilin if role is Role.HANDLER else world.office)
            accounts.add_user(session, f"new-{role}", "新来的", role, unit, PASSWORD, at("2026-09-01 Tue 09:00"))
    return {role: f"new-{role}" for role in HOMES}


def change(world: World, login: str, **values: object) -> None:
    with world.database.writer() as session:
        session.execute(update(User).where(User.login == login).values(**values))
        session.commit()


def enter(client: Browser, login: str, password: str = PASSWORD, target: str = "") -> Page:
    return client.post("/login", {"login": login, "password": password, "next": target})


def test_every_failure_has_the_same_answer_and_stands_on_the_record(
    world: World, client: Browser, people: dict[Role, str]
) -> None:
    change(world, people[Role.AUDITOR], disabled_at=at("2026-09-02 Wed 09:00"))
    rows = len(world.acts())
    answers = set()
    for login, password in (
        (people[Role.HANDLER], "wrong password here"),
        ("unknown", PASSWORD),
        (people[Role.AUDITOR], PASSWORD),  # disabled
        ("' OR 1=1 --", PASSWORD),
        (people[Role.HANDLER], "x" * 5000),
    ):
        page = enter(client, login, password)
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


def test_each_role_comes_to_its_own_work_with_a_fresh_session(
    world: World, client: Browser, people: dict[Role, str]
) -> None:
    for role, home in HOMES.items():
        comes_and_goes(client, people[role], home)


def comes_and_goes(client: Browser, login: str, home: str) -> None:
    client.write_session(follow={"objection": 1, "until": 0}, planted="before the login")
    page = enter(client, login)
    assert (page.status, page.headers["Location"]) == (303, home)
    assert client.follow(page).status == 200
    assert client.cookie().keys() <= {"_user_id", "_fresh", "_permanent", "_id", "csrf_token"}
    cookie = page.headers["Set-Cookie"]
    assert all(flag in cookie for flag in ("HttpOnly", "SameSite=Lax", "Path=/"))
    assert client.get("/login").headers["Location"] == home
    out = client.post("/logout")
    assert (out.status, out.headers["Location"]) == (303, "/login")
    assert client.get(home).status == 302
    assert client.cookie() == {}


def test_the_cookie_is_bound_to_its_host_where_tls_is_spoken(make_app: Callable[..., object]) -> None:
    cookie = Browser(make_app(secure_cookies=True)).get("/login").headers["Set-Cookie"]  # type: ignore[arg-type] # a Flask
    assert cookie.startswith("__Host-gongshi=")
    assert all(flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
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
    "http:evil.example",
    " //evil.example",
    "evil.example",
)


def test_a_login_leads_to_addresses_of_ours_only(world: World, client: Browser, people: dict[Role, str]) -> None:
    for target in ELSEWHERE:
        assert "next" not in client.get(f"/login?next={quote(target)}").form("/login").fields, target
    for target, leads in (("//evil.example", "/desk/"), ("/desk/cases/1?a=b", "/desk/cases/1?a=b")):
        assert enter(client, people[Role.HANDLER], target=target).headers["Location"] == leads
        client.post("/logout")


def test_a_disabled_account_and_a_changed_right_end_every_session_at_once(
    world: World, client: Browser, people: dict[Role, str]
) -> None:
    login = people[Role.HANDLER]
    for change_of in ({"session_epoch": 1}, {"disabled_at": at("2026-09-18 Fri 09:00")}):
        enter(client, login)
        assert client.get("/desk/").status == 200
        change(world, login, **change_of)
        assert client.get("/desk/").status == 302
        assert client.post("/desk/cases/1/note", {"text": "写了一半"}).status == 401
    assert enter(client, login).status == 422


def test_a_forged_host_changes_no_link(world: World, client: Browser, people: dict[Role, str]) -> None:
    period = world.round_two()
    for path in ("/", "/login", f"/periods/{period}", f"/periods/{period}/nominees/1/objection", "/nowhere", "/desk/"):
        for header in ({"host": "evil.example"}, {"x_forwarded_host": "evil.example"}, {"x_forwarded_proto": "gopher"}):
            page = client.get(path, **header)
            assert "evil.example" not in page.source + str(page.headers), path
            assert "gopher" not in page.source + str(page.headers), path
    assert enter(client, people[Role.OFFICE], target="/office/").headers["Location"] == "/office/"
