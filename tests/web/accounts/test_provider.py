"""Login through an identity provider (OpenID Connect), against a real one on this machine (SECURITY 22, 24, 26)."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import requests
from flask import Flask
from oidc_provider_mock import User as Subject
from oidc_provider_mock import run_server_in_thread
from sqlalchemy import select, update

from app.models import StaffSession, User
from app.services.accounts import making
from app.services.shared.work import Work
from config import BadSettings, Settings
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import SECRET, World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # one row is written, under a lock

PORTAL = "http://127.0.0.1:8000"
MakeApp = Callable[..., Flask]
SUBJECTS = [
    Subject(sub=f"id-{login}", claims={"preferred_username": login})
    for login in ("auditor", "handler", "handler2", "nobody", "Auditor")
] + [
    Subject(sub="id-newcomer", claims={"preferred_username": "auditor"}),  # who was given a leaver's name
    Subject(sub="id-nameless"),
]


@contextmanager
def provider_with(**options: object) -> Iterator[str]:
    with run_server_in_thread(require_nonce=True, user_claims=SUBJECTS, **options) as server:  # type: ignore[arg-type]
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider_with() as address:
        yield address


@pytest.fixture
def make(world: World, make_app: MakeApp, issuer: str) -> Callable[..., Flask]:
    def make(**settings: object) -> Flask:
        given = {"oidc_issuer": issuer, "oidc_client_id": "gongshi", "oidc_client_secret": "a secret"}
        return make_app(**(given | settings))

    return make


@pytest.fixture
def app(make: Callable[..., Flask]) -> Flask:
    return make()


def at_provider(browser: Browser, subject: str, target: str = "") -> str:
    """Go to the provider, log in there as `subject`; returns the address to which it leads back."""
    away = browser.get(f"/login/oidc?next={target}")
    assert away.status == 302, away.text
    answer = requests.post(away.headers["Location"], data={"sub": subject}, allow_redirects=False, timeout=30)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix(PORTAL)


def through(browser: Browser, subject: str, target: str = "") -> Page:
    return browser.get(at_provider(browser, subject, target))


def said(browser: Browser, page: Page) -> str:
    """What the login page says to whom it refused; the password's fields are there."""
    assert (page.status, page.headers["Location"]) == (303, "/login")
    shown = browser.get("/login")
    assert "password" in shown.form("/login").fields
    assert browser.get("/desk/").status == 302
    return shown.text


def subject_of(world: World, login: str) -> str | None:
    with world.database.reader() as session:
        return session.scalars(select(User.provider_subject).where(User.login == login)).one()


# --- coming in -----------------------------------------------------------------------------------


def test_security_24_a_known_person_comes_in_with_a_fresh_session_and_is_bound(world: World, client: Browser) -> None:
    assert "用统一身份认证登录" in client.get("/login").text
    rows = len(world.acts())
    page = through(client, "id-auditor", "/office/record?page=2")
    assert (page.status, page.headers["Location"]) == (303, "/office/record?page=2")
    assert client.get("/office/record").status == 200
    assert [action for _, action, _ in world.acts(rows)] == ["user.bound", "user.logged_in"]
    assert "id-auditor" not in " ".join(" ".join(row) for row in world.everything().values())  # a keyed hash alone
    first = client.cookie()["_user_id"]
    client.post("/logout")
    assert through(client, "id-auditor").status == 303
    assert client.cookie()["_user_id"] != first
    assert [action for _, action, _ in world.acts(rows)].count("user.bound") == 1


def test_security_22_the_second_factor_is_asked_for_as_after_the_password(
    world: World, client: Browser, clock: MovingClock
) -> None:
    page = through(client, "id-handler", "/programmes/")
    assert page.headers["Location"] == "/login/code?next=/programmes/"
    assert client.get("/desk/").status == 302
    form = client.follow(page).form("/login/code")
    assert client.send(form, code="000000").status == 422
    assert subject_of(world, "handler") is None  # nothing is bound before somebody is in
    entered = client.send(form, code=pyotp.TOTP(SECRET).at(clock()))
    assert (entered.status, entered.headers["Location"]) == (303, "/programmes/")
    assert client.get("/desk/").status == 200
    assert subject_of(world, "handler") is not None


def test_roles_and_duties_stay_the_portals(world: World, client: Browser) -> None:
    with world.database.writer() as session:
        making.reset(Work(session, at("2026-09-18 Fri 09:00")), "auditor", "a heron over 9 rice fields")
    assert through(client, "id-auditor").status == 303
    assert client.get("/office/record").headers["Location"] == "/account/password"  # the handed-out one goes first


# --- not coming in -------------------------------------------------------------------------------


def test_who_is_not_known_here_is_refused_in_one_sentence_and_no_account_is_made(world: World, client: Browser) -> None:
    now = at("2026-09-01 Tue 09:00")
    with world.database.writer() as session:
        session.execute(update(User).where(User.login == "handler2").values(disabled_at=now))
        session.commit()
    rows, people = len(world.acts()), world.everything()["users"]
    sentences = {
        said(client, through(client, subject)) for subject in ("id-nobody", "id-handler2", "id-Auditor", "id-nameless")
    }
    assert len(sentences) == 1
    assert "身份已经核实，但是这里没有对得上、能用的账号" in sentences.pop()
    with world.database.writer() as session:  # a handed-out password that expired
        values = {"password_expires_at": now, "must_change_password": True}
        session.execute(update(User).where(User.login == "auditor").values(**values))
        session.commit()
    assert "没有对得上" in said(client, through(client, "id-auditor"))
    assert {action for _, action, _ in world.acts(rows)} == {"user.login_failed"}
    assert len(world.everything()["users"]) == len(people)


def test_a_name_that_the_provider_gives_to_somebody_else_later_opens_nothing(world: World, client: Browser) -> None:
    assert through(client, "id-auditor").status == 303
    client.post("/logout")
    assert "没有对得上" in said(client, through(client, "id-newcomer"))
    with world.database.writer() as session:  # the person's login is another now; the subject still opens the account
        session.execute(update(User).where(User.login == "auditor").values(login="auditor1"))
        session.commit()
    assert through(client, "id-auditor").headers["Location"] == "/office/record"
    client.post("/logout")
    with world.database.writer() as session:
        session.execute(update(User).where(User.login == "auditor1").values(login="auditor"))
        session.commit()
        making.reset(Work(session, at("2026-09-18 Fri 09:00")), "auditor", "a heron over 9 rice fields")
    assert through(client, "id-newcomer").headers["Location"] == "/office/record"  # a reset begins anew


def test_security_24_what_did_not_begin_in_this_browser_or_was_used_is_refused(
    world: World, app: Flask, client: Browser
) -> None:
    back = at_provider(client, "id-auditor")
    stranger = Browser(app)
    assert "没有通过统一身份认证登录" in said(stranger, stranger.get(back))
    assert client.get(back).status == 303
    client.post("/logout")
    assert "没有通过统一身份认证登录" in said(client, client.get(back))  # the same answer once more
    for query in ("", "?code=x", "?state=x&code=x", "?error=access_denied", "?code=x&state=" + "x" * 5000):
        assert "没有通过统一身份认证登录" in said(client, client.get(f"/login/oidc/back{query}"))
    back = at_provider(client, "id-auditor")
    [key] = [key for key in client.cookie() if key.startswith("_state_provider_")]
    state = client.cookie()[key]
    client.write_session(**{key: state | {"data": state["data"] | {"nonce": "of another login"}}})
    assert "没有通过统一身份认证登录" in said(client, client.get(back))
    back = at_provider(client, "id-auditor")
    [key] = [key for key in client.cookie() if key.startswith("_state_provider_")]
    client.write_session(**{key: client.cookie()[key]})  # as it was: only the nonce made the difference
    assert client.get(back).headers["Location"] == "/office/record"


def test_security_26_the_way_there_has_pkce_state_and_nonce_and_leads_to_nobody_else(
    client: Browser, issuer: str
) -> None:
    for _ in range(5):
        away = client.get("/login/oidc", x_forwarded_host="evil.example").headers["Location"]
    assert away.startswith(f"{issuer}/oauth2/authorize?")
    asked = parse_qs(urlsplit(away).query)
    assert (asked["code_challenge_method"], asked["redirect_uri"]) == (["S256"], [f"{PORTAL}/login/oidc/back"])
    assert {"code_challenge", "state", "nonce"} <= asked.keys()
    assert len([key for key in client.cookie() if key.startswith("_state_")]) == 1  # the cookie does not grow
    for target in ("//evil.example", "https://evil.example/", "/\\evil.example"):
        assert through(client, "id-auditor", target).headers["Location"] == "/office/record"
        client.post("/logout")


# --- clocks, and a provider that is down ----------------------------------------------------------


@pytest.mark.parametrize(("seconds", "comes_in"), [(-60, True), (-300, False)])
def test_clocks_may_differ_by_two_minutes(make: Callable[..., Flask], seconds: int, comes_in: bool) -> None:
    """The provider's token is over by this much when it comes."""
    with provider_with(access_token_max_age=dt.timedelta(seconds=seconds)) as skewed:
        client = Browser(make(oidc_issuer=skewed))
        page = through(client, "id-auditor")
        if comes_in:
            assert page.headers["Location"] == "/office/record"
        else:
            assert "没有通过统一身份认证登录" in said(client, page)


@contextmanager
def pretending(status: int = 200, **changes: object) -> Iterator[str]:
    """A server that says it is a provider, and says it wrongly."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            own = f"http://localhost:{self.server.server_port}"  # type: ignore[attr-defined]
            said = {
                "issuer": own,
                "authorization_endpoint": f"{own}/a",
                "token_endpoint": f"{own}/t",
                "jwks_uri": f"{own}/j",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
            self.send_response(status)
            self.send_header("Location", "http://localhost:1/")
            self.end_headers()
            self.wfile.write(json.dumps(said | changes).encode())

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("localhost", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": 500},
        {"status": 302},
        {"issuer": "http://localhost:1"},
        {"authorization_endpoint": "https://evil.example/a"},
        {"token_endpoint": "http://evil.example/t"},
        {"end_session_endpoint": "https://evil.example/out"},
        {"jwks_uri": 7},
        {"id_token_signing_alg_values_supported": ["none", "HS256"]},
    ],
)
def test_a_provider_that_is_down_or_names_other_hosts_is_not_followed(
    make: Callable[..., Flask], wrong: dict[str, object]
) -> None:
    with pretending(**wrong) as address:  # type: ignore[arg-type]
        client = Browser(make(oidc_issuer=address))
        assert "统一身份认证现在连不上。请用登录名和密码登录" in said(client, client.get("/login/oidc"))


def test_the_password_way_works_while_the_provider_is_down(world: World, make: Callable[..., Flask]) -> None:
    with provider_with() as gone:
        app = make(oidc_issuer=gone, oidc_name="市统一身份认证")
        half_way = Browser(app)
        back = at_provider(half_way, "id-auditor")
    assert "市统一身份认证现在连不上" in said(half_way, half_way.get(back))  # it went away in between
    with world.database.writer() as session:
        making.reset(Work(session, at("2026-09-18 Fri 09:00")), "auditor", "a heron over 9 rice fields")
    client = Browser(app)
    entered = client.post("/login", {"login": "auditor", "password": "a heron over 9 rice fields"})
    assert (entered.status, entered.headers["Location"]) == (303, "/office/record")
    never_there = Browser(make(oidc_issuer="http://localhost:1"))
    assert "现在连不上" in said(never_there, never_there.get("/login/oidc"))


# --- going out -----------------------------------------------------------------------------------


def test_logging_out_logs_out_there_too_where_the_session_began_there(
    world: World, app: Flask, client: Browser, issuer: str
) -> None:
    through(client, "id-auditor")
    out = client.post("/logout")
    address = urlsplit(out.headers["Location"])
    assert (out.status, f"{address.scheme}://{address.netloc}{address.path}") == (303, f"{issuer}/oauth2/end_session")
    asked = parse_qs(address.query)
    assert (asked["post_logout_redirect_uri"], asked["client_id"]) == ([f"{PORTAL}/login"], ["gongshi"])
    assert client.get("/office/record").status == 302
    with world.database.reader() as session:
        assert all(row.ended_at is not None for row in session.scalars(select(StaffSession)))
    with_password = Browser(app).sign_in(world.people["auditor"])
    assert with_password.post("/logout").headers["Location"] == "/login"
    # The button is a form, and a browser follows its redirect only where the policy names the host.
    policy = client.get("/login").headers["Content-Security-Policy"]
    assert f"form-action 'self' {issuer};" in policy


def test_without_the_setting_there_is_no_such_way(make_app: MakeApp, world: World) -> None:
    client = Browser(make_app())
    page = client.get("/login")
    assert "身份认证" not in page.text
    assert "form-action 'self';" in page.headers["Content-Security-Policy"]
    assert client.get("/login/oidc").status == client.get("/login/oidc/back").status == 404


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"oidc_issuer": "http://id.example.org"}, "GONGSHI_OIDC_ISSUER 应是以 https:// 开头的地址"),
        ({"oidc_issuer": "https://id.example.org/?x=1"}, "GONGSHI_OIDC_ISSUER"),
        ({"oidc_issuer": "https://me@id.example.org"}, "GONGSHI_OIDC_ISSUER"),
        ({"oidc_issuer": "https://id.example.org", "oidc_client_id": ""}, "还要设置 GONGSHI_OIDC_CLIENT_ID"),
        ({"oidc_issuer": "https://id.example.org", "oidc_scope": "profile"}, "GONGSHI_OIDC_SCOPE 里要有 openid"),
    ],
)
def test_settings_that_cannot_be_sound_are_refused(database: object, given: dict[str, str], words: str) -> None:
    with pytest.raises(BadSettings, match=words.replace("?", r"\?")):
        Settings(**({"oidc_client_id": "gongshi"} | given))
    Settings(oidc_issuer="https://id.example.org/realms/city/", oidc_client_id="gongshi")
