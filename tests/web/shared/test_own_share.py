"""Filing again under one contact makes the challenge harder, and tells strangers nothing (R17)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import altcha
import pytest
from flask import Flask
from sqlalchemy import func, select

from app.models import Objection
from tests.web.browsing import Browser, MovingClock, Page, filled
from tests.world import World

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing of it is in the database
MakeApp = Callable[..., Flask]
SUSPECT = "13900001111"


class Sender:
    """One browser that files one objection after the other."""

    def __init__(self, app: Flask, path: str, named: str, address: str = "198.51.100.7") -> None:
        self.browser, self.path, self.named, self.sent = Browser(app, address), path, named, 0

    def files(self, contact: str = SUSPECT, **changes: str) -> Page:
        self.sent += 1
        token = f"form-token-{self.named:->6}-{self.sent:06d}"
        return self.browser.post(self.path, filled(contact=contact, form_token=token, **changes))

    def solves(self, page: Page, **changes: str) -> Page:
        challenge = altcha.Challenge.from_dict(puzzle_on(page))
        solution = altcha.solve_challenge(challenge)
        assert solution is not None
        answer = altcha.Payload(challenge, solution).to_base64()
        return self.browser.send(page.form("/objection"), press="submit", answer=answer, **changes)


def puzzle_on(page: Page) -> dict[str, Any]:
    _, _, rest = page.source.partition('data-challenge="')
    found: dict[str, Any] = json.loads(unescape(rest.partition('"')[0]))
    return found


def effort_of(page: Page) -> int:
    """How many times harder the puzzle of a page says that it is."""
    found: int = puzzle_on(page)["parameters"]["data"]["hardness"]
    return found


@pytest.fixture
def path(world: World) -> str:
    return f"/periods/{world.round_two()}/nominees/{world.nominees[2]}/objection"


def told(page: Page) -> tuple[int, dict[str, str], str]:
    """All that an answer says, without what is drawn at random for every answer there is."""
    source = re.sub(
        r'(name="(?:csrf_token|draft|form_token|ticket)"[^>]*value=|data-challenge=)"[^"]*"', r"\1", page.source
    )
    source = re.sub(r"/objection/[\w-]{22}", "/objection/draft", source)
    headers = {name: value for name, value in page.headers.items() if name not in ("Set-Cookie", "Content-Length")}
    return page.status, {name: value for name, value in headers.items() if "request-id" not in name.lower()}, source


def test_security_41_no_answer_tells_what_a_stranger_filed_under_a_number(
    world: World, make_app: MakeApp, clock: MovingClock, path: str
) -> None:
    """Twenty tries under a number that a stranger used seven times, and under one that nobody used: the same twenty."""
    app = make_app(limit_contact="3/hour", challenge_attempts=20)
    stranger = Sender(app, path, "strang", "203.0.113.1")
    assert [stranger.files().status for _ in range(3)] == [303] * 3
    assert stranger.solves(stranger.files()).status == 303
    assert stranger.files(facts="太短").status == 422  # what fails leaves no trace, here as there
    seen = []
    for named, number in (("used", SUSPECT), ("unused", "13900002222")):
        snoop = Sender(app, path, named)
        answers = []
        for contact in (number, f"+86 {number}", number[:3] + " " + number[3:]) * 4:
            page = snoop.files(contact=contact)
            answers.append((*told(page)[:2], told(page)[2].replace(number, "").replace(number[3:], "")))
        seen.append(answers)
    assert seen[0] == seen[1]
    assert {status for status, *_ in seen[0]} == {303, 428}
    assert not any("Retry-After" in headers for _, headers, _ in seen[0])


def test_security_41_a_stranger_is_never_locked_out_by_what_others_file_under_the_number(
    world: World, make_app: MakeApp, path: str
) -> None:
    app = make_app(limit_contact="2/hour", challenge_attempts=20)
    for number in range(12):
        assert Sender(app, path, f"s{number}", f"203.0.113.{number}").files().status == 303
    owner = Sender(app, path, "owner")
    page = owner.browser.post(path, filled(contact=SUSPECT, form_token="form-token-the-owner-000", step="check"))
    assert "安全检查" not in page.text
    assert owner.files().status == 303


def test_beyond_the_share_the_challenge_gets_harder_and_nobody_is_refused(
    world: World, make_app: MakeApp, clock: MovingClock, path: str
) -> None:
    sender = Sender(make_app(limit_contact="2/hour", challenge_attempts=20), path, "sender")
    assert [sender.files("13900001111").status, sender.files("139 0000-1111").status] == [303, 303]
    efforts = []
    for _ in range(5):
        page = sender.files()
        assert page.status == 428
        efforts.append(effort_of(page))
        assert sender.solves(page).status == 303
    assert efforts == [2, 4, 8, 8, 8]
    assert sender.files("13900002222").status == 303  # another contact has a share of its own
    clock.forward(hours=1)
    assert sender.files().status == 303


def test_the_form_that_was_filed_beyond_the_share_gives_its_receipt_again(
    world: World, make_app: MakeApp, path: str
) -> None:
    sender = Sender(make_app(limit_contact="1/hour", challenge_attempts=20), path, "sender")
    sender.files()
    page = sender.files()
    assert sender.solves(page).status == 303
    assert sender.browser.send(page.form("/objection"), press="submit").status == 303  # a second click, unsolved


def test_a_puzzle_made_for_less_does_not_pass_where_more_is_asked(world: World, make_app: MakeApp, path: str) -> None:
    sender = Sender(make_app(limit_contact="1/hour", challenge_attempts=20), path, "sender")
    sender.files()
    early = sender.files()
    later = sender.files()
    assert (effort_of(early), effort_of(later)) == (2, 2)
    assert sender.solves(early).status == 303
    assert sender.solves(later).status == 428
    with world.database.reader() as session:
        assert session.scalar(select(func.count(Objection.id))) == 2


def test_the_session_says_nothing_of_the_contact_and_forgets_on_leaving(
    world: World, make_app: MakeApp, path: str
) -> None:
    app = make_app()
    one, other = Sender(app, path, "one"), Sender(app, path, "other")
    for sender in (one, other):
        assert sender.files().status == 303
    kept = [sender.browser.cookie()["shares"] for sender in (one, other)]
    assert SUSPECT not in repr(kept)
    assert kept[0]["filed"][0][1] != kept[1]["filed"][0][1]  # two sessions laid side by side tell no sameness
    one.browser.post("/receipt/leave")
    assert "shares" not in one.browser.cookie()
