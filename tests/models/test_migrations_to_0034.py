"""Each older migration is run over rows of the version before it. None of these steps changes any more."""

from __future__ import annotations

import datetime as dt
import sqlite3
from datetime import date
from typing import Any

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from app.database import Database
from app.domain.objections.arrival import Channel
from app.models import (
    AccountReset,
    AuditRow,
    Evidence,
    Import,
    ImportRow,
    Objection,
    Period,
    Proposal,
    Reach,
    Registration,
    Unit,
    User,
)
from app.services.imports import waiting
from app.services.periods import listings
from app.services.shared.issuers import named
from app.services.shared.work import Work
from app.services.upkeep import checking
from tests.models.old_rows import case_of, insert, programme_of
from tests.world import FACTS, at

pytestmark = pytest.mark.soak


def test_0009_an_import_being_read_waits_for_the_tick_and_the_others_stay_as_they_are(empty: Database) -> None:
    empty.migrate(revision="0008")
    programme_of(empty)
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
    programme_of(empty)
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
    programme_of(empty)
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
    programme_of(empty)
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
