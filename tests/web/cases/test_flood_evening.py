"""An attacker's evening: 300 objections with a running number, made-up contacts, one /48 (SECURITY 47)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.cases.states import State
from app.models import Case
from tests.web.browsing import Browser, MovingClock, filled
from tests.web.objections.test_slips import solved
from tests.world import World

JUNK = "第{0}号：该对象申报的事迹与实际情况不符，{0}年所列项目并非其完成，请予核查。"
HONEST = "今年六月，我在现场看到他们的台账是后来补写的，值班记录可以核对，请予核查。"
MANY = 300
FREE = 30  # as many as SECURITY 28 lets thirty people behind one address file without a challenge


@pytest.mark.soak
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_security_47_each_costs_a_challenge_they_are_one_group_and_two_people_end_it(
    world: World, make_app: Callable[..., Flask], staff: Callable[[str], Browser], clock: MovingClock
) -> None:
    app = make_app(challenge_attempts=2)
    period = world.round_two()
    path = f"/periods/{period}/nominees/{world.nominees[2]}/objection"
    free = 0
    for number in range(MANY):
        attacker = Browser(app, f"2001:db8:1:{number:x}::{number:x}")
        sent = filled(contact=f"130{number:08d}", facts=JUNK.format(number), form_token=f"form-token-{number:013d}")
        answer = attacker.post(path, sent)
        if answer.status == 303:
            free += 1
        else:
            assert answer.status == 428
            # Asked for in parallel, the waits of all that are open now would be over at once.
            assert attacker.send(answer.form("/objection"), "submit", answer=solved(answer)).status == 303
        if number == MANY // 2:
            honest = Browser(app, "203.0.113.9")
            asked = honest.post(path, filled(facts=HONEST, form_token="honest-token-of-24-chars"))
            if asked.status == 428:
                asked = honest.send(asked.form("/objection"), "submit", answer=solved(asked))
            assert asked.status == 303
    assert free == FREE
    assert f"内容相同或者相近 {MANY} " in staff("office").get("/office/flood").text  # within the minute
    clock.to("2026-09-19 Sat 09:00")  # a unit is shown a case when its day is over
    head, handler = staff("head"), staff("handler")
    listed = head.get("/desk/flood")
    assert f"内容相同或者相近 {MANY} " in listed.text
    group = head.get("/desk/flood/text/1")
    assert HONEST not in group.text
    with world.database.reader() as session:
        junk = [
            str(case.id)
            for case in session.scalars(select(Case).order_by(Case.id))
            if not case.objections[0].facts.startswith("今年六月")
        ]
    act = {"chosen": junk, "ground": "no_facts", "text": "同一段话反复提交，没有具体线索", "step": "decline"}
    assert head.post("/desk/flood/text/1", act).status == 303
    shown = handler.get("/desk/flood/acts/1")
    assert handler.send(shown.form("/acts/1/confirm")).status == 303
    with world.database.reader() as session:
        left = [case.objections[0].facts for case in session.scalars(select(Case).where(Case.state == State.RECEIVED))]
    assert left == [HONEST]
