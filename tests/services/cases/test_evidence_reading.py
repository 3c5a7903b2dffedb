"""Evidence goes out to whoever may see it, whole or not at all; store and rows are compared, a scanner has its say."""

from __future__ import annotations

import io
import logging
import os
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from app.domain.refusals import FileDamaged, HeldBack, NotYourCase
from app.evidence.kinds import FileKind
from app.evidence.names import new_name
from app.evidence.scanner import Verdict
from app.models import Document, Evidence, Purpose, ScanState
from app.processes import ticking
from app.services.cases import evidence_reading, investigation
from app.services.objections import evidence_upkeep
from app.services.objections.evidence_upkeep import Comparison
from app.services.shared import documents
from app.services.shared.files import Opened, Vault
from tests.files import attach, hand_in, jpeg, pdf, png, vault_in
from tests.world import World, at

FILED = "2026-09-18 Fri 09:00"
LATER = "2026-09-21 Mon 10:00"
SECOND = "another-token-of-24-char"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what no database does differently


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@pytest.fixture
def vault(folder: Path, world: World) -> Vault:
    return vault_in(folder, world.key)


@pytest.fixture
def case(world: World, folder: Path) -> int:
    """A case of qilin with a PDF and a photograph."""
    period = world.round_two()
    attach(world, folder, pdf(), now=FILED)
    attach(world, folder, jpeg(), now=FILED, title="现场照片.jpg")
    case, _ = world.file(period, world.nominees[2], FILED, form_token="a-form-token-of-24-chars", files=2)
    return case


def opened(world: World, vault: Vault, case_id: int, evidence_id: int, login: str) -> Opened:
    return world.run(
        evidence_reading.open_for_handler, vault, case_id, evidence_id, by=world.actor(login), now=at(LATER)
    )


def path_of(world: World, folder: Path, evidence_id: int) -> Path:
    with world.database.reader() as session:
        name = session.get_one(Evidence, evidence_id).name
    return folder / name[:2] / name


def states(world: World) -> list[ScanState]:
    with world.database.reader() as session:
        return list(session.scalars(select(Evidence.scan).order_by(Evidence.id)))


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
    assert b"".join(found.content) == pdf()
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
        numbers = {each: [x.number for x in of] for each, of in evidence_reading.exhibits(session, lead).items()}
    assert numbers == {1: [1, 2]}


# --- whole or not at all -----------------------------------------------------------------------------


@on_sqlite
def test_a_damaged_or_missing_file_is_refused_before_a_byte_of_it_goes_out(
    world: World, vault: Vault, folder: Path, case: int, caplog: pytest.LogCaptureFixture
) -> None:
    long = pdf("long", padding=300_000)
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
    assert b"".join(opened(world, vault, other, 3, "handler").content) == long


# --- compared ----------------------------------------------------------------------------------------


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


# --- forgotten ---------------------------------------------------------------------------------------


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


# --- scanned -----------------------------------------------------------------------------------------


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
        thread = threading.Thread(target=server.serve_forever, daemon=True)
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
    assert b"".join(opened(world, vault, case, 1, "handler").content) == pdf("clean")
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
