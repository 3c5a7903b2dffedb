"""A list confirmed, and what came of it."""

from __future__ import annotations

from sqlalchemy import select

from app.models import Nominee
from app.services.imports import confirming
from app.services.nominees import dossiers
from tests.lists import NOW
from tests.world import World, at


def confirm(world: World, import_id: int, login: str = "handler", *, answered: int = 0) -> dict[str, int]:
    return world.run(confirming.confirm, import_id, answered, by=world.actor(login), now=at(NOW))


def imported(world: World, since: int) -> list[tuple[str, str, int, str, str]]:
    """Nominees from an id on: (name, unit, position, deeds, ID number)."""
    with world.database.reader() as session:
        found = session.scalars(select(Nominee).where(Nominee.id > since).order_by(Nominee.id)).all()
        sealed = dossiers.fields_of(session, world.keyring, [nominee.id for nominee in found])
        return [(n.name, n.unit.name, n.position, n.deeds, sealed[n.id].get("id_number", "")) for n in found]


def last_nominee(world: World) -> int:
    return max(world.nominees + world.others)
