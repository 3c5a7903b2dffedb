"""Builds a world that has every kind of row, for tests that visit every page or row."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from app.domain.cases.states import Conclusion, DeclineGround, State
from app.domain.periods.rounds import Kind
from app.models import OpinionOutcome, Period, WindowExtension
from app.services.calendar.calendars import calendar_of, load_notices
from app.services.cases import investigation, settlement, warnings
from app.services.nominees import nominating, replacements, reversal, revisions, withdrawals
from app.services.objections import following, identities
from app.services.periods import closing, corrections, scheduling
from app.services.shared.work import Work
from tests.awards import an_earlier_award
from tests.data import STATUTORY_2027
from tests.files import attach, pdf
from tests.qujing import Authority
from tests.standing import answered
from tests.web.browsing import TOKEN
from tests.world import World, at

MORNING = "2026-09-18 Fri 09:00"
OPEN = "2026-09-22 Tue 10:00"
DUE = "2026-10-09 Fri 09:00"


def cases_in_every_state(world: World, period: int) -> dict[str, tuple[int, str]]:
    """Create a case in each state as of OPEN. Returns each case's id and its objector's code by name."""
    first, second, third, fourth, fifth = world.nominees
    day = "2026-09-21 Mon 10:00"
    cases = {
        "escalated": world.file(period, first, MORNING),
        "accepted": world.file(period, second, MORNING),
        "investigating": world.file(period, third, MORNING),
        "awaiting": world.file(period, fourth, MORNING),
        "proposed": world.file(period, fifth, MORNING, facts="这段事实没有空格" * 300),
        "upheld": world.file(period, first, MORNING),
        "dismissed": world.file(period, second, MORNING),
        "declined": world.file(period, third, MORNING),
        "leading": world.file(period, fourth, MORNING),
        "joined": world.file(period, fourth, MORNING),
        "withdrawn": world.file(period, fifth, MORNING),
        "of the office": world.file(period, fifth, MORNING, against_handler=True),
        "received": world.file(period, second, "2026-09-21 Mon 11:00"),
    }
    world.bring(cases["accepted"][0], State.ACCEPTED, day)
    world.bring(cases["investigating"][0], State.INVESTIGATING, day)
    world.act(investigation.note, cases["investigating"][0], "handler", "调阅档案三卷。", now=day)
    world.act(investigation.hear, cases["investigating"][0], "handler", "当事人说明了施工经过。", now=day)
    world.act(investigation.reply, cases["investigating"][0], "handler", "正在核实，请等候。", now=day)
    world.act(investigation.assign, cases["investigating"][0], "head", world.people["handler"], now=day)
    world.bring(cases["awaiting"][0], State.ACCEPTED, day)
    world.act(investigation.ask_supplement, cases["awaiting"][0], "handler", "请说明记录在哪里。", now=day)
    world.bring(cases["proposed"][0], State.PROPOSED, day)
    world.bring(cases["upheld"][0], State.CONCLUDED, day, Conclusion.UPHELD)
    world.bring(cases["dismissed"][0], State.CONCLUDED, day)
    ground, reason = DeclineGround.NO_FACTS, "没有写明具体的事实和线索。"
    world.decline(cases["declined"][0], ground, reason, now=day)
    world.act(investigation.join, cases["joined"][0], "handler", cases["leading"][0], now=day)
    objection = world.do(following.find_by_receipt, world.keyring, cases["withdrawn"][1])
    world.run(following.withdraw, objection, "已经当面说清楚。", now=at(day))
    world.act(investigation.recuse, cases["received"][0], "handler2", world.people["handler2"], "亲属。", now=OPEN)
    world.run(warnings.warn_due, now=at(OPEN))
    return cases


@dataclass
class Busy:
    """The result of `busy`: the period that is open at OPEN, and its cases with their objectors' codes, by name."""

    world: World
    period: int
    cases: dict[str, tuple[int, str]]

    @property
    def codes(self) -> list[str]:
        return [code for _, code in self.cases.values()]


def busy(world: World, evidence: Path, text: str = "因节假日，调取档案需要时间。") -> Busy:
    """As it stands at OPEN: an earlier programme with its award, a period taken back, one to come, one open and
    extended, cases in every state, a file that came with one, somebody who asks for a name, a reversal.

    `text` is what people wrote wherever the record keeps their words, and what one objector and their file are called.
    """
    office = world.actor("office")
    an_earlier_award(world, text)
    period = world.round_two()
    world.past_round_one(world.others)
    taken_back = world.schedule(2, world.luoping, world.others, "2026-09-23", 3, MORNING)
    world.run(scheduling.cancel, taken_back, text, by=office, now=at(MORNING))
    world.schedule(2, world.luoping, world.others, "2026-09-28", 3, MORNING)
    outcome = OpinionOutcome.NEGATIVE  # before anybody leaves: nobody is asked about after that
    answered(world, evidence, world.nominees[:1], MORNING, [Authority.POLICE], "handler", outcome=outcome, text=text)
    cases = cases_in_every_state(world, period)
    attach(world, evidence, pdf(), title=f"{text}.pdf", now=OPEN)
    who = {"name": text, "contact": text, "contact_person": text, "form_token": TOKEN, "files": 1}
    cases["of somebody"] = world.file(period, world.nominees[1], OPEN, **who)
    with world.database.writer() as session:
        calendar = calendar_of(session)
        session.add(_moved_end(session.get_one(Period, period), text, office.user_id))
        scheduling.extend_deadline(Work(session, at(OPEN), office), period, dt.date(2026, 10, 8), text, calendar)
    objection = world.do(following.find_by_receipt, world.keyring, cases["of the office"][1])
    world.run(identities.ask, objection, text, by=office, now=at(OPEN))
    notice = {"notice": text, "published": "2026-09-01", "source": text, "off": STATUTORY_2027, "work": []}
    world.run(load_notices, json.dumps({"2027": notice}), now=at(OPEN))
    world.run(settlement.settle_due, now=at(OPEN))
    world.run(reversal.propose_reversal, 1, text, by=office, now=at(OPEN))
    return Busy(world, period, cases)


def changed(world: World, text: str = "因节假日，调取档案需要时间。") -> None:
    """What may befall nominees, as it stands at OPEN: a misprint corrected in the open period, deeds changed, a
    withdrawal, a replacement. `text` is every reason.
    """
    office, now, corrected = world.actor("office"), at(OPEN), world.nominees[2]
    with world.database.reader() as session:
        name = corrections.read_current_text(session, corrected, "name", now)
    world.run(corrections.correct, corrected, "name", f"{name}。", text, by=office, now=now)
    given = nominating.Particulars("麒小六", "麒麟区养护中心", "十年养路无事故。")
    where = (world.programme, Kind.INDIVIDUAL, world.qilin)
    new = world.run(nominating.nominate, *where, given, by=office, now=now).id
    world.run(revisions.revise, new, "十一年养路无事故。", text, by=office, now=now)
    world.run(withdrawals.withdraw, new, text, by=office, now=now)
    world.run(replacements.replace, new, given, by=office, now=now)


def _moved_end(period: Period, reason: str, user_id: int) -> WindowExtension:
    """Record that the end of the window was moved once, without an outage on record."""
    return WindowExtension(
        period_id=period.id,
        previous=period.closes_at - dt.timedelta(days=1),
        extended_to=period.closes_at,
        previous_deadline=period.conclude_by - dt.timedelta(days=1),
        new_deadline=period.conclude_by,
        outage_days=["2026-09-21"],
        reason=reason,
        extended_by=user_id,
        extended_at=at("2026-09-22 Tue 09:00"),
    )


def closed(world: World, period: int) -> None:
    """Settle the open period at its deadline, and close it."""
    world.run(settlement.settle_due, now=at(DUE))
    world.run(closing.close_period, period, by=world.actor("office"), now=at(DUE))
