"""Each migration is run over rows of the version before it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import MetaData, column, inspect, select, table, text

from app.database import Database
from app.domain.nominees.eligibility import conditions_of
from app.domain.nominees.marks import Marks, write_counted_as
from app.domain.periods.rounds import Kind
from app.models import (
    Nominee,
    NomineeMarks,
    Review,
)
from app.notices.offered import built_in
from app.sealing import Keyring
from app.services.nominees import marks
from app.services.nominees.dossiers import make_dossier
from app.services.periods import progress, publication
from tests.models.old_rows import case_of, insert
from tests.world import FACTS, at

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
        kept = dict(session.execute(select(NomineeMarks.nominee_id, NomineeMarks.counted_as)).all())
        judged = marks.judge(session, ring, [1, 2, 3, 4])
        there = {row.id: row for row in session.execute(select(Nominee.id, Nominee.kind, Nominee.rank))}
    assert judged == {
        1: Marks(failed=False, to_confirm=False, unanswered=False, objected=False, preliminary=True, final=True),
        2: Marks(failed=False, to_confirm=True, unanswered=True, objected=True, preliminary=False, final=None),
        3: Marks(failed=True, to_confirm=True, unanswered=True, objected=False, preliminary=None, final=None),
        4: Marks(failed=True, to_confirm=True, unanswered=True, objected=False, preliminary=None, final=None),
    }
    assert kept == {id_: write_counted_as(there[id_].kind, there[id_].rank, found) for id_, found in judged.items()}


def test_0039_cases_are_found_by_their_state_and_rows_stay_as_they_are(empty: Database) -> None:
    empty.migrate(revision="0038")
    case_of(empty)
    had, rows = indexes_of(empty), rows_of(empty)
    empty.migrate(revision="0039")
    columns = ["state", "entry_id", "received_at", "decline_proposed_ground", "handler_unit_id", "assignee_id"]
    assert indexes_of(empty) == had | {"ix_cases_state": ("cases", columns)}
    assert rows_of(empty) == rows


def with_marks(empty: Database) -> None:
    """Three nominees, two of them with marks, shown in two periods and in one that was taken back; at 0039."""
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


def test_0040_beside_its_marks_stands_what_a_nominee_is_counted_by(empty: Database) -> None:
    with_marks(empty)
    empty.migrate(revision="0040")
    flags = "failed", "to_confirm", "unanswered", "objected", "preliminary", "final"
    own = "programme_id", "recommender_id", "unit_id", "kind", "rank", "shown_in"
    with empty.reader() as session:
        columns = [column(name) for name in ("nominee_id", *flags, *own)]
        kept = session.execute(select(*columns).select_from(table("nominee_marks")).order_by(columns[0])).all()
    assert [tuple(row) for row in kept] == [
        (1, False, True, True, False, True, False, 1, 2, 3, "individual", "county", "10-,12"),
        (2, True, True, True, False, None, None, 1, 2, 3, "individual", "none", "12"),
    ]


def test_0041_what_a_nominee_is_counted_as_is_one_text_and_other_rows_stay_as_they_are(empty: Database) -> None:
    with_marks(empty)
    empty.migrate(revision="0040")
    had, rows = indexes_of(empty), rows_of(empty)
    empty.migrate()
    with empty.reader() as session:
        columns = [getattr(NomineeMarks, name) for name in ("nominee_id", *marks.KEPT)]
        kept = session.execute(select(*columns).order_by(NomineeMarks.nominee_id)).all()
    assert [tuple(row) for row in kept] == [
        (1, 1, 2, 3, "individual county 011010", "10-,12"),
        (2, 1, 2, 3, "individual none 1110--", "12"),
    ]
    del had["ix_objections_entry_id"]
    assert indexes_of(empty) == had | {
        "ix_nominees_ranked": ("nominees", ["programme_id", "kind", "rank", "recommender_id", "position"]),
        "ix_nominees_units": ("nominees", ["programme_id", "unit_id"]),
        "ix_nominees_withdrawn": ("nominees", ["withdrawn_at"]),
        "ix_objections_arrived": ("objections", ["entry_id", "filed_at"]),
    }
    assert rows_of(empty) == rows
