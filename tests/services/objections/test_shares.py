"""A contact's share and a spent answer, in the transaction that files (R16, R17)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.domain.objections.receipt import new_form_token
from app.domain.objections.sameness import Allowance
from app.domain.refusals import AnswerSpent, TooManyFromContact
from app.models import Objection, SpentAnswer
from app.services.objections import intake
from app.services.objections.shares import Guard
from tests.world import FACTS, World, at, at_once

NINE = at("2026-09-18 Fri 09:00")
THREE_AN_HOUR = Guard([Allowance(3, dt.timedelta(hours=1))])


@pytest.fixture
def entries(world: World) -> list[int]:
    period = world.round_two()
    return [world.entry(period, nominee) for nominee in world.nominees]


def file(world: World, entry: int, guard: Guard, now: dt.datetime = NINE, **changes: object) -> intake.Filed:
    return world.do(intake.file_objection, world.keyring, entry, world.filing(**changes), now, guard)


def test_a_contact_has_its_share_however_it_is_written_and_over_all_nominees(world: World, entries: list[int]) -> None:
    for entry, contact in zip(entries, ("13000000001", "130-0000-0001", "+86 130 0000 0001"), strict=False):
        file(world, entry, THREE_AN_HOUR, contact=contact)
    before = world.everything()
    with pytest.raises(TooManyFromContact) as refused:
        file(world, entries[3], THREE_AN_HOUR, NINE + dt.timedelta(minutes=59, seconds=59))
    assert refused.value.come_back == NINE + dt.timedelta(hours=1)
    assert world.everything() == before
    file(world, entries[3], THREE_AN_HOUR, contact="13000000002")
    file(world, entries[3], THREE_AN_HOUR, NINE + dt.timedelta(hours=1))


def test_the_form_that_was_taken_gives_its_receipt_again_however_full_the_share(
    world: World, entries: list[int]
) -> None:
    token = new_form_token()
    first = file(world, entries[0], THREE_AN_HOUR, form_token=token)
    for entry in entries[1:3]:
        file(world, entry, THREE_AN_HOUR)
    again = file(world, entries[0], Guard(THREE_AN_HOUR.allowances, "spent long ago"), form_token=token)
    assert (again.receipt_code, again.repeated) == (first.receipt_code, True)


def test_security_29_of_many_at_once_a_contact_gets_its_share_and_not_one_more(
    world: World, entries: list[int]
) -> None:
    filed = at_once([lambda number=number: file(world, entries[number % 5], THREE_AN_HOUR) for number in range(12)])
    assert sorted(type(outcome).__name__ for outcome in filed) == ["Filed"] * 3 + ["TooManyFromContact"] * 9


def test_an_answer_is_spent_with_the_objection_it_let_through_and_forgotten_once_it_could_not_be_used(
    world: World, entries: list[int]
) -> None:
    file(world, entries[0], Guard(answer="a" * 32))
    before = world.everything()
    with pytest.raises(AnswerSpent):
        file(world, entries[1], Guard(answer="a" * 32), NINE + dt.timedelta(minutes=59))
    assert world.everything() == before
    file(world, entries[1], Guard(answer="b" * 32), NINE + dt.timedelta(minutes=61))
    with world.database.reader() as session:
        assert session.scalars(select(SpentAnswer.nonce)).all() == ["b" * 32]


def test_what_tells_the_same_source_and_the_same_text_tells_neither(world: World, entries: list[int]) -> None:
    same = [
        ("13000000001", FACTS),
        ("130 0000 0001", f"  {FACTS[:-1]} ！"),
        ("13000000002", FACTS.replace("三", "四") + "x"),
    ]
    for entry, (contact, facts) in zip(entries, same, strict=False):
        file(world, entry, Guard(), contact=contact, facts=facts)
    with world.database.reader() as session:
        rows = session.execute(select(Objection.contact_hash, Objection.text_hash).order_by(Objection.id)).all()
    assert [len(value) for row in rows for value in row] == [64] * 6
    assert rows[0] == rows[1]
    assert (rows[0].contact_hash == rows[2].contact_hash, rows[0].text_hash == rows[2].text_hash) == (False, False)
    assert rows[0].contact_hash != rows[0].text_hash
