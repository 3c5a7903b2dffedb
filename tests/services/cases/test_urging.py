"""催办: the office urges the handler of a case, by a warning and a 督办单 (R34)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.cases.letters import LetterKind, Reader
from app.domain.refusals import NotAllowed
from app.models import OutboxRow
from app.services.cases import urging
from tests.services.cases.test_letters import DAY, FILED, text_of, written
from tests.world import World, at


def test_the_office_urges_and_nobody_else(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    for login in ("head", "handler"):
        with pytest.raises(NotAllowed, match="催办由市级专班办理"):
            world.act(urging.urge, case, login, "请抓紧", now=DAY)
    before = world.case(case).touched_at
    world.act(urging.urge, case, "office", "请在本周内办结", now=DAY)
    assert world.case(case).touched_at == before  # it is no work on the case: the unit's two days go on running
    assert written(world, case) == [("supervision", "handler", "市级专班异议〔2026〕1号")]
    text = text_of(world, case, LetterKind.SUPERVISION, Reader.HANDLER)
    assert "请在本周内办结" in text
    assert "还有5个工作日" in text
    assert (case, "麒麟区", "urged") in world.outbox()
    assert world.acts()[-1][1:] == ("case.urge", f"case:{case}")


def test_pressing_again_warns_again_with_another_paper(world: World) -> None:
    case, _ = world.file(world.round_two(), world.nominees[0], FILED)
    for day in (DAY, "2026-09-22 Tue 10:00"):
        world.act(urging.urge, case, "office", "请抓紧", now=day)
    assert [number for *_, number in written(world, case)] == ["市级专班异议〔2026〕1号", "市级专班异议〔2026〕2号"]
    with world.database.reader() as session:
        rows = session.scalars(select(OutboxRow).where(OutboxRow.reminder == "urged")).all()
        assert {row.created_at for row in rows} == {at("2026-09-22 Tue 10:00")}
