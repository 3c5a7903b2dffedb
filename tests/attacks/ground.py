"""The ground that attacks happen on: two units at one moment, each with cases, files, lists, letters and people."""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from app.domain.accounts.deputies import DeputyDays
from app.domain.cases.phrases import PhraseKind
from app.domain.cases.states import Action, DeclineGround, Role
from app.domain.messages.channels import OutgoingChannel
from app.models import GroupAct, GroupActKind, IdentityRequest, Objection, Period, User
from app.services.accounts import staffing, standing_in
from app.services.cases import enclosing, investigation, phrases
from app.services.objections import identities
from app.services.shared.work import Work
from tests import lists
from tests.busy import MORNING, Busy, busy, changed
from tests.files import attach, pdf, vault_in
from tests.services.messages.reaching import plan, reach_of
from tests.web.browsing import filled
from tests.world import FACTS, World, at, enrol

NOW = "2026-09-29 Tue 10:00"  # both units have a period under way, and both have cases that their people see
FILED = "2026-09-28 Mon 09:00"
HANDLED = "2026-09-29 Tue 09:00"
FORM = "f" * 64
AWAY = DeputyDays(dt.date(2026, 9, 28), dt.date(2026, 9, 30))

# A value that would do for each field of any form: an act that is refused is not refused for its form.
FILLED = filled() | {
    "text": FACTS,
    "findings": "经走访核实",
    "grounds": "评选通知第三部分",
    "answer": "已核实，谢谢监督",
    "conclusion": "dismissed",
    "ground": DeclineGround.NO_FACTS.value,
    "version": "1",
    "chosen": "5",
    "day": "2026-10-12",
    "opening": "2026-10-12",
    "conclude": "3",
    "reason": "核对以后，按规定办理。",
    "checked": "y",
    "role": "handler",
    "unit": "2",
    "met": "no",
    "passed": "no",
    "note": "经核实不符合。",
    "rank": "below",
    "authority": "police",
    "outcome": "favourable",
    "dated": "2026-09-21",
    "phone": "0874-0000009",
    "email": "x@example.com",
    "hours": "工作日",
    "address": "x@example.com",
    "channel": "mail",
    "times": "at_once",
    "code": "123456",
    "deeds": "十年养路无事故。",
    "parent": "1",
    "sure": "y",
    "step": "submit",
}


@dataclass
class Ground:
    """The world at NOW, and the ids of what the other unit (罗平县) has there."""

    world: World
    qilins: Busy
    period: int  # 罗平县's
    cases: tuple[int, int]


def ground(world: World, folder: Path) -> Ground:
    """Bring everything about. The clock of the application belongs at NOW."""
    there = busy(world, folder)
    changed(world)
    extra_people(world)
    office, others = world.actor("office"), world.others
    with world.database.reader() as session:
        theirs = Period.organiser_id == world.luoping, Period.cancelled_at.is_(None)
        period = session.scalars(select(Period.id).where(*theirs, Period.opens_at > at(MORNING))).one()
    attach(world, folder, pdf("luoping"), "another-form-token-24-ch", now=FILED)
    first, _ = world.file(period, others[0], FILED, form_token="another-form-token-24-ch", files=1)
    second, _ = world.file(period, others[1], FILED)
    for login, case in (("stranger", first), ("handler", there.cases["investigating"][0])):
        _noted_with_a_file(world, folder, case, login)
    world.act(investigation.decline, second, "stranger", DeclineGround.NO_FACTS, "没有写明具体的事实。", now=HANDLED)
    _group_of(world, [second])
    with world.database.reader() as session:
        objection = session.scalars(select(Objection.id).where(Objection.case_id == first)).one()
    world.run(identities.ask, objection, "核实是否本人提出", by=office, now=at(FILED))
    with world.database.reader() as session:
        request = session.scalars(select(IdentityRequest.id).where(IdentityRequest.objection_id == objection)).one()
    world.run(identities.decide, request, True, by=world.actor("office2"), now=at(FILED))
    for login in ("office", "head", "stranger"):
        world.run(phrases.add, PhraseKind.REPLY, f"{login}常用的一句话。", by=world.actor(login), now=at(FILED))
        reach_of(world, login, OutgoingChannel.MAIL, f"{login}@example.com")
    for unit in (world.qilin, world.luoping):
        reach_of(world, unit, OutgoingChannel.MAIL, f"unit{unit}@example.net")
    for absent, deputy in (("handler", "handler2"), ("stranger", "stranger2")):
        pair = world.people[absent], world.people[deputy]
        world.run(standing_in.name_deputy, *pair, AWAY, "出差", by=office, now=at(FILED))
    for login, unit, name in (("handler", world.qilin, "麒麟区"), ("stranger", world.luoping, "罗平县")):
        file = {"a.xlsx": lists.sheet([lists.person(7 if login == "handler" else 8)], unit=name)}
        lists.read(world, folder, lists.receive(world, folder, file, login, unit), FILED)
    plan(world, at(FILED))
    return Ground(world, there, period, (first, second))


def extra_people(world: World) -> None:
    """A second person of 罗平县, and somebody of 麒麟区 whose account has ended."""
    office = world.actor("office")
    for login, unit in (("stranger2", world.luoping), ("gone", world.qilin)):
        world.run(staffing.invite, login, f"{login}的人", Role.HANDLER, unit, by=office, now=at(FILED))
        with world.database.writer() as session:
            user = session.scalars(select(User).where(User.login == login)).one()
            user.must_change_password, user.password_expires_at = False, None
            world.people[login] = user.id
            enrol(session, world.keyring, [user], at(FILED))
            session.commit()
    world.run(staffing.disable, [world.people["gone"]], by=office, now=at(FILED))


def _noted_with_a_file(world: World, folder: Path, case: int, login: str) -> None:
    vault, upload = vault_in(folder, world.key), io.BytesIO(pdf(f"of {case}"))
    by = world.actor(login)
    with world.database.writer() as session:
        enclosing.receive(Work(session, at(HANDLED), by), vault, case, Action.NOTE, FORM, "台账.pdf", upload)
    world.run(investigation.note, case, "调阅台账。", FORM, by=by, now=at(HANDLED))


def _group_of(world: World, cases: list[int]) -> None:
    """A proposal for a group: written as a row, since few cases make no flood."""
    with world.database.writer() as session:
        act = GroupAct(kind=GroupActKind.DECLINE, case_ids=cases, ground=DeclineGround.NO_FACTS, reason="没有写明。")
        act.proposed_by, act.proposed_at = world.people["stranger"], at(HANDLED)
        session.add(act)
        session.commit()
