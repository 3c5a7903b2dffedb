"""Builds a world up to the award: three rounds, reviews, approvals, decision."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.domain.award.decision import ProceedingKind, RevocationGround
from app.domain.periods.rounds import Kind
from app.domain.periods.window import plan_window
from app.domain.refusals import DecisionNotReady
from app.models import (
    Document,
    Entry,
    Honour,
    Nominee,
    Period,
    Proceeding,
    Programme,
    Purpose,
    Review,
    ReviewStage,
    Revocation,
)
from app.models.periods import days_to_json
from app.services.award import deciding
from app.services.award.award_list import AwardStanding, standing_of
from app.services.award.deciding import PaperText
from app.services.calendar.calendars import calendar_of
from app.services.periods import closing
from app.services.shared import documents
from tests.files import pdf, vault_in
from tests.world import World, at

REVIEWED = "2026-09-24 Thu 15:00"
SHOWN_FROM = "2026-09-28"  # to Friday 2026-10-09, the October week between
CLOSED = "2026-10-10 Sat 09:00"  # a make-up Saturday
APPROVED = dt.date(2026, 10, 12)
DECIDED = "2026-10-13 Tue 10:00"
WORDING = "为表彰先进、弘扬正气，市委、市政府决定，授予下列集体和个人荣誉称号。"


def reviewed(world: World, nominees: Sequence[int], passed: bool = True, now: str = REVIEWED) -> None:
    """Record the office's review (复审) of these nominees."""
    with world.database.writer() as session:
        session.add_all(
            Review(
                nominee_id=nominee,
                stage=ReviewStage.FINAL,
                passed=passed,
                reason="" if passed else "材料不实",
                reviewed_by=world.people["office"],
                reviewed_at=at(now),
            )
            for nominee in nominees
        )
        session.commit()


def shown_to_the_city(world: World, nominees: Sequence[int], opening: str = SHOWN_FROM) -> int:
    """A period of round 3, not closed yet: by default over by 2026-10-09 Fri 24:00, conclusions by the 13th.

    Rows are inserted directly: the services of the earlier rounds are tested elsewhere.
    """
    with world.database.writer() as session:
        now = at("2026-09-25 Fri 10:00")
        plan = plan_window(dt.date.fromisoformat(opening), 3, calendar_of(session), now)
        shown = [session.get_one(Nominee, nominee) for nominee in nominees]
        period = Period(
            programme_id=world.programme,
            round_number=3,
            organiser_id=world.office,
            opens_at=plan.window.opens_at,
            closes_at=plan.window.closes_at,
            conclude_by=plan.conclude_by,
            conclude_workdays=3,
            days=days_to_json(plan.days),
            calendar_version=plan.calendar_version,
            provisional=False,
            estimated=False,
            collectives=sum(nominee.kind is Kind.COLLECTIVE for nominee in shown),
            individuals=sum(nominee.kind is Kind.INDIVIDUAL for nominee in shown),
            recommenders=list(dict.fromkeys(nominee.recommender.name for nominee in shown)),
            scheduled_by=world.people["office"],
            scheduled_at=now,
        )
        session.add(period)
        session.flush()
        session.add_all(_entry(period.id, place, nominee) for place, nominee in enumerate(shown, start=1))
        session.commit()
        return period.id


def _entry(period_id: int, position: int, nominee: Nominee) -> Entry:
    return Entry(
        period_id=period_id,
        nominee_id=nominee.id,
        edition=nominee.edition,
        position=position,
        kind=nominee.kind,
        name=nominee.name,
        unit=nominee.unit.name,
        recommender=nominee.recommender.name,
        deeds=nominee.deeds,
    )


def scan(world: World, folder: Path, text: str = "a paper") -> Document:
    """Store a file, for a use case that refers to it."""
    vault, office, now = vault_in(folder, world.key), world.actor("office"), at(CLOSED)
    return documents.store_document(
        vault, Purpose.PROCEEDING, world.programme, documents.Upload("扫描件.pdf", io.BytesIO(pdf(text))), office, now
    )


def paper(
    issuer: str = "市委", dated: dt.date = APPROVED, agreed: bool | None = True, number: str = "5号"
) -> PaperText:
    return PaperText(issuer, number, "关于同意表彰的批复", dated, agreed)


def recorded(
    world: World, folder: Path, kind: ProceedingKind, text: PaperText, now: str = DECIDED, login: str = "office"
) -> int:
    return world.run(
        deciding.record_paper, world.programme, kind, text, scan(world, folder), by=world.actor(login), now=at(now)
    )


def decision_text(dated: dt.date = dt.date(2026, 10, 13), text: str = WORDING) -> PaperText:
    return PaperText("市委、市政府", "曲字〔2026〕12号", "关于表彰先进集体和先进个人的决定", dated, text=text)


def ready(world: World, folder: Path) -> None:
    """Complete everything that the decision needs: reviews, round 3 and both approvals."""
    everybody = [*world.nominees, *world.others]
    reviewed(world, everybody)
    world.run(closing.close_period, shown_to_the_city(world, everybody), by=world.actor("office"), now=at(CLOSED))
    for issuer in ("市委", "市政府"):
        recorded(world, folder, ProceedingKind.APPROVAL, paper(issuer))


def decided(world: World, folder: Path, text: PaperText | None = None) -> int:
    """The decision on a world that is ready. Returns its id."""
    document, office = scan(world, folder), world.actor("office")
    return world.run(deciding.decide, world.programme, text or decision_text(), document, by=office, now=at(DECIDED))


def standing(world: World, now: str = DECIDED) -> AwardStanding:
    with world.database.reader() as session:
        return standing_of(session, session.get_one(Programme, world.programme), at(now))


def an_earlier_award(world: World, text: str) -> None:
    """A programme of the year before, archived, with its papers, one who was awarded and whose award was taken back.

    `text` is what people wrote. Rows are inserted directly, since it ended long before the tests begin.
    """
    day, then = dt.date(2025, 12, 1), at("2025-12-01 Mon 09:00")
    office, other = world.people["office"], world.people["office2"]
    with world.database.writer() as session:
        programme = Programme(
            title="上一年度评选表彰",
            collective_honour="先进集体",
            individual_honour="先进个人",
            lapse_clause="第四部分",
            upheld_clause="第七部分",
            revocation_clause="第七部分（二）",
            created_at=then,
            archived_at=then,
        )
        session.add(programme)
        session.flush()
        nominee = Nominee(
            programme_id=programme.id,
            kind=Kind.INDIVIDUAL,
            name="上年小一",
            unit_id=world.qilin,
            recommender_id=world.qilin,
            position=1,
            deeds="多年来办成实事十二件。",
        )
        by = {"programme_id": programme.id, "dated": day, "recorded_by": office, "recorded_at": then}
        words = {"issuer": text[:120], "number": text[:80], "title": text[:200], "text": text}
        asked = Proceeding(kind=ProceedingKind.CONSULTATION, agreed=True, **by, **words)
        decision = Proceeding(kind=ProceedingKind.DECISION, **by, **words)
        session.add_all([nominee, asked, decision])
        session.flush()
        honour = Honour(
            decision_id=decision.id,
            nominee_id=nominee.id,
            position=1,
            kind=nominee.kind,
            name=nominee.name,
            unit="麒麟区",
            recommender="麒麟区",
        )
        session.add(honour)
        session.flush()
        taken_back = Revocation(
            honour_id=honour.id,
            ground=RevocationGround.DECEIT,
            clause=text,
            number=text[:80],
            dated=day,
            decision=text,
            proposed_by=office,
            proposed_at=then,
            confirmed_by=other,
            confirmed_at=then,
        )
        session.add(taken_back)
        session.commit()


def refused(world: World, folder: Path, *obstacles: str) -> None:
    """Assert that the decision is refused for exactly these reasons and nothing is written."""
    before = world.everything()
    with pytest.raises(DecisionNotReady) as found:
        decided(world, folder)
    assert len(found.value.obstacles) == len(obstacles)
    for obstacle, said in zip(obstacles, found.value.obstacles, strict=True):
        assert obstacle in said
    assert world.everything() == before
