"""Two accounts that one person made or reset are one person (R22)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.cases.states import Role, State
from app.domain.refusals import (
    NotAllowed,
    NotTwoPeople,
)
from app.models import User
from app.services.accounts import staffing, two_people
from app.services.cases import investigation
from tests.services.cases.proposing import DAY, FILED, PROPOSAL, a_case
from tests.world import World, at


def test_who_made_or_reset_an_account_does_not_confirm_with_it(world: World) -> None:
    """A head invites the handler again, sees the new password, and is both people (SECURITY 50)."""
    head, handler = world.actor("head"), world.people["handler"]
    case = a_case(world, State.PROPOSED)
    world.run(staffing.invite_again, [handler], by=head, now=at(FILED))
    before = world.everything()
    with pytest.raises(NotTwoPeople):
        world.act(investigation.confirm, case, "head", 1, now=DAY)
    assert world.everything() == before
    with pytest.raises(NotAllowed, match="须由上一级"):
        world.run(two_people.agree, handler, by=head, now=at(DAY))
    world.run(two_people.agree, handler, by=world.actor("office"), now=at(DAY))
    world.act(investigation.confirm, case, "head", 1, now=DAY)


def test_two_accounts_that_one_person_made_are_one_person(world: World) -> None:
    """An invented colleague is as good as a reset one: neither is somebody until the next level agreed."""
    head = world.actor("head")
    for login in ("made1", "made2"):
        world.run(staffing.invite, login, "新同事", Role.HANDLER, world.qilin, by=head, now=at(FILED))
        with world.database.reader() as session:
            world.people[login] = session.scalars(select(User.id).where(User.login == login)).one()
    case = a_case(world, State.INVESTIGATING)
    world.act(investigation.propose, case, "made1", *PROPOSAL, now=DAY)
    for login in ("made2", "head"):
        with pytest.raises(NotTwoPeople):
            world.act(investigation.confirm, case, login, 1, now=DAY)
    world.act(investigation.confirm, case, "handler", 1, now=DAY)  # whom nobody made anew
