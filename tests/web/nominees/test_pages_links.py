"""A nominee's page leads to the cases that the reader may open, and to no others (R21)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.models import Recusal
from app.services.cases import settlement
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

SETTLED = "2026-10-10 Sat 09:00"


@pytest.mark.parametrize(("login", "leads"), [("office", False), ("office2", True), ("head", True)])
def test_whoever_is_recused_from_the_case_that_put_somebody_out_reads_that_and_has_no_link(
    world: World, staff: Callable[[str], Browser], clock: MovingClock, login: str, leads: bool
) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], "2026-09-18 Fri 09:30")
    with world.database.writer() as session:
        recused_at = at("2026-09-18 Fri 12:00")
        session.add(Recusal(case_id=case, user_id=world.people["office"], reason="亲属", recused_at=recused_at))
        session.commit()
    world.run(settlement.settle_due, now=at(SETTLED))
    clock.to(SETTLED)
    page = staff(login).get(f"/nominees/{world.nominees[0]}")
    assert "逾期" in page.text
    assert (f'href="/desk/cases/{case}"' in page.source, "由其他人办理" in page.text) == (leads, not leads)
