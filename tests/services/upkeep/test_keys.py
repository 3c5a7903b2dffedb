"""After a key is replaced, every sealed row is sealed again, or none is changed (SECURITY 15)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.models import Identity
from app.sealing import Keyring, SealBroken
from app.services.objections import following, identities, intake
from app.services.objections.identities import Objector
from app.services.upkeep import keys
from tests.world import World, at

FILED, ASKED, GRANTED, READ = (f"2026-09-18 Fri {time}" for time in ("09:00", "10:00", "10:30", "11:00"))


WHO = Objector("赵小禾", "", "13000000001")


TABLES = ("identities", "objections", "second_factors")


def test_security_15_a_new_key_seals_everything_anew_and_old_receipts_go_on(world: World) -> None:
    period = world.round_two()
    filing = world.filing()
    entry = world.entry(period, world.nominees[0])
    code = world.do(intake.file_objection, world.keyring, entry, filing, at(FILED)).receipt_code
    new = Keyring("a new key, thirty-two bytes long!", [world.key.decode()])
    assert (
        world.do(intake.file_objection, new, entry, filing, at(FILED)).receipt_code == code
    )  # sent twice all the same
    rows = len(world.acts())
    assert (
        world.run(keys.rotate, now=at(ASKED), keyring=new) == 1 + 1 + 6
    )  # who filed, what opens the proof of it; a second factor each but the auditor
    assert world.run(keys.rotate, now=at(ASKED), keyring=new) == 0
    assert world.acts(rows) == [("cli", "keys.rotated", f"table:{table}") for table in TABLES]
    with world.database.reader() as session:
        sealed = session.scalars(select(Identity)).one()
        assert identities.unseal_objector(Keyring("a new key, thirty-two bytes long!"), sealed) == WHO
        with pytest.raises(SealBroken):
            identities.unseal_objector(world.keyring, sealed)
        assert following.find_by_receipt(session, new, code) == 1


def test_a_rotation_that_meets_a_row_nobody_can_open_stops_and_spoils_nothing(world: World) -> None:
    period = world.round_two()
    for number in range(3):
        world.file(period, world.nominees[number], FILED)
    with world.database.writer() as session:
        session.execute(update(Identity).where(Identity.objection_id == 2).values(sealed=b"A" + bytes(40)))
        session.commit()
    before = world.everything()
    with pytest.raises(SealBroken):
        world.run(
            keys.rotate, now=at(ASKED), keyring=Keyring("a new key, thirty-two bytes long!", [world.key.decode()])
        )
    assert world.everything() == before
