"""A ceiling over all bytes that nobody has filed (SECURITY 49)."""

from __future__ import annotations

import dataclasses
import io
import threading
from pathlib import Path

import pytest

from app.domain.refusals import UnfiledFull
from app.services.objections import drafts, evidence, unfiled
from app.services.objections.unfiled import unfiled_bytes
from app.services.shared.files import Vault
from app.services.shared.work import Work
from tests.files import form_hash, png, vault_in
from tests.world import World, at

NOW, LATER = "2026-09-18 Fri 09:00", "2026-09-18 Fri 10:00"


@pytest.fixture
def vault(world: World, tmp_path: Path) -> Vault:
    return vault_in(tmp_path / "evidence", world.key)


def send(world: World, vault: Vault, number: int, now: str = NOW) -> int:
    with world.database.writer() as session:
        work = Work(session, at(now))
        form = form_hash(world.key, f"a-form-token-of-24-c{number:04d}")
        return evidence.receive(work, vault, form, "a.png", io.BytesIO(png(number % 200))).size


def held(world: World) -> int:
    with world.database.reader() as session:
        return unfiled_bytes(session)


def test_security_49_files_of_everybody_and_drafts_count_and_what_is_filed_does_not(world: World, vault: Vault) -> None:
    period = world.round_two()
    send(world, vault, 1)
    both = held(world)
    assert both > 0
    with world.database.writer() as session:
        drafts.keep(Work(session, at(NOW), keyring=vault.keyring), "browser", "handle", {"typed": "x" * 5000})
    assert held(world) >= both + 5000
    world.file(period, world.nominees[2], NOW, form_token="a-form-token-of-24-c0001", files=1)
    assert held(world) < both + 6000


def test_security_49_at_the_ceiling_nothing_more_is_taken_for_an_hour_and_then_the_oldest_makes_room(
    world: World, vault: Vault
) -> None:
    send(world, vault, 1)
    one = held(world)
    small = dataclasses.replace(vault, unfiled_limit=3 * one + one // 2)
    for number in (2, 3):
        send(world, small, number)
    before = set(vault.store.names())
    with pytest.raises(UnfiledFull, match="补充材料"):
        send(world, small, 4)
    assert set(vault.store.names()) == before  # nothing of what was refused stays
    send(world, small, 4, LATER)
    assert held(world) <= small.unfiled_limit
    with world.database.reader() as session:
        forms = [row.form_hash for row in session.query(unfiled.Evidence)]
    assert form_hash(world.key, "a-form-token-of-24-c0001") not in forms
    assert len(set(vault.store.names())) == len(forms)  # files of rows that are gone are gone


def test_security_49_of_many_at_once_no_more_are_taken_than_there_is_room_for(world: World, vault: Vault) -> None:
    send(world, vault, 1)
    one = held(world)
    small = dataclasses.replace(vault, unfiled_limit=5 * one + one // 2)
    refused: list[int] = []

    def try_to(number: int) -> None:
        try:
            send(world, small, number)
        except UnfiledFull:
            refused.append(number)

    senders = [threading.Thread(target=try_to, args=(number,)) for number in range(2, 14)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert held(world) <= small.unfiled_limit
    assert len(refused) == 8
