"""事迹材料 of a nominee: as long as the notice lets it be, from whom it may come, and kept as it came."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.domain.refusals import Archived, FileRefused, NotYourCase
from app.models import Document, Programme, Purpose
from app.services.nominees import dossiers, handing_in
from app.services.shared import files
from tests.files import pdf, png, vault_in
from tests.lists import material
from tests.services.sheets import with_macro
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # rules alone: the same SQL on both
NOW = "2026-09-02 Wed 10:00"
COLLECTIVE, PERSON = 0, 2  # their places in world.nominees


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def hand_in(
    world: World, folder: Path, nominee: int, content: bytes, login: str = "handler", title: str = "事迹材料.docx"
) -> None:
    world.run(
        handing_in.receive,
        vault_in(folder, world.key),
        handing_in.MATERIAL,
        nominee,
        title,
        io.BytesIO(content),
        by=world.actor(login),
        now=at(NOW),
    )


def refused_and_nothing_kept(world: World, folder: Path, nominee: int, content: bytes) -> str:
    before = world.everything()
    with pytest.raises(FileRefused) as refused:
        hand_in(world, folder, nominee, content)
    assert world.everything() == before
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    return refused.value.why


@pytest.mark.parametrize(
    ("whose", "longest", "who"), [(PERSON, 1000, "个人不超过1000字"), (COLLECTIVE, 3000, "集体不超过3000字")]
)
def test_the_longest_is_taken_and_one_character_more_is_not(
    world: World, folder: Path, whose: int, longest: int, who: str
) -> None:
    nominee = world.nominees[whose]
    why = refused_and_nothing_kept(world, folder, nominee, material(longest + 1))
    assert why == f"有{longest + 1}字：{who}（标点也算，空格不算），请删去1字。"
    hand_in(world, folder, nominee, material(longest))
    assert world.acts()[-1] == (
        f"user:{world.people['handler']}",
        "nominee.material_received",
        f"nominee:{nominee}",
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (material(0), "里面没有文字"),
        (png(), "不是 Word（.docx）或 PDF 文件"),
        (with_macro(material(10)), "宏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "旧版的 Word"),
    ],
    ids=["empty", "picture", "macro", "old Word"],
)
def test_security_33_what_is_no_material_is_refused_in_words(
    world: World, folder: Path, content: bytes, why: str
) -> None:
    assert why in refused_and_nothing_kept(world, folder, world.nominees[PERSON], content)


def test_the_latest_counts_and_the_earlier_ones_stay_listed(world: World, folder: Path) -> None:
    """A PDF is taken however long it is, and the office may hand in too."""
    nominee, scan = world.nominees[PERSON], pdf()
    hand_in(world, folder, nominee, material(9))
    hand_in(world, folder, nominee, scan, "office", "事迹材料.pdf")
    with world.database.reader() as session:
        wanted = (Document.nominee_id == nominee, Document.purpose == Purpose.MATERIAL)
        first, second = session.scalars(select(Document).where(*wanted).order_by(Document.id)).all()
        shown = dossiers.view_dossier(session, world.keyring, nominee, world.actor("head"))
        assert shown is not None
        assert [(each.document_id, each.kind) for each in shown.materials] == [(second.id, "pdf"), (first.id, "docx")]
        opened = files.open_stored_file(
            vault_in(folder, world.key), files.Stored.of(second), second.scan, second.kind, "x"
        )
        assert b"".join(opened.content) == scan


@pytest.mark.parametrize("login", ["stranger", "auditor"])
def test_security_20_nobody_else_hands_anything_in(world: World, folder: Path, login: str) -> None:
    before = world.everything()
    for nominee in (world.nominees[PERSON], 999):
        with pytest.raises(NotYourCase):
            hand_in(world, folder, nominee, material(9), login)
    assert world.everything() == before


def test_an_archived_programme_takes_nothing(world: World, folder: Path) -> None:
    with world.database.writer() as session:
        session.execute(update(Programme).values(archived_at=at(NOW)))
        session.commit()
    before = world.everything()
    with pytest.raises(Archived):
        hand_in(world, folder, world.nominees[PERSON], material(9))
    assert world.everything() == before
