"""A case with evidence, and how its files are opened and found in the store."""

from __future__ import annotations

from pathlib import Path

from app.models import Evidence
from app.services.cases import evidence_reading
from app.services.shared.files import OpenedFile, Vault
from tests.files import attach, jpeg, pdf
from tests.world import World, at

FILED = "2026-09-18 Fri 09:00"
LATER = "2026-09-21 Mon 10:00"
SECOND = "another-token-of-24-char"


def case_with_files(world: World, folder: Path) -> int:
    """A case of qilin with a PDF and a photograph."""
    period = world.round_two()
    attach(world, folder, pdf(), now=FILED)
    attach(world, folder, jpeg(), now=FILED, title="现场照片.jpg")
    case, _ = world.file(period, world.nominees[2], FILED, form_token="a-form-token-of-24-chars", files=2)
    return case


def opened(world: World, vault: Vault, case_id: int, evidence_id: int, login: str) -> OpenedFile:
    return world.run(
        evidence_reading.open_for_handler, vault, case_id, evidence_id, by=world.actor(login), now=at(LATER)
    )


def path_of(world: World, folder: Path, evidence_id: int) -> Path:
    """Return where a file lies as it was kept. Of a document handlers read a copy, which lies elsewhere."""
    with world.database.reader() as session:
        name = session.get_one(Evidence, evidence_id).name
    return folder / name[:2] / name
