"""Others' traffic costs nobody the right, and no page names a time at which it is too late (R6, R17)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from html import unescape

import altcha
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.domain.cases.states import Conclusion, State
from app.models import Objection
from app.services.periods import closing
from tests.web.browsing import Browser, MovingClock, Page, filled
from tests.web.crowd import Crowd, mobile
from tests.world import World, at

MakeApp = Callable[..., Flask]
HERE = "198.51.100.7"
LAST_MINUTE = "2026-09-23 Wed 23:59:30"
NEXT_DAY = "2026-09-24 Thu 00:59:40"


def solved(page: Page) -> str:
    puzzle = json.loads(unescape(page.source.partition('data-challenge="')[2].partition('"')[0]))
    challenge = altcha.Challenge.from_dict(puzzle)
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


def filed_at(world: World) -> list[dt.datetime]:
    with world.database.reader() as session:
        return list(session.scalars(select(Objection.filed_at).order_by(Objection.id)))


@pytest.fixture
def crowd(world: World, make_app: MakeApp, clock: MovingClock) -> Iterator[Crowd]:
    """Every bucket is full half a minute before the close.

    The buckets go by the machine's clock, and a thread empties what is over: it stands still for the whole test.
    """
    limits = {f"limit_{name}": "2/hour" for name in ("address", "network", "nominee", "site")}
    crowd = Crowd(make_app(**limits, challenge_attempts=20, challenge_at=100), world.round_two(), world)
    clock.to(LAST_MINUTE)
    with time_machine.travel(at(LAST_MINUTE), tick=False):
        assert [crowd.files(address=HERE, contact=mobile(number)) for number in range(2)] == [303, 303]
        yield crowd  # back in the machine's own time, the store of the limits would forget them


def test_security_48_with_every_bucket_full_an_honest_objector_in_the_last_minute_gets_a_receipt(
    world: World, crowd: Crowd, clock: MovingClock
) -> None:
    browser = Browser(crowd.app, "203.0.113.9")
    with time_machine.travel(at(LAST_MINUTE), tick=False):
        asked = browser.post(crowd.path(), filled(contact=mobile(9), form_token=crowd.token()))
        assert asked.status == 428
        assert browser.send(asked.form("/objection"), "submit", answer=solved(asked)).status == 303
    assert filed_at(world)[2] == at(LAST_MINUTE)


def test_security_48_behind_the_address_that_filled_it_the_request_keeps_its_moment(
    world: World, crowd: Crowd, clock: MovingClock
) -> None:
    browser = Browser(crowd.app, HERE)
    typed = filled(contact=mobile(9), form_token=crowd.token())
    with time_machine.travel(at(LAST_MINUTE), tick=False):
        refused = browser.post(crowd.path(), typed)
        assert refused.status == 429
        assert "已经记下时间" in refused.text
        assert "截止以后从本页提交这些内容，仍然算截止以前提出的" in refused.text
        assert not any(word in refused.text for word in ("公示截止前提交都有效", "00:59", "9月24日"))
    clock.to(NEXT_DAY)
    with time_machine.travel(at(NEXT_DAY), tick=False):
        reloaded = browser.get(refused.path)
        assert "麒麟区第1中队" not in reloaded.source  # no name after the close (R5)
        taken = browser.send(refused.form("/objection"), "submit")
        assert taken.status == 303
        assert "2026年9月23日 23:59" in browser.follow(taken).text
    assert filed_at(world)[2] == at(LAST_MINUTE)
    with world.database.reader() as session:
        assert session.scalar(select(Objection.facts).where(Objection.id == 3)) == typed["facts"]


@pytest.mark.parametrize("changed", ["facts", "name", "contact", "form_token", "slip"])
def test_a_slip_is_for_its_own_form_and_text(world: World, crowd: Crowd, clock: MovingClock, changed: str) -> None:
    browser = Browser(crowd.app, HERE)
    with time_machine.travel(at(LAST_MINUTE), tick=False):
        refused = browser.post(crowd.path(), filled(contact=mobile(9), form_token=crowd.token()))
    other = {"facts": filled()["facts"] + "还有。", "name": "钱小麦", "contact": mobile(8), "slip": "x.y"}
    other["form_token"] = crowd.token()
    clock.to(NEXT_DAY)
    with time_machine.travel(at(NEXT_DAY), tick=False):
        late = browser.send(refused.form("/objection"), "submit", **{changed: other[changed]})
    assert late.status == 409
    assert "这次公示已经结束" in late.text
    assert len(filed_at(world)) == 2


def test_a_slip_is_worth_nothing_from_the_deadline_on_or_for_another_nominee(
    world: World, crowd: Crowd, clock: MovingClock
) -> None:
    browser = Browser(crowd.app, HERE)
    with time_machine.travel(at(LAST_MINUTE), tick=False):
        refused = browser.post(crowd.path(), filled(contact=mobile(9), form_token=crowd.token()))
    fields = refused.form("/objection").fields | {"step": "submit"}
    for moment, path in ((NEXT_DAY, crowd.path(1)), ("2026-09-26 Sat 00:00", crowd.path())):
        clock.to(moment)
        with time_machine.travel(at(moment), tick=False):
            assert browser.post(path, fields).status == 409
    assert len(filed_at(world)) == 2


def test_after_the_period_was_closed_a_slip_is_refused_by_name_with_text_and_telephone(
    world: World, crowd: Crowd, clock: MovingClock
) -> None:
    for case in (1, 2):
        # The closing waits for no second look: there is none at this conclusion (R35).
        world.bring(case, State.CONCLUDED, "2026-09-23 Wed 23:59:40", Conclusion.PARTLY_UPHELD)
    browser = Browser(crowd.app, HERE)
    typed = filled(contact=mobile(9), form_token=crowd.token())
    refused = browser.post(crowd.path(), typed)
    assert refused.status == 429
    world.run(closing.close_period, crowd.period, by=world.actor("office"), now=at("2026-09-24 Thu 00:30"))
    clock.to(NEXT_DAY)
    with time_machine.travel(at(NEXT_DAY), tick=False):
        late = browser.send(refused.form("/objection"), "submit")
    assert late.status == 409
    assert "这次公示已于2026年9月24日 00:30办结，不能再立案核查，异议没有提交" in late.text
    assert typed["facts"] in late.source
    assert "0874-0000001" in late.text
    assert not [form for form in late.forms if form.action.endswith("/objection")]
    assert len(filed_at(world)) == 2


def test_who_waits_instead_of_solving_keeps_the_moment_too(world: World, make_app: MakeApp, clock: MovingClock) -> None:
    crowd = Crowd(make_app(challenge_at=0), world.round_two(), world)
    clock.to(LAST_MINUTE)
    browser = Browser(crowd.app, HERE)
    asked = browser.post(crowd.path(), filled(form_token=crowd.token()))
    assert asked.status == 428
    clock.forward(minutes=3)
    early_or_late = browser.send(asked.form("/objection"), "submit")
    assert early_or_late.status == 303
    assert filed_at(world) == [at(LAST_MINUTE)]


def test_a_slip_lets_nothing_past_the_challenge(world: World, make_app: MakeApp, clock: MovingClock) -> None:
    crowd = Crowd(make_app(challenge_at=0), world.round_two(), world)
    clock.to(LAST_MINUTE)
    browser = Browser(crowd.app, HERE)
    asked = browser.post(crowd.path(), filled(form_token=crowd.token()))
    clock.to("2026-09-24 Thu 00:01")
    again = browser.send(asked.form("/objection"), "submit")
    assert again.status == 428
    assert "麒麟区第1中队" not in again.source
    assert filed_at(world) == []
    clock.forward(minutes=3)
    assert browser.send(again.form("/objection"), "submit").status == 303
    assert filed_at(world) == [at(LAST_MINUTE)]


def test_far_from_the_close_there_is_no_slip(world: World, make_app: MakeApp) -> None:
    crowd = Crowd(make_app(challenge_at=0), world.round_two(), world)
    assert crowd.files(address=HERE, contact=mobile(1)) == 428
    assert crowd.last.form("/objection").fields["slip"] == ""
