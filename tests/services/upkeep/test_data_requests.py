"""Requests about one's own data: sealed, read with a reason, answered once, purged, and of the office alone."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from app.domain.objections.arrival import Channel
from app.domain.refusals import AlreadyDone, BadValue, MissingText, NotAllowed, NotThere
from app.domain.upkeep.data_requests import DataOutcome, DataRequestKind, Requester
from app.models import AuditRow, DataRequest
from app.sealing import Keyring, SealBroken
from app.services.upkeep import data_requests, keys
from app.services.upkeep.data_requests import AnsweredByUs, AskedOfUs, NewDataRequest
from tests.world import World, at, at_once

CAME, READ, ANSWERED = "2026-09-18 Fri 09:00", "2026-09-18 Fri 10:00", "2026-09-21 Mon 09:00"
WHO = AskedOfUs("植标甲", "13900001111", "当面看过身份证", "要求复制本人的推荐表。")
GIVEN = AnsweredByUs("推荐表复印件已当面交给植标甲。", "签收单存档案第3卷")
NEW = NewDataRequest(
    DataRequestKind.COPY, Requester.NOMINEE, Channel.VISIT, dt.date(2026, 9, 18), dt.date(2026, 10, 16), WHO
)


def register(world: World, new: NewDataRequest = NEW, login: str = "office") -> int:
    return world.run(data_requests.register, new, by=world.actor(login), now=at(CAME))


def answer(world: World, request: int = 1, given: AnsweredByUs = GIVEN, login: str = "office2") -> None:
    world.run(data_requests.answer, request, DataOutcome.DONE, given, by=world.actor(login), now=at(ANSWERED))


def test_each_reading_has_its_reason_on_the_record_and_nothing_of_who_asked(world: World) -> None:
    head = len(world.acts())
    number = register(world)
    opened = world.run(data_requests.read, number, "准备答复", by=world.actor("office"), now=at(READ))
    assert (opened.asked, opened.answer) == (WHO, None)
    answer(world, number)
    opened = world.run(data_requests.read, number, "核对答复", by=world.actor("office2"), now=at(ANSWERED))
    assert opened.answer == GIVEN
    office, office2 = (f"user:{world.people[login]}" for login in ("office", "office2"))
    assert world.acts(head) == [
        (office, "data_request.registered", f"data_request:{number}"),
        (office, "data_request.read", f"data_request:{number}"),
        (office2, "data_request.answered", f"data_request:{number}"),
        (office2, "data_request.read", f"data_request:{number}"),
    ]
    with world.database.reader() as session:
        details = session.scalars(select(AuditRow.details).where(AuditRow.action == "data_request.read")).all()
        assert [json.loads(each) for each in details] == [{"reason": "准备答复"}, {"reason": "核对答复"}]
        stored = repr(session.execute(text("SELECT * FROM data_requests")).all())
        stored += repr(session.scalars(select(AuditRow.details)).all())
    for mark in (WHO.name, WHO.contact, WHO.verified, WHO.asked, GIVEN.text, GIVEN.evidence):
        assert mark not in stored
        assert repr(mark.encode())[2:-1] not in stored


def test_a_sealed_request_opens_in_its_own_row_alone(world: World) -> None:
    first, second = register(world), register(world)
    with world.database.writer() as session:
        session.get_one(DataRequest, second).sealed = session.get_one(DataRequest, first).sealed
        session.commit()
    with pytest.raises(SealBroken):
        world.run(data_requests.read, second, "准备答复", by=world.actor("office"), now=at(READ))


@pytest.mark.parametrize("login", ["head", "handler", "auditor"])
def test_nobody_outside_of_the_office_registers_reads_lists_or_answers(world: World, login: str) -> None:
    number = register(world)
    before = world.everything()
    by, now = world.actor(login), at(READ)
    for do in (
        lambda: register(world, login=login),
        lambda: world.run(data_requests.read, number, "准备答复", by=by, now=now),
        lambda: answer(world, number, login=login),
        lambda: world.do(data_requests.list_requests, by),
        lambda: world.do(data_requests.find_request, number, by),
    ):
        with pytest.raises(NotAllowed):
            do()
    assert world.everything() == before


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (replace(NEW, received_on=dt.date(2026, 9, 19)), "received_on"),
        (replace(NEW, due_on=dt.date(2026, 9, 17)), "due_on"),
        (replace(NEW, channel=Channel.WEB), "channel"),
        (replace(NEW, asked=replace(WHO, verified="无")), "verified"),
        (replace(NEW, asked=replace(WHO, asked=" ")), "asked"),
    ],
)
def test_what_is_missing_or_cannot_be_is_named_and_nothing_is_written(
    world: World, new: NewDataRequest, field: str
) -> None:
    before = world.everything()
    with pytest.raises((BadValue, MissingText)) as refused:
        register(world, new)
    assert [fault.field for fault in refused.value.faults] == [field]
    assert world.everything() == before


def test_a_reading_without_a_reason_and_a_request_that_is_not_there_show_nothing(world: World) -> None:
    number = register(world)
    before, office = world.everything(), world.actor("office")
    with pytest.raises(MissingText):
        world.run(data_requests.read, number, "看", by=office, now=at(READ))
    with pytest.raises(NotThere):
        world.run(data_requests.read, 99, "准备答复", by=office, now=at(READ))
    with pytest.raises(NotThere):
        answer(world, 99)
    assert world.everything() == before


def test_of_two_who_answer_at_once_one_does(world: World) -> None:
    number = register(world)
    done = at_once([lambda login=login: answer(world, number, login=login) for login in ("office", "office2")])
    assert sorted(type(each).__name__ for each in done) == ["AlreadyDone", "NoneType"]
    with pytest.raises(AlreadyDone):
        answer(world, number)


def test_the_unanswered_come_first_by_when_they_are_due(world: World) -> None:
    late, soon, done = (
        register(world, replace(NEW, due_on=dt.date(2026, 10, day), received_on=dt.date(2026, 9, 18)))
        for day in (30, 9, 8)
    )
    answer(world, done)
    rows = world.do(data_requests.list_requests, world.actor("office"))
    assert [row.id for row in rows] == [soon, late, done]


def test_a_new_key_seals_requests_and_answers_anew(world: World) -> None:
    number = register(world)
    answer(world, number)
    new = Keyring("a new key, thirty-two bytes long!", [world.key.decode()])
    world.run(keys.rotate, now=at(ANSWERED), keyring=new)
    alone = Keyring("a new key, thirty-two bytes long!")
    opened = world.run(data_requests.read, number, "核对答复", by=world.actor("office"), now=at(READ), keyring=alone)
    assert (opened.asked, opened.answer) == (WHO, GIVEN)


def test_security_18_a_request_goes_when_its_answer_was_kept_long_enough_and_its_dates_stay(world: World) -> None:
    answered, unanswered = register(world), register(world)
    answer(world, answered)
    early, due = at("2029-09-21 Fri 23:59"), at("2029-09-22 Sat 00:00")
    assert world.run(data_requests.purge_expired, 3, now=early) == 0
    assert world.run(data_requests.purge_expired, 3, now=due) == 1
    assert world.run(data_requests.purge_expired, 3, now=due) == 0
    with world.database.reader() as session:
        rows = {row.id: row for row in session.scalars(select(DataRequest))}
    assert (rows[answered].sealed, rows[answered].sealed_answer) == (None, None)
    assert (rows[answered].outcome, rows[answered].answered_at) == (DataOutcome.DONE, at(ANSWERED))
    assert rows[unanswered].sealed is not None
    with pytest.raises(NotAllowed, match="已经删除"):
        world.run(data_requests.read, answered, "核对答复", by=world.actor("office"), now=due)
