"""A stored file reads back whole or not at all, and a refusal leaves nothing in the store (R16)."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.refusals import FileDamaged, HeldBack, MissingText
from app.evidence.kinds import FileKind
from app.models import ScanState
from app.services.shared import files
from app.services.shared.files import Vault
from tests.files import pdf, vault_in
from tests.world import at

NOW = at("2026-09-18 Fri 09:00")
KEY = b"the key of these tests, 32 bytes!"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return vault_in(tmp_path / "store", KEY)


def store(vault: Vault, folder: Path, *, scanned: bool = False) -> files.Stored:
    (folder / "upload").write_bytes(pdf())
    with (folder / "upload").open("rb") as upload, files.store_incoming(vault, "台账.pdf", upload, NOW) as file:
        file.named = True
    assert file.columns["scan"] is (ScanState.WAITING if scanned else ScanState.UNSCANNED)
    columns = ("name", "cipher", "sealed_key")
    return files.Stored(
        "document:1",
        *(file.columns[each] for each in columns),
        file.columns["stored_size"],
        file.columns["stored_sha256"],
    )


def test_a_file_is_ciphertext_in_the_store_and_reads_back_whole(vault: Vault, tmp_path: Path) -> None:
    stored = store(vault, tmp_path)
    assert b"%PDF" not in b"".join(vault.store.get(stored.name))
    found = files.open_stored_file(vault, stored, ScanState.UNSCANNED, FileKind.PDF, "台账.pdf")
    assert (found.size, b"".join(found.content)) == (len(pdf()), pdf())


@pytest.mark.parametrize("scan", [ScanState.WAITING, ScanState.INFECTED])
def test_what_the_scanner_has_not_passed_is_held_back(vault: Vault, tmp_path: Path, scan: ScanState) -> None:
    scanned = Vault(vault.store, vault.keyring, scanned=True)
    stored = store(scanned, tmp_path, scanned=True)
    with pytest.raises(HeldBack):
        files.open_stored_file(scanned, stored, scan, FileKind.PDF, "台账.pdf")


def test_a_damaged_or_missing_file_is_refused_before_its_first_byte(vault: Vault, tmp_path: Path) -> None:
    stored = store(vault, tmp_path)
    path = tmp_path / "store" / stored.name[:2] / stored.name
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(FileDamaged):
        files.open_stored_file(vault, stored, ScanState.UNSCANNED, FileKind.PDF, "台账.pdf")
    vault.store.delete(stored.name)
    with pytest.raises(FileDamaged):
        files.open_stored_file(vault, stored, ScanState.UNSCANNED, FileKind.PDF, "台账.pdf")


def test_a_refusal_or_a_row_that_was_not_made_leaves_no_file(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "upload").write_bytes(pdf())
    with (tmp_path / "upload").open("rb") as upload, files.store_incoming(vault, "台账.pdf", upload, NOW):
        pass
    assert list(vault.store.names()) == []
    with (
        (tmp_path / "upload").open("rb") as upload,
        pytest.raises(MissingText),
        files.store_incoming(vault, "台账.pdf", upload, NOW),
    ):
        raise MissingText("标题", 1, 10, "title")
    assert list(vault.store.names()) == []
