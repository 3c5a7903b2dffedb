"""What keeps a nominee out of a round, and what changes it: a review, or a row rewritten behind the services."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.models import Nominee, ReviewStage
from app.services.nominees import gates, reviews
from tests.qujing import ROUNDS
from tests.world import World, at

FINAL, PRELIMINARY = ReviewStage.FINAL, ReviewStage.PRELIMINARY
NOW = "2026-09-17 Thu 10:00"
PERSON = 2  # the place of the first individual among qilin's nominees


def obstacles(world: World, nominee: int, number: int, now: str) -> tuple[str, ...]:
    with world.database.reader() as session:
        return gates.standing_of(session, world.keyring, session.get_one(Nominee, nominee), at(now)).obstacles(
            ROUNDS[number]
        )


def change(world: World, table: type, where: Any, **values: object) -> None:
    def write(session: Session) -> None:
        session.execute(update(table).where(where).values(**values))
        session.commit()

    world.do(write)


def review(world: World, nominee: int, stage: ReviewStage, passed: bool, reason: str = "", now: str = NOW) -> None:
    world.run(reviews.review, [nominee], stage, passed, reason, by=world.actor("office"), now=at(now))
