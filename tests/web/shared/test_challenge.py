"""A challenge is set when a rate limit is nearly reached, counts once, and can be replaced by waiting (R17)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

import altcha
import pytest
from flask import Flask
from sqlalchemy import func, select

from app.models import Objection
from app.web.shared.headers import SECURITY_HEADERS
from tests.web.browsing import Browser, MovingClock, Page, filled
from tests.web.crowd import Crowd, mobile
from tests.world import FACTS, World, at_once

HERE = "198.51.100.7"
MakeApp = Callable[..., Flask]
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def crowd(world: World, make_app: MakeApp) -> Crowd:
    """An application whose address bucket holds eight an hour; four are taken, so it runs hot."""
    crowd = Crowd(make_app(limit_address="8/hour", challenge_attempts=20), world.round_two(), world)
    assert [crowd.files(address=HERE, contact=mobile(number)) for number in range(4)] == [303] * 4
    return crowd


def puzzle_on(page: Page) -> dict[str, Any] | None:
    """The puzzle a page carries for its script."""
    _, found, rest = page.source.partition('data-challenge="')
    return json.loads(unescape(rest.partition('"')[0])) if found else None


def solved(page: Page) -> str:
    """What the script would put into the form."""
    puzzle = puzzle_on(page)
    assert puzzle is not None
    challenge = altcha.Challenge.from_dict(puzzle)
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


def filed(world: World) -> int:
    with world.database.reader() as session:
        return session.scalar(select(func.count(Objection.id))) or 0


def check(crowd: Crowd, address: str = HERE, **changes: str) -> tuple[Browser, Page]:
    """Somebody with a form of their own, come as far as reading it once more."""
    browser = Browser(crowd.app, address)
    sent = filled(contact=mobile(crowd.sent), form_token=crowd.token(), step="check") | changes
    return browser, browser.post(crowd.path(), sent)


def press_submit(browser: Browser, page: Page, **changes: str) -> Page:
    return browser.send(page.form("/objection"), press="submit", **changes)


# --- when it is asked ----------------------------------------------------------------------------


@on_sqlite
def test_security_31_it_appears_when_a_bucket_is_half_full_and_for_that_bucket_alone(
    world: World, crowd: Crowd
) -> None:
    browser, page = check(crowd)
    assert page.status == 200
    assert puzzle_on(page) is not None
    refused = press_submit(browser, page)
    assert refused.status == 428
    assert "要先做一次安全检查。异议还没有提交" in refused.text
    _, elsewhere = check(crowd, "203.0.113.9")
    assert puzzle_on(elsewhere) is None
    assert crowd.files(address="203.0.113.9", contact=mobile(99)) == 303
    assert filed(world) == 5


@on_sqlite
@pytest.mark.parametrize("bucket", ["address", "nominee", "site"])
def test_security_31_half_is_the_first_that_is_asked(world: World, make_app: MakeApp, bucket: str) -> None:
    crowd = Crowd(make_app(**{f"limit_{bucket}": "5/hour"}), world.round_two(), world)
    answers = [crowd.files(address=HERE, contact=mobile(number)) for number in range(5)]
    assert answers == [303, 303, 303, 428, 428]  # 3 of 5 is more than half, 2 is not


@on_sqlite
def test_what_was_asked_for_a_challenge_fills_no_bucket(world: World, crowd: Crowd) -> None:
    for number in range(12):  # who does not solve it shuts the form for nobody
        assert crowd.files(address=HERE, contact=mobile(number)) == 428
    browser, page = check(crowd)
    assert press_submit(browser, page, answer=solved(page)).status == 303


@on_sqlite
def test_a_full_bucket_refuses_the_solved_and_the_unsolved_alike(world: World, crowd: Crowd) -> None:
    for _ in range(4):
        browser, page = check(crowd)
        assert press_submit(browser, page, answer=solved(page)).status == 303
    browser, page = check(crowd)
    assert puzzle_on(page) is None  # nothing is asked of who would be refused all the same
    assert press_submit(browser, page).status == 429
    assert filed(world) == 8


@on_sqlite
def test_an_installation_may_ask_always_or_never(world: World, make_app: MakeApp) -> None:
    period = world.round_two()
    always = Crowd(make_app(challenge_at=0), period, world, "always")
    assert always.files(address=HERE, contact=mobile(1)) == 428
    never = Crowd(make_app(challenge_at=100, limit_address="3/hour"), period, world, "never")
    assert [never.files(address=HERE, contact=mobile(number)) for number in range(4)] == [303, 303, 303, 429]
    off = Crowd(make_app(challenge_at=0, limits_enabled=False), period, world, "off")
    assert off.files(address=HERE, contact=mobile(5)) == 303


# --- what is asked -------------------------------------------------------------------------------


@on_sqlite
def test_security_31_it_is_local_and_says_in_words_what_happens(world: World, crowd: Crowd) -> None:
    _, page = check(crowd)
    assert 'data-solver="/static/vendor/altcha/pbkdf2.js"' in page.source
    assert '<script src="/static/js/challenge.js" defer></script>' in page.source
    assert "://" not in page.source.replace("http://www.w3.org", "")
    assert "script-src 'self';" in dict(SECURITY_HEADERS)["Content-Security-Policy"]
    # Nothing to see, nothing to point at: a status that is read out, and a button.
    assert '<p role="status" aria-live="polite"></p>' in page.source
    assert "检查由浏览器自己做，不用您动手，也不涉及您的个人信息" in page.text
    assert "请过3分钟再点“确认提交”，不用重新填写" in page.text
    puzzle = puzzle_on(page)
    assert puzzle is not None
    # Nothing of a person, nor of the form, goes into it.
    assert set(puzzle["parameters"]) == {
        *("algorithm", "cost", "data", "keyLength", "keyPrefix", "keySignature", "nonce", "salt")
    }
    assert set(puzzle["parameters"]["data"]) == {"until", "hardness"}
    assert not any(mark in unescape(json.dumps(puzzle)) for mark in (HERE, "赵小禾", mobile(4)))


@on_sqlite
def test_the_text_is_kept_through_every_step(world: World, crowd: Crowd) -> None:
    browser, page = check(crowd, facts=FACTS + "还有一句。", name="钱小麦", against_handler="y")
    before = {name: value for name, value in page.form("/objection").fields.items() if name != "csrf_token"}
    assert before["facts"] == FACTS + "还有一句。"
    again = press_submit(browser, page, answer="wrong")
    after = {name: value for name, value in again.form("/objection").fields.items() if name != "csrf_token"}
    assert after == before
    edited = browser.send(again.form("/objection"), press="edit-facts").form("/objection").fields
    names = ("form_token", "name", "contact", "facts", "ticket", "against_handler")
    assert {name: edited[name] for name in names} == {name: before[name] for name in names}


# --- what passes ---------------------------------------------------------------------------------


@on_sqlite
def test_security_31_a_solved_challenge_lets_one_objection_through_and_no_second(world: World, crowd: Crowd) -> None:
    browser, page = check(crowd)
    answer = solved(page)
    assert press_submit(browser, page, answer=answer).status == 303
    assert press_submit(browser, page, answer=answer).status == 303  # the same form again: the same receipt (R16)
    assert filed(world) == 5
    other, second = check(crowd)
    refused = press_submit(other, second, answer=answer)
    assert refused.status == 409
    assert "这次安全检查已经用过了，异议还没有提交" in refused.text
    assert filed(world) == 5
    assert press_submit(other, refused, answer=solved(refused)).status == 303
    assert filed(world) == 6


def test_security_31_of_two_forms_with_one_answer_at_once_one_passes(world: World, crowd: Crowd) -> None:
    forms = [check(crowd) for _ in range(4)]
    answer = solved(forms[0][1])
    answers = at_once([lambda form=form: press_submit(*form, answer=answer).status for form in forms])
    assert sorted(answers, key=str) == [303, 409, 409, 409]
    assert filed(world) == 5


def test_one_form_with_its_answer_several_times_at_once_is_one_objection(world: World, crowd: Crowd) -> None:
    form = check(crowd)
    answer = solved(form[1])
    sent = form[1].form("/objection").fields | {"step": "submit", "answer": answer}
    browsers = [Browser(crowd.app, HERE) for _ in range(4)]
    answers = at_once([lambda browser=browser: browser.post(crowd.path(), sent).status for browser in browsers])
    assert answers == [303] * 4
    assert filed(world) == 5


@on_sqlite
def test_what_is_refused_after_the_challenge_does_not_spend_it(world: World, make_app: MakeApp) -> None:
    crowd = Crowd(make_app(challenge_at=0, challenge_attempts=20), world.round_two(), world)
    first = check(crowd, contact=mobile(0))
    assert press_submit(*first, answer=solved(first[1])).status == 303
    browser, page = check(crowd)
    answer = solved(page)
    assert press_submit(browser, page, answer=answer, name="").status == 422
    assert press_submit(browser, page, answer=answer).status == 303
    assert filed(world) == 2


def forgeries(page: Page) -> Iterator[str]:
    """Answers that are none."""
    puzzle = puzzle_on(page)
    assert puzzle is not None
    right = json.loads(base64.b64decode(solved(page)))

    def written(answer: Any) -> str:
        return base64.b64encode(json.dumps(answer).encode()).decode()

    yield from ("", "0", "AAAA", "%%%", "中文", "A" * 5000, written(None), written([]), written("x"), written({}))
    yield written({"challenge": puzzle, "solution": {"counter": 0, "derivedKey": "00" * 32}})
    yield written({"challenge": puzzle, "solution": {}})
    yield written(right | {"solution": {"counter": right["solution"]["counter"], "derivedKey": ["x"]}})
    for name, value in (
        ("nonce", "00" * 16),
        ("cost", 1),
        ("data", {"until": 2**40}),
        ("data", None),
        ("keySignature", None),
    ):
        changed = {**puzzle, "parameters": {**puzzle["parameters"], name: value}}
        yield written({"challenge": changed, "solution": right["solution"]})
    yield written({**right, "challenge": {**puzzle, "signature": None}})
    yield written({**right, "challenge": {**puzzle, "signature": "00" * 32}})
    own = altcha.create_challenge("SHA-256", 1, hmac_secret="my own", data={"until": 2**40})
    easy = altcha.solve_challenge(own)
    assert easy is not None
    yield altcha.Payload(own, easy).to_base64()


@on_sqlite
def test_security_31_nothing_else_passes(world: World, crowd: Crowd) -> None:
    browser, page = check(crowd)
    before = filed(world)
    for number, forged in enumerate(forgeries(page)):
        assert press_submit(browser, page, answer=forged).status == 428, (number, forged[:80])
    assert filed(world) == before


@on_sqlite
def test_security_31_an_answer_is_good_for_twenty_minutes(world: World, crowd: Crowd, clock: MovingClock) -> None:
    browser, page = check(crowd)
    answer = solved(page)
    late = clock.now
    clock.forward(minutes=20)
    assert press_submit(browser, page, answer=answer, ticket="").status == 428
    clock.to(late)
    clock.forward(minutes=19, seconds=59)
    assert press_submit(browser, page, answer=answer, ticket="").status == 303


# --- the way through -----------------------------------------------------------------------------


@on_sqlite
def test_security_31_who_cannot_run_it_waits_three_minutes_and_passes(
    world: World, crowd: Crowd, clock: MovingClock
) -> None:
    browser, page = check(crowd)
    clock.forward(minutes=1)
    early = press_submit(browser, page)
    assert early.status == 428
    assert "请过2分钟再点“确认提交”" in early.text  # asking again does not begin the wait anew
    clock.forward(minutes=1, seconds=59)
    last_second = press_submit(browser, early)
    assert last_second.status == 428
    assert "请过1分钟再点" in last_second.text
    clock.forward(seconds=1)
    assert press_submit(browser, last_second).status == 303
    assert filed(world) == 5


@on_sqlite
def test_security_47_waits_are_not_to_be_had_in_parallel(world: World, crowd: Crowd, clock: MovingClock) -> None:
    forms = [check(crowd) for _ in range(5)]
    clock.forward(minutes=3)
    answers = [press_submit(*form).status for form in forms]
    assert answers == [303, 428, 428, 428, 428]
    assert press_submit(*forms[0]).status == 303  # the one that was taken, sent once more: its receipt (R16)
    assert filed(world) == 5
    solver, page = forms[1]
    assert press_submit(solver, page, answer=solved(page)).status == 303  # who solves does not wait for anybody


def test_security_47_nor_at_one_moment(world: World, crowd: Crowd, clock: MovingClock) -> None:
    forms = [check(crowd) for _ in range(4)]
    clock.forward(minutes=3)
    answers = at_once([lambda form=form: press_submit(*form).status for form in forms])
    assert sorted(answers, key=str) == [303, 428, 428, 428]
    assert filed(world) == 5


@on_sqlite
def test_security_47_nor_from_several_addresses_of_one_network(
    world: World, make_app: MakeApp, clock: MovingClock
) -> None:
    """As shipped: four waits asked for at one moment in one /48 are one, and then one every three minutes."""
    crowd = Crowd(make_app(challenge_at=0), world.round_two(), world)
    forms = [check(crowd, f"2001:db8:1:{number:x}::1") for number in range(4)]
    elsewhere = check(crowd, "2001:db8:2::1")
    clock.forward(minutes=3)
    assert [press_submit(*form).status for form in forms] == [303, 428, 428, 428]
    assert press_submit(*elsewhere).status == 303
    assert filed(world) == 2


@on_sqlite
def test_security_47_waits_are_bounded_by_network_and_by_nominee(
    world: World, make_app: MakeApp, clock: MovingClock
) -> None:
    settings = {"challenge_at": 0, "limit_waiting_network": "2/3 minutes", "limit_waiting_nominee": "3/hour"}
    crowd = Crowd(make_app(**settings), world.round_two(), world)
    forms = [check(crowd, f"2001:db8:1:{number:x}::1") for number in range(4)]
    forms += [check(crowd, f"2001:db8:{number + 2:x}::1") for number in range(3)]
    clock.forward(minutes=3)
    assert [press_submit(*form).status for form in forms] == [303, 303, 428, 428, 303, 428, 428]


@on_sqlite
def test_a_puzzle_that_was_too_easy_is_solved_for_nothing(world: World, make_app: MakeApp) -> None:
    crowd = Crowd(make_app(limit_nominee="2/hour", challenge_attempts=20), world.round_two(), world)
    assert crowd.files(address=HERE, contact=mobile(0)) == 303
    browser, page = check(crowd)  # half full: an easy one
    assert press_submit(*check(crowd, "203.0.113.9"), answer=solved(crowd_page(crowd))).status == 303
    refused = press_submit(browser, page, answer=solved(page))
    assert refused.status == 428
    assert press_submit(browser, refused, answer=solved(refused)).status == 303


def crowd_page(crowd: Crowd) -> Page:
    """A page with a puzzle of its own."""
    return check(crowd, "203.0.113.10")[1]


@on_sqlite
def test_security_31_a_ticket_is_for_its_own_form_once_and_for_an_hour(
    world: World, crowd: Crowd, clock: MovingClock
) -> None:
    browser, page = check(crowd)
    ticket = page.form("/objection").fields["ticket"]
    clock.forward(minutes=3)
    other, another = check(crowd)
    signed = ticket.partition(".")
    for forged in (ticket, "", "x", "é.é", "..", signed[0], f"{signed[0]}.{'A' * 27}", f"A{ticket}", ticket * 20):
        assert press_submit(other, another, ticket=forged).status == 428, forged[:40]
    assert press_submit(browser, page).status == 303
    changed = press_submit(browser, page, facts=FACTS + "再来一件。")
    assert changed.status == 409  # used: the form comes back with another token, for which the ticket is none
    assert press_submit(browser, changed).status == 428
    clock.forward(minutes=60)
    third, forgotten = check(crowd)
    clock.forward(minutes=63)
    assert press_submit(third, forgotten).status == 428
