"""Stored files compared with their rows, forgotten in time, and judged by the scanner (SECURITY 5, 34)."""

from __future__ import annotations

import os
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.refusals import CopyMissing, FileRefused, HeldBack
from app.evidence.names import new_name
from app.evidence.pdf_copy import copy_of_pdf
from app.evidence.scanner import Verdict
from app.models import Document, Evidence, Purpose, ScanState
from app.processes import ticking
from app.services.cases import evidence_reading
from app.services.objections import evidence_upkeep
from app.services.objections.evidence_upkeep import Comparison
from app.services.shared import documents, files
from app.services.shared.files import Vault
from tests.exhibits import FILED, LATER, SECOND, case_with_files, opened, path_of
from tests.files import attach, hand_in, pdf, png, vault_in
from tests.world import World, at

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


def states(world: World) -> list[ScanState]:
    with world.database.reader() as session:
        return list(session.scalars(select(Evidence.scan).order_by(Evidence.id)))


def compared(world: World, vault: Vault, deep: bool = False) -> Comparison:
    with world.database.reader() as session:
        return evidence_upkeep.compare(session, vault, deep=deep)


@on_sqlite
def test_security_05_the_reconciler_names_what_does_not_fit_and_deletes_nothing(
    world: World, vault: Vault, folder: Path, case: int
) -> None:
    assert compared(world, vault, deep=True) == Comparison(2, [], [], [], [])
    stray = new_name()
    vault.store.put(stray, [b"nobody's"])
    half = folder / stray[:2] / f"{new_name()}.1234.part"
    half.write_bytes(b"half")
    missing, broken = path_of(world, folder, 1), path_of(world, folder, 2)
    missing.rename(folder.parent / "moved away")
    broken.write_bytes(os.urandom(broken.stat().st_size))
    before = world.everything(), sorted(folder.rglob("*"))
    found = compared(world, vault)
    assert found == Comparison(2, [stray], ["evidence:1"], [str(half.relative_to(folder))], [])
    assert not found.agree
    assert compared(world, vault, deep=True).damaged == ["evidence:2"]
    assert (world.everything(), sorted(folder.rglob("*"))) == before


@on_sqlite
def test_security_05_files_of_staff_are_compared_beside_evidence_and_named_apart(
    world: World, vault: Vault, folder: Path, case: int
) -> None:
    """Evidence 1 and document 1 are two rows: each is named with its table."""
    for content in (pdf("a decision"), pdf("another")):
        hand_in(world, folder, Purpose.PROCEEDING, content, now=FILED)
    assert compared(world, vault, deep=True) == Comparison(4, [], [], [], [])
    with world.database.reader() as session:
        first, second = session.scalars(select(Document.name).order_by(Document.id))
    (folder / first[:2] / first).unlink()
    (folder / second[:2] / second).write_bytes(b"something else")
    path_of(world, folder, 1).unlink()
    assert compared(world, vault, deep=True) == Comparison(4, [], ["evidence:1", "document:1"], [], ["document:2"])


def test_what_was_never_filed_is_forgotten_after_a_day_and_counted(
    world: World, vault: Vault, folder: Path, case: int
) -> None:
    attach(world, folder, pdf("left"), SECOND, now="2026-09-18 Fri 10:00")
    attach(world, folder, png(), SECOND, now="2026-09-18 Fri 10:00:01")
    before = world.everything()
    assert world.run(evidence_upkeep.forget_unfiled, vault, now=at("2026-09-19 Sat 09:59:59")) == 0
    assert world.everything() == before
    since = len(world.acts())
    assert world.run(evidence_upkeep.forget_unfiled, vault, now=at("2026-09-19 Sat 10:00")) == 1
    assert len(states(world)) == 3
    assert world.run(evidence_upkeep.forget_unfiled, vault, now=at("2026-12-19 Sat 10:00")) == 1
    assert len(states(world)) == 2  # what was filed stays
    assert world.acts(since) == [("clock", "evidence.expired", "evidence")] * 2
    assert compared(world, vault).agree


class Scanner(socketserver.StreamRequestHandler):
    """A clamd that finds its mark in what it is sent."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(self.rfile.read(4)):
            content += self.rfile.read(length)
        self.wfile.write(b"stream: Eicar FOUND\0" if b"a virus" in content else b"stream: OK\0")


@contextmanager
def a_scanner() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Scanner) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@on_sqlite
def test_security_34_a_file_waits_for_the_scanner_and_an_infected_one_goes_to_nobody(
    world: World, folder: Path
) -> None:
    vault = vault_in(folder, world.key, scanned=True)
    period = world.round_two()
    for content in (pdf("clean"), pdf("a virus"), pdf("missing")):
        attach(world, folder, content, now=FILED, scanned=True)
    case, _ = world.file(period, world.nominees[2], FILED, form_token="a-form-token-of-24-chars", files=3)
    lost = path_of(world, folder, 3)
    lost.unlink()
    nobody = "127.0.0.1:1"
    before = world.everything()
    ticking.look_after_evidence(world.database, vault, at(FILED), nobody)
    ticking.look_after_evidence(world.database, vault, at(FILED), "")
    for who in (1, 2, 3):
        with pytest.raises(HeldBack) as held:
            opened(world, vault, case, who, "handler")
        assert not held.value.infected
    assert world.everything() == before
    with a_scanner() as address:
        ticking.look_after_evidence(world.database, vault, at(LATER), address)
        judged = world.everything()
        ticking.look_after_evidence(world.database, vault, at(LATER), address)  # each is judged once
    assert world.everything() == judged
    assert states(world) == [ScanState.CLEAN, ScanState.INFECTED, ScanState.WAITING]
    assert world.acts()[-2:] == [
        ("clock", "evidence.clean", f"case:{case}"),
        ("clock", "evidence.infected", f"case:{case}"),
    ]
    assert b"".join(opened(world, vault, case, 1, "handler").content) == copy_of_pdf(pdf("clean"))
    for open_it in (
        lambda: opened(world, vault, case, 2, "handler"),
        lambda: world.do(evidence_reading.open_for_objector, vault, 1, 2),
    ):
        with pytest.raises(HeldBack) as held:
            open_it()
        assert held.value.infected


@on_sqlite
def test_security_34_a_file_of_staff_waits_for_the_scanner_too(world: World, folder: Path) -> None:
    vault = vault_in(folder, world.key, scanned=True)
    attach(world, folder, pdf("clean evidence"), now=LATER, scanned=True)
    for content in (pdf("clean"), pdf("a virus")):  # handed in before it
        hand_in(world, folder, Purpose.PROCEEDING, content, now=FILED, scanned=True)

    def open_document(document_id: int) -> bytes:
        opened = world.run(documents.open_document, vault, document_id, by=world.actor("office"), now=at(LATER))
        return b"".join(opened.content)

    with pytest.raises(HeldBack):
        open_document(1)
    with a_scanner() as address:
        ticking.look_after_evidence(world.database, vault, at(LATER), address)
    assert open_document(1) == pdf("clean")
    with pytest.raises(HeldBack) as held:
        open_document(2)
    assert held.value.infected
    judged = [act for act in world.acts() if act[0] == "clock"]
    assert judged == [
        ("clock", "document.clean", "document:1"),
        ("clock", "document.infected", "document:2"),
        ("clock", "evidence.clean", "evidence:1"),
    ]


def test_a_verdict_counts_once_and_for_what_is_still_there(world: World, folder: Path) -> None:
    attach(world, folder, pdf(), now=FILED, scanned=True)
    for verdict in (Verdict.INFECTED, Verdict.CLEAN):
        world.run(evidence_upkeep.judge, "evidence:1", verdict, now=at(LATER))
        assert states(world) == [ScanState.INFECTED]
    world.run(evidence_upkeep.judge, "evidence:99", Verdict.CLEAN, now=at(LATER))
    assert [act for act in world.acts() if act[1].startswith("evidence.")] == [
        ("objector", "evidence.received", "evidence:1"),
        ("clock", "evidence.infected", "evidence:1"),
    ]


def test_security_45_what_came_before_there_were_copies_gets_one_by_the_tick(world: World, folder: Path) -> None:
    case = case_with_files(world, folder)
    vault = vault_in(folder, world.key)
    with world.database.writer() as session:  # as a migrated row stands there
        row = session.get_one(Evidence, 1)
        vault.store.delete(row.copy_name or "")
        row.copy_name = row.sealed_copy_key = row.copy_size = row.copy_sha256 = None
        session.commit()
    with pytest.raises(CopyMissing):
        opened(world, vault, case, 1, "handler")
    for _ in range(2):
        ticking.make_copies(world.database, vault, at(LATER))
    assert b"".join(opened(world, vault, case, 1, "handler").content) == copy_of_pdf(pdf())
    assert [act for act in world.acts() if act[1] == "evidence.copied"] == [("clock", "evidence.copied", "evidence:1")]
    assert compared(world, vault, deep=True).agree


def test_security_45_a_document_of_which_no_copy_can_be_made_is_read_by_nobody_but_the_office(
    world: World, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = case_with_files(world, folder)
    vault = vault_in(folder, world.key)
    with world.database.writer() as session:
        row = session.get_one(Evidence, 1)
        vault.store.delete(row.copy_name or "")
        row.copy_name = row.sealed_copy_key = row.copy_size = row.copy_sha256 = None
        session.commit()

    def refuse(*_: object) -> None:
        raise FileRefused("no copy can be made")

    monkeypatch.setattr(files, "made_copy", refuse)
    ticking.make_copies(world.database, vault, at(LATER))
    with pytest.raises(CopyMissing, match="市级专班"):
        opened(world, vault, case, 1, "handler")
    with world.database.reader() as session:
        assert evidence_upkeep.without_copy(session) == []
