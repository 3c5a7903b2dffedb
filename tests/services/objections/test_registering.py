"""Staff register what came by letter, visit, telephone or mail; from then on it is like any other (R33)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.cases.states import Conclusion, State
from app.domain.objections.arrival import Arrival, Channel
from app.domain.objections.receipt import new_form_token
from app.domain.refusals import (
    ArrivedOutside,
    BadValue,
    FilesChanged,
    FormAlreadyUsed,
    NoHandsLeft,
    NomineeLeft,
    NotAllowed,
    NotYourCase,
    Refusal,
    TooLateToRegister,
    Unfit,
    WrongState,
)
from app.models import Case, Entry, Nominee, Objection, Period, Registration, User
from app.services.cases import investigation, queue, settlement
from app.services.nominees import withdrawals
from app.services.objections import following, registering
from app.services.objections.identities import Objector
from app.services.objections.intake import Filed
from app.services.periods import closing
from app.services.record.checks.run import check_database
from tests.files import attach, pdf
from tests.world import PASSWORD_HASH, World, at, at_once

ARRIVED, FRIDAY = "2026-09-18 Fri 08:50", "2026-09-18 Fri 09:00"
MONDAY = "2026-09-21 Mon 10:00"
LATE, WHY = "2026-09-24 Thu 09:00", "周三晚上放进信箱，周四早上才打开"
DEADLINE = "2026-09-30 Wed 00:00"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what no database does differently


def visit(arrived: str = ARRIVED, *, why: str = "") -> Arrival:
    return Arrival(Channel.VISIT, at(arrived), late_reason=why)


def register(
    world: World,
    period: int,
    login: str = "handler",
    arrival: Arrival | None = None,
    now: str = FRIDAY,
    nominee: int | None = None,
    **changes: Any,
) -> Filed:
    entry = world.entry(period, nominee or world.nominees[0])
    args = (entry, world.filing(**changes), arrival or visit())
    return world.run(registering.register, *args, by=world.actor(login), now=at(now))


def case_of(world: World, filed: Filed) -> int:
    return world.do(lambda session: session.get_one(Objection, filed.objection_id).case_id)


def registration(world: World, filed: Filed) -> Registration:
    def read(session: Any) -> Registration:
        row = session.get_one(Registration, filed.objection_id)
        session.expunge(row)
        return row

    return world.do(read)


def disabled(world: World, *logins: str) -> None:
    with world.database.writer() as session:
        for login in logins:
            session.get_one(User, world.people[login]).disabled_at = at("2026-09-01 Tue 09:00")
        session.commit()


def third_of_the_office(world: World) -> None:
    with world.database.writer() as session:
        office = session.get_one(User, world.people["office"])
        user = User(login="office3", name="办公室三", role=office.role, unit=office.unit, password_hash=PASSWORD_HASH)
        session.add(user)
        session.commit()
        world.people["office3"] = user.id


# --- refused: and nothing is left behind -----------------------------------------------------------


def test_what_did_not_arrive_in_time_is_not_registered(world: World) -> None:
    period = world.round_two()
    before = world.everything()
    refusals: list[tuple[Arrival, str, type[Refusal]]] = [
        (visit("2026-09-17 Thu 23:59"), FRIDAY, ArrivedOutside),
        (visit("2026-09-24 Thu 00:00", why=WHY), LATE, ArrivedOutside),
        (visit("2026-09-18 Fri 09:01"), FRIDAY, Unfit),
        (visit(), LATE, Unfit),
        (Arrival(Channel.LETTER, at(ARRIVED)), FRIDAY, Unfit),
        (visit(why=WHY), DEADLINE, TooLateToRegister),
    ]
    for arrival, now, refusal in refusals:
        with pytest.raises(refusal):
            register(world, period, arrival=arrival, now=now)
    assert world.everything() == before


@pytest.mark.parametrize("login", ["stranger", "auditor"])
def test_to_another_unit_and_to_the_auditor_there_is_no_such_entry(world: World, login: str) -> None:
    period = world.round_two()
    before = world.everything()
    with pytest.raises(NotYourCase):
        register(world, period, login)
    with pytest.raises(NotYourCase):
        world.run(registering.register, 999, world.filing(), visit(), by=world.actor("handler"), now=at(FRIDAY))
    assert world.do(registering.periods_to_register_for, world.actor(login), at(FRIDAY)) == []
    assert world.everything() == before


def test_the_third_round_is_the_offices_to_register_for(world: World) -> None:
    period = world.round_two()
    with world.database.writer() as session:
        session.get_one(Period, period).organiser_id = world.office
        session.commit()
    with pytest.raises(NotYourCase):
        register(world, period, "handler")


def test_before_the_window_opens_and_for_a_period_taken_back_there_is_nothing_to_register_for(world: World) -> None:
    period = world.round_two()
    with pytest.raises(NotYourCase):
        register(world, period, now="2026-09-17 Thu 23:59")
    with world.database.writer() as session:
        session.get_one(Period, period).cancelled_at = at("2026-09-17 Thu 12:00")
        session.commit()
    with pytest.raises(NotYourCase):
        register(world, period)


def test_against_a_nominee_who_is_out_nothing_is_registered(world: World) -> None:
    period = world.round_two()
    world.run(withdrawals.withdraw, world.nominees[0], "来信退出", by=world.actor("head"), now=at(FRIDAY))
    before = world.everything()
    with pytest.raises(NomineeLeft):
        register(world, period, now=MONDAY)
    assert world.everything() == before


def test_a_closed_period_takes_none_and_says_what_to_do(world: World) -> None:
    period = world.round_two()
    world.run(closing.close_period, period, by=world.actor("office"), now=at(LATE))
    before = world.everything()
    with pytest.raises(WrongState, match=r"已经在2026年9月24日（星期四）09:00办结.*交市工作专班"):
        register(world, period, arrival=visit(why=WHY), now="2026-09-24 Thu 10:00")
    assert world.everything() == before


def test_who_filed_does_not_stand_in_the_reason_that_goes_on_the_record(world: World) -> None:
    period = world.round_two()
    before = world.everything()
    for why in ("赵小禾周三晚上才来", "130 0000 0001周三晚上来电"):
        with pytest.raises(BadValue) as refused:
            register(world, period, arrival=visit(why=why), now=LATE)
        assert refused.value.field == "late_reason"
    assert world.everything() == before


def test_one_form_is_one_objection(world: World) -> None:
    period, token = world.round_two(), new_form_token()
    first = register(world, period, form_token=token)
    before = world.everything()
    again = register(world, period, form_token=token)
    assert (again.receipt_code, again.objection_id, again.repeated) == (first.receipt_code, first.objection_id, True)
    with pytest.raises(FormAlreadyUsed):
        register(world, period, form_token=token, facts="改写过的事实，" * 5)
    assert world.everything() == before


def test_two_presses_at_once_are_one_objection(world: World) -> None:
    third_of_the_office(world)
    period, token = world.round_two(), new_form_token()
    jobs: list[Callable[[], Filed]] = [lambda: register(world, period, form_token=token) for _ in range(4)]
    filed = at_once(jobs)
    codes = {each.receipt_code for each in filed if isinstance(each, Filed)}
    assert len(codes) == 1, filed
    assert len(filed) == sum(isinstance(each, Filed) for each in filed)
    assert len(world.objectors()) == 1


@on_sqlite
def test_files_that_were_not_seen_are_not_filed(world: World, tmp_path: Path) -> None:
    period, token = world.round_two(), new_form_token()
    attach(world, tmp_path, pdf(), token, now=FRIDAY)
    before = world.everything()
    with pytest.raises(FilesChanged):
        register(world, period, form_token=token, files=2)
    assert world.everything() == before
    filed = register(world, period, form_token=token, files=1)
    assert world.do(lambda session: session.get_one(Objection, filed.objection_id).id) == filed.objection_id


# --- what is written -------------------------------------------------------------------------------


def test_what_is_registered_is_a_case_like_any_other(world: World) -> None:
    period = world.round_two()
    row = len(world.acts())
    filed = register(world, period, now=MONDAY, arrival=Arrival(Channel.LETTER, at(ARRIVED), dt.date(2026, 9, 16)))
    case = world.case(case_of(world, filed))
    assert (case.state, case.handler_unit_id, case.received_at) == (State.RECEIVED, world.qilin, at(MONDAY))
    written = registration(world, filed)
    assert (written.channel, written.postmark, written.late_reason) == (Channel.LETTER, dt.date(2026, 9, 16), None)
    assert (written.registered_by, written.registered_at) == (world.people["handler"], at(MONDAY))
    objection = world.do(lambda session: session.get_one(Objection, filed.objection_id))
    assert objection.filed_at == at(ARRIVED)  # what counts is when it arrived (R6)
    assert world.objectors() == [Objector("赵小禾", "", "13000000001")]
    assert world.acts(row) == [(f"user:{world.people['handler']}", "objection.filed", f"case:{case.id}")]
    assert [(unit, what) for _, unit, what in world.outbox()] == [
        ("市评选工作组办公室", "arrival"),
        ("麒麟区", "arrival"),
    ]
    assert world.do(following.find_by_receipt, world.keyring, filed.receipt_code) == filed.objection_id


def test_after_the_window_it_is_entered_with_its_reason_and_lapses_like_any_other(world: World) -> None:
    period = world.round_two()
    filed = register(world, period, arrival=visit("2026-09-23 Wed 23:59", why=WHY), now=LATE)
    assert registration(world, filed).late_reason == WHY
    world.run(settlement.settle_due, now=at(DEADLINE))
    assert world.case(case_of(world, filed)).state is State.LAPSED
    assert [(nominee, ground) for nominee, _, ground, _, _ in world.disqualifications()] == [
        (world.nominees[0], "lapsed")
    ]


def test_entered_in_the_last_hours_it_is_the_offices_at_once(world: World) -> None:
    period = world.round_two()
    filed = register(world, period, arrival=visit(why=WHY), now="2026-09-29 Tue 10:00")
    now = at("2026-09-29 Tue 10:00")
    facts = world.do(lambda session: session.get_one(Case, case_of(world, filed)).facts(now))
    assert facts.escalated(now)
    assert check_database(world.database, now) == []
    world.act(investigation.accept, case_of(world, filed), "office", now="2026-09-29 Tue 10:01")


# --- who registered decides nothing (R21, R33) ------------------------------------------------------


def test_the_registrar_does_not_find_the_case(world: World) -> None:
    period = world.round_two()
    case = case_of(world, register(world, period, "handler"))
    for step in (investigation.accept, investigation.note):
        texts = ("查",) if step is investigation.note else ()
        with pytest.raises(NotYourCase):
            world.act(step, case, "handler", *texts, now=MONDAY)
    assert world.do(queue.list_queue, world.actor("handler"), at(MONDAY)) == []
    assert [row.case.id for row in world.do(queue.list_queue, world.actor("head"), at(MONDAY))] == [case]
    for login, other in (("handler2", "head"), ("head", "handler2")):  # the others bring it to its end
        del other
        assert world.do(investigation.visible_case, case, world.actor(login), at(MONDAY)).id == case
    world.act(investigation.accept, case, "handler2", now=MONDAY)
    world.act(investigation.investigate, case, "handler2", now=MONDAY)
    texts = (Conclusion.DISMISSED, "经走访核实", "评选通知第三部分", "已核实，谢谢监督")
    world.act(investigation.propose, case, "handler2", *texts, now=MONDAY)
    world.act(investigation.confirm, case, "head", 1, now=MONDAY)
    assert world.case(case).state is State.CONCLUDED


def test_who_registered_one_objection_is_a_hand_in_every_other_case(world: World) -> None:
    """The check of the data counts recusals case by case (R37)."""
    period = world.round_two()
    world.file(period, world.nominees[0], FRIDAY, against_handler=True)  # the office's, which is two people
    register(world, period, "office", nominee=world.nominees[1])
    assert check_database(world.database, at(FRIDAY)) == []


def test_of_a_unit_of_two_the_other_one_alone_handles_nothing_and_the_next_level_does(world: World) -> None:
    period = world.round_two()
    disabled(world, "handler2")
    filed = register(world, period, "handler")
    assert world.case(case_of(world, filed)).handler_unit_id == world.office
    by_the_head = register(world, period, "head", nominee=world.nominees[1])
    assert world.case(case_of(world, by_the_head)).handler_unit_id == world.office
    by_the_office = register(world, period, "office", nominee=world.nominees[2])
    assert world.case(case_of(world, by_the_office)).handler_unit_id == world.qilin


def test_a_registration_never_leaves_a_case_without_two_people(world: World) -> None:
    """Of an office of two nobody registers what the office handles itself, before a third one is there."""
    period = world.round_two()
    before = world.everything()
    with pytest.raises(NoHandsLeft):
        register(world, period, "office", against_handler=True)
    disabled(world, "handler2")
    unchanged = world.everything()
    with world.database.writer() as session:
        session.get_one(Period, period).organiser_id = world.office
        session.commit()
    with pytest.raises(NoHandsLeft):
        register(world, period, "office")
    third_of_the_office(world)
    filed = register(world, period, "office")
    now = at(FRIDAY)
    assert world.do(lambda session: session.get_one(Case, case_of(world, filed)).facts(now)).has_hands
    assert unchanged != before


def test_a_complaint_against_the_unit_that_the_office_registers_stays_unknown_to_it(world: World) -> None:
    third_of_the_office(world)
    period = world.round_two()
    filed = register(world, period, "office", against_handler=True)
    case = case_of(world, filed)
    assert world.case(case).handler_unit_id == world.office
    for login in ("head", "handler", "handler2"):
        with pytest.raises(NotYourCase):
            world.do(investigation.visible_case, case, world.actor(login), at(FRIDAY))
        assert world.do(queue.list_queue, world.actor(login), at(FRIDAY)) == []
    assert {unit for _, unit, _ in world.outbox()} == {"市评选工作组办公室"}


def test_joined_into_another_case_the_registrar_goes_out_of_that_one_too(world: World) -> None:
    period = world.round_two()
    lead, _ = world.file(period, world.nominees[0], FRIDAY)
    world.act(investigation.assign, lead, "head", world.people["handler"], now=FRIDAY)
    case = case_of(world, register(world, period, "handler"))
    world.act(investigation.join, case, "head", lead, now=MONDAY)
    assert world.case(lead).assignee_id is None
    with pytest.raises(NotYourCase):
        world.act(investigation.note, lead, "handler", "查", now=MONDAY)
    world.act(investigation.note, lead, "handler2", "查", now=MONDAY)


def test_nothing_is_joined_where_that_would_leave_the_lead_without_two_people(world: World) -> None:
    third_of_the_office(world)
    period = world.round_two()
    lead, _ = world.file(period, world.nominees[0], FRIDAY)
    world.act(investigation.take_over, lead, "office2", "案情重大", now=FRIDAY)
    world.act(investigation.recuse, lead, "office3", world.people["office3"], "是亲属", now=FRIDAY)
    case = case_of(world, register(world, period, "office"))
    world.act(investigation.take_over, case, "office2", "案情重大", now=FRIDAY)
    before = world.everything()
    with pytest.raises(NotAllowed, match="没有两个人"):
        world.act(investigation.join, case, "office2", lead, now=MONDAY)
    assert world.everything() == before


# --- for whom -------------------------------------------------------------------------------------


def test_a_unit_registers_for_its_own_periods_and_the_office_for_all(world: World) -> None:
    period = world.round_two()
    assert world.do(registering.periods_to_register_for, world.actor("office"), at("2026-09-17 Thu 12:00")) == []
    for login, theirs in (("office", [period]), ("handler", [period]), ("stranger", [])):
        found = world.do(registering.periods_to_register_for, world.actor(login), at(LATE))
        assert [each.id for each in found] == theirs
    assert world.do(registering.periods_to_register_for, world.actor("office"), at(DEADLINE)) == []


def test_who_handles_for_a_unit_without_people_registers_for_it(world: World) -> None:
    """In the first round the nominee's own unit has no accounts: its recommending unit handles, and registers."""
    nominee = world.nominees[0]
    with world.database.reader() as session:
        unit = session.get_one(Nominee, nominee).unit_id
    period = world.schedule(1, unit, [nominee], "2026-09-18", 3, "2026-09-17 Thu 09:00")
    filed = register(world, period, "head")
    assert world.case(case_of(world, filed)).handler_unit_id == world.qilin
    with world.database.reader() as session:
        entries = session.scalars(select(Entry.id).where(Entry.period_id == period)).all()
    for login in ("handler", "office"):
        entry = world.do(registering.entry_to_register_against, entries[0], world.actor(login), at(FRIDAY))
        assert entry.nominee_id == nominee
