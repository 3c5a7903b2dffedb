"""Dossiers: sealed, masked until somebody asks, and each reading on the record (R12)."""

from __future__ import annotations

import pytest

from app.domain.refusals import NotYourCase
from app.services.nominees import dossiers
from tests.lists import id_number
from tests.world import World, at

NOW = "2026-09-17 Thu 10:00"
NUMBER = id_number(1)
sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing in it that the two do differently


@pytest.fixture
def nominee(world: World) -> int:
    fields = {"phone": "13812345678", "id_number": NUMBER, "awards": "无", "nothing_of_the_form": "x", "title": ""}
    with world.database.writer() as session:
        session.add(dossiers.make_dossier(world.keyring, world.nominees[2], fields))
        session.commit()
    return world.nominees[2]


@sqlite
def test_numbers_are_masked_until_somebody_reads_the_dossier_on_the_record(world: World, nominee: int) -> None:
    head = world.actor("head")
    with world.database.reader() as session:
        seen = dossiers.view_dossier(session, world.keyring, nominee, head)
    assert seen is not None
    assert (seen.masked, seen.fields) == (
        True,
        {"phone": "138****5678", "id_number": f"{NUMBER[:6]}{'*' * 8}{NUMBER[-4:]}", "awards": "无"},
    )
    read = world.run(dossiers.read, nominee, by=head, now=at(NOW), keyring=world.keyring)
    assert (read.masked, read.fields) == (False, {"phone": "13812345678", "id_number": NUMBER, "awards": "无"})
    assert [act for _, act, _ in world.acts()][-1] == "dossier.read"


@sqlite
@pytest.mark.parametrize("login", ["stranger", "auditor"])
def test_a_dossier_is_there_for_the_office_and_the_recommending_unit_alone(
    world: World, nominee: int, login: str
) -> None:
    with world.database.reader() as session:
        assert dossiers.view_dossier(session, world.keyring, nominee, world.actor(login)) is None
    with pytest.raises(NotYourCase):
        world.run(dossiers.read, nominee, by=world.actor(login), now=at(NOW), keyring=world.keyring)


def test_one_person_has_one_hash_however_the_number_is_typed_and_none_without_a_number() -> None:
    def hashed(**fields: str) -> str | None:
        return dossiers.person_hash(b"a key", fields)

    assert hashed(id_number=" 53030219800301001x") == hashed(id_number="53030219800301001X") is not None
    assert hashed(id_number=NUMBER) != dossiers.person_hash(b"another key", {"id_number": NUMBER})
    assert hashed(credit_code="无") is hashed(credit_code="") is hashed() is None
