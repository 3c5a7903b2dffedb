"""Files of a form belong to its sender until a note or a proposal claims them, once (R22)."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from app.domain.cases.states import Action, Actor, State
from app.services.cases import enclosing, enclosures
from app.services.shared.work import Work
from tests.files import pdf, vault_in
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED, DAY = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00"
FORM, OTHER_FORM = "f" * 64, "e" * 64


def test_a_file_is_its_senders_until_a_note_claims_it(world: World, tmp_path: Path) -> None:
    vault = vault_in(tmp_path / "evidence", world.key)
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    world.bring(case, State.INVESTIGATING, FILED)
    handler, head = world.actor("handler"), world.actor("head")
    arguments = (vault, case, Action.NOTE, FORM, "台账.pdf", io.BytesIO(pdf()))
    world.run(enclosing.receive, *arguments, by=handler, now=at(DAY))

    with world.database.writer() as session:

        def titles(actor: Actor, form: str) -> list[str]:
            return [each.title for each in enclosures.list_waiting(session, world.keyring, actor, case, form)]

        def claim(actor: Actor, form: str) -> int:
            return enclosures.claim(Work(session, at(DAY), actor, world.keyring), case, form, version=1)

        assert (titles(handler, FORM), titles(handler, OTHER_FORM), titles(head, FORM)) == (["台账.pdf"], [], [])
        assert (claim(head, FORM), claim(handler, OTHER_FORM), claim(handler, "")) == (0, 0, 0)
        assert claim(handler, FORM) == 1
        assert claim(handler, FORM) == 0
        assert titles(handler, FORM) == []
        found = enclosures.list_enclosures(session, world.keyring, case)
        assert found.of_notes == {}
        assert [each.title for each in found.of_proposals[1]] == ["台账.pdf"]
