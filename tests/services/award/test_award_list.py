"""The award list names each obstacle to the award decision."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.award.decision import ProceedingKind
from app.domain.refusals import DecisionNotReady
from app.models import Confirmation, Nominee, OpinionOutcome, Programme
from app.services.award.award_list import standing_of
from app.services.cases import settlement
from tests.awards import CLOSED, DECIDED, decided, paper, ready, recorded, refused
from tests.qujing import Authority
from tests.standing import answered
from tests.world import World, at

APPROVAL, CONSULTATION, SUBMISSION = ProceedingKind.APPROVAL, ProceedingKind.CONSULTATION, ProceedingKind.SUBMISSION


NEGATIVE = OpinionOutcome.NEGATIVE


on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what no database does differently


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


@on_sqlite
def test_a_deadline_that_nothing_has_settled_yet_holds_the_decision(world: World, folder: Path) -> None:
    with world.database.reader() as session:
        unit = session.get_one(Nominee, world.nominees[0]).unit_id
    world.schedule(1, unit, world.nominees[:1], "2026-09-08", 3, "2026-09-07 Mon 09:00")  # never closed
    ready(world, folder)
    refused(world, folder, "办结期限已到")
    world.run(settlement.settle_due, now=at(DECIDED))
    assert decided(world, folder)


@on_sqlite
def test_what_is_said_against_somebody_after_the_last_review_holds_the_decision(world: World, folder: Path) -> None:
    ready(world, folder)
    recorded(world, folder, APPROVAL, paper())
    answered(world, folder, world.nominees[:1], CLOSED, [Authority.POLICE], outcome=NEGATIVE, text="有案件正在办理")
    with pytest.raises(DecisionNotReady, match="麒麟区第1中队（征求意见中有不同意见）"):
        decided(world, folder)
    answered(world, folder, world.nominees[:1], CLOSED, [Authority.POLICE], text="案件已经查清，与该集体无关")
    with world.database.writer() as session:
        office, said_at = world.people["office"], at(CLOSED)
        for met, note in ((False, "受过处分"), (True, "")):
            session.add(
                Confirmation(
                    nominee_id=world.nominees[1],
                    condition="discipline",
                    met=met,
                    note=note,
                    confirmed_by=office,
                    confirmed_at=said_at,
                )
            )
            session.flush()
            award_now = standing_of(session, session.get_one(Programme, world.programme), said_at).award
            named = {facts.nominee_id for facts in award_now.named}
            assert (world.nominees[1] in named) == met
        session.commit()
    decided(world, folder)
