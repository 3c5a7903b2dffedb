"""What nominees need for round 3, brought about through the services."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.models import OpinionOutcome, ReviewStage
from app.services.nominees import opinions
from app.services.shared.documents import Upload
from tests.files import pdf, vault_in
from tests.qujing import Authority
from tests.world import World, at


def answer(authority: Authority, now: str, **changes: object) -> opinions.OpinionAnswer:
    """A favourable opinion of the day, with whatever a test changes."""
    values = {"outcome": OpinionOutcome.FAVOURABLE, "text": "", "dated": at(now).date()} | changes
    return opinions.OpinionAnswer(authority, **values)  # type: ignore[arg-type] # each test knows what it changes


def scan(content: bytes = pdf("opinion"), title: str = "征求意见表.pdf") -> Upload:
    return Upload(title, io.BytesIO(content))


def answered(
    world: World,
    folder: Path,
    nominees: Sequence[int],
    now: str,
    authorities: Iterable[Authority] = Authority,
    login: str = "office",
    **changes: object,
) -> None:
    """What these authorities answered about nominees of one unit: nothing against them, unless a test says so."""
    vault = vault_in(folder, world.key)
    for authority in authorities:
        said = answer(authority, now, **changes)
        world.run(opinions.record_opinion, vault, nominees, said, scan(), by=world.actor(login), now=at(now))


def cleared(world: World, folder: Path, nominees: Sequence[int], now: str) -> None:
    """Everything that nominees of one unit need for round 3 besides round 2: opinions and 复审."""
    answered(world, folder, nominees, now)
    world.reviewed(nominees, ReviewStage.FINAL, now)
