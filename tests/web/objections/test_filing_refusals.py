"""Whatever goes wrong on the way, the text is on the page again and nothing is half taken (R6, R16, R17)."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.models import Objection
from app.services.objections import intake
from app.services.objections.identities import Objector
from tests.lines import Lines
from tests.web.browsing import Browser, MovingClock, Page, filled
from tests.world import World

FACTS = "标记事实：二〇二五年三月，在现场看到的情况与申报的事迹不符，请予核查。"
SECRETS = ("第1中队", "麒小", "实事")


@pytest.fixture
def here(world: World) -> str:
    return f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"


def assert_everything_is_still_there(page: Page) -> None:
    kept = page.form("/objection").fields
    sent = filled(facts=FACTS)
    assert {name: kept[name] for name in ("name", "contact", "facts")} == {
        name: sent[name] for name in ("name", "contact", "facts")
    }
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-09-17 Thu 23:59:59.999999", "尚未开始"),
        ("2026-09-24 Thu 00:00", "已经结束"),
        ("2026-12-01 Tue 09:00", "已经结束"),
    ],
)
def test_outside_the_window_it_is_refused_with_dates_and_contact_and_no_name(
    world: World, client: Browser, clock: MovingClock, here: str, moment: str, said: str
) -> None:
    clock.to(moment)
    before = world.everything()
    for step in ("check", "edit", "submit"):
        page = client.post(here, filled(facts=FACTS, step=step))
        assert page.status == 409
        assert f"这次公示{said}，异议没有提交。公示时间为2026年9月18日 00:00至2026年9月23日 24:00" in page.text
        assert page.source.index("0874-0000001") < page.source.index("kept-facts")  # the telephone first
        typed = filled(facts=FACTS)
        assert all(f"{typed[name]}</textarea>" in page.source for name in ("name", "contact", "facts"))
        # Nothing to press in vain: larger letters alone.
        assert [form.action for form in page.forms if form.method == "post"] == ["/reading"]
        assert page.headers["Cache-Control"] == "no-store"
        assert not any(secret in page.source for secret in SECRETS)
    assert world.everything() == before


def test_security_08_the_last_microsecond_is_in_time(
    world: World, client: Browser, clock: MovingClock, here: str
) -> None:
    clock.to("2026-09-23 Wed 23:59:59.999999")
    assert client.post(here, filled()).status == 303


def test_security_07_a_form_without_a_valid_csrf_token_comes_back_filled_and_goes_through_the_second_time(
    world: World, client: Browser, app: Flask, here: str
) -> None:
    before = world.everything()
    stale: list[dict[str, Any]] = [
        {},
        {"csrf_token": ""},
        {"csrf_token": "forged"},
        {"csrf_token": client.signed_csrf()},
    ]
    for token in stale:  # the last one is of a session that this browser does not have
        page = client.post(here, filled(facts=FACTS) | token, csrf=False)
        assert page.status == 400
        assert "内容都还在" in page.text
        assert_everything_is_still_there(page)
    app.config["WTF_CSRF_TIME_LIMIT"] = -1  # twelve hours later
    late = client.post(here, filled(facts=FACTS))
    assert late.status == 400
    assert_everything_is_still_there(late)
    assert world.everything() == before
    app.config["WTF_CSRF_TIME_LIMIT"] = 3600
    assert client.send(late.form("/objection"), "submit").status == 303


def test_a_full_bucket_says_when_to_come_back_and_keeps_the_text(world: World, make_app: Any, here: str) -> None:
    client = Browser(make_app(limit_address="1/hour"))
    client.post(here, filled())
    before = world.everything()
    page = client.post(here, filled(facts=FACTS, form_token="another-token-of-24-char"))
    assert page.status == 429
    assert 3500 < int(page.headers["Retry-After"]) <= 3600
    assert "异议还没有提交。请在60分钟后再点一次提交" in page.text
    assert_everything_is_still_there(page)
    assert world.everything() == before


def test_security_04_a_database_in_trouble_gives_a_clear_page_with_the_text_and_works_again_by_itself(
    world: World, client: Browser, here: str, monkeypatch: pytest.MonkeyPatch, lines: Lines
) -> None:
    def broken(*_args: object) -> None:
        raise OperationalError(
            f"INSERT … {FACTS} 赵小禾", {"name": "赵小禾"}, Exception("server closed the connection")
        )

    before = world.everything()
    with monkeypatch.context() as broke:
        broke.setattr(intake, "file_objection", broken)
        page = client.post(here, filled(facts=FACTS))
    assert page.status == 503
    assert page.headers["Retry-After"] == "60"
    assert "刚才的操作没有生效" in page.text
    assert_everything_is_still_there(page)
    assert not any(lines.hold(word) for word in ("赵小禾", "标记事实", "13000000001"))  # R19
    assert [line["exception"] for line in lines.all if line["level"] == "error"] == ["OperationalError"]
    assert world.everything() == before
    again = client.send(page.form("/objection"))  # the button under the text: 再试一次
    assert again.status == 303


def test_security_04_with_the_database_gone_even_a_stale_form_keeps_its_text(
    world: World, client: Browser, app: Flask, here: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = app.extensions["portal"].database

    def gone() -> None:
        raise OperationalError("connect", None, Exception("connection refused"))

    for name in ("reader", "writer"):
        monkeypatch.setattr(database, name, gone)
    for csrf in (True, False):
        page = client.post(here, filled(facts=FACTS), csrf=csrf)
        assert page.status == 503, csrf
        assert_everything_is_still_there(page)
    for path in (here, "/", here.removesuffix("/objection")):
        assert client.get(path).status == 503, path


# --- what no browser sends -----------------------------------------------------------------------

UNSEEN = "赵\x00小\u200b禾\u202e\u2066\ufeff\x1b"


def test_security_36_unseen_characters_are_left_out_before_anything_is_judged_or_kept(
    world: World, client: Browser, here: str
) -> None:
    typed = filled(name=UNSEEN, contact="130\x000000\u200b0001", facts=f"\x00{FACTS}\u202e\ufeff", step="check")
    page = client.post(here, typed)
    assert page.status == 200
    assert_everything_is_still_there(page)
    assert client.post(here, filled(name="\u200b\u202e\x00赵")).status == 422
    assert client.post(here, typed | {"step": "submit"}).status == 303
    assert world.objectors() == [Objector("赵小禾", "", "13000000001")]
    with world.database.reader() as session:
        assert session.scalars(select(Objection.facts)).all() == [FACTS]


def test_security_36_a_body_that_is_no_form_is_refused_and_never_a_fault(
    world: World, client: Browser, here: str
) -> None:
    before = world.everything()
    token = {"X-CSRFToken": client.csrf_token()}
    form = "application/x-www-form-urlencoded"
    bodies: list[dict[str, Any]] = [
        *({"json": content} for content in (None, [], [1, 2], "text", {"name": 5}, {"facts": ["x"]}, filled())),
        {"data": b"\xff\xfe\x00" * 50, "content_type": form},
        {"data": b"name=%ED%A0%80&facts=%00%FF&contact=%C3%28", "content_type": form},
        {"data": b"name=a&name=b&facts=c&facts=d&category=deeds&category=x&step=submit", "content_type": form},
        {"data": b"=&&&;=", "content_type": form},
        {"data": b"not multipart", "content_type": "multipart/form-data; boundary=x"},
        {"data": b"{", "content_type": "application/json"},
        {"data": filled(facts="") | {"facts": (io.BytesIO(FACTS.encode()), "facts.txt")}},  # type: ignore[operator] # a file where a text belongs
        {"data": {}},
    ]
    for body in bodies:
        answer = client.open(here, method="POST", headers=token, **body)
        assert answer.status_code in (303, 400), body
    for size in (300_000, 10_000_000):
        answer = client.open(here, method="POST", headers=token, data=b"facts=" + b"x" * size, content_type=form)
        assert answer.status_code == 413
    assert world.everything() == before


def test_security_36_any_field_may_be_missing_or_doubled(world: World, client: Browser, here: str) -> None:
    before = world.everything()
    for name in ("name", "contact", "category", "facts"):
        sent = filled()
        del sent[name]
        assert client.post(here, sent).status == 422, name
    assert world.everything() == before
    doubled: dict[str, Any] = {name: [value, "第二个值"] for name, value in filled().items()}
    assert client.post(here, doubled).status == 303  # the first of each counts
    for number, name in enumerate(("form_token", "objector_kind"), start=1):
        sent = filled(form_token=f"a-form-token-of-24-char{number}")
        del sent[name]
        assert client.post(here, sent).status == 303, name
