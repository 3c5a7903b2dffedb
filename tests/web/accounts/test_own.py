"""One's own account: duties after a login, password, second factor, active sessions."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.cases.states import Role
from app.models import Unit, User
from app.services.accounts import making
from app.services.shared.work import Work
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World, at, enrol

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the services are tested on both

GIVEN, CHOSEN = "correct horse battery", "a quiet morning by the lake"


@pytest.fixture(autouse=True)
def newcomers(world: World) -> None:
    """Accounts as the command line makes them: somebody else knows their passwords. The clerk concludes nothing."""
    places = {
        "clerk": (Role.AUDITOR, world.office),
        "worker": (Role.HANDLER, world.qilin),
        "leader": (Role.HEAD, world.qilin),
        "officer": (Role.OFFICE, world.office),
    }
    with world.database.writer() as session:
        for login, (role, unit) in places.items():
            unit_of = session.get_one(Unit, unit)
            making.add_user(Work(session, at("2026-09-14 Mon 09:00")), login, "新来的", role, unit_of, GIVEN)


def enter(client: Browser, login: str, password: str = GIVEN) -> Page:
    return client.post("/login", {"login": login, "password": password})


def choose(client: Browser, old: str = GIVEN, new: str = CHOSEN, repeated: str | None = None) -> Page:
    typed = {"password": old, "new_password": new, "repeated": new if repeated is None else repeated}
    return client.post("/account/password", typed)


def settled(client: Browser, login: str = "clerk") -> Browser:
    """Log in, with a password that its owner chose."""
    enter(client, login)
    choose(client)
    return client


def secret_on(page: Page) -> str:
    found = re.search(r'id="secret">([A-Z2-7 ]+)<', page.source)
    assert found
    return found[1].replace(" ", "")


def codes_on(page: Page) -> list[str]:
    return re.findall(r"\d{4}-\d{4}-\d{4}-\d{4}", page.source)


# --- before anything else ------------------------------------------------------------------------


def test_security_22_a_password_that_was_given_out_opens_one_page_only(
    world: World, client: Browser, clock: MovingClock
) -> None:
    case, _ = world.file(world.round_two(), world.nominees[2], "2026-09-18 Fri 08:00")
    clock.to("2026-09-19 Sat 09:00")  # a unit is shown a case when its day is over
    assert enter(client, "worker").headers["Location"] == "/desk/"
    before = world.everything()
    for path in ("/desk/", f"/desk/cases/{case}", "/account", "/account/second-factor", "/office/"):
        assert (client.get(path).status, client.get(path).headers["Location"]) == (303, "/account/password"), path
    for path in (f"/desk/cases/{case}/accept", "/account/sessions/end", "/account/second-factor"):
        assert client.post(path).headers["Location"] == "/account/password", path
    assert world.everything() == before
    page = client.get("/account/password")
    assert "现在的密码是别人给您的" in page.text
    assert not {"/desk/", "/account"} & set(page.links)  # no link or button that leads back here
    assert choose(client).headers["Location"] == "/desk/"
    with world.database.writer() as session:
        enrol(session, world.keyring, [session.scalars(select(User).where(User.login == "worker")).one()], clock.now)
        session.commit()
    assert client.get(f"/desk/cases/{case}").status == 200
    assert client.post("/logout").status == 303
    assert enter(client, "worker", GIVEN).status == 422
    assert client.follow(enter(client, "worker", CHOSEN)).status == 200


@pytest.mark.parametrize(("login", "home"), [("officer", "/office/"), ("leader", "/desk/"), ("worker", "/desk/")])
def test_security_22_whoever_can_conclude_sets_up_a_second_factor_before_anything_else(
    client: Browser, clock: MovingClock, login: str, home: str
) -> None:
    enter(client, login)
    assert client.follow(choose(client)).headers["Location"] == "/account/second-factor"
    for path in (home, "/desk/", "/account", "/account/recovery-codes"):
        assert client.get(path).headers["Location"] == "/account/second-factor", path
    assert client.post("/account/second-factor", {"password": GIVEN}).error_of("password")
    page = client.follow(client.post("/account/second-factor", {"password": CHOSEN}))
    secret = secret_on(page)
    assert client.get("/account/second-factor").source.count(f"secret={secret}") == 1  # shown again, not made anew
    assert client.post("/account/second-factor/confirm", {"code": "000000"}).error_of("code")
    assert client.get(home).status == 303
    done = client.post("/account/second-factor/confirm", {"code": pyotp.TOTP(secret).at(clock())})
    codes = codes_on(done)
    assert (done.status, len(codes), home in done.links) == (200, 10, True)
    assert client.get(home).status == 200
    # Shown once: on no later page, in no cookie.
    for path in ("/account", "/account/second-factor", "/account/recovery-codes"):
        assert not codes_on(client.get(path)), path
    assert not any(code in str(client.cookie()) for code in (*codes, secret))
    client.post("/logout")
    assert "/login/code" in enter(client, login, CHOSEN).headers["Location"]
    assert client.post("/login/code", {"code": codes[0]}).headers["Location"] == home
    assert "还有 9 个恢复码没有用过" in client.get("/account").text


def test_the_enrolment_page_keeps_to_the_content_security_policy(client: Browser) -> None:
    settled(client)
    page = client.follow(client.post("/account/second-factor", {"password": CHOSEN}))
    drawn = re.search(r"<svg.*?</svg>", page.source, re.DOTALL)
    assert drawn
    assert not re.search(r"style|<script|href|\son\w+=", drawn[0])
    assert page.headers["Cache-Control"] == "no-store"
    link = next(link for link in page.links if link.startswith("otpauth://totp/"))
    parsed = pyotp.parse_uri(link)
    assert (parsed.secret, parsed.name, parsed.issuer) == (secret_on(page), "clerk", "公示与异议处理")


# --- password ------------------------------------------------------------------------------------


def test_what_is_wrong_with_a_new_password_stands_beside_its_field(client: Browser) -> None:
    settled(client)
    for old, new, repeated, field, said in (
        ("", "", "", "password", "请输入现在的密码"),
        (CHOSEN, "", "", "new_password", "请输入新密码"),
        (CHOSEN, "three grey geese fly", "three grey geese", "repeated", "两次输入的新密码不一样"),
        (CHOSEN, "short", "short", "new_password", "密码至少要15个字符，现在是5个"),
        (CHOSEN, "clerkclerkclerkclerk", "clerkclerkclerkclerk", "new_password", "太容易被猜到"),
        (CHOSEN, CHOSEN, CHOSEN, "new_password", "新密码和现在的一样"),
        ("not it, not at all", "three grey geese fly", "three grey geese fly", "password", "现在的密码不对"),
    ):
        page = choose(client, old, new, repeated)
        assert page.status == 422
        assert said in page.error_of(field)
        assert not any(typed in page.source for typed in (old, new) if len(typed) > 5)
    for _ in range(4):
        choose(client, "not it, not at all", "three grey geese fly")
    page = choose(client, CHOSEN, "three grey geese fly")
    assert (page.status, page.headers["Retry-After"]) == (429, "60")
    assert "请在1分钟后再试" in page.error_of("password")


def test_security_24_a_new_password_ends_every_session_elsewhere(app: Flask) -> None:
    here, elsewhere = settled(Browser(app)), Browser(app)
    enter(elsewhere, "clerk", CHOSEN)
    assert elsewhere.get("/office/record").status == 200
    before = here.cookie()["_user_id"]
    assert choose(here, CHOSEN, "three grey geese fly").headers["Location"] == "/account"
    assert "密码已经修改" in here.get("/account").text
    assert here.cookie()["_user_id"] != before
    assert elsewhere.get("/office/record").status == 302


def test_a_password_written_when_the_session_is_gone_is_on_no_page(client: Browser) -> None:
    for path in ("/account/password", "/account/second-factor", "/account/recovery-codes"):
        typed = {"password": GIVEN, "new_password": CHOSEN, "repeated": CHOSEN, "code": "123456"}
        page = client.post(path, typed)
        assert page.status == 401
        assert not any(value in page.source for value in typed.values()), path


# --- second factor -------------------------------------------------------------------------------


def test_new_recovery_codes_want_the_password_and_replace_the_old(client: Browser, clock: MovingClock) -> None:
    settled(client)
    assert "没有启用" in client.get("/account").text
    refused = client.post("/account/recovery-codes", {"password": CHOSEN})  # without a second factor there are none
    assert (refused.status, codes_on(refused)) == (422, [])
    secret = secret_on(client.follow(client.post("/account/second-factor", {"password": CHOSEN})))
    first = codes_on(client.post("/account/second-factor/confirm", {"code": pyotp.TOTP(secret).at(clock())}))
    assert client.post("/account/recovery-codes", {"password": "not it, not at all"}).status == 422
    assert client.post("/account/recovery-codes").error_of("password") == "请输入现在的密码，确认是您本人。"
    second = codes_on(client.post("/account/recovery-codes", {"password": CHOSEN}))
    assert (len(first), len(second), set(first) & set(second)) == (10, 10, set())
    client.post("/logout")
    enter(client, "clerk", CHOSEN)
    assert client.post("/login/code", {"code": first[0]}).status == 422
    assert client.post("/login/code", {"code": second[0].replace("-", "")}).status == 303


def test_a_code_for_a_picture_that_is_too_old_says_so(client: Browser, clock: MovingClock) -> None:
    settled(client)
    secret = secret_on(client.follow(client.post("/account/second-factor", {"password": CHOSEN})))
    clock.forward(minutes=15)
    page = client.post("/account/second-factor/confirm", {"code": pyotp.TOTP(secret).at(clock())})
    assert page.status == 422
    assert "二维码已经过期，没有启用" in page.text


# --- where one is logged in ----------------------------------------------------------------------


def test_the_page_lists_ones_sessions_and_ends_the_others(
    app: Flask, staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    here = settled(Browser(app))
    clock.forward(minutes=20)
    elsewhere = Browser(app)
    enter(elsewhere, "clerk", CHOSEN)
    somebody_else = staff("handler")
    page = here.get("/account")
    assert page.source.count("登录（本机）") == 1
    for text in (
        "新来的",
        "clerk",
        "市评选工作组办公室",
        "监督员",
        "2026年9月18日 09:00",
        "2026年9月18日 09:20",
    ):
        assert text in page.text
    assert "/account" in page.links
    assert here.follow(here.post("/account/sessions/end")).text.count("已经退出其他1处登录") == 1
    assert [each.get("/account").status for each in (here, elsewhere, somebody_else)] == [200, 302, 200]
    assert "没有其他设备登录着" in here.follow(here.post("/account/sessions/end")).text
