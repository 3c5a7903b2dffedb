"""Senders as processes of their own, killed at any moment; and what leaves, byte for byte (R28, SECURITY 60)."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from sqlalchemy import func, select

from app import clock
from app.database import Database
from app.domain.cases.reminders import Reminder
from app.domain.cases.states import State
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Delivery
from app.domain.messages.wording import NoticeKind, write_trial
from app.domain.record.notes import COSIGNATURE, KnownKey
from app.models import Case, Dispatch, Nominee, OutboxRow, Reach, Unit, User
from app.processes import sending
from app.services.cases import investigation, settlement
from app.services.messages import dispatching
from app.services.messages.followers import MessageChoice
from app.services.messages.outbox import queue_rows
from app.services.messages.planning import new_token
from app.services.messages.queue import open_queue, wake_after_commits
from app.services.record.checkpoints import log_keys_of, publish
from config import Settings
from tests.channels.authority import Authority, serving
from tests.channels.gateways import SmtpServer, WebServer, smtp, web
from tests.services.messages.reaching import plan, reach_of
from tests.world import FACTS, World, at

# Forked by a server without threads: a child of this process could inherit a lock that another thread holds.
CHILDREN = multiprocessing.get_context("forkserver")
# It has this module loaded, so that a killed sender's successor is at work at once and not after a second of imports.
CHILDREN.set_forkserver_preload(["tests.processes.test_sending"])


def settings_for(world: World, folder: Path, port: int, **more: str) -> Settings:
    return Settings(
        instance_dir=folder,
        database_url=world.database.url,
        identity_key=world.key.decode(),
        mail_url=f"smtp://127.0.0.1:{port}",
        mail_from="gongshi@portal.example",
        **more,  # type: ignore[arg-type] # texts, as the environment has them
    )


def send_for_ever(settings: Settings, lease: dt.timedelta) -> None:
    """One sender, as a child process. It counts as dead when it has had a message for so long."""
    dispatching.CLAIM_LASTS = lease
    senders = sending.Senders.of(settings)
    while True:
        senders.deliver()
        time.sleep(0.02)


def many(world: World, count: int) -> list[str]:
    """So many messages to one address, committed now. Returns their tokens."""
    with world.database.reader() as session:
        reach_id = session.scalar(select(Reach.id))
    if reach_id is None:
        reach_id = reach_of(world, "office", OutgoingChannel.MAIL, "office@example.com", confirmed=False)
    now = clock.now()
    with world.database.writer() as session:
        session.get_one(Reach, reach_id).code_at = now
        codes = {"notice": NoticeKind.CODE, "told_at": now, "reach_id": reach_id, "channel": OutgoingChannel.MAIL}
        rows = [
            Dispatch(**codes, digest=False, token=new_token(), fate=Delivery.WAITING, due_at=now) for _ in range(count)
        ]
        queue_rows(session, rows)
        session.commit()
        return [row.token for row in rows]


def ended(database: Database) -> Counter[str]:
    with database.reader() as session:
        rows = session.execute(select(Dispatch.fate, func.count()).group_by(Dispatch.fate))
        return Counter({fate.value: count for fate, count in rows})


def test_of_all_messages_none_is_lost_and_none_comes_thrice_while_senders_are_killed(
    world: World, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Two hosts with a queue each and one database; messages are committed in portions while senders die.

    95 of 100 are at the mail server within a minute of their commit. What a killed sender had is sent once more; one
    that was perhaps sent twice is given up where the office sees it: seen, not lost.
    """
    messages, kills = request.config.getoption("--messages"), request.config.getoption("--senders-killed")
    a_second = request.config.getoption("--messages-a-second")
    lease = dt.timedelta(seconds=80 / a_second)
    portions = max(kills, 1)
    chance = random.Random(7)
    committed: dict[str, float] = {}
    with smtp() as server:
        hosts = [settings_for(world, tmp_path / name, server.port) for name in ("one", "two")]
        running = [CHILDREN.Process(target=send_for_ever, args=(host, lease), daemon=True) for host in hosts]
        for process in running:
            process.start()
        began = time.monotonic()
        for kill in range(portions):
            portion = messages * (kill + 1) // portions - messages * kill // portions
            committed |= dict.fromkeys(many(world, portion), time.monotonic())
            time.sleep(chance.uniform(0.5, 1.5) * portion / a_second)
            if kill < kills:
                os.kill(running[kill % 2].pid or 0, signal.SIGKILL)
                running[kill % 2].join()
                again = (hosts[kill % 2], lease)
                running[kill % 2] = CHILDREN.Process(target=send_for_ever, args=again, daemon=True)
                running[kill % 2].start()
        while (fates := ended(world.database))["waiting"] + fates["sending"]:
            assert time.monotonic() - began < 120 + messages, fates
            time.sleep(0.2)
        took = time.monotonic() - began
        for process in running:
            process.kill()
            process.join()
    tokens = [content.partition(b"Message-ID: <")[2][:32].decode() for content in server.received]
    arrived = Counter(tokens)
    first = dict(zip(reversed(tokens), reversed(server.moments), strict=True))
    waited = sorted(first[token] - moment for token, moment in committed.items() if token in first)
    with world.database.reader() as session:
        stored = dict(session.execute(select(Dispatch.token, Dispatch.fate)).all())
    assert stored.keys() == committed.keys()
    assert max(arrived.values()) <= 2
    assert [token for token, fate in stored.items() if fate is Delivery.SENT and token not in arrived] == []
    assert set(fates) <= {"sent", "failed"}
    slowest_of_95 = waited[len(committed) * 95 // 100 - 1]
    assert slowest_of_95 <= 60
    name = world.database.engine.dialect.name
    twice, lost = sum(number == 2 for number in arrived.values()), len(committed.keys() - arrived.keys())
    sent = f"{name}: messages {messages}, {a_second} a second, kills {kills}"
    figures = f"{sent}, never arrived {lost}, twice {twice}, {dict(fates)}"
    slow = f"95 of 100 within {slowest_of_95:.1f} s, the slowest {waited[-1]:.1f} s, all in {took:.0f} s"
    request.node.user_properties.append(("figure", f"{figures}, {slow}"))


def test_a_commit_calls_a_sender_through_the_queue(world: World, tmp_path: Path) -> None:
    """The real consumer in a process of its own: what is committed is at the gateway within seconds, not at a tick."""
    with smtp() as server:
        settings = settings_for(world, tmp_path, server.port)
        open_queue(settings).flush()
        consumer = CHILDREN.Process(target=sending.run, args=(settings,), daemon=True)
        consumer.start()
        wake_after_commits(world.database, settings)
        many(world, 1)
        until = time.monotonic() + 55
        while not server.received and time.monotonic() < until:
            time.sleep(0.1)
        consumer.kill()
        consumer.join()
        assert len(server.received) == 1


QUESTION, REASON = "请补充照片所在的村组", "本单位人手不足"
PLANTED = ("赵小禾", "13000000001", "zhao@", FACTS, "经走访核实", "已核实", QUESTION, REASON)


def test_security_60_what_leaves_holds_nobodys_name_and_no_facts(world: World, tmp_path: Path) -> None:
    """Every occasion, every kind of notice, every channel: bodies, headers and addresses, as sent and decoded."""
    period = world.round_two()
    for login in world.people:
        reach_of(world, login, OutgoingChannel.MAIL, f"{login}@example.com")
    for unit in (world.qilin, world.office):
        reach_of(world, unit, OutgoingChannel.SMS, f"1390000000{unit}")
        reach_of(world, unit, OutgoingChannel.WECOM, "robot-key-1234")
        reach_of(world, unit, OutgoingChannel.DINGTALK, "SECabcdef0123@token0123")
    telling = MessageChoice(frozenset(OutgoingChannel), wants_news=True)
    cases = [
        world.file(period, nominee, "2026-09-18 Fri 10:00", telling=telling, contact=contact)[0]
        for nominee, contact in zip(world.nominees, ("13000000001", "zhao@example.com") * 3, strict=False)
    ]
    with world.database.writer() as session:
        for number, reach in enumerate(session.scalars(select(Reach).where(Reach.objection_id.is_not(None)))):
            reach.confirmed_at = None if number == 4 else at("2026-09-18 Fri 10:01")
        session.commit()
    every_occasion(world, cases)
    with smtp() as mail, web('{"code": 0, "errcode": 0}') as gateway:
        addresses = {f"{name}_url": gateway.url for name in ("sms", "wecom", "dingtalk")}
        senders = sending.Senders.of(settings_for(world, tmp_path, mail.port, **addresses))
        for now in ("2026-09-18 Fri 10:05", "2026-09-20 Sun 08:30", "2026-09-28 Mon 08:30", "2026-09-29 Tue 08:30"):
            plan(world, at(now))
            deliver_at(world, senders, now)
        world.run(settlement.settle_due, now=at("2026-09-30 Wed 00:00"))
        plan(world, at("2026-09-30 Wed 08:30"))
        deliver_at(world, senders, "2026-09-30 Wed 08:30")
        for channel in OutgoingChannel:
            senders.gateways.send(channel, TRIED[channel], write_trial(), new_token())
    with world.database.reader() as session:
        left = session.execute(
            select(Dispatch.channel, Dispatch.notice, OutboxRow.reminder)
            .outerjoin(OutboxRow, Dispatch.outbox_id == OutboxRow.id)
            .where(Dispatch.fate == Delivery.SENT)
        ).all()
        names = [*session.scalars(select(Nominee.name)), *session.scalars(select(Unit.name))]
        names += [f">{name}<" for name in session.scalars(select(User.name))]  # logins are in addresses here
    assert {channel for channel, _, _ in left} == set(OutgoingChannel)
    assert {notice for _, notice, _ in left} == {NoticeKind.WARNING, NoticeKind.NEWS, NoticeKind.CODE}
    assert {occasion for _, _, occasion in left} - {None} == set(Reminder)
    whole = "\n".join(everything_that_left(mail, gateway))
    # To whom it goes stands in a message's own field for that, and nowhere else.
    whole = whole.replace("mobile=13000000001&", "").replace("To: zhao@example.com", "")
    assert [each for each in [*names, *PLANTED] if each in whole] == []


TRIED = {
    OutgoingChannel.MAIL: "a@example.com",
    OutgoingChannel.SMS: "13900000009",
    OutgoingChannel.WECOM: "robot-key-1234",
    OutgoingChannel.DINGTALK: "SECabcdef0123@token0123",
}


def every_occasion(world: World, cases: list[int]) -> None:
    """A warning of every occasion about a case that is open, or that has ended where only an end tells it still."""
    with world.database.writer() as session:
        deadline = session.get_one(Case, cases[0]).entry.period.conclude_by
        there = set(session.execute(select(OutboxRow.case_id, OutboxRow.unit_id, OutboxRow.reminder)))
        for occasion in set(Reminder) - {Reminder.LAPSED}:  # which settlement writes itself
            for unit in (world.office, world.qilin):
                if (cases[0], unit, occasion) not in there:
                    told = {"reminder": occasion, "deadline": deadline, "created_at": at("2026-09-26 Sat 10:00")}
                    session.add(OutboxRow(case_id=cases[0], unit_id=unit, **told))
        session.commit()
    world.bring(cases[1], State.PROPOSED, "2026-09-18 Fri 11:00")
    world.bring(cases[2], State.CONCLUDED, "2026-09-18 Fri 11:00")
    world.bring(cases[3], State.INVESTIGATING, "2026-09-18 Fri 11:00")
    world.act(investigation.ask_supplement, cases[3], "handler", QUESTION, now="2026-09-18 Fri 11:00")
    world.act(investigation.take_over, cases[4], "office", REASON, now="2026-09-18 Fri 11:00")


def everything_that_left(mail: SmtpServer, gateway: WebServer) -> Iterator[str]:
    """Each message as its bytes went, and as a reader decodes them: base64, percent, \\u escapes, encoded headers."""
    for content in mail.received:
        message = message_from_bytes(content, policy=policy.default)
        yield content.decode("utf-8", "replace")
        yield "\n".join(f"{name}: {value}" for name, value in message.items())
        yield message.get_content()
    for path, headers, body in gateway.requests:
        yield body.decode("utf-8", "replace")
        yield unquote_plus(body.decode("utf-8", "replace"))
        yield body.decode("unicode_escape")
        yield unquote_plus(path)
        yield "\n".join(f"{name}: {value}" for name, value in headers.items())


def deliver_at(world: World, senders: sending.Senders, now: str) -> None:
    """What a sender does at a moment of the test's own."""
    claimed = None
    while claimed := world.run(
        dispatching.settle_and_claim,
        (claimed, senders._send(claimed)) if claimed else None,
        "https://portal.example",
        now=at(now),
    ):
        pass


def test_a_sender_has_checkpoints_stamped_and_cosigned(world: World, tmp_path: Path) -> None:
    """Where nobody is set up nothing is asked; whoever does not answer is asked again (R38)."""
    world.round_two()
    assert publish(world.database, log_keys_of(world.keyring, "https://gongshi.example"), clock.now()) is not None
    assert sending.Senders.of(settings_for(world, tmp_path, 9)).prove() == 0
    authority = Authority(tmp_path / "authority")
    witness = KnownKey("witness.example/witness", bytes(32), COSIGNATURE)
    named = {"tsa_certificate": str(authority.folder / "ca.pem"), "witnesses": f"{witness} http://127.0.0.1:9"}
    with serving(authority.answer) as url:
        senders = sending.Senders.of(settings_for(world, tmp_path, 9, tsa_url=url, **named))
        assert (senders.prove(), senders.prove()) == (1, 0)
