"""An answered challenge is spent in the transaction that files, which reads nothing of others' filings (R16, R17)."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.domain.refusals import AnswerSpent, WindowClosed
from app.models import Objection, SpentAnswer
from app.services.objections import intake
from app.services.objections.shares import Guard
from tests.world import FACTS, World, at

NINE = at("2026-09-18 Fri 09:00")


@pytest.fixture
def entries(world: World) -> list[int]:
    period = world.round_two()
    return [world.entry(period, nominee) for nominee in world.nominees]


def file(world: World, entry: int, guard: Guard, now: dt.datetime = NINE, **changes: object) -> intake.Filed:
    return world.do(intake.file_objection, world.keyring, entry, world.filing(**changes), now, guard)


def test_security_41_what_a_stranger_filed_under_a_contact_changes_nothing_for_anybody_else(
    world: World, entries: list[int]
) -> None:
    """However often, and whether or not what was tried failed: no refusal, no wait, no row."""
    for number in range(40):
        file(world, entries[number % 4], Guard(), NINE + dt.timedelta(seconds=number), contact="13000000001")
    with pytest.raises(WindowClosed):
        file(world, entries[4], Guard(), at("2026-09-24 Thu 00:00"), contact="13000000001")
    filed = file(world, entries[4], Guard(), NINE + dt.timedelta(minutes=1), contact="13000000001")
    assert not filed.repeated


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
