"""A unit's sealed letter: to the office alone, by the way of identities; handlers see that it is there (R14, R19)."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from sqlalchemy import select, update

from app.domain.refusals import AlreadyDone, FilesChanged, NotAllowed, NotYourCase
from app.evidence.pdf_copy import copy_of_pdf
from app.models import Evidence, ObjectorKind
from app.services.cases import evidence_reading, history
from app.services.cases.evidence_reading import Sealed
from app.services.cases.investigation import visible_case
from app.services.objections import evidence, identities
from app.services.objections.identities import SealedFile
from app.services.shared.files import Vault
from app.services.shared.work import Work
from tests.files import form_hash, pdf, vault_in
from tests.web.browsing import TOKEN
from tests.world import World, at

FILED, LOOKED = "2026-09-18 Fri 09:00", "2026-09-19 Sat 10:00"
LETTER, PROOF = pdf("the seal of a unit"), pdf("what was seen")
UNIT = {"objector_kind": ObjectorKind.UNIT, "name": "曲靖市小河科技有限公司", "contact_person": "钱小溪"}


@pytest.fixture
def vault(world: World, tmp_path: Path) -> Vault:
    return vault_in(tmp_path / "evidence", world.key)


def send(world: World, vault: Vault, content: bytes, *, letter: bool) -> int:
    with world.database.writer() as session:
        work, form = Work(session, at(FILED)), form_hash(world.key, TOKEN)
        return evidence.receive(work, vault, form, "公函.pdf", io.BytesIO(content), letter=letter).id


@pytest.fixture
def case(world: World, vault: Vault) -> int:
    """A unit's objection with one letter and one piece of evidence."""
    send(world, vault, LETTER, letter=True)
    send(world, vault, PROOF, letter=False)
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED, form_token=TOKEN, files=2, letters=1, **UNIT)
    return case


@pytest.fixture
def before_letters(world: World, vault: Vault) -> int:
    """The same from the time when the form asked for the letter among the evidence."""
    for content in (LETTER, PROOF):
        send(world, vault, content, letter=False)
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], FILED, form_token=TOKEN, files=2, **UNIT)
    with world.database.writer() as session:
        session.execute(update(Evidence).values(letter=None))
        session.commit()
    return case


def granted(world: World) -> int:
    """A look at the objection that two of the office agreed to. Returns the request."""
    world.run(identities.ask, 1, "核实单位公章", by=world.actor("office"), now=at(LOOKED))
    world.run(identities.decide, 1, True, by=world.actor("office2"), now=at(LOOKED))
    return 1


def sealed_files(world: World) -> list[SealedFile]:
    return world.do(identities.sealed_files, 1)


def read(world: World, vault: Vault, login: str, evidence_id: int, request: int = 1, at_login: str = "one") -> bytes:
    opened = world.run(
        identities.open_letter, vault, request, evidence_id, at_login, by=world.actor(login), now=at(LOOKED)
    )
    return b"".join(opened.content)


def shown(world: World, case: int) -> tuple[list[str], Sealed | None]:
    """What a handler's page is given: names of files, and what it knows of the sealed ones."""
    files = world.do(evidence_reading.list_exhibits, case).get(1, [])
    return [exhibit.file_name for exhibit in files], world.do(evidence_reading.find_sealed, case).get(1)


def test_security_42_a_handler_sees_that_the_letter_is_there_and_gets_no_byte_of_it(
    world: World, vault: Vault, case: int
) -> None:
    letter = sealed_files(world)[0].id
    granted(world)
    before = world.everything()
    for login in ("handler", "head", "office", "office2", "auditor"):  # by the desk's way nobody at all
        with pytest.raises(NotYourCase):
            world.run(evidence_reading.open_for_handler, vault, case, letter, by=world.actor(login), now=at(LOOKED))
    for login in ("handler", "head", "auditor"):
        with pytest.raises(NotAllowed):
            read(world, vault, login, letter)
    with pytest.raises(NotYourCase):
        read(world, vault, "office2", letter)  # who let the other one look sees nothing
    assert world.everything() == before
    assert shown(world, case) == (["证据1.pdf"], Sealed(letter=True, unsorted=False))


def test_security_42_the_office_opens_it_as_it_opens_the_identity(world: World, vault: Vault, case: int) -> None:
    letter, original = sealed_files(world)
    assert letter.file_name == "盖章材料1.pdf"
    assert original.file_name.startswith("证据原件")
    world.run(identities.ask, 1, "核实单位公章", by=world.actor("office"), now=at(LOOKED))
    with pytest.raises(NotAllowed):
        read(world, vault, "office", letter.id)  # nobody let them yet
    world.run(identities.decide, 1, True, by=world.actor("office2"), now=at(LOOKED))
    assert read(world, vault, "office", letter.id) == LETTER
    with pytest.raises(NotAllowed):
        read(world, vault, "office", letter.id, at_login="another")
    assert [act for act in world.acts() if "letter" in act[1]] == [
        (f"user:{world.people['office']}", "letter.opened", f"case:{case}")
    ]
    with world.database.reader() as session:
        found = history.list_history(session, visible_case(session, case, world.actor("handler"), at(LOOKED)))
    assert not [moment for moment in found if "盖章" in moment.what]
    evidence_of_it = world.do(evidence_reading.list_exhibits, case)[1][0].id
    assert evidence_of_it == original.id


def test_security_45_the_file_as_it_was_sent_is_opened_as_the_identity_is(
    world: World, vault: Vault, case: int
) -> None:
    _, original = sealed_files(world)
    by_handlers = world.run(
        evidence_reading.open_for_handler, vault, case, original.id, by=world.actor("office"), now=at(LOOKED)
    )
    assert b"".join(by_handlers.content) == copy_of_pdf(PROOF)  # the office too, without a grant
    world.run(identities.ask, 1, "核实单位公章", by=world.actor("office"), now=at(LOOKED))
    with pytest.raises(NotAllowed):
        read(world, vault, "office", original.id)
    world.run(identities.decide, 1, True, by=world.actor("office2"), now=at(LOOKED))
    assert read(world, vault, "office", original.id) == PROOF
    assert world.acts()[-1] == (f"user:{world.people['office']}", "original.opened", f"case:{case}")
    with world.database.reader() as session:
        found = history.list_history(session, visible_case(session, case, world.actor("handler"), at(LOOKED)))
    assert not [moment for moment in found if "原件" in moment.what]


def test_security_42_what_came_before_is_hidden_until_the_office_has_sorted_it(
    world: World, vault: Vault, before_letters: int
) -> None:
    assert shown(world, before_letters) == ([], Sealed(letter=False, unsorted=True))
    first, second = sealed_files(world)
    assert [first.file_name, second.file_name] == ["附件1.pdf", "附件2.pdf"]
    sort, office = identities.sort_file, world.actor("office")
    with pytest.raises(NotYourCase):
        world.run(sort, 1, first.id, "one", False, by=office, now=at(LOOKED))  # nobody asked for a look
    granted(world)
    with pytest.raises(NotAllowed):
        world.run(sort, 1, first.id, "one", False, by=world.actor("handler"), now=at(LOOKED))
    assert read(world, vault, "office", first.id) == LETTER
    world.run(sort, 1, first.id, "one", True, by=office, now=at(LOOKED))
    world.run(sort, 1, second.id, "one", False, by=office, now=at(LOOKED))
    assert shown(world, before_letters) == (["证据1.pdf"], Sealed(letter=True, unsorted=False))
    with pytest.raises(AlreadyDone):
        world.run(sort, 1, first.id, "one", False, by=office, now=at(LOOKED))


def test_of_a_person_what_came_before_is_evidence(world: World, vault: Vault) -> None:
    send(world, vault, PROOF, letter=False)
    case, _ = world.file(world.round_two(), world.nominees[2], FILED, form_token=TOKEN, files=1)
    with world.database.writer() as session:
        session.execute(update(Evidence).values(letter=None))
        session.commit()
    assert shown(world, case) == (["证据1.pdf"], None)


def test_one_file_sent_by_both_fields_is_the_letter(world: World, vault: Vault) -> None:
    for letter in (False, True, False):
        send(world, vault, LETTER, letter=letter)
    with world.database.reader() as session:
        assert session.scalars(select(Evidence.letter)).all() == [True]


def test_what_was_checked_as_a_letter_is_filed_as_one(world: World, vault: Vault) -> None:
    send(world, vault, LETTER, letter=False)
    period = world.round_two()
    with pytest.raises(FilesChanged):
        world.file(period, world.nominees[2], FILED, form_token=TOKEN, files=1, letters=1, **UNIT)
