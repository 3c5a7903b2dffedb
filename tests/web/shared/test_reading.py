"""大字版 and 高对比: chosen without login and without a script, obeyed by every page, kept apart in memory."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask

from app.web.shared.reading import value_in
from tests.web.browsing import Browser
from tests.web.shared.test_page_cache import only_from_memory
from tests.world import World

CHOICES = {  # the cookie, the attributes of the page's root
    "": "",
    "large": ' data-text="large"',
    "contrast": ' data-contrast="high"',
    "large-contrast": ' data-text="large" data-contrast="high"',
}


def root(source: str) -> str:
    found = re.search(r'<html lang="zh-CN"([^>]*)>', source)
    assert found is not None
    return found[1]


def test_a_reader_chooses_without_a_script_and_comes_back(world: World, client: Browser) -> None:
    path = f"/periods/{world.round_two()}?kind=individual"
    steps = (("text", "large", "large"), ("contrast", "high", "large-contrast"), ("text", "normal", "contrast"))
    for pressed, value, left in (*steps, ("contrast", "normal", "")):
        form = client.get(path).form("/reading")
        answer = client.open(form.action, method="POST", data=form.fields | {pressed: value})
        assert (answer.status_code, answer.headers["Location"]) == (303, path)
        assert root(client.get(path).source) == CHOICES[left]


def test_every_choice_is_in_the_first_byte_of_every_page(world: World, app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    period = world.round_two()
    for path in ("/", f"/periods/{period}", f"/periods/{period}?name=x", "/receipt", "/login", "/privacy", "/nowhere"):
        for value, attributes in CHOICES.items():
            page = client.open(path, headers={"Cookie": f"gongshi-reading={value}"})
            assert root(page.text) == attributes, (path, value)


def test_a_page_in_memory_is_one_of_four_whatever_stands_in_the_cookie(world: World, app: Flask) -> None:
    client, path = app.test_client(use_cookies=False), f"/periods/{world.round_two()}"
    memory = app.extensions["hot_pages"]
    tags = {}
    for value in CHOICES:
        tags[value] = client.open(path, headers={"Cookie": f"gongshi-reading={value}"}).headers["ETag"]
    assert len(set(tags.values())) == len(memory.keys) == 4
    only_from_memory(app)
    for value, attributes in CHOICES.items():
        for cookie in (f"gongshi-reading={value}", f"a=b; __Host-gongshi-reading={value}; c=d"):
            hot = client.open(path, headers={"Cookie": cookie})
            assert (root(hot.text), hot.headers["ETag"]) == (attributes, tags[value])
    for cookie in (
        "gongshi-reading=huge",
        "gongshi-reading=largest",
        "x-gongshi-reading=large",
        "gongshi=large",
        "\xff;;=",
    ):
        assert client.open(path, headers={"Cookie": cookie}).headers["ETag"] == tags[""], cookie
    assert len(memory.keys) == 4


def test_only_the_common_page_may_lie_in_a_cache_of_many(world: World, app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    for path in (f"/periods/{world.round_two()}", "/search?q=x"):
        for value in CHOICES:
            answer = client.open(path, headers={"Cookie": f"gongshi-reading={value}"})
            assert answer.headers["Cache-Control"].startswith("private," if value else "public,")
            assert answer.headers["Vary"] == "Accept-Encoding, Cookie"


def test_security_26_after_a_choice_nobody_is_led_elsewhere(client: Browser) -> None:
    for back in (
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "evil.example",
        "//[",
        "",
    ):
        answer = client.open("/reading", method="POST", data={"text": "large", "back": back})
        assert (answer.status_code, answer.headers["Location"]) == (303, "/"), back


def test_after_a_refused_form_the_way_back_is_the_page_it_stood_on(client: Browser) -> None:
    page = client.post("/login", {}, referer="http://localhost/login?next=/desk/")
    assert page.form("/reading").fields["back"] == "/login?next=/desk/"
    elsewhere = client.post("/login", {}, referer="http://evil.example/login")
    assert elsewhere.form("/reading").fields["back"] == "/"


def test_security_25_the_cookie_holds_a_choice_and_is_bound_to_its_host(make_app: Callable[..., Flask]) -> None:
    for secure in (False, True):
        client = Browser(make_app(secure_cookies=secure))
        answer = client.open("/reading", method="POST", data={"text": "large", "contrast": "high"})
        name = "__Host-gongshi-reading" if secure else "gongshi-reading"
        parts = set(answer.headers["Set-Cookie"].split("; "))
        assert parts >= {f"{name}=large-contrast", "HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=31536000"}
        assert ("Secure" in parts) is secure
        gone = client.open("/reading", method="POST", data={"text": "normal", "contrast": "normal"})
        assert {f"{name}=", "Max-Age=0"} <= set(gone.headers["Set-Cookie"].split("; "))


@pytest.mark.parametrize(
    ("cookies", "value"),
    [
        ("", ""),
        ("gongshi-reading=large", "large"),
        ("a=1;gongshi-reading=contrast;b=2", "contrast"),
        ("gongshi-reading=contrast; gongshi-reading=large", "contrast"),  # the first, as nginx's map takes it
        ("gongshi-reading=large-contrast", "large-contrast"),
        ("gongshi-reading=large-", ""),
        ("notgongshi-reading=large", ""),
        ("a=gongshi-reading=large", ""),
    ],
)
def test_which_cookie_counts(cookies: str, value: str) -> None:
    assert value_in(cookies) == value


@pytest.mark.parametrize("path", ["/login", "/receipt"])
def test_what_is_wrong_is_named_in_the_title(client: Browser, path: str) -> None:
    page = client.get(path)
    assert "有错误" not in page.source
    refused = client.send(page.form(path))
    assert re.search("<title>有错误：[^<]+</title>", refused.source)
