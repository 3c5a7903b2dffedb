"""Who has left is marked while the window runs, and no new objection is taken; staff pages say one thing (R9, R26)."""

from __future__ import annotations

import pytest

from app.domain.cases.states import Conclusion, State
from app.services.cases import settlement
from app.services.nominees import withdrawals
from tests.web.browsing import Browser, MovingClock, filled
from tests.world import World, at

FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
DEADLINE = "2026-09-30 Wed 00:00"


def leave(world: World, period: int, how: str) -> int:
    """The third nominee withdraws, or is out by an upheld objection."""
    nominee = world.nominees[2]
    if how == "已退出推荐":
        world.run(withdrawals.withdraw, nominee, "来信退出", by=world.actor("head"), now=at(DAY))
    else:
        case, _ = world.file(period, nominee, FILED)
        world.bring(case, State.CONCLUDED, DAY, Conclusion.UPHELD)
    return nominee


@pytest.mark.parametrize("how", ["已退出推荐", "已取消参评资格"])
def test_who_has_left_is_marked_and_no_new_objection_is_taken(
    world: World, client: Browser, clock: MovingClock, how: str
) -> None:
    period = world.round_two()
    nominee = leave(world, period, how)
    clock.to(DAY)
    clock.forward(minutes=1)
    here = f"/periods/{period}/nominees/{nominee}"
    assert f"麒小3 {how}" in client.get(f"/periods/{period}").text
    page = client.get(here)
    assert f"麒小3 {how}" in page.text
    assert f"该对象{how}，不再接受新的异议。已经提出的异议照常办理和答复。" in page.text
    assert f"{here}/objection" not in page.source  # no button
    form = client.get(f"{here}/objection")
    assert (form.status, form.headers["Location"]) == (302, here)
    before = world.everything()
    for step in ("check", "submit", "edit"):
        refused = client.post(f"{here}/objection", filled(step=step))
        assert refused.status == 409
        assert f"该对象{how}（2026年9月21日 10:00），不再接受新的异议，这一件没有提交。" in refused.text
        assert filled()["facts"] in refused.source  # all the text is still there
    assert world.everything() == before
    other = client.get(f"/periods/{period}/nominees/{world.nominees[3]}")
    assert "/objection" in other.source
    assert "不再接受" not in other.text


def test_between_deadline_and_settlement_a_staff_page_says_one_thing(
    world: World, client: Browser, clock: MovingClock
) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    world.file(period, nominee, FILED)
    clock.to(DEADLINE)
    client.sign_in(world.people["office"])
    for settled in (False, True):
        if settled:
            world.run(settlement.settle_due, now=clock.now)
        text = client.get(f"/nominees/{nominee}").text
        assert "已取消参评资格" in text
        assert "没有取消过参评资格" not in text
        assert "生效 2026年9月29日 24:00" in text
        assert ("办结期限已到，系统正在处理" in text) is not settled
    text = client.get(f"/nominees/{world.nominees[3]}").text
    assert "没有取消过参评资格" in text


@pytest.mark.parametrize("leaves", [True, False])
def test_a_receipt_says_what_the_lapse_did_to_the_nominee(
    world: World, client: Browser, clock: MovingClock, leaves: bool
) -> None:
    period, nominee = world.round_two(), world.nominees[2]
    _, code = world.file(period, nominee, FILED)
    if leaves:
        world.run(withdrawals.withdraw, nominee, "来信退出", by=world.actor("head"), now=at(DAY))
    clock.to(DEADLINE)
    for _ in range(2):  # before it is settled, and after
        page = client.follow(client.post("/receipt", client.get("/receipt").form("/receipt").fields | {"code": code}))
        became = "该对象已退出推荐" if leaves else "该对象参评资格已取消"
        assert ("办结期限内没有结论" in page.text, became in page.text) == (True, True)
        client.post("/receipt/leave", {})
        world.run(settlement.settle_due, now=clock.now)
