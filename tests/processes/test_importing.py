"""The process that reads imports beside the server: what waits longest first, and nothing that a scanner still has."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from app.evidence.names import StoreDown
from app.models import Document, ScanState
from app.processes import importing
from app.sealing import Keyring
from app.services.imports import sealed_rows
from app.services.shared.files import Vault
from app.services.upkeep import keys
from tests import lists
from tests.files import vault_in
from tests.world import World, at

NOW = lists.NOW
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def read_next(world: World, vault: Vault) -> bool:
    return importing.read_next(world.database, vault, lambda: at(NOW))


def scanned(world: World, state: ScanState) -> None:
    with world.database.writer() as session:
        verdict = {"scan": state, "scanned_at": None if state is ScanState.WAITING else at(NOW)}
        session.execute(update(Document).values(**verdict))
        session.commit()


def test_what_waits_longest_is_read_first_and_then_there_is_nothing(world: World, tmp_path: Path) -> None:
    lists.room_for(world)
    waiting = [lists.receive(world, tmp_path, {"a.xlsx": lists.sheet([lists.person(n)])}) for n in range(2)]
    vault, states = vault_in(tmp_path, world.key), []
    while read_next(world, vault):
        states.append([lists.state_of(world, import_id) for import_id in waiting])
    assert states == [["checked", "waiting"], ["checked", "checked"]]


@on_sqlite
def test_security_34_nothing_is_read_before_the_scanner_judged_it_and_nothing_infected(
    world: World, tmp_path: Path
) -> None:
    lists.room_for(world)
    first, second = (lists.receive(world, tmp_path, {"a.xlsx": lists.sheet([lists.person(n)])}) for n in range(2))
    vault = vault_in(tmp_path, world.key, scanned=True)
    scanned(world, ScanState.WAITING)
    assert not read_next(world, vault)
    assert lists.state_of(world, first) == "waiting"
    scanned(world, ScanState.INFECTED)
    assert read_next(world, vault)
    assert lists.state_of(world, first) == "failed"
    scanned(world, ScanState.CLEAN)
    assert read_next(world, vault)
    assert lists.state_of(world, second) == "checked"


@on_sqlite
def test_a_store_that_is_down_leaves_the_list_to_be_read_when_it_is_back(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists.room_for(world)
    import_id = lists.receive(world, tmp_path, {"a.xlsx": lists.sheet([lists.person(0)])})
    vault = vault_in(tmp_path, world.key)

    def down(name: str) -> bytes:
        raise StoreDown

    with monkeypatch.context() as broken:
        broken.setattr(vault.store, "get", down)
        with pytest.raises(StoreDown):
            read_next(world, vault)
    assert lists.state_of(world, import_id) == "reading"
    assert importing.read_next(world.database, vault, lambda: at("2026-09-02 Wed 09:02"))
    assert lists.state_of(world, import_id) == "checked"


def test_security_15_rows_are_sealed_anew_when_the_key_is_replaced(world: World, tmp_path: Path) -> None:
    lists.room_for(world)
    import_id = lists.checked(world, tmp_path, {"a.xlsx": lists.sheet([lists.person(0), lists.person(1)])})
    fresh = "another key for tests, thirty-two bytes"
    world.run(keys.rotate, now=at(NOW), keyring=Keyring(fresh, [world.key.decode()]))
    with world.database.reader() as session:
        rows = list(sealed_rows.each(session, Keyring(fresh), import_id))
    assert [row.name for row in rows] == ["", "赵小一", "钱小一"]
