"""What has become of every nominee of a programme: while it runs, once it is decided, after a revocation."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from app.domain.award.decision import RevocationGround
from app.domain.cases.states import Conclusion, State
from app.domain.nominees.statuses import STATUS_NAMES, Status
from app.domain.refusals import DecisionNotReady
from app.models import Nominee, Programme
from app.services.award import revocation
from app.services.award.revocation import RevocationText
from app.services.cases import settlement
from app.services.nominees import reversal, withdrawals
from app.services.nominees.gates import find_standings
from app.services.nominees.statuses import find_statuses
from app.services.periods import closing
from tests import awards
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
FILED, DAY, DEADLINE = "2026-09-18 Fri 09:00", "2026-09-21 Mon 10:00", "2026-09-30 Wed 00:00"
BEFORE, AFTER, LATER = "2026-10-12 Mon 10:00", awards.DECIDED, "2027-03-01 Mon 10:00"


def statuses(world: World, now: str) -> list[str]:
    """The status of each nominee, qilin's five and luoping's three, in words."""
    everybody = [*world.nominees, *world.others]
    with world.database.reader() as session:
        found = find_statuses(session, everybody, at(now))
        programme = session.get_one(Programme, world.programme)
        nominees = [session.get_one(Nominee, one) for one in everybody]
        standings = find_standings(session, world.keyring, programme, nominees, at(now))
        assert {one: standing.status for one, standing in standings.items()} == found
        for standing in standings.values():
            assert (standing.obstacle_for_good == "") is (standing.status is Status.RUNNING)
    return [STATUS_NAMES[found[one]] for one in everybody]


@pytest.fixture
def course(world: World, tmp_path: Path) -> World:
    """One lapsed, one upheld, one lapsed and put back, one withdrawn, one refused; three go through to the award."""
    first, second, third, fourth, _ = world.nominees
    period = world.round_two()
    assert statuses(world, FILED) == ["参评"] * 8
    cases = [world.file(period, one, FILED)[0] for one in (first, second, third)]
    world.bring(cases[1], State.CONCLUDED, DAY, Conclusion.UPHELD)
    world.run(withdrawals.withdraw, fourth, "本人申请退出", by=world.actor("head"), now=at(DAY))
    world.run(settlement.settle_due, now=at(DEADLINE))
    world.run(closing.close_period, period, by=world.actor("office"), now=at(DEADLINE))
    [back] = [number for number, row in enumerate(world.disqualifications(), 1) if row[0] == third]
    world.run(
        reversal.propose_reversal, back, "经复查，原决定有误，予以撤销。", by=world.actor("office"), now=at(DEADLINE)
    )
    world.act(reversal.confirm_reversal, back, "office2", 1, now=DEADLINE)
    return world


def test_the_whole_set_of_statuses_over_the_whole_course(course: World, tmp_path: Path) -> None:
    world, folder = course, tmp_path / "evidence"
    out, gone, running = "已取消参评资格", "已退出推荐", "参评"
    left = [out, out, running, gone]
    assert statuses(world, DEADLINE) == [*left, running, running, running, running]
    named = [world.nominees[2], world.nominees[4], *world.others[:2]]
    awards.reviewed(world, named)
    awards.reviewed(world, world.others[2:], passed=False)
    shown = awards.shown_to_the_city(world, named)
    world.run(closing.close_period, shown, by=world.actor("office"), now=at(awards.CLOSED))
    with pytest.raises(DecisionNotReady):
        awards.decided(world, folder)
    for issuer in ("市委", "市政府"):
        awards.recorded(world, folder, awards.ProceedingKind.APPROVAL, awards.paper(issuer))
    awards.decided(world, folder)
    honoured = "受表彰"
    after = [out, out, honoured, gone, honoured, honoured, honoured, "未入选"]
    assert statuses(world, BEFORE) == [*left, *[running] * 4], "before it was recorded nobody has won"
    assert statuses(world, AFTER) == after
    text = RevocationText(
        RevocationGround.DECEIT, "曲字〔2027〕3号", at(LATER).date(), "经查，申报材料弄虚作假，决定撤销所获表彰。"
    )
    document = awards.scan(world, folder, "revocation")
    world.run(revocation.propose_revocation, 1, text, document, by=world.actor("office"), now=at(LATER))
    assert statuses(world, LATER) == after, "one person alone takes nothing back"
    version = int(at(LATER).timestamp() * 1_000_000)
    world.run(revocation.confirm_revocation, 1, version, by=world.actor("office2"), now=at(LATER))
    [revoked] = [
        place for place, (was, now) in enumerate(zip(after, statuses(world, LATER), strict=True)) if was != now
    ]
    assert statuses(world, LATER)[revoked] == "已撤销"
    assert statuses(world, AFTER) == after, "what happened later does not reach back"


def test_an_archived_programme_without_a_decision_is_over_and_nobody_won(course: World) -> None:
    with course.database.writer() as session:
        session.execute(update(Programme).values(archived_at=at(LATER)))
        session.commit()
    ended = "评选已结束"
    assert statuses(course, LATER) == ["已取消参评资格", "已取消参评资格", ended, "已退出推荐", *[ended] * 4]
