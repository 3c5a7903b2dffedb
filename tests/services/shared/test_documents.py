"""Files of staff: opened by whoever may see what they are about, and on the record."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.refusals import NotYourCase
from app.models import Purpose
from app.services.shared import documents
from tests.files import hand_in, pdf, vault_in
from tests.world import World, at

NOW = "2026-09-17 Thu 10:00"
sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing in it that the two do differently


@sqlite
@pytest.mark.parametrize(
    ("about", "login", "may"),
    [
        ("nominee", "office", True),
        ("nominee", "head", True),  # of the unit that recommends
        ("nominee", "handler", True),
        ("nominee", "stranger", False),  # of another unit
        ("nothing", "office", True),
        ("nothing", "head", False),  # of no nominee and no list: the office's own
    ],
)
def test_a_file_opens_for_the_office_and_for_the_unit_whose_nominee_it_is_about(
    world: World, tmp_path: Path, about: str, login: str, may: bool
) -> None:
    nominee = world.nominees[2] if about == "nominee" else None
    document = hand_in(world, tmp_path, Purpose.PHOTO, pdf(), now=NOW, nominee_id=nominee)
    vault, before = vault_in(tmp_path, world.key), len(world.acts())

    def read() -> bytes:
        opened = world.run(documents.open_document, vault, document, by=world.actor(login), now=at(NOW))
        return b"".join(opened.content)

    if may:
        assert read() == pdf()
    else:
        with pytest.raises(NotYourCase):
            read()
    assert [act for _, act, _ in world.acts(before)] == (["document.opened"] if may else [])


@sqlite
def test_the_file_of_a_use_case_that_was_refused_is_deleted(world: World, tmp_path: Path) -> None:
    vault = vault_in(tmp_path / "store", world.key)
    (tmp_path / "a.pdf").write_bytes(pdf())
    with (tmp_path / "a.pdf").open("rb") as content:
        upload = documents.Upload("扫描件.pdf", content)
        row = documents.store_document(
            vault, Purpose.PROCEEDING, world.programme, upload, world.actor("office"), at(NOW)
        )
    assert list(vault.store.names()) == [row.name]
    documents.discard(vault, row)
    assert list(vault.store.names()) == []
