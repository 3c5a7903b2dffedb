"""Evidence goes out to whoever may see it, whole or not at all; store and rows are compared, a scanner has its say."""

from __future__ import annotations

import io
import logging
import random
from pathlib import Path

import pytest
from PIL import Image

from app.domain.refusals import FileDamaged, NotYourCase
from app.evidence.kinds import FileKind
from app.evidence.pdf_copy import copy_of_pdf
from app.services.cases import evidence_reading, investigation
from app.services.shared.files import Vault
from tests.exhibits import FILED, LATER, SECOND, case_with_files, opened, path_of
from tests.files import attach, pdf, vault_in
from tests.world import World

on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what no database does differently


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def vault(folder: Path, world: World) -> Vault:
    return vault_in(folder, world.key)


@pytest.fixture
def case(world: World, folder: Path) -> int:
    return case_with_files(world, folder)


# --- to whom -----------------------------------------------------------------------------------------


def test_security_20_evidence_of_a_case_that_is_not_theirs_does_not_exist(
    world: World, vault: Vault, folder: Path, case: int
) -> None:
    attach(world, folder, pdf("of another case"), SECOND, now=FILED)
    other, _ = world.file(6, world.nominees[1], FILED, form_token=SECOND, files=1)
    attach(world, folder, pdf("not filed"), "an-unfiled-token-24-char", now=FILED)
    world.act(investigation.recuse, case, "handler2", world.people["handler2"], "亲属", now=FILED)
    before = world.everything()
    for case_id, evidence_id, login in (
        (case, 1, "stranger"),  # another unit
        (case, 1, "handler2"),  # recused
        (case, 1, "auditor"),
        (case, 3, "handler"),  # of the other case, by the address of this one
        (other, 1, "handler"),
        (case, 4, "handler"),  # not filed yet: nobody's but its form's
        (case, 99, "handler"),
        (99, 1, "handler"),
    ):
        with pytest.raises(NotYourCase):
            opened(world, vault, case_id, evidence_id, login)
    for objection_id, evidence_id in ((1, 3), (2, 1), (1, 4), (1, 99)):
        with pytest.raises(NotYourCase):
            world.do(evidence_reading.open_for_objector, vault, objection_id, evidence_id)
    assert world.everything() == before


def test_a_handler_gets_it_by_number_and_on_the_record(world: World, vault: Vault, case: int) -> None:
    since = len(world.acts())
    found = opened(world, vault, case, 1, "handler")
    assert (found.file_name, found.kind) == ("证据1.pdf", FileKind.PDF)
    assert b"".join(found.content) == copy_of_pdf(pdf())  # never the file as it was sent (SECURITY 45)
    photo = opened(world, vault, case, 2, "head")
    content = b"".join(photo.content)
    assert (photo.file_name, photo.size) == ("证据2.jpg", len(content))
    assert Image.open(io.BytesIO(content)).size == (40, 30)
    assert world.acts(since) == [
        (f"user:{world.people[login]}", "evidence.opened", f"case:{case}") for login in ("handler", "head")
    ]
    own = world.do(evidence_reading.open_for_objector, vault, 1, 2)
    assert (own.file_name, b"".join(own.content)) == ("证据2.jpg", content)


def test_joined_into_another_case_the_evidence_goes_along(world: World, vault: Vault, folder: Path, case: int) -> None:
    lead, _ = world.file(6, world.nominees[2], FILED, form_token=SECOND, contact="13900000000")
    world.act(investigation.join, case, "handler", lead, now=LATER)
    assert opened(world, vault, lead, 1, "handler").file_name == "证据1.pdf"
    with pytest.raises(NotYourCase):
        opened(world, vault, case, 1, "handler")
    with world.database.reader() as session:
        numbers = {each: [x.number for x in of] for each, of in evidence_reading.list_exhibits(session, lead).items()}
    assert numbers == {1: [1, 2]}


# --- whole or not at all -----------------------------------------------------------------------------


@on_sqlite
def test_a_damaged_or_missing_file_is_refused_before_a_byte_of_it_goes_out(
    world: World, vault: Vault, folder: Path, case: int, caplog: pytest.LogCaptureFixture
) -> None:
    noise = io.BytesIO()
    Image.frombytes("RGB", (300, 300), random.Random(1).randbytes(270_000)).save(noise, "PNG")
    long = noise.getvalue()
    attach(world, folder, long, SECOND, now=FILED)
    other, _ = world.file(6, world.nominees[1], FILED, form_token=SECOND, files=1)
    path = path_of(world, folder, 3)
    whole = path.read_bytes()
    before = world.everything()
    for damaged in (
        whole[:-1],
        whole[: 64 * 1024 + 16],  # its last chunks cut off
        whole[:-5] + bytes([whole[-5] ^ 1]) + whole[-4:],
        b"",
        path_of(world, folder, 1).read_bytes(),  # another file in its place
        None,
    ):
        path.unlink()
        if damaged is not None:
            path.write_bytes(damaged)
        with caplog.at_level(logging.ERROR), pytest.raises(FileDamaged):
            opened(world, vault, other, 3, "handler")
        told = [(record.getMessage(), vars(record)["file"]) for record in caplog.records]
        assert told == [("a stored file is missing or damaged", "evidence:3")]
        caplog.clear()
    assert world.everything() == before
    path.write_bytes(whole)
    again = b"".join(opened(world, vault, other, 3, "handler").content)
    assert Image.open(io.BytesIO(again)).tobytes() == Image.open(io.BytesIO(long)).tobytes()


# --- compared ----------------------------------------------------------------------------------------


# --- forgotten ---------------------------------------------------------------------------------------


# --- scanned -----------------------------------------------------------------------------------------
