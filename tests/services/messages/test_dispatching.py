"""What becomes of a message: claimed, tried, settled. Whoever is killed, none is lost and none comes thrice."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.domain.cases.reminders import Reminder
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import CLAIM_LASTS, SENDER_STOPPED, Delivery, Outcome, Reply
from app.domain.messages.hours import Times
from app.models import Dispatch, OutboxRow
from app.services.cases import investigation
from app.services.messages import dispatching
from app.services.messages.dispatching import Claimed
from tests.services.messages.reaching import plan, reach_of
from tests.world import World, at

URL = "https://portal.example"
TAKEN = Outcome(Reply.TAKEN, "250 ok")


def step(world: World, now: dt.datetime, ended: tuple[Claimed, Outcome] | None = None) -> Claimed | None:
    return world.run(dispatching.settle_and_claim, ended, URL, now=now)


def fates(world: World) -> list[tuple[str, int, str]]:
    with world.database.reader() as session:
        rows = session.scalars(select(Dispatch).order_by(Dispatch.id))
        return [(row.fate.value, row.tries, row.words) for row in rows]


@pytest.fixture
def waiting(world: World) -> dt.datetime:
    """One message to the office's first person, due now."""
    period = world.round_two()
    reach_of(world, "office", OutgoingChannel.MAIL, "office@example.com")
    world.file(period, world.nominees[0], "2026-09-18 Fri 10:00")
    now = at("2026-09-18 Fri 10:00")
    plan(world, now)
    return now


def test_a_message_is_sent_once_and_says_number_deadline_and_link(world: World, waiting: dt.datetime) -> None:
    claimed = step(world, waiting)
    assert claimed is not None
    assert claimed.address == "office@example.com"
    with world.database.reader() as session:
        told = session.scalars(select(OutboxRow)).first()
        assert told is not None
        assert claimed.message.subject == f"【公示与异议处理平台】案件 {told.case.number}：新收异议"
        assert claimed.message.text == (
            f"案件 {told.case.number}：新收异议。规定时间：9月29日24:00。\n请登录办理：{URL}/desk/cases/{told.case_id}"
        )
    assert step(world, waiting, (claimed, TAKEN)) is None
    assert fates(world) == [("sent", 1, "250 ok")]
    with world.database.reader() as session:
        sent = session.scalars(select(OutboxRow.unit_id).where(OutboxRow.sent_at.is_not(None))).all()
        assert sent == [world.office]


def test_no_second_worker_gets_what_one_is_sending(world: World, waiting: dt.datetime) -> None:
    assert step(world, waiting) is not None
    assert step(world, waiting + CLAIM_LASTS - dt.timedelta(seconds=1)) is None


def test_what_a_killed_worker_had_is_sent_once_more_and_no_third_time(world: World, waiting: dt.datetime) -> None:
    assert step(world, waiting) is not None
    later = waiting + CLAIM_LASTS
    assert step(world, later) is not None
    assert step(world, later + CLAIM_LASTS) is None
    assert fates(world) == [("failed", 2, SENDER_STOPPED)]


def test_a_slow_worker_does_not_settle_what_another_has_taken(world: World, waiting: dt.datetime) -> None:
    slow = step(world, waiting)
    other = step(world, waiting + CLAIM_LASTS)
    assert slow is not None
    assert other is not None
    world.run(dispatching.settle, (slow, Outcome(Reply.NEVER, "550")), now=waiting + CLAIM_LASTS)
    assert fates(world) == [("sending", 2, "")]
    world.run(dispatching.settle, (other, TAKEN), now=waiting + CLAIM_LASTS)
    assert fates(world) == [("sent", 2, "250 ok")]


def test_what_was_not_taken_is_tried_again_after_ever_longer_pauses_and_then_given_up(
    world: World, waiting: dt.datetime
) -> None:
    now, pauses = waiting, []
    for _ in range(8):
        claimed = step(world, now)
        assert claimed is not None
        world.run(dispatching.settle, (claimed, Outcome(Reply.LATER, "451 busy")), now=now)
        with world.database.reader() as session:
            row = session.scalars(select(Dispatch)).one()
            if row.fate is Delivery.WAITING:
                pauses.append(int((row.due_at - now).total_seconds() // 60))
            now = row.due_at
    assert pauses == [1, 5, 15, 60, 180, 720, 1440]
    assert fates(world) == [("failed", 8, "451 busy")]


def test_an_address_that_is_none_is_given_up_at_once(world: World, waiting: dt.datetime) -> None:
    claimed = step(world, waiting)
    assert claimed is not None
    world.run(dispatching.settle, (claimed, Outcome(Reply.NEVER, "550 no such user")), now=waiting)
    assert fates(world) == [("failed", 1, "550 no such user")]


@pytest.mark.parametrize("said", [Reply.UNSURE, Reply.LATER])
def test_only_two_tries_may_have_arrived(world: World, waiting: dt.datetime, said: Reply) -> None:
    now = waiting
    for _ in range(2):
        claimed = step(world, now)
        assert claimed is not None
        world.run(dispatching.settle, (claimed, Outcome(said, "timeout")), now=now)
        now += dt.timedelta(minutes=10)
    assert [fate for fate, _, _ in fates(world)] == ["failed" if said is Reply.UNSURE else "waiting"]


def test_who_is_recused_before_the_morning_is_not_told(world: World) -> None:
    period = world.round_two()
    reach_of(world, "handler", OutgoingChannel.MAIL, "handler@example.com")
    case, _ = world.file(period, world.nominees[0], "2026-09-18 Fri 10:00")
    plan(world, at("2026-09-19 Sat 09:00"))
    world.run(investigation.accept, case, by=world.actor("handler"), now=at("2026-09-19 Sat 10:05"))
    recused = world.people["handler"], "亲属关系"
    world.run(investigation.recuse, case, *recused, by=world.actor("head"), now=at("2026-09-19 Sat 10:06"))
    assert step(world, at("2026-09-20 Sun 08:00")) is None
    assert fates(world) == [("dropped", 0, "")]


def test_a_morning_s_digest_is_one_message(world: World) -> None:
    period = world.round_two()
    reach_of(world, "office", OutgoingChannel.MAIL, "office@example.com", Times.MORNING)
    for nominee in world.nominees[:3]:
        world.file(period, nominee, "2026-09-18 Fri 10:00")
    plan(world, at("2026-09-18 Fri 10:00"))
    assert step(world, at("2026-09-20 Sun 08:29")) is None
    claimed = step(world, at("2026-09-20 Sun 08:30"))
    assert claimed is not None
    assert len(claimed.ids) == 3
    assert claimed.message.subject == "【公示与异议处理平台】3件事项"
    assert claimed.message.text.count(Reminder.ARRIVAL.value) == 0
    assert step(world, at("2026-09-20 Sun 08:30"), (claimed, TAKEN)) is None
    assert [fate for fate, _, _ in fates(world)] == ["sent"] * 3
