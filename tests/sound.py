"""A world made through the services in order: no invariant finds anything in it (R37)."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from app.domain.cases.phrases import PhraseKind
from app.domain.objections.arrival import Channel
from app.domain.upkeep.data_requests import DataRequestKind, Requester
from app.models import AvailabilitySpan, User
from app.services.accounts import sessions
from app.services.calendar.calendars import calendar_of, load_notices
from app.services.cases import phrases, settlement
from app.services.nominees import reversal
from app.services.objections import following, identities
from app.services.periods import interruption, scheduling
from app.services.shared.work import Work
from app.services.upkeep import data_requests
from app.services.upkeep.data_requests import AskedOfUs, NewDataRequest
from tests import lists
from tests.busy import MORNING, OPEN, cases_in_every_state, changed
from tests.data import STATUTORY_2027
from tests.files import attach, form_hash, pdf
from tests.web.browsing import TOKEN
from tests.world import World, at

TEXT = "因节假日，调取档案需要时间。"


def eventful(world: World, evidence: Path) -> None:
    """As it stands at OPEN: periods over, taken back, to come and open, the open one and its deadline extended, cases
    in every state, files, a supplement, an identity read, a reversal, a notice, an import, somebody logged in.
    """
    office, other, now = world.actor("office"), world.actor("office2"), at(OPEN)
    period = world.round_two()
    world.past_round_one(world.others)
    taken_back = world.schedule(2, world.luoping, world.others, "2026-09-23", 3, MORNING)
    world.run(scheduling.cancel, taken_back, TEXT, by=office, now=at(MORNING))
    world.schedule(2, world.luoping, world.others, "2026-09-28", 3, MORNING)
    cases = cases_in_every_state(world, period)
    attach(world, evidence, pdf(), now=OPEN)
    world.file(period, world.nominees[1], OPEN, form_token=TOKEN, files=1)
    _supplemented(world, evidence, cases["investigating"][1])
    _extended(world, period)
    objection = world.do(following.find_by_receipt, world.keyring, cases["of the office"][1])
    world.run(identities.ask, objection, TEXT, by=office, now=now)
    world.run(identities.decide, 1, True, by=other, now=now)
    world.run(identities.read, 1, "this morning", by=office, now=now)
    asked = AskedOfUs("钱小麦", "13000000002", "当面看过身份证", "要求复制推荐表。")
    due = dt.date(2026, 10, 20)
    request = NewDataRequest(DataRequestKind.COPY, Requester.NOMINEE, Channel.VISIT, at(OPEN).date(), due, asked)
    world.run(data_requests.register, request, by=office, now=now)
    notice = {
        "notice": "国办发明电〔2026〕9号",
        "published": "2026-09-21",
        "off": STATUTORY_2027,
        "work": [],
    }
    world.run(load_notices, json.dumps({"2027": notice}), now=now)
    world.run(settlement.settle_due, now=now)
    world.run(reversal.propose_reversal, 1, TEXT, by=office, now=now)
    world.run(reversal.confirm_reversal, 1, 1, by=other, now=now)
    changed(world)
    world.run(phrases.add, PhraseKind.REPLY, TEXT, by=world.actor("head"), now=now)
    lists.checked(world, evidence, {"a.xlsx": lists.sheet([lists.person()])})
    _logged_in(world)
    world.seal()


def _supplemented(world: World, evidence: Path, code: str) -> None:
    """File a supplement with a file."""
    token = "supplement-token-of-24-c"
    attach(world, evidence, pdf("more"), token, now=OPEN)
    objection = world.do(following.find_by_receipt, world.keyring, code)
    world.run(following.supplement, objection, "补充两份材料。", form_hash(world.key, token), now=at(OPEN))


def _extended(world: World, period: int) -> None:
    """One morning without a record: one working day more. And the deadline later still."""
    office, now = world.actor("office"), at(OPEN)
    with world.database.writer() as session:
        for start, end in (("2026-09-17 00:00", "2026-09-21 09:00"), ("2026-09-21 11:00", OPEN)):
            session.add(AvailabilitySpan(started_at=at(start), last_seen_at=at(end)))
        session.commit()
        calendar = calendar_of(session)
        interruption.extend_window(Work(session, now, office), period, TEXT, calendar)
        scheduling.extend_deadline(Work(session, now, office), period, dt.date(2026, 10, 8), TEXT, calendar)


def _logged_in(world: World) -> None:
    """Log a member of staff in."""
    with world.database.writer() as session:
        sessions.begin(session, session.get_one(User, world.people["head"]), at(OPEN))
        session.commit()
