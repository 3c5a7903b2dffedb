"""Papers and the award decision: refused until everything is there, then made once, with exactly the right names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.domain.award.decision import ProceedingKind
from app.domain.cases.states import Conclusion
from app.domain.refusals import AccountNotAgreed, Archived, Awarded, MissingText, NotAllowed, PrivateData
from app.models import Honour, Nominee, Proceeding, Programme
from app.services.accounts import staffing, two_people
from app.services.award import deciding
from app.services.award.deciding import PaperText
from app.services.cases import investigation, settlement
from app.services.nominees import reversal
from app.services.periods import closing
from app.services.programmes import decisions
from app.services.shared.work import Work
from tests import awards
from tests.awards import CLOSED, DECIDED, decided, decision_text, paper, ready, recorded, refused, scan, standing
from tests.refusing import ANSWER_MISSING, LIST_CHANGED, WRONG_DAY, Refused, refuses
from tests.world import World, at, at_once

APPROVAL, CONSULTATION, SUBMISSION = ProceedingKind.APPROVAL, ProceedingKind.CONSULTATION, ProceedingKind.SUBMISSION
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what no database does differently


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evidence"


def honours(world: World) -> list[tuple[int, int, str, str, str]]:
    columns = (Honour.position, Honour.nominee_id, Honour.name, Honour.unit, Honour.recommender)
    with world.database.reader() as session:
        return [tuple(row) for row in session.execute(select(*columns).order_by(Honour.position))]


def change(world: World, nominee_id: int, **values: object) -> None:
    with world.database.writer() as session:
        nominee = session.get_one(Nominee, nominee_id)
        for name, value in values.items():
            setattr(nominee, name, value)
        session.commit()


# --- exactly the right names -------------------------------------------------------------------------


def test_the_list_is_frozen_in_its_order_with_who_stays_out_and_why(world: World, folder: Path) -> None:
    """Of eight: one out by an upheld objection, one lapsed, one withdrawn, one turned down, one never shown."""
    first, second, third, fourth, fifth = world.nominees
    awards.reviewed(world, [first, second, third, fifth, *world.others[:2]])
    awards.reviewed(world, [fourth], passed=False)
    period = awards.shown_to_the_city(world, [first, second, third, fifth, *world.others[:2]])
    upheld, _ = world.file(period, third, "2026-09-28 Mon 09:00")
    world.file(period, fifth, "2026-09-28 Mon 09:00")  # nobody concludes it
    concluded_by_the_office(world, upheld, Conclusion.UPHELD)
    office = world.actor("office")
    change(world, world.others[0], withdrawn_at=at(CLOSED), withdrawn_by=office.user_id, withdraw_reason="本人申请")
    late = "2026-10-15 Thu 09:00"  # conclusions were due on Tuesday the 13th
    world.run(settlement.settle_due, now=at(late))
    world.run(closing.close_period, period, by=office, now=at(late))
    recorded(world, folder, APPROVAL, paper(dated=dt.date(2026, 10, 15)), now=late)
    text = decision_text(dt.date(2026, 10, 15))
    world.run(deciding.decide, world.programme, text, scan(world, folder), by=office, now=at(late))
    assert honours(world) == [
        (1, first, "麒麟区第1中队", "麒麟区第1单位", "麒麟区"),
        (2, second, "麒麟区第2中队", "麒麟区第2单位", "麒麟区"),
        (3, world.others[1], "罗小2", "罗平县第2单位", "罗平县"),
    ]
    left_out = {each.facts.nominee_id: each.reason for each in standing(world, late).award.left_out}
    assert left_out == {
        third: "取消参评资格（异议成立）",
        fourth: "复审未通过",
        fifth: "取消参评资格（逾期未结论）",
        world.others[0]: "已退出推荐",
        world.others[2]: "没有经过复审",
    }
    change(world, first, name="后来改名的中队")
    assert honours(world)[0][2] == "麒麟区第1中队"


def concluded_by_the_office(world: World, case: int, conclusion: Conclusion) -> None:
    """A case of round 3, from receipt to conclusion, by two people of the office."""
    now = "2026-09-29 Tue 09:00"
    world.act(investigation.accept, case, "office", now=now)
    world.act(investigation.investigate, case, "office", now=now)
    words = ("经走访核实", "评选通知第三部分", "已核实，谢谢监督")
    world.act(investigation.propose, case, "office", conclusion, *words, now=now)
    world.act(investigation.confirm, case, "office2", 1, now=now)


# --- refused -----------------------------------------------------------------------------------------


@on_sqlite
def test_the_decision_waits_for_everybody_on_the_list_and_for_the_approvals(world: World, folder: Path) -> None:
    everybody = [*world.nominees, *world.others]
    awards.reviewed(world, everybody)
    period = awards.shown_to_the_city(world, everybody[:-1])
    last = awards.shown_to_the_city(world, everybody[-1:])
    refused(world, folder, "8个对象没有走完程序：麒麟区第1中队（全市公示还没有办结）", "还没有登记市委、市政府同意")
    world.run(closing.close_period, period, by=world.actor("office"), now=at(CLOSED))
    recorded(world, folder, APPROVAL, paper("市委", dt.date(2026, 10, 9)))  # the window was not over yet
    refused(world, folder, "1个对象没有走完程序：罗小3（全市公示还没有办结）", "还没有登记市委、市政府同意")
    world.run(closing.close_period, last, by=world.actor("office"), now=at(CLOSED))
    refused(world, folder, "还没有登记市委、市政府同意")
    recorded(world, folder, APPROVAL, paper("市委"))
    recorded(world, folder, APPROVAL, paper("市政府", agreed=False))
    refused(world, folder, "市政府没有同意")
    recorded(world, folder, APPROVAL, paper("市政府"))  # recorded anew: this one counts
    change(world, world.nominees[0], edition=2)
    refused(world, folder, "麒麟区第1中队（事迹修改过，须重新进行全市公示）")
    change(world, world.nominees[0], edition=1)
    with world.database.writer() as session:
        session.execute(text("UPDATE quotas SET individuals = 1 WHERE unit_id = :unit"), {"unit": world.luoping})
        session.commit()
    refused(world, folder, "罗平县的个人超出名额（名额1个，名单上2个）")
    assert honours(world) == []


WRONG_DECISIONS = [
    (decision_text(dt.date(2026, 10, 14)), WRONG_DAY),  # tomorrow
    (decision_text(dt.date(2026, 10, 11)), WRONG_DAY),  # before it was approved
    (replace(decision_text(), number=" "), MissingText),
    (replace(decision_text(), title="决"), MissingText),
    (replace(decision_text(), text="太短"), MissingText),
    (replace(decision_text(), text="联系人电话13800000000，请各单位学习。"), PrivateData),
    (replace(decision_text(), title="关于表彰13800000000的决定"), PrivateData),
]


@on_sqlite
def test_a_decision_that_cannot_be_published_as_it_is_is_refused(world: World, folder: Path) -> None:
    ready(world, folder)
    before = world.everything()
    for wrong, refusal in WRONG_DECISIONS:
        with refuses(refusal):
            decided(world, folder, wrong)
    with refuses(LIST_CHANGED):
        world.do(
            lambda session: deciding.decide(
                Work(session, at(DECIDED), world.actor("office")),
                world.programme,
                decision_text(),
                scan(world, folder),
                seen=deciding.fingerprint(standing(world).award.named[:-1]),
            )
        )
    for login in ("head", "handler", "auditor"):
        with pytest.raises(NotAllowed):
            world.run(
                deciding.decide,
                world.programme,
                decision_text(),
                scan(world, folder),
                by=world.actor(login),
                now=at(DECIDED),
            )
    assert world.everything() == before


def test_two_decisions_at_once_are_one(world: World, folder: Path) -> None:
    ready(world, folder)
    scans = [scan(world, folder, f"decision {number}") for number in range(3)]
    office = world.actor("office")
    answers = at_once(
        [
            lambda each=each: world.run(
                deciding.decide, world.programme, decision_text(), each, by=office, now=at(DECIDED)
            )
            for each in scans
        ]
    )
    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [Awarded, Awarded]
    assert len(honours(world)) == 8
    assert [action for _, action, _ in world.acts()].count("award.decided") == 1
    with world.database.writer() as session, pytest.raises(IntegrityError, match=r"(?i)unique"):
        session.execute(text("UPDATE proceedings SET kind = 'decision' WHERE kind = 'approval' AND issuer = '市委'"))


@on_sqlite
def test_security_50_an_account_that_a_colleague_reset_decides_no_award(world: World, folder: Path) -> None:
    ready(world, folder)
    world.run(staffing.invite_again, [world.people["office2"]], by=world.actor("office"), now=at(DECIDED))
    document, decide = scan(world, folder, "decision"), (deciding.decide, world.programme, decision_text())
    before = world.everything()
    with pytest.raises(AccountNotAgreed):
        world.run(*decide, document, by=world.actor("office2"), now=at(DECIDED))
    assert world.everything() == before
    world.run(two_people.agree, world.people["office2"], by=world.actor("auditor"), now=at(DECIDED))
    world.run(*decide, document, by=world.actor("office2"), now=at(DECIDED))


# --- afterwards --------------------------------------------------------------------------------------


@on_sqlite
def test_after_the_decision_nothing_on_the_way_to_it_is_changed(world: World, folder: Path) -> None:
    awards.reviewed(world, world.nominees)
    period = awards.shown_to_the_city(world, world.nominees)
    upheld, _ = world.file(period, world.nominees[2], "2026-09-28 Mon 09:00")
    concluded_by_the_office(world, upheld, Conclusion.UPHELD)
    office = world.actor("office")
    world.run(settlement.settle_due, now=at(CLOSED))
    world.run(closing.close_period, period, by=office, now=at(CLOSED))
    recorded(world, folder, APPROVAL, paper())
    words = "经复查，原决定所据事实有误，予以撤销。"
    world.run(reversal.propose_reversal, 1, words, by=office, now=at(DECIDED))
    decided(world, folder)
    before = world.everything()
    attempts: list[Callable[[], object]] = [
        lambda: recorded(world, folder, CONSULTATION, paper("市公安局")),
        lambda: world.run(reversal.confirm_reversal, 1, 1, by=world.actor("office2"), now=at(DECIDED)),
        lambda: world.do(decisions.require_before_decision, world.programme),
    ]
    for attempt in attempts:
        with pytest.raises(Awarded, match="曲字〔2026〕12号"):
            attempt()
    assert world.everything() == before


@on_sqlite
def test_an_archived_programme_takes_no_paper(world: World, folder: Path) -> None:
    with world.database.writer() as session:
        session.get_one(Programme, world.programme).archived_at = at(CLOSED)
        session.commit()
    before = world.everything()
    with pytest.raises(Archived):
        recorded(world, folder, SUBMISSION, paper(agreed=None))
    with pytest.raises(Archived):
        decided(world, folder)
    assert world.everything() == before


# --- papers ------------------------------------------------------------------------------------------


@on_sqlite
def test_a_paper_is_recorded_with_its_scan_and_a_later_one_replaces_it(world: World, folder: Path) -> None:
    first = recorded(world, folder, CONSULTATION, paper("市公安局", agreed=False))
    second = recorded(world, folder, CONSULTATION, paper("市公安局"))
    third = recorded(world, folder, SUBMISSION, paper("市级专班", agreed=True))
    assert standing(world).in_force == {second, third}
    with world.database.reader() as session:
        rows = session.scalars(select(Proceeding).order_by(Proceeding.id)).all()
        assert [(row.id, row.agreed, row.document_id) for row in rows] == [
            (first, False, 1),
            (second, True, 2),
            (third, None, 3),  # a submission answers nothing
        ]
    assert (
        world.acts()[-3:]
        == [(f"user:{world.people['office']}", "proceeding.recorded", f"programme:{world.programme}")] * 3
    )


@on_sqlite
def test_a_paper_that_says_too_little_or_comes_from_the_future_is_refused(world: World, folder: Path) -> None:
    before = world.everything()
    wrong: list[tuple[ProceedingKind, PaperText, Refused]] = [
        (APPROVAL, paper(agreed=None), ANSWER_MISSING),
        (CONSULTATION, paper(agreed=None), ANSWER_MISSING),
        (APPROVAL, paper(dated=dt.date(2026, 10, 14)), WRONG_DAY),
        (APPROVAL, paper(dated=dt.date(202, 10, 12)), WRONG_DAY),
        (APPROVAL, paper(issuer=" 市"), MissingText),
        (APPROVAL, replace(paper(), number="第" * 81), MissingText),
        (APPROVAL, replace(paper(), text="注" * 2001), MissingText),
    ]
    for kind, text_, refusal in wrong:
        with refuses(refusal):
            recorded(world, folder, kind, text_)
    with pytest.raises(NotAllowed):
        recorded(world, folder, APPROVAL, paper(), login="head")
    assert world.everything() == before
