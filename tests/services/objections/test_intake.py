"""Filing an objection: inside the window only, once a form, told to the right people (R6, R14-R19, R21, R28)."""

import datetime as dt
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.cases.states import DeclineGround, State
from app.domain.objections.receipt import new_form_token, receipt_hash
from app.domain.refusals import CasesOpen, FormAlreadyUsed, PastDeadline, PeriodIsClosed, WindowClosed
from app.models import AuditRow, Case, Category, Identity, Nominee, Objection, ObjectorKind, ReviewStage
from app.services.objections import intake
from app.services.objections.identities import Objector
from app.services.periods import closing, scheduling
from app.services.record.verifying import verify
from tests.standing import cleared
from tests.world import FACTS, World, at, at_once

OPENS_AT, CLOSES_AT = at("2026-09-18 Fri 00:00"), at("2026-09-24 Thu 00:00")
MICROSECOND = dt.timedelta(microseconds=1)


def file(world: World, entry_id: int, filing: intake.Filing, now: dt.datetime) -> intake.Filed:
    return world.do(intake.file_objection, world.keyring, entry_id, filing, now)


def own_unit_of(world: World, nominee_id: int) -> int:
    with world.database.reader() as session:
        return session.get_one(Nominee, nominee_id).unit_id


# --- refused -------------------------------------------------------------------------------------


def test_outside_the_window_nothing_is_taken(world: World) -> None:
    entry = world.entry(world.round_two(), world.nominees[0])
    before = world.everything()
    for now in (OPENS_AT - MICROSECOND, CLOSES_AT, CLOSES_AT + MICROSECOND, at("2027-09-18 Sat 12:00")):
        with pytest.raises(WindowClosed) as refused:
            file(world, entry, world.filing(), now)
        assert (refused.value.opens_at, refused.value.closes_at, refused.value.now) == (OPENS_AT, CLOSES_AT, now)
        assert ("尚未开始" if now < OPENS_AT else "已经结束") in str(refused.value)
        assert "公示时间为2026年9月18日 00:00至2026年9月23日 24:00" in str(refused.value)
    assert world.everything() == before


FIRST_MADE = at("2026-09-23 Wed 23:59:30")
HELD_UP = "2026-09-24 Thu 09:00"  # by the limits, until after the close: with a slip the request keeps its moment


def test_a_slip_opens_no_case_in_a_period_that_was_closed(world: World) -> None:
    """The closing report stands, and nobody would look at the case before it put the nominee out (R17, R30)."""
    period = world.round_two()
    world.run(closing.close_period, period, by=world.actor("office"), now=at("2026-09-24 Thu 08:00"))
    before = world.everything()
    with pytest.raises(PeriodIsClosed, match="已于2026年9月24日 08:00办结，不能再立案核查，异议没有提交"):
        file(world, world.entry(period, world.nominees[0]), world.filing(first_made=FIRST_MADE), at(HELD_UP))
    assert world.everything() == before


def test_a_slip_opens_no_case_from_the_deadline_on(world: World) -> None:
    period = world.round_two(conclude=3)
    before = world.everything()
    for now in ("2026-09-30 Wed 00:00", "2026-09-30 Wed 09:00"):
        with pytest.raises(PastDeadline, match="核查期限已于2026年9月29日 24:00届满"):
            file(world, world.entry(period, world.nominees[0]), world.filing(first_made=FIRST_MADE), at(now))
    assert world.everything() == before


def test_until_then_a_slip_opens_one_and_the_period_waits_for_it(world: World) -> None:
    period = world.round_two()
    file(world, world.entry(period, world.nominees[0]), world.filing(first_made=FIRST_MADE), at(HELD_UP))
    with pytest.raises(CasesOpen):
        world.run(closing.close_period, period, by=world.actor("office"), now=at(HELD_UP))


def test_of_a_slip_and_a_closing_at_one_moment_one_comes_first(world: World) -> None:
    """Never a case that is open in a closed period."""
    period = world.round_two()
    entry = world.entry(period, world.nominees[0])
    outcomes = at_once(
        [
            lambda: file(world, entry, world.filing(first_made=FIRST_MADE), at(HELD_UP)) and None,
            lambda: world.run(closing.close_period, period, by=world.actor("office"), now=at(HELD_UP)),
        ]
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) in (
        ["CasesOpen", "NoneType"],
        ["NoneType", "PeriodIsClosed"],
    )


def test_a_period_taken_back_takes_none(world: World) -> None:
    period = world.schedule(
        1, own_unit_of(world, world.others[0]), [world.others[0]], "2026-09-18", 3, "2026-09-16 Wed 09:00"
    )
    world.run(scheduling.cancel, period, "改期", by=world.actor("office"), now=at("2026-09-17 Thu 09:00"))
    before = world.everything()
    with pytest.raises(WindowClosed):
        file(world, world.entry(period, world.others[0]), world.filing(), at("2026-09-18 Fri 09:00"))
    assert world.everything() == before


# --- the instants --------------------------------------------------------------------------------


def test_security_08_the_first_and_the_last_instant_count(world: World) -> None:
    period = world.round_two()
    entry = world.entry(period, world.nominees[0])
    filed = [file(world, entry, world.filing(), now) for now in (OPENS_AT, CLOSES_AT - MICROSECOND)]
    assert [f.filed_at for f in filed] == [OPENS_AT, CLOSES_AT - MICROSECOND]
    with world.database.reader() as session:
        cases = session.scalars(select(Case).order_by(Case.id)).all()
        assert [(case.state, case.received_at, case.escalates_at) for case in cases] == [
            (State.RECEIVED, OPENS_AT, at("2026-09-22 Tue 00:00")),
            (State.RECEIVED, CLOSES_AT - MICROSECOND, at("2026-09-28 Mon 00:00")),
        ]
        assert session.scalars(select(Objection.receipt_hash).order_by(Objection.id)).all() == [
            receipt_hash(world.key, f.receipt_code) for f in filed
        ]


# --- one form, one objection (R16) -----------------------------------------------------------------


def test_security_02_the_same_form_again_gives_the_same_receipt_even_after_the_window(world: World) -> None:
    period = world.round_two()
    entry = world.entry(period, world.nominees[0])
    filing = world.filing()
    first = file(world, entry, filing, CLOSES_AT - MICROSECOND)
    assert not first.repeated
    before = world.everything()
    for now in (CLOSES_AT - MICROSECOND, CLOSES_AT, at("2026-12-01 Tue 09:00")):
        again = file(world, entry, filing, now)
        assert again == intake.Filed(first.receipt_code, first.objection_id, first.filed_at, repeated=True)
    assert world.everything() == before


def test_the_same_form_with_other_content_is_refused_and_changes_nothing(world: World) -> None:
    period = world.round_two()
    entry, other_entry = (world.entry(period, nominee) for nominee in world.nominees[:2])
    token = new_form_token()
    file(world, entry, world.filing(form_token=token), at("2026-09-18 Fri 09:00"))
    before = world.everything()
    for changes in (
        {"objector_kind": ObjectorKind.UNIT},
        {"name": "赵大禾"},
        {"contact_person": "钱"},
        {"contact": "13000000002"},
        {"category": Category.OTHER},
        {"facts": FACTS + "又及。"},
        {"against_handler": True},
    ):
        with pytest.raises(FormAlreadyUsed):
            file(world, entry, world.filing(form_token=token, **changes), at("2026-09-18 Fri 09:01"))
    with pytest.raises(FormAlreadyUsed):
        file(world, other_entry, world.filing(form_token=token), at("2026-09-18 Fri 09:01"))
    assert world.everything() == before


# --- who handles it, who is told (R21, R28) ---------------------------------------------------------


def test_each_round_has_its_handler_and_the_office_takes_what_is_against_the_handler(
    world: World, tmp_path: Path
) -> None:
    nominee = world.nominees[0]
    own_unit = own_unit_of(world, nominee)
    rounds = [
        # organiser, scheduled, opens, filed, closed
        (own_unit, "2026-08-31 Mon 09:00", "2026-09-01", "2026-09-04 Fri 12:00", "2026-09-11 Fri 09:00"),
        (world.qilin, "2026-09-11 Fri 10:00", "2026-09-14", "2026-09-16 Wed 12:00", "2026-09-30 Wed 09:00"),
        (world.office, "2026-09-30 Wed 10:00", "2026-10-08", "2026-10-10 Sat 12:00", "2026-10-20 Tue 09:00"),
    ]
    handlers = []
    for number, (organiser, scheduled, opens, filed, closed) in enumerate(rounds, start=1):
        period = world.schedule(number, organiser, [nominee], opens, 3, scheduled)
        for against in (False, True):
            case, _ = world.file(period, nominee, filed, against_handler=against)
            handlers.append((number, against, world.case(case).handler_unit_id))
            world.do(_decline, case, at(filed))
        world.run(closing.close_period, period, by=world.actor("office"), now=at(closed))
        if number == 1:
            world.reviewed([nominee], ReviewStage.PRELIMINARY, closed)
        if number == 2:
            cleared(world, tmp_path / "evidence", [nominee], closed)
    assert handlers == [
        (1, False, world.qilin),  # its own unit has no accounts
        (1, True, world.office),
        (2, False, world.qilin),
        (2, True, world.office),
        (3, False, world.office),
        (3, True, world.office),
    ]
    qilin, office = "麒麟区", "市评选工作组办公室"
    told = [(1, qilin), (1, office), (2, office), (3, qilin), (3, office), (4, office), (5, office)]
    assert set(world.outbox()) == {(case, unit, "arrival") for case, unit in [*told, (6, office)]}
    assert len(world.outbox()) == 8


def _decline(session: Session, case_id: int, now: dt.datetime) -> None:
    """A case out of the way, whoever handles it."""
    case = session.get_one(Case, case_id)
    case.state, case.decided_at = State.DECLINED, now
    case.decline_ground, case.decline_reason = DeclineGround.NO_FACTS, "没有线索"
    session.commit()


# --- the objector is protected (R19) ---------------------------------------------------------------


def test_who_filed_stands_sealed_in_identities_and_nowhere_else(world: World) -> None:
    period = world.round_two()
    planted = {"name": "植名甲", "contact_person": "植名乙", "contact": "planted@example.org"}
    world.file(period, world.nominees[0], "2026-09-18 Fri 09:00", objector_kind=ObjectorKind.UNIT, **planted)
    assert world.objectors() == [Objector(**planted)]
    with world.database.reader() as session:
        details = [json.loads(row.details) for row in session.scalars(select(AuditRow).order_by(AuditRow.id))]
    assert re.fullmatch("[0-9a-f]{64}", details[-1].pop("commitment"))  # salted: tests/services/record/test_proofs.py
    assert details[-1] == {"objection": 1, "entry": 6, "handler_unit": world.qilin}
    everywhere = {table: " ".join(rows) for table, rows in world.everything().items()}
    assert {table for table, text in everywhere.items() for value in planted.values() if value in text} == set()
    assert {table for table, text in everywhere.items() if FACTS in text} == {"objections"}
    assert world.acts()[-1] == ("objector", "objection.filed", "case:1")


# --- a crowd -------------------------------------------------------------------------------------


def test_security_01_fifty_at_once_are_fifty_objections(world: World) -> None:
    period = world.round_two()
    entries = [world.entry(period, nominee) for nominee in world.nominees]
    rows_before = len(world.acts())
    filings = [world.filing(contact=f"130000000{number:02}") for number in range(50)]
    filed = at_once(
        [
            lambda entry=entries[number % 5], filing=filing: file(world, entry, filing, at("2026-09-18 Fri 09:00"))
            for number, filing in enumerate(filings)
        ]
    )
    assert [f for f in filed if isinstance(f, Exception)] == []
    assert len({f.receipt_code for f in filed}) == len({f.objection_id for f in filed}) == 50
    world.seal()
    with world.database.reader() as session:
        cases = session.execute(select(Case.entry_id, func.count()).group_by(Case.entry_id))
        assert sorted(tuple(row) for row in cases) == [(entry, 10) for entry in sorted(entries)]
        found = verify(session)
    assert (found.holds, found.rows) == (True, rows_before + 50)


def test_security_02_one_form_eight_times_at_once_is_one_objection(world: World) -> None:
    period = world.round_two()
    entry, filing = world.entry(period, world.nominees[0]), world.filing()
    rows_before = len(world.acts())
    filed = at_once([lambda: file(world, entry, filing, at("2026-09-18 Fri 09:00"))] * 8)
    assert [f for f in filed if isinstance(f, Exception)] == []
    assert len({(f.receipt_code, f.objection_id) for f in filed}) == 1
    assert sorted(f.repeated for f in filed) == [False] + [True] * 7
    with world.database.reader() as session:
        assert [session.scalar(select(func.count()).select_from(table)) for table in (Objection, Case, Identity)] == [
            1
        ] * 3
        assert verify(session).holds
    assert len(world.acts()) == rows_before + 1
