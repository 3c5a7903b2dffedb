"""Senders as processes of their own, killed at any moment; and what leaves, byte for byte (R28, SECURITY 60)."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import clock
from app.database import Database
from app.domain.cases.states import State
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Delivery
from app.domain.messages.wording import NoticeKind
from app.models import Dispatch, Nominee, Reach, Unit, User
from app.processes import sending
from app.services.cases import settlement
from app.services.messages import dispatching
from app.services.messages.outbox import put
from app.services.messages.planning import new_token
from app.services.messages.queue import queue_of, wake_after_commits
from config import Settings
from tests.channels.gateways import smtp, web
from tests.services.messages.reaching import plan, reach_of
from tests.world import FACTS, World, at

LEASE = dt.timedelta(seconds=2)


def settings_for(world: World, folder: Path, port: int, **more: str) -> Settings:
    return Settings(
        instance_dir=folder,
        database_url=world.database.url,
        identity_key=world.key.decode(),
        mail_url=f"smtp://127.0.0.1:{port}",
        mail_from="gongshi@portal.example",
        **more,  # type: ignore[arg-type] # texts, as the environment has them
    )


def send_for_ever(settings: Settings) -> None:
    """One sender, as a child process."""
    dispatching.CLAIMED_FOR = LEASE
    senders = sending.Senders.of(settings)
    while True:
        senders.deliver()
        time.sleep(0.02)


def many(world: World, count: int) -> None:
    """So many messages that wait, to one address."""
    reach = reach_of(world, "office", OutgoingChannel.MAIL, "office@example.com", confirmed=False)
    now = clock.now()
    with world.database.writer() as session:
        session.get_one(Reach, reach).code_at = now
        codes = {
            "notice": NoticeKind.CODE,
            "told_at": now,
            "reach_id": reach,
            "channel": OutgoingChannel.MAIL,
            "digest": False,
        }
        put(session, [Dispatch(**codes, token=new_token(), fate=Delivery.WAITING, due_at=now) for _ in range(count)])
        session.commit()


def ended(database: Database) -> Counter[str]:
    with database.reader() as session:
        rows = session.execute(select(Dispatch.fate, func.count()).group_by(Dispatch.fate))
        return Counter({fate.value: count for fate, count in rows})


def test_of_all_messages_none_is_lost_and_none_comes_thrice_while_senders_are_killed(
    world: World, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Two hosts with a queue each and one database. A message given up as perhaps sent twice is seen, not lost."""
    messages, kills = request.config.getoption("--messages"), request.config.getoption("--senders-killed")
    many(world, messages)
    world.database.dispose()
    fork, chance = multiprocessing.get_context("fork"), random.Random(7)
    with smtp() as server:
        hosts = [settings_for(world, tmp_path / name, server.port) for name in ("one", "two")]
        running = [fork.Process(target=send_for_ever, args=(host,), daemon=True) for host in hosts]
        for process in running:
            process.start()
        began = time.monotonic()
        for kill in range(kills):
            time.sleep(chance.uniform(0.05, 0.6))
            os.kill(running[kill % 2].pid or 0, signal.SIGKILL)
            running[kill % 2].join()
            running[kill % 2] = fork.Process(target=send_for_ever, args=(hosts[kill % 2],), daemon=True)
            running[kill % 2].start()
        while (fates := ended(world.database))["waiting"] + fates["sending"]:
            assert time.monotonic() - began < 120 + messages, fates
            time.sleep(0.2)
        for process in running:
            process.kill()
            process.join()
    arrived = Counter(content.partition(b"Message-ID: <")[2][:32].decode() for content in server.received)
    with world.database.reader() as session:
        tokens = dict(session.execute(select(Dispatch.token, Dispatch.fate)).all())
    assert max(arrived.values()) <= 2
    assert [token for token, fate in tokens.items() if fate is Delivery.SENT and token not in arrived] == []
    assert set(fates) <= {"sent", "failed"}
    assert sum(fates.values()) == messages
    request.node.user_properties.append(
        ("figure", f"messages {messages}, kills {kills}, twice {sum(n == 2 for n in arrived.values())}, {dict(fates)}")
    )


def test_a_commit_calls_a_sender_through_the_queue(world: World, tmp_path: Path) -> None:
    """The real consumer in a process of its own: what is committed is at the gateway within seconds, not at a tick."""
    fork = multiprocessing.get_context("fork")
    world.database.dispose()
    with smtp() as server:
        settings = settings_for(world, tmp_path, server.port)
        queue_of(settings).flush()
        consumer = fork.Process(target=sending.run, args=(settings,), daemon=True)
        consumer.start()
        wake_after_commits(world.database, settings)
        many(world, 1)
        until = time.monotonic() + 55
        while not server.received and time.monotonic() < until:
            time.sleep(0.1)
        consumer.kill()
        consumer.join()
        assert len(server.received) == 1


def test_security_60_what_leaves_holds_nobodys_name_and_no_facts(world: World, tmp_path: Path) -> None:
    period = world.round_two()
    for login in world.people:
        reach_of(world, login, OutgoingChannel.MAIL, f"{login}@example.com")
    reach_of(world, "head", OutgoingChannel.SMS, "13900000000")
    reach_of(world, world.qilin, OutgoingChannel.DINGTALK, "SECabcdef0123@token0123")
    moments = []
    for nominee, state in zip(world.nominees, (State.RECEIVED, State.PROPOSED, State.CONCLUDED), strict=False):
        case, _ = world.file(period, nominee, "2026-09-18 Fri 10:00")
        if state is not State.RECEIVED:
            world.bring(case, state, "2026-09-18 Fri 11:00")
        moments.append(case)
    plan(world, at("2026-09-18 Fri 12:00"))
    with smtp() as mail, web('{"code": 0, "errcode": 0}') as gateway:
        more = {"sms_url": gateway.url, "dingtalk_url": gateway.url}
        senders = sending.Senders.of(settings_for(world, tmp_path, mail.port, **more))
        for now in ("2026-09-18 Fri 12:00", "2026-09-21 Mon 08:30", "2026-09-30 Wed 08:30"):
            world.run(settlement.settle_due, now=at(now))
            plan(world, at(now))
            deliver_at(world, senders, now)
    left = "\n".join([*mail.texts, *(body.decode("unicode_escape") for _, _, body in gateway.requests)])
    raw = b"".join([*mail.received, *(body for _, _, body in gateway.requests)]).decode("utf-8", "replace") + left
    assert len(mail.received) > 10
    assert len(gateway.requests) > 3
    with world.database.reader() as session:
        planted = [*session.scalars(select(Nominee.name)), *session.scalars(select(User.name))]
        planted += [*session.scalars(select(Unit.name)), "赵小禾", "13000000001", FACTS, "经走访核实"]
    assert [name for name in planted if name in raw] == []


def deliver_at(world: World, senders: sending.Senders, now: str) -> None:
    """What a sender does at a moment of the test's own."""
    claimed = None
    while claimed := world.run(
        dispatching.step, (claimed, senders._send(claimed)) if claimed else None, "https://portal.example", now=at(now)
    ):
        pass
