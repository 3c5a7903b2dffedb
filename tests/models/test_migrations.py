"""Each migration is run over rows of the version before it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import MetaData, inspect, select, text
from sqlalchemy.exc import IntegrityError

from app.database import Database
from app.domain.nominees.annexes import Rank
from app.domain.nominees.eligibility import conditions_of
from app.domain.nominees.marks import Marks
from app.domain.objections.arrival import Channel
from app.domain.periods.rounds import Kind
from app.models import (
    AccountReset,
    AuditRow,
    Evidence,
    Import,
    ImportRow,
    NomineeMarks,
    Objection,
    Period,
    Proposal,
    Reach,
    Registration,
    Review,
    Unit,
    User,
)
from app.notices.offered import built_in
from app.sealing import Keyring
from app.services.imports import waiting
from app.services.nominees import marks
from app.services.nominees.dossiers import make_dossier
from app.services.periods import listings, progress, publication
from app.services.shared.issuers import named
from app.services.shared.work import Work
from app.services.upkeep import checking
from tests.world import FACTS, at

BLANK = {datetime: at("2026-09-01 Tue 09:00"), date: date(2026, 9, 1)}


def insert(database: Database, table: str, *rows: dict[str, Any]) -> None:
    """Rows in the columns that the table has at this migration. What has no default and is not given is empty."""
    metadata = MetaData()
    metadata.reflect(database.engine, only=[table])
    needed = [column for column in metadata.tables[table].columns if not column.nullable and not column.server_default]
    blank = {
        column.name: BLANK.get(column.type.python_type) or column.type.python_type()
        for column in needed
        if not column.primary_key
    }
    with database.writer() as session:
        session.execute(metadata.tables[table].insert(), [blank | row for row in rows])
        session.commit()


def test_0009_an_import_being_read_waits_for_the_tick_and_the_others_stay_as_they_are(empty: Database) -> None:
    empty.migrate(revision="0008")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(empty, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(empty, "programmes", {"id": 1})
    of = {"programme_id": 1, "unit_id": 1, "created_by": 1, "form": "individuals", "rows_total": 9, "rows_done": 4}
    states = ("waiting", "reading", "checked", "failed", "dropped")
    imports = [of | {"id": number, "state": state, "failure": ""} for number, state in enumerate(states, start=1)]
    imports[3]["failure"] = "看不懂"
    imports[1]["beats_at"] = at("2026-09-01 Tue 09:00")
    insert(empty, "imports", *[{"beats_at": None} | each for each in imports])
    rows = [{"import_id": each["id"], "number": number, "problems": []} for each in imports for number in range(2)]
    insert(empty, "import_rows", *rows)
    empty.migrate()
    with empty.reader() as session:
        after = session.scalars(select(Import).order_by(Import.id)).all()
        assert [each.state.value for each in after] == ["waiting", "waiting", "checked", "failed", "dropped"]
        assert [each.failure for each in after] == ["", "", "", "看不懂", ""]
        assert [(each.rows_total, each.attempts) for each in after] == [(9, 0), (None, 0), (9, 0), (9, 0), (9, 0)]
        left = select(ImportRow.import_id).order_by(ImportRow.import_id)
        assert session.scalars(left).all() == [1, 1, 3, 3, 4, 4, 5, 5]
        assert waiting.find_due(session) == [1, 2]


AUTHORITIES = ("discipline", "personnel", "police", "audit")


def with_opinions(database: Database) -> None:
    """A programme with one nominee and an opinion of each of the four authorities, as version 0009 kept them."""
    database.migrate(revision="0009")
    insert(database, "units", {"id": 1, "kind": "office", "parent_id": None})
    insert(database, "units", {"id": 2, "kind": "recommender", "parent_id": 1})
    insert(database, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(database, "programmes", {"id": 7})
    nominee = {"id": 3, "programme_id": 7, "kind": "individual", "unit_id": 2, "recommender_id": 2, "position": 1}
    insert(database, "nominees", nominee | {"name": "张三", "deeds": "事迹"})
    opinion = {"nominee_id": 3, "outcome": "not_asked", "text": "不涉及", "dated": date(2026, 9, 18), "recorded_by": 1}
    insert(database, "opinions", *[opinion | {"authority": authority} for authority in AUTHORITIES])


def test_0010_programmes_follow_the_notice_that_stood_in_the_code_and_opinions_stay(empty: Database) -> None:
    with_opinions(empty)
    before = constraints_of(empty)
    empty.migrate(revision="0010")
    with empty.reader() as session:
        assert session.scalars(text("SELECT notice FROM programmes")).all() == ["qujing-2025"]
        kept = session.execute(text("SELECT id, authority, text FROM opinions ORDER BY id")).all()
    assert [tuple(row) for row in kept] == [(n, name, "不涉及") for n, name in enumerate(AUTHORITIES, start=1)]
    assert before - constraints_of(empty) == {"ck_opinions_authority"}
    assert constraints_of(empty) <= before
    assert [index["name"] for index in inspect(empty.engine).get_indexes("opinions")] == ["ix_opinions_nominee_id"]


def constraints_of(database: Database) -> set[str | None]:
    looked = inspect(database.engine)
    found = [*looked.get_check_constraints("opinions"), *looked.get_foreign_keys("opinions")]
    return {each["name"] for each in found} | {looked.get_pk_constraint("opinions")["name"]}


@pytest.mark.parametrize(
    "wrong", [{"outcome": "perhaps"}, {"text": ""}, {"outcome": "favourable"}, {"nominee_id": 99}, {"recorded_by": 99}]
)
def test_0010_what_else_an_opinion_must_hold_is_still_held(empty: Database, wrong: dict[str, Any]) -> None:
    with_opinions(empty)
    empty.migrate(revision="0010")
    water = {"nominee_id": 3, "authority": "water", "outcome": "not_asked", "text": "不涉及", "recorded_by": 1}
    insert(empty, "opinions", water)
    with pytest.raises(IntegrityError):
        insert(empty, "opinions", water | wrong)


def test_0012_a_record_that_is_there_is_not_replaced_from_then_on(empty: Database) -> None:
    empty.migrate(revision="0011")
    insert(empty, "audit_rows", {"id": 1, "action": "as it was"})
    empty.migrate()
    with empty.reader() as session:
        assert session.scalars(select(AuditRow.action)).all() == ["as it was"]
    if empty.engine.dialect.name == "sqlite":
        connection = sqlite3.connect(empty.engine.url.database or "")  # its recursive_triggers is off
        with pytest.raises(sqlite3.IntegrityError, match="never changed or removed"):
            connection.execute("REPLACE INTO audit_rows SELECT * FROM audit_rows")
        connection.close()


def test_0013_a_period_under_way_keeps_its_days_and_its_deadline(empty: Database) -> None:
    empty.migrate(revision="0012")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(empty, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(empty, "programmes", {"id": 1})
    days = {"opens_at": at("2026-09-18 Fri 00:00"), "closes_at": at("2026-09-24 Thu 00:00")}
    row = {"id": 1, "programme_id": 1, "round_number": 2, "organiser_id": 1, "scheduled_by": 1, "days": [], **days}
    insert(empty, "periods", row | {"conclude_by": at("2026-09-30 Wed 00:00"), "recommenders": []})
    empty.migrate()
    with empty.reader() as session:
        period = session.scalars(select(Period)).one()
        assert (period.recount, period.waits_until, period.replannings) == (None, None, [])
        assert period.set_deadline == period.conclude_by == at("2026-09-30 Wed 00:00")


def test_0014_of_files_that_are_there_nothing_says_whether_they_are_a_letter(empty: Database) -> None:
    empty.migrate(revision="0013")
    file = {"form_hash": "f", "kind": "pdf", "cipher": "aes-256-gcm", "scan": "unscanned", "size": 1, "stored_size": 1}
    insert(empty, "evidence", *[file | {"name": f"{n:032}", "sha256": f"{n:064}"} for n in range(2)])
    empty.migrate()
    with empty.reader() as session:
        assert session.scalars(select(Evidence.letter)).all() == [None, None]


def test_0017_nothing_was_checked_before_the_first_night_and_then_it_is(empty: Database) -> None:
    empty.migrate(revision="0016")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(empty, "users", {"id": 1, "role": "office", "unit_id": 1})
    empty.migrate()
    with empty.reader() as session:
        assert checking.latest(session) is None
        assert session.scalars(select(User.id)).all() == [1]
    run = checking.check_by_night(empty, at("2026-09-18 Fri 09:00"))
    assert run is not None
    assert run.findings == []


def test_0018_accounts_that_are_there_are_their_owners_and_nobody_is_told_of_anything(empty: Database) -> None:
    empty.migrate(revision="0017")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(empty, "users", {"id": 1, "login": "a", "role": "office", "unit_id": 1})
    given = {"id": 2, "login": "b", "role": "office", "unit_id": 1, "password_given_by": 1}
    insert(empty, "users", given | {"password_given_at": at("2026-09-02 Wed 09:00")})
    empty.migrate()
    with empty.reader() as session:
        first, second = session.scalars(select(User).order_by(User.id))
        assert (first.waits_for_agreement, second.waits_for_agreement) == (False, True)
        assert {(user.owners_factor, user.untold_reset) for user in (first, second)} == {(None, None)}
        assert session.scalars(select(AccountReset)).all() == []


def test_0019_the_proposal_that_a_case_holds_becomes_its_version(empty: Database) -> None:
    empty.migrate(revision="0018")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(empty, "users", *({"id": n, "login": f"u{n}", "role": "office", "unit_id": 1} for n in (1, 2)))
    insert(empty, "programmes", {"id": 1})
    days = {"opens_at": at("2026-09-18 Fri 00:00"), "closes_at": at("2026-09-24 Thu 00:00")}
    period = {"id": 1, "programme_id": 1, "round_number": 2, "organiser_id": 1, "scheduled_by": 1, "days": [], **days}
    insert(empty, "periods", period | {"conclude_by": at("2026-09-30 Wed 00:00"), "recommenders": []})
    insert(empty, "nominees", {"id": 1, "programme_id": 1, "kind": "individual", "unit_id": 1, "recommender_id": 1})
    insert(empty, "entries", {"id": 1, "period_id": 1, "nominee_id": 1, "kind": "individual"})
    day, later = at("2026-09-21 Mon 09:00"), at("2026-09-22 Tue 09:00")
    by = {"proposed_by": 1, "proposed_at": day}
    texts = {"proposed_conclusion": "upheld", "findings": "查明", "grounds": "第三部分", "answer": "答复", **by}
    decline = {"decline_proposed_ground": "no_facts", "decline_proposed_reason": "没有线索", **by}
    declined = {"decline_ground": "no_facts", "decline_reason": "没有线索", "decided_at": later, **by}
    of_each: dict[int, dict[str, Any]] = {
        1: {"state": "received"},
        2: {"state": "proposed", "proposal_version": 3, **texts},
        3: {"state": "proposed", **texts},  # from before versions were counted
        4: {"state": "investigating", "proposal_version": 1, **texts},
        5: {
            "state": "concluded",
            "proposal_version": 2,
            **texts,
            "conclusion": "upheld",
            "confirmed_by": 2,
            "confirmed_at": later,
        },
        6: {"state": "received", "proposal_version": 1, **decline},
        7: {"state": "declined", "proposal_version": 1, **declined, "decline_confirmed_by": 2},
        8: {"state": "declined", **declined},  # by one person, as it was then
        9: {"state": "lapsed", "proposal_version": 1, "lapsed_at": later, **texts},
    }
    for number, columns in of_each.items():
        insert(empty, "cases", {"id": number, "entry_id": 1, "handler_unit_id": 1, **columns})
    empty.migrate()
    with empty.reader() as session:
        rows = session.scalars(select(Proposal).order_by(Proposal.case_id)).all()
        found = {
            row.case_id: (row.version, row.findings or row.decline_reason, row.ended, row.ended_by) for row in rows
        }
    assert found == {
        2: (3, "查明", None, None),
        3: (0, "查明", None, None),
        4: (1, "查明", "returned", None),
        5: (2, "查明", "confirmed", 2),
        6: (1, "没有线索", None, None),
        7: (1, "没有线索", "confirmed", 2),
        9: (1, "查明", None, None),
    }


def test_0020_an_objection_that_is_there_came_by_the_web(empty: Database) -> None:
    empty.migrate(revision="0017")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(empty, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(empty, "programmes", {"id": 1})
    days = {"opens_at": at("2026-09-18 Fri 00:00"), "closes_at": at("2026-09-24 Thu 00:00"), "days": []}
    period = {"id": 1, "programme_id": 1, "round_number": 2, "organiser_id": 1, "scheduled_by": 1, "recommenders": []}
    insert(empty, "periods", period | days | {"conclude_by": at("2026-09-30 Wed 00:00")})
    nominee = {"id": 1, "programme_id": 1, "kind": "individual", "unit_id": 1, "recommender_id": 1, "position": 1}
    insert(empty, "nominees", nominee)
    insert(empty, "entries", {"id": 1, "period_id": 1, "nominee_id": 1, "position": 1, "kind": "individual"})
    insert(empty, "cases", {"id": 1, "entry_id": 1, "state": "received", "handler_unit_id": 1})
    objection = {"id": 1, "entry_id": 1, "case_id": 1, "objector_kind": "person", "category": "deeds"}
    insert(empty, "objections", objection | {"facts": FACTS, "form_hash": "f", "receipt_hash": "r"})
    empty.migrate()
    with empty.writer() as session:
        objection_row = session.scalars(select(Objection)).one()
        assert (objection_row.channel, objection_row.registration) == (Channel.WEB, None)
        registered = {"objection_id": 1, "registered_by": 1, "registered_at": at("2026-09-21 Mon 09:00")}
        session.add(Registration(**registered, channel=Channel.VISIT))
        session.commit()
        session.refresh(objection_row)
        assert objection_row.channel is Channel.VISIT


@pytest.mark.parametrize(
    "wrong",
    [
        {"channel": "web"},
        {"channel": "letter"},
        {"channel": "visit", "postmark": date(2026, 9, 18)},
        {"channel": "fax"},
    ],
)
def test_0020_what_came_by_letter_has_a_postmark_and_nothing_else_has(empty: Database, wrong: dict[str, Any]) -> None:
    empty.migrate()
    with pytest.raises(IntegrityError, match=r"ck_registrations|CHECK"):
        insert(empty, "registrations", {"objection_id": 1, "registered_by": 1} | wrong)


def test_0022_cases_that_had_ended_are_marked_and_open_ones_will_have_their_letters(empty: Database) -> None:
    empty.migrate(revision="0017")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(empty, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(empty, "programmes", {"id": 1})
    dates = {"scheduled_at": at("2026-09-01 09:00"), "opens_at": at("2026-09-02 00:00")}
    dates |= {"closes_at": at("2026-09-09 00:00"), "conclude_by": at("2026-09-15 00:00")}
    of = {"programme_id": 1, "organiser_id": 1, "scheduled_by": 1, "round_number": 1, "days": [], "recommenders": []}
    insert(empty, "periods", of | dates | {"id": 1})
    insert(empty, "nominees", {"id": 1, "programme_id": 1, "kind": "individual", "unit_id": 1, "recommender_id": 1})
    insert(empty, "entries", {"id": 1, "period_id": 1, "nominee_id": 1, "kind": "individual"})
    case = {"entry_id": 1, "handler_unit_id": 1}
    insert(empty, "cases", case | {"id": 1, "state": "received"})
    insert(empty, "cases", case | {"id": 2, "state": "declined", "decline_ground": "no_facts", "decline_reason": "无"})
    insert(empty, "cases", case | {"id": 3, "state": "lapsed", "lapsed_at": at("2026-09-15 00:00")})
    warned = {"case_id": 1, "unit_id": 1, "deadline": at("2026-09-15 00:00")}
    insert(empty, "outbox", warned | {"reminder": "arrival"})
    empty.migrate()
    with empty.reader() as session:
        marked = session.execute(text("SELECT id, before_letters FROM cases ORDER BY id")).all()
        assert [(row.id, bool(row.before_letters)) for row in marked] == [(1, False), (2, True), (3, True)]
    insert(empty, "outbox", warned | {"reminder": "urged"})  # an occasion of this version
    with pytest.raises(IntegrityError):
        insert(empty, "outbox", warned | {"reminder": "by_pigeon"})


def case_of(database: Database) -> None:
    """One received case, with what it refers to, as version 0017 had them."""
    opens, closes, by = at("2026-09-18 Fri 00:00"), at("2026-09-24 Thu 00:00"), at("2026-09-30 Wed 00:00")
    insert(database, "units", {"id": 1, "kind": "office"})
    insert(database, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(database, "programmes", {"id": 1})
    period = {"id": 1, "programme_id": 1, "round_number": 2, "organiser_id": 1, "scheduled_by": 1, "days": []}
    insert(
        database, "periods", period | {"opens_at": opens, "closes_at": closes, "conclude_by": by, "recommenders": []}
    )
    of = {"unit_id": 1, "recommender_id": 1, "programme_id": 1}
    insert(database, "nominees", of | {"id": 1, "kind": "collective", "rank": "none", "position": 1})
    insert(database, "entries", {"id": 1, "period_id": 1, "nominee_id": 1, "kind": "collective", "position": 1})
    case = {"id": 1, "entry_id": 1, "state": "received", "handler_unit_id": 1}
    insert(database, "cases", case | {"received_at": opens, "escalates_at": by})


def test_0023_what_was_told_before_is_not_sent_now_and_two_occasions_are_new(empty: Database) -> None:
    empty.migrate(revision="0017")
    written = at("2026-09-18 Fri 09:00")
    case_of(empty)
    row = {"created_at": written, "deadline": at("2026-09-30 Wed 00:00"), "unit_id": 1}
    insert(empty, "outbox", row | {"case_id": 1, "reminder": "arrival"})
    empty.migrate()
    with empty.reader() as session:
        assert session.execute(text("SELECT count(*) FROM outbox WHERE planned_at = created_at")).scalar_one() == 1
    insert(empty, "outbox", row | {"case_id": 1, "reminder": "supplement"}, row | {"case_id": 1, "reminder": "lapsed"})
    with pytest.raises(IntegrityError):
        insert(empty, "outbox", row | {"case_id": 1, "reminder": "gossip"})


def test_0028_a_request_about_ones_own_data_is_sealed_until_it_was_answered_and_kept(empty: Database) -> None:
    empty.migrate(revision="0026")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(empty, "users", {"id": 1, "login": "a", "role": "office", "unit_id": 1})
    empty.migrate()
    day = date(2026, 9, 18)
    row = {
        "kind": "copy",
        "requester": "nominee",
        "channel": "visit",
        "received_on": day,
        "due_on": day,
        "registered_by": 1,
        "registered_at": at("2026-09-18 Fri 09:00"),
        "sealed": b"x",
        "outcome": None,
        "answered_by": None,
        "answered_at": None,
        "sealed_answer": None,
    }
    answered = {"outcome": "done", "answered_by": 1, "answered_at": at("2026-09-21 Mon 09:00")}
    insert(empty, "data_requests", row | {"id": 1}, row | answered | {"id": 2, "sealed_answer": b"y"})
    insert(empty, "data_requests", row | answered | {"id": 3, "sealed": None})  # purged
    for wrong in (
        {"sealed": None},
        {"due_on": date(2026, 9, 17)},
        {"kind": "gossip"},
        {"sealed_answer": b"y"},
        {"outcome": "done"},
        answered,
    ):
        with pytest.raises(IntegrityError):
            insert(empty, "data_requests", row | wrong | {"id": 4})


def test_0026_nobody_is_bound_to_an_identity_provider_and_no_two_to_one_subject(empty: Database) -> None:
    empty.migrate(revision="0025")
    insert(empty, "units", {"id": 1, "kind": "office"})
    insert(
        empty, "users", *[{"id": number, "login": f"a{number}", "role": "office", "unit_id": 1} for number in (1, 2)]
    )
    empty.migrate()
    with empty.reader() as session:
        assert session.scalars(select(User.provider_subject)).all() == [None, None]
    insert(empty, "users", {"id": 3, "login": "a3", "role": "office", "unit_id": 1, "provider_subject": "x"})
    with pytest.raises(IntegrityError):
        insert(empty, "users", {"id": 4, "login": "a4", "role": "office", "unit_id": 1, "provider_subject": "x"})


def test_0024_what_people_confirmed_vouches_where_nobody_gave_out_their_password(empty: Database) -> None:
    empty.migrate(revision="0023")
    insert(empty, "units", {"id": 1, "kind": "office"})
    own = {"role": "office", "unit_id": 1}
    given = {"password_given_by": 1, "password_given_at": at("2026-09-02 Wed 09:00")}
    insert(empty, "users", {"id": 1, "login": "a"} | own)
    insert(empty, "users", {"id": 2, "login": "b"} | own | given)
    reach = {"channel": "mail", "sealed": b"x", "times": "at_once", "confirmed_at": at("2026-09-03 Thu 09:00")}
    of = [{"id": 1, "user_id": 1}, {"id": 2, "user_id": 2}, {"id": 3, "unit_id": 1}]
    insert(empty, "reaches", *[{"user_id": None, "unit_id": None} | reach | each for each in of])
    insert(empty, "reaches", reach | {"id": 4, "user_id": 1, "channel": "sms", "confirmed_at": None})
    empty.migrate()
    with empty.reader() as session:
        rows = session.scalars(select(Reach).order_by(Reach.id)).all()
        assert [(row.owners, row.entered_by) for row in rows] == [
            (True, None),
            (False, None),
            (None, None),
            (None, None),
        ]
    with pytest.raises(IntegrityError):
        insert(empty, "reaches", reach | {"id": 5, "user_id": 2, "channel": "sms", "entered_by": 99})


def test_0025_programmes_beside_the_first_get_a_mark_of_their_own(empty: Database) -> None:
    empty.migrate(revision="0024")
    insert(empty, "programmes", {"id": 1, "title": "甲"}, {"id": 2, "title": "乙"}, {"id": 3, "title": "丙"})
    empty.migrate()
    with empty.reader() as session:
        marks = session.execute(text("SELECT id, letter_mark FROM programmes ORDER BY id")).all()
    assert [tuple(row) for row in marks] == [(1, ""), (2, "第2项"), (3, "第3项")]
    with pytest.raises(IntegrityError):
        insert(empty, "programmes", {"id": 4, "title": "丁", "letter_mark": "第3项"})


def test_0027_phrases_are_counted_by_unit_and_each_has_a_kind_that_is_known(empty: Database) -> None:
    empty.migrate(revision="0026")
    case_of(empty)
    empty.migrate()
    kept = {"id": 100000001, "unit_id": 1, "kind": "findings", "text": "查阅档案。", "written_by": 1}
    insert(empty, "phrases", kept)
    insert(empty, "phrase_uses", {"phrase_id": kept["id"], "unit_id": 1, "uses": 1})
    with empty.reader() as session:
        assert session.execute(text("SELECT count(*) FROM cases")).scalar_one() == 1
        assert session.execute(text("SELECT removed_at FROM phrases")).scalar_one() is None
    for table, row in (
        ("phrases", kept | {"id": 100000002, "kind": "gossip"}),
        ("phrases", kept | {"id": 100000003, "unit_id": 99}),
        ("phrase_uses", {"phrase_id": kept["id"], "unit_id": 1, "uses": 1}),
        ("phrase_uses", {"phrase_id": 99, "unit_id": 1, "uses": 1}),
    ):
        with pytest.raises(IntegrityError):
            insert(empty, table, row)


def test_0029_units_go_on_signing_under_their_own_name(empty: Database) -> None:
    empty.migrate(revision="0026")
    insert(empty, "units", {"id": 1, "kind": "office", "name": "市工作专班"})
    empty.migrate()
    with empty.reader() as session:
        office = session.get_one(Unit, 1)
        assert (office.signed_as, named(office).signatories) == ("", ("市工作专班",))


def test_0030_no_open_case_stays_with_an_account_that_ended(empty: Database) -> None:
    empty.migrate(revision="0017")
    case_of(empty)
    empty.migrate(revision="0026")
    ended = {"disabled_at": at("2026-09-19 Sat 09:00")}
    insert(empty, "users", {"id": 2, "login": "gone", "role": "office", "unit_id": 1} | ended)
    insert(empty, "users", {"id": 3, "login": "there", "role": "office", "unit_id": 1})
    with empty.writer() as session:
        session.execute(text("UPDATE cases SET assignee_id = 2"))
        session.commit()
    empty.migrate()
    with empty.reader() as session:
        assert session.execute(text("SELECT assignee_id FROM cases")).scalars().all() == [None]
    days = {"first_day": dt.date(2026, 9, 18), "last_day": dt.date(2026, 9, 22)}
    insert(empty, "deputies", {"id": 1, "absent_id": 1, "deputy_id": 3, "named_by": 1, "reason": "出差"} | days)
    with pytest.raises(IntegrityError):
        insert(empty, "deputies", {"id": 2, "absent_id": 1, "deputy_id": 1, "named_by": 1, "reason": "出差"} | days)


def test_0031_evidence_from_before_has_no_copy_yet_and_waits_for_one(empty: Database) -> None:
    empty.migrate(revision="0026")
    insert(
        empty,
        "evidence",
        {"id": 1, "kind": "pdf", "size": 1, "stored_size": 1, "cipher": "aes-256-gcm", "scan": "unscanned"},
    )
    empty.migrate()
    with empty.reader() as session:
        row = session.get_one(Evidence, 1)
        assert (row.copy_name, row.copy_refused, row.copy_waits) == (None, False, True)


def test_0033_a_list_from_before_is_stated_while_it_is_public(empty: Database) -> None:
    """What was filed before has no salt, and its act no commitment. An entry gets its salt with its list."""
    empty.migrate(revision="0017")
    case_of(empty)
    kinds = {"objector_kind": "person", "category": "deeds", "facts": FACTS}
    insert(empty, "objections", {"id": 1, "entry_id": 1, "case_id": 1} | kinds)
    empty.migrate()
    with empty.reader() as session:
        assert session.scalars(select(Objection.sealed_salt)).all() == [None]
        period = session.scalars(select(Period)).one()
        period_id, opens_at = period.id, period.opens_at
        assert listings.entries_with_salts(session, period, opens_at) == []
    with empty.writer() as session:
        listings.state(Work(session, opens_at), period_id)
    with empty.reader() as session:
        period = session.get_one(Period, period_id)
        assert len(listings.entries_with_salts(session, period, opens_at)) == 1
        assert [each.listing.value for each in listings.of_period(session, period_id)] == ["opened"]
    row = {"period_id": period_id, "stated_at": opens_at, "digest": "", "digests": []}
    for ordinal, listing in ((1, "opened"), (2, "opened"), (2, "x")):
        with pytest.raises(IntegrityError):
            insert(empty, "stated_lists", row | {"ordinal": ordinal, "listing": listing})


def test_0034_what_servers_said_before_names_nobody_any_more(empty: Database) -> None:
    empty.migrate(revision="0033")
    insert(empty, "units", {"id": 1, "kind": "office", "name": "市工作专班"})
    insert(empty, "reaches", {"id": 1, "unit_id": 1, "channel": "mail", "times": "at_once"})
    said = "smtp; 550 5.1.1 <zhao@example.com> unknown", "550 5.7.26 refused", "号码 139-1111-2222 无效", ""
    for number, words in enumerate(said):
        row = {"id": number, "reach_id": 1, "channel": "mail", "notice": "code", "fate": "waiting", "words": words}
        insert(empty, "dispatches", row | {"token": f"token{number}"})
    empty.migrate()
    with empty.reader() as session:
        kept = session.execute(text("SELECT words FROM dispatches ORDER BY id")).scalars().all()
    assert kept == ["smtp; 550 5.1.1 <…> unknown", "550 5.7.26 refused", "号码 … 无效", ""]


LISTED = ("cases", "nominees", "dispatches", "objections", "letters", "registrations", "reviews", "identity_requests")


def indexes_of(database: Database) -> dict[str, tuple[str, list[str | None]]]:
    """Every index of these tables, with its table and columns."""
    looked = inspect(database.engine)
    return {str(each["name"]): (table, each["column_names"]) for table in LISTED for each in looked.get_indexes(table)}


def test_0035_lists_get_their_indexes_and_rows_stay_as_they_are(empty: Database) -> None:
    empty.migrate(revision="0034")
    case_of(empty)
    said = {"objector_kind": "person", "category": "deeds", "facts": FACTS}
    insert(empty, "objections", {"id": 1, "entry_id": 1, "case_id": 1, "filed_at": at("2026-09-18 Fri 09:00")} | said)
    insert(empty, "reaches", {"id": 1, "unit_id": 1, "channel": "mail", "times": "at_once"})
    told = {"reach_id": 1, "channel": "mail", "notice": "code", "fate": "waiting", "words": ""}
    moments = at("2026-09-18 Fri 09:00"), at("2026-09-17 Thu 09:00")
    insert(empty, "dispatches", *[told | {"id": n, "token": f"t{n}", "told_at": m} for n, m in enumerate(moments)])
    had, rows = indexes_of(empty), rows_of(empty)
    empty.migrate(revision="0035")
    now_there = indexes_of(empty)
    assert {name: index for name, index in now_there.items() if name not in had} == {
        "ix_cases_listed": (
            "cases",
            ["entry_id", "state", "received_at", "handler_unit_id", "assignee_id", "conclusion"],
        ),
        "ix_nominees_listed": ("nominees", ["programme_id", "recommender_id", "kind", "position"]),
        "ix_dispatches_told": ("dispatches", ["told_at"]),
        "ix_objections_listed": ("objections", ["case_id", "filed_at", "entry_id"]),
    }
    assert had.items() <= now_there.items()
    assert rows_of(empty) == rows
    with empty.reader() as session:
        assert session.scalars(text("SELECT id FROM dispatches ORDER BY told_at")).all() == [1, 0]


def test_0036_lists_get_wider_indexes_and_new_ones_and_rows_stay_as_they_are(empty: Database) -> None:
    empty.migrate(revision="0035")
    case_of(empty)
    said = {"objector_kind": "person", "category": "deeds", "facts": FACTS, "filed_at": at("2026-09-18 Fri 09:00")}
    insert(empty, "objections", {"id": 1, "entry_id": 1, "case_id": 1} | said)
    insert(empty, "registrations", {"objection_id": 1, "registered_by": 1, "channel": "visit", "postmark": None})
    review = {"nominee_id": 1, "stage": "preliminary", "reviewed_by": 1, "reason": "材料不全"}
    insert(empty, "reviews", review | {"id": 1, "passed": False}, review | {"id": 2, "passed": True})
    insert(empty, "users", {"id": 2, "login": "b", "role": "office", "unit_id": 1})
    asked = {"objection_id": 1, "reason": "核实是否本人提出", "asked_by": 1}
    answered = {"decided_by": 2, "decided_at": at("2026-09-18 Fri 10:00"), "granted": True}
    insert(empty, "identity_requests", asked | {"id": 1, "decided_by": None, "decided_at": None, "granted": None})
    insert(empty, "identity_requests", asked | answered | {"id": 2})
    insert(empty, "reaches", {"id": 1, "unit_id": 1, "channel": "mail", "times": "at_once"})
    told = {"reach_id": 1, "channel": "mail", "notice": "code", "fate": "waiting", "words": "", "token": "t"}
    insert(empty, "dispatches", told | {"told_at": at("2026-09-18 Fri 09:00")})
    had, rows = indexes_of(empty), rows_of(empty)
    empty.migrate(revision="0036")
    now_there = indexes_of(empty)
    assert {name: index for name, index in now_there.items() if had.get(name) != index} == {
        "ix_nominees_listed": (
            "nominees",
            ["programme_id", "recommender_id", "kind", "position", "withdrawn_at", "rank"],
        ),
        "ix_dispatches_told": ("dispatches", ["told_at", "fate"]),
        "ix_objections_listed": ("objections", ["case_id", "filed_at", "entry_id", "against_handler"]),
        "ix_letters_listed": ("letters", ["programme_id", "year", "series", "number"]),
        "ix_registrations_channel": ("registrations", ["channel", "objection_id"]),
        "ix_reviews_refused": ("reviews", ["nominee_id", "stage"]),
        "ix_identity_requests_waiting": ("identity_requests", ["id"]),
    }
    assert had.keys() <= now_there.keys()
    assert rows_of(empty) == rows
    with empty.reader() as session:
        assert session.scalars(select(Review.id).where(Review.passed.is_(False))).all() == [1]
        assert session.scalars(text("SELECT id FROM identity_requests WHERE decided_at IS NULL")).all() == [1]


def rows_of(database: Database) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of these tables."""
    metadata = MetaData()
    metadata.reflect(database.engine, only=LISTED)
    with database.reader() as session:
        return {
            name: {tuple(map(str, row)) for row in session.execute(metadata.tables[name].select())} for name in LISTED
        }


def test_0037_periods_from_before_are_found_by_their_new_indexes(empty: Database) -> None:
    empty.migrate(revision="0036")
    insert(empty, "units", {"id": 1, "kind": "office", "parent_id": None})
    insert(empty, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(empty, "programmes", {"id": 1})
    days = {"opens_at": at("2026-09-18 Fri 00:00"), "closes_at": at("2026-09-24 Thu 00:00")}
    kept = days | {"conclude_by": at("2026-09-30 Wed 00:00"), "scheduled_at": at("2026-09-01 Tue 09:00")}
    kept |= {"programme_id": 1, "round_number": 2, "organiser_id": 1, "scheduled_by": 1, "days": [], "recommenders": []}
    taken_back = {"cancelled_at": at("2026-09-02 Wed 09:00"), "cancel_reason": "改期"}
    insert(empty, "periods", kept | {"id": 1})
    insert(empty, "periods", kept | {"id": 2} | taken_back)
    empty.migrate()
    now = at("2026-10-08 Thu 09:00")
    with empty.reader() as session:
        found, count = publication.past_periods(session, now, 1)
        assert ([period.id for period in found], count) == ([1], 1)
        assert [period.id for period in progress.running_periods(session)] == [1]
    names = {index["name"] for index in inspect(empty.engine).get_indexes("periods")}
    assert names >= {"ix_periods_opening", "ix_periods_ending", "ix_periods_running"}
    assert "ix_periods_closes_at" not in names


def with_nominees(database: Database, ring: Keyring) -> None:
    """Four nominees as version 0037 kept them, two with a dossier, and one of a notice that is not installed."""
    database.migrate(revision="0037")
    insert(database, "units", {"id": 1, "kind": "office", "parent_id": None})
    insert(database, "units", {"id": 2, "kind": "recommender", "parent_id": 1})
    insert(database, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(database, "programmes", {"id": 1, "notice": "", "title": "一"}, {"id": 2, "notice": "gone", "title": "二"})
    same = {"programme_id": 1, "unit_id": 2, "recommender_id": 2, "rank": "none", "category": "", "kind": "individual"}
    body = {"id": 3, "kind": "collective", "name": "中共麒麟区委员会"}
    others = {"id": 1}, {"id": 2}, body, {"id": 4, "rank": "above"}, {"id": 5, "programme_id": 2}
    insert(database, "nominees", *[same | {"name": "某人"} | each for each in others])
    for id_, fields in ((1, {"penalties": "无", "unit_type": "机关"}), (2, {"penalties": "2019年受过记过处分"})):
        insert(database, "dossiers", {"nominee_id": id_, "sealed": make_dossier(ring, id_, fields).sealed})
    said = [(1, "merit_1", False), *((id_, key, True) for id_ in (1, 2) for key in conditions_of(KIND, built_in()))]
    for id_, key, met in said:
        row = {"nominee_id": id_, "condition": key, "met": met, "note": "" if met else "不符合", "confirmed_by": 1}
        insert(database, "confirmations", row)
    scan = {"id": 1, "purpose": "opinion", "programme_id": 1, "kind": "pdf", "received_by": 1, "scan": "unscanned"}
    insert(database, "documents", scan | {"size": 1, "stored_size": 1, "cipher": "aes-256-gcm"})
    for authority in built_in().authority_names:
        insert(database, "opinions", OPINION | {"nominee_id": 1, "authority": authority, "outcome": "not_asked"})
    insert(database, "opinions", OPINION | {"nominee_id": 2, "authority": "police", "outcome": "negative"})
    for id_, stage, passed in (
        (1, "preliminary", False), (1, "preliminary", True), (1, "final", True), (2, "preliminary", False)
    ):  # fmt: skip
        row = {"nominee_id": id_, "stage": stage, "passed": passed, "reason": "理由", "reviewed_by": 1}
        insert(database, "reviews", row)


KIND = Kind.INDIVIDUAL
OPINION = {"text": "说明", "document_id": 1, "recorded_by": 1}


def test_0038_what_the_rules_say_of_nominees_is_written_down(empty: Database) -> None:
    """Of several words on one thing the last one counts."""
    ring = Keyring("k" * 40)
    with_nominees(empty, ring)
    with pytest.raises(RuntimeError, match="gongshi migrate"):
        empty.migrate()
    empty.migrate(ring)
    with empty.reader() as session:
        rows = session.execute(select(NomineeMarks.nominee_id, *(getattr(NomineeMarks, name) for name in marks.NAMES)))
        kept = {id_: Marks(*values) for id_, *values in rows}
        assert kept == marks.judge(session, ring, [1, 2, 3, 4])
    assert kept == {
        1: Marks(failed=False, to_confirm=False, unanswered=False, objected=False, preliminary=True, final=True),
        2: Marks(failed=False, to_confirm=True, unanswered=True, objected=True, preliminary=False, final=None),
        3: Marks(failed=True, to_confirm=True, unanswered=True, objected=False, preliminary=None, final=None),
        4: Marks(failed=True, to_confirm=True, unanswered=True, objected=False, preliminary=None, final=None),
    }


def test_0039_cases_are_found_by_their_state_and_rows_stay_as_they_are(empty: Database) -> None:
    empty.migrate(revision="0038")
    case_of(empty)
    had, rows = indexes_of(empty), rows_of(empty)
    empty.migrate(revision="0039")
    columns = ["state", "entry_id", "received_at", "decline_proposed_ground", "handler_unit_id", "assignee_id"]
    assert indexes_of(empty) == had | {"ix_cases_state": ("cases", columns)}
    assert rows_of(empty) == rows


def test_0040_beside_its_marks_stands_what_a_nominee_is_counted_by(empty: Database) -> None:
    empty.migrate(revision="0039")
    insert(empty, "units", {"id": 1, "kind": "office", "parent_id": None})
    insert(empty, "units", {"id": 2, "kind": "recommender", "parent_id": 1}, {"id": 3, "kind": "own", "parent_id": 2})
    insert(empty, "users", {"id": 1, "role": "office", "unit_id": 1})
    insert(empty, "programmes", {"id": 1})
    of = {"programme_id": 1, "recommender_id": 2, "unit_id": 3, "kind": "individual", "name": "某人"}
    insert(empty, "nominees", of | {"id": 1, "rank": "county", "edition": 2})
    insert(empty, "nominees", of | {"id": 2, "rank": "none"})
    insert(empty, "nominees", of | {"id": 3, "kind": "collective", "rank": "none"})
    period = {
        "programme_id": 1,
        "round_number": 1,
        "organiser_id": 3,
        "scheduled_by": 1,
        "days": [],
        "recommenders": [],
    }
    period |= {"opens_at": at("2026-09-18 Fri 00:00"), "closes_at": at("2026-09-24 Thu 00:00")}
    period |= {"conclude_by": at("2026-09-30 Wed 00:00"), "scheduled_at": at("2026-09-01 Tue 09:00")}
    taken_back = {"cancelled_at": at("2026-09-02 Wed 09:00"), "cancel_reason": "改期"}
    for id_, more in ((10, {}), (11, taken_back), (12, {})):
        insert(empty, "periods", period | {"id": id_} | more)
    shown = {"kind": "individual", "position": 1}
    for id_, (period_id, edition) in enumerate([(12, 2), (10, 1), (11, 2)], 1):
        insert(empty, "entries", shown | {"id": id_, "period_id": period_id, "nominee_id": 1, "edition": edition})
    insert(empty, "entries", shown | {"id": 4, "period_id": 12, "nominee_id": 2, "edition": 1, "position": 2})
    flags = {"failed": False, "to_confirm": True, "unanswered": True, "objected": False}
    insert(empty, "nominee_marks", flags | {"nominee_id": 1, "preliminary": True, "final": False})
    insert(empty, "nominee_marks", flags | {"nominee_id": 2, "failed": True})  # the third has none, and gets none
    empty.migrate()
    with empty.reader() as session:
        columns = [getattr(NomineeMarks, name) for name in ("nominee_id", *marks.KEPT)]
        kept = session.execute(select(*columns).order_by(NomineeMarks.nominee_id)).all()
    assert [tuple(row) for row in kept] == [
        (1, False, True, True, False, True, False, 1, 2, 3, Kind.INDIVIDUAL, Rank.COUNTY, "10-,12"),
        (2, True, True, True, False, None, None, 1, 2, 3, Kind.INDIVIDUAL, Rank.NONE, "12"),
    ]
