"""An import is read once and whole: two readers, one that died, one that finds the store or the file gone (R9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app.domain.refusals import ImportNotReady, TooManyRows
from app.evidence.names import StoreDown
from app.models import Document, Import, ImportForm, ImportRow
from app.services.imports import confirming, content, reading, receiving
from app.services.imports.content import Content
from app.services.imports.sealed_rows import NominationRow
from tests.files import vault_in
from tests.lists import NOW, checked, person, read, receive, sheet, state_of
from tests.world import World, at, at_once

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what is decided apart from SQL


class Killed(BaseException):
    """The reader's process ends here: nothing it would still do is done."""


def drop(world: World, folder: Path, import_id: int) -> None:
    world.run(receiving.drop, vault_in(folder, world.key), import_id, by=world.actor("handler"), now=at(NOW))


def numbers(world: World, import_id: int) -> list[int]:
    with world.database.reader() as session:
        rows = select(ImportRow.number).where(ImportRow.import_id == import_id).order_by(ImportRow.number)
        return list(session.scalars(rows))


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Whoever reads next is interrupted after the first row, once."""
    rows, done = Content.rows, []

    def interrupted(self: Content, now: dt.datetime) -> Iterator[NominationRow]:
        for row in rows(self, now):
            yield row
            if not done:
                done.append(True)
                happens()

    monkeypatch.setattr(Content, "rows", interrupted)


def test_two_who_read_at_once_write_every_row_once(roomy: World, folder: Path) -> None:
    import_id = receive(roomy, folder, {"a.xlsx": sheet([person(number) for number in range(5)])})
    done = at_once([lambda: read(roomy, folder, import_id)] * 3)
    assert set(done) <= {True, False}, done
    assert (state_of(roomy, import_id), numbers(roomy, import_id)) == ("checked", [0, 5, 6, 7, 8, 9])
    assert [action for _, action, _ in roomy.acts()].count("import.checked") == 1


def test_a_reader_that_died_leaves_no_row_and_one_that_only_slept_writes_none_either(
    roomy: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = receive(roomy, folder, {"a.xlsx": sheet([person(number) for number in range(5)])})
    with monkeypatch.context() as dying:
        meanwhile(dying, _kill)
        with pytest.raises(Killed):
            read(roomy, folder, import_id)
    assert (state_of(roomy, import_id), numbers(roomy, import_id)) == ("waiting", [])
    meanwhile(monkeypatch, lambda: read(roomy, folder, import_id))  # while the first sleeps, another reads it all
    assert read(roomy, folder, import_id)
    assert (state_of(roomy, import_id), numbers(roomy, import_id)) == ("checked", [0, 5, 6, 7, 8, 9])
    assert roomy.run(confirming.confirm, import_id, by=roomy.actor("handler"), now=at(NOW))["new"] == 5


def _kill() -> None:
    raise Killed


def test_a_list_that_kills_whoever_reads_it_is_given_up_with_words(
    roomy: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = receive(roomy, folder, {"a.xlsx": sheet([person(0)])})
    monkeypatch.setattr(Content, "rows", lambda *_: _kill())
    for _ in range(reading.ATTEMPTS):
        with pytest.raises(Killed):
            read(roomy, folder, import_id)
        assert state_of(roomy, import_id) == "waiting"
    assert read(roomy, folder, import_id)
    assert not read(roomy, folder, import_id)
    assert_failed(roomy, import_id, "系统在读取时出了问题，已经记录。")


@on_sqlite
def test_what_nobody_foresaw_is_said_in_words_the_first_time(
    roomy: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = receive(roomy, folder, {"a.xlsx": sheet([person(0)])})
    monkeypatch.setattr(Content, "rows", lambda *_: iter([1 / 0]))
    assert read(roomy, folder, import_id)
    assert_failed(roomy, import_id, "系统在读取时出了问题，已经记录。")


def assert_failed(world: World, import_id: int, words: str) -> None:
    with world.database.reader() as session:
        found = session.get_one(Import, import_id)
        assert (found.state.value, found.failure[: len(words)]) == ("failed", words)
    assert numbers(world, import_id) == []
    assert [action for _, action, _ in world.acts()].count("import.failed") == 1


@on_sqlite
def test_an_import_dropped_while_it_is_read_leaves_nothing_behind(
    roomy: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = receive(roomy, folder, {"a.xlsx": sheet([person(0)])})
    meanwhile(monkeypatch, lambda: drop(roomy, folder, import_id))
    read(roomy, folder, import_id)
    with roomy.database.reader() as session:
        left = [len(session.scalars(select(table)).all()) for table in (ImportRow, Document)]
    assert (state_of(roomy, import_id), left) == ("dropped", [0, 0])
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    with pytest.raises(ImportNotReady):
        drop(roomy, folder, import_id)


@on_sqlite
def test_a_list_too_long_is_refused_with_how_to_split_it_and_nothing_is_kept(
    roomy: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "MOST_ROWS", 3)
    rows, before = [person(number) for number in range(5)], roomy.everything()
    with pytest.raises(TooManyRows) as refused:
        receive(roomy, folder, {"a.xlsx": sheet(rows)})
    assert str(refused.value) == "一次最多3行，这份有5行；请按推荐单位或者按类别分成几份，分别上传。"
    assert (roomy.everything(), [path for path in folder.rglob("*") if path.is_file()]) == (before, [])
    assert state_of(roomy, checked(roomy, folder, {"a.xlsx": sheet(rows[:3])})) == "checked"


@on_sqlite
def test_a_long_list_that_an_older_version_took_in_fails_with_the_same_words(
    roomy: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [person(number) for number in range(5)]
    import_id = receive(roomy, folder, {"a.xlsx": sheet(rows)}, form=ImportForm.INDIVIDUALS)
    monkeypatch.setattr(content, "MOST_ROWS", 3)
    assert read(roomy, folder, import_id)
    assert_failed(roomy, import_id, "一次最多3行，这份有5行；请按推荐单位或者按类别分成几份，分别上传。")


@on_sqlite
def test_more_text_than_a_list_needs_is_refused_before_it_fills_the_memory(
    roomy: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = receive(roomy, folder, {"a.xlsx": sheet([person(0, remark="长" * 9_000)])})
    monkeypatch.setattr(reading, "_MOST_BYTES", 20_000)
    assert read(roomy, folder, import_id)
    assert_failed(roomy, import_id, "“a.xlsx”：文字太多")


@on_sqlite
def test_a_store_or_a_database_that_is_down_costs_no_list_its_reading(
    roomy: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_id = receive(roomy, folder, {"a.xlsx": sheet([person(0)])})
    vault = vault_in(folder, roomy.key)

    def down(name: str) -> bytes:
        raise StoreDown

    with monkeypatch.context() as broken:
        broken.setattr(vault.store, "get", down)
        for _ in range(reading.ATTEMPTS + 1):
            with pytest.raises(StoreDown):
                roomy.run(reading.read, vault, import_id, now=at(NOW))
    with monkeypatch.context() as broken:
        broken.setattr(reading.checks, "across", _database_away)
        with pytest.raises(OperationalError):
            roomy.run(reading.read, vault, import_id, now=at(NOW))
    assert (state_of(roomy, import_id), numbers(roomy, import_id)) == ("waiting", [])
    assert roomy.run(reading.read, vault, import_id, now=at(NOW))
    assert state_of(roomy, import_id) == "checked"


def _database_away(*_: object) -> None:
    raise OperationalError("SELECT", {}, Exception("gone"))
