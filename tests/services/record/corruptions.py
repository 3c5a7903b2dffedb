"""One thing made wrong at a time, behind the portal's back: what a fault or a hand in the database could leave (R37).

Each is a few statements in SQL. `LATER(column, hours)`, `BYTE` and `NOW` become what the database at hand calls them.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, inspect, select, update
from sqlalchemy.orm import Session

from app.domain.cases.states import Actor, Role
from app.evidence.inspection import FILES_PER_OBJECTION
from app.models import CalendarNotice, Dispatch, Evidence, Period, Reach
from app.services.calendar.calendars import calendar_of
from app.services.periods import scheduling
from app.services.record.chain import Act, record
from app.services.record.sealer import seal_batch
from app.services.shared.work import Work
from tests.busy import OPEN
from tests.services.record.tampering import acts_of, remake
from tests.world import at

Step = str | Callable[[Connection], None]
WORLD, DEMONSTRATION = "world", "demonstration"  # tests/sound.py, app/demo
MOBILE = "13812345678"


@dataclass(frozen=True)
class Corruption:
    """What is done to a sound database, and the one invariant that must notice."""

    name: str
    steps: Sequence[Step]
    base: str = WORLD

    def carry_out(self, connection: Connection) -> None:
        for step in self.steps:
            if isinstance(step, str):
                connection.exec_driver_sql(in_dialect(step, connection.dialect.name))
            else:
                step(connection)


def in_dialect(sql: str, dialect: str) -> str:
    """Write the few expressions that the two databases write differently."""
    if dialect == "postgresql":
        sql = re.sub(r"LATER\((\w+), (-?\d+)\)", r"\1 + interval '\2 hours'", sql)
        return sql.replace("BYTE", r"'\x00'").replace("NOW", "TIMESTAMPTZ '2026-09-22 02:00:00+00'")
    sql = re.sub(r"LATER\((\w+), (-?\d+)\)", r"strftime('%Y-%m-%d %H:%M:%f000', \1, '\2 hours')", sql)
    return sql.replace("BYTE", "x'00'").replace("NOW", "'2026-09-22 02:00:00.000000'")


# --- steps that SQL alone cannot take ------------------------------------------------------------


def act(actor: str, action: str, subject: str, hours: int = 0, **details: Any) -> Step:
    """A row more on the record, chained as it should be."""

    def step(connection: Connection) -> None:
        session = Session(connection)
        record(session, at(OPEN) + dt.timedelta(hours=hours), [Act(actor, action, subject, details)])
        seal_batch(session)

    return step


def unrecorded(action: str, subject: str) -> Step:
    """The record written anew without an act: whole, and silent about it."""

    def step(connection: Connection) -> None:
        session = Session(connection)
        rows = acts_of(session)
        kept = [row for row in rows if (row["action"], row["subject"]) != (action, subject)]
        assert len(kept) < len(rows)
        remake(session, kept)

    return step


def unsealed(connection: Connection) -> None:
    """An act of two minutes ago that nobody sealed."""
    record(Session(connection), at(OPEN) - dt.timedelta(minutes=2), [Act("clock", "warnings.sent", "portal", {})])


def days(period_id: int, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> Step:
    """The stored days of a period changed."""

    def step(connection: Connection) -> None:
        stored = connection.scalar(select(Period.days).where(Period.id == period_id))
        assert stored is not None
        connection.execute(update(Period).where(Period.id == period_id).values(days=change(stored)))

    return step


def _with_a_day_off(stored: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The third working day becomes a holiday, and the others are counted anew."""
    third = next(day for day in stored if day["ordinal"] == 3)
    third |= {"kind": "holiday", "ordinal": None}
    numbered = [day for day in stored if day["ordinal"]]
    for number, day in enumerate(numbered, start=1):
        day["ordinal"] = number
    return stored


def _with_a_wrong_number(stored: list[dict[str, Any]]) -> list[dict[str, Any]]:
    next(day for day in stored if day["ordinal"] == 3)["ordinal"] = 9
    return stored


def _without_a_weekend(stored: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [day for day in stored if day["kind"] != "weekend"]


def notice(**values: Any) -> Step:
    """The notice that was loaded, otherwise."""
    return lambda connection: void(connection.execute(update(CalendarNotice).values(**values)))


def void(_result: object) -> None:
    """Nothing."""


def extended_to(day: str) -> Step:
    """The deadline of the period to come moved as the office may; then the notice that it rests on is gone."""

    def step(connection: Connection) -> None:
        session = Session(connection)
        office = Actor(1, Role.OFFICE, 1)
        work = Work(session, at(OPEN), office)
        scheduling.extend_deadline(work, 11, dt.date.fromisoformat(day), "调取档案。", calendar_of(session))
        connection.execute(delete(CalendarNotice))

    return step


def group_act(kind: str, case_ids: list[int], by: int, decided_by: int) -> str:
    """A confirmed proposal for a group of cases."""
    return (
        "INSERT INTO group_acts (id, kind, case_ids, ground, reason, proposed_by, proposed_at, decided_by, decided_at, "
        f"confirmed) VALUES (99, '{kind}', '{json.dumps(case_ids)}', 'no_facts', '没有线索', {by}, NOW, {decided_by}, "
        "NOW, TRUE)"
    )


def replanned(previous_close: str, previous_deadline: str, reason: str) -> str:
    """The period to come moved because of a notice, from these dates to those that it has."""
    return (
        "INSERT INTO replannings (id, period_id, previous_close, new_close, previous_deadline, new_deadline, "
        "calendar_version, reason, replanned_by, replanned_at) "
        f"SELECT 99, id, {previous_close}, closes_at, {previous_deadline}, conclude_by, 'x', '{reason}', 1, NOW "
        "FROM periods WHERE id = 11"
    )


def too_many_files(connection: Connection) -> None:
    row = dict(connection.execute(select(*Evidence.__table__.columns).where(Evidence.id == 1)).mappings().one())
    for number in range(FILES_PER_OBJECTION):
        another = {"id": 100 + number, "name": f"{number:032d}", "sha256": f"{number:064d}"}
        another["copy_name"] = f"{1000 + number:032d}"
        connection.execute(Evidence.__table__.insert(), row | another)


def another_programme(connection: Connection) -> None:
    """A programme number 9 beside the others."""
    columns = (
        "title, notice_number, collective_honour, individual_honour, lapse_clause, upheld_clause, revocation_clause, "
        "signatory, county_share, demonstration, created_at, archived_at, letter_mark"
    )
    copied = columns.replace("title", "'别的评选'", 1).replace("letter_mark", "'别的'", 1)
    connection.exec_driver_sql(
        f"INSERT INTO programmes (id, {columns}) SELECT 9, {copied} FROM programmes WHERE id = 1"
    )


def reach(**otherwise: Any) -> Step:
    """An address number 90, of the first person of the office."""
    sound = {"user_id": 1, "channel": "mail", "sealed": b"A" * 60, "times": "at_once", "code_tries": 0}
    moments = dict.fromkeys(("made_at", "code_at", "confirmed_at"), at(OPEN))
    row = {"id": 90, **sound, **moments} | otherwise
    return lambda connection: void(connection.execute(Reach.__table__.insert(), row))


def dispatch(notice: str, **otherwise: Any) -> Step:
    """A message to it that waits."""
    sound = {"notice": notice, "reach_id": 90, "channel": "mail", "digest": False, "token": "t" * 32, "fate": "waiting"}
    row = {"id": 90, **sound, "told_at": at(OPEN), "due_at": at(OPEN), "tries": 0, "unsure": 0, "words": ""}
    return lambda connection: void(connection.execute(Dispatch.__table__.insert(), row | otherwise))


def twice(table: str, columns: str, row: int) -> Step:
    """A row of a table once more, under an id of its own."""
    return f"INSERT INTO {table} (id, {columns}) SELECT 9999, {columns} FROM {table} WHERE id = {row}"


_NOMINEE = "programme_id, kind, name, unit_id, recommender_id, position, post, category, trade, deeds, rank, edition"
_PAPER = "programme_id, kind, issuer, number, title, dated, agreed, text, document_id, recorded_by, recorded_at"
_LETTER = (
    "INSERT INTO letters (id, programme_id, series, year, number, kind, reader, turn, case_id, objection_id, "
    "signed_by_id, office_only, words, made_at) "
)
_BY_THE_OFFICE = "'confirmed', '维持', 1, NOW"
_ASKED, _CONFIRMED = act("objector", "objection.look_asked", "case:8"), act("user:1", "case.confirm_look", "case:8")
_RECUSED = "INSERT INTO recusals (id, case_id, user_id, reason, recused_at) VALUES "
# The first objection as if somebody had registered it; then that person kept out of its case, as it should be.
_REGISTERED = (
    "INSERT INTO registrations (objection_id, channel, registered_by, registered_at) VALUES (1, 'visit', 6, NOW)"
)
_FILED = act("user:6", "objection.filed", "case:1", objection=1)
_ENCLOSED = (
    "INSERT INTO case_files (id, case_id, form_hash, received_by, note_id, name, kind, size, sha256, stored_size, "
    "stored_sha256, sealed_title, sealed_key, cipher, received_at, scan) SELECT 900, case_id, 'f', 5, id, 'n', 'pdf', "
    "1, 's', 1, 's', BYTE, BYTE, 'aes-256-gcm', NOW, 'unscanned' FROM case_notes WHERE id = 1"
)
_GIVEN_OUT = "UPDATE users SET password_given_by = 1, password_given_at = NOW"
_OLD = "UPDATE case_files SET received_at = LATER(received_at, -48)"
_OUT_OF_IT = _RECUSED + "(99, 1, 6, '登记人', NOW)"
_AT = "UPDATE registrations SET registered_at = LATER(registered_at, {0})"


def look(
    row: int = 91,
    case: int = 8,
    objection: int = 8,
    asked: str = "NOW",
    acted: str = "[]",
    answer: str = "NULL, NULL, NULL, NULL",
) -> str:
    """A second look at the declined case, not answered. `answer`: outcome, decision, by whom, when."""
    return (
        "INSERT INTO second_looks (id, case_id, objection_id, reason, asked_at, acted, outcome, decision, decided_by, "
        f"decided_at) VALUES ({row}, {case}, {objection}, '请复核', {asked}, '{acted}', {answer})"
    )


def without_its_keys(table: str) -> Step:
    """The same rows in a table that lets a key stand twice: what a restore by hand could make."""

    def step(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA legacy_alter_table=ON")
            connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO old_{table}")
            connection.exec_driver_sql(f"CREATE TABLE {table} AS SELECT * FROM old_{table}")
            return
        for key in inspect(connection).get_unique_constraints(table):
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {key['name']}")

    return step


def of(base: str, *corruptions: tuple[str, *tuple[Step, ...]]) -> list[Corruption]:
    return [Corruption(name, steps, base) for name, *steps in corruptions]


CORRUPTIONS = [
    *of(
        WORLD,
        # --- the calendar
        ("notice-days-lie-in-its-year", notice(off=["2027-01-01", "2031-01-01"])),
        ("notice-day-is-off-or-works", notice(off=["2027-01-02"], work=["2027-01-02"])),
        ("makeup-day-is-on-a-weekend", notice(work=["2027-01-04"])),
        ("notice-is-published-before-it-is-loaded", notice(published=dt.date(2026, 12, 1))),
        ("estimated-days-are-for-the-demonstration", "UPDATE periods SET estimated = TRUE WHERE id = 11"),
        ("provisional-mark-agrees-with-the-days", "UPDATE periods SET provisional = TRUE WHERE id = 6"),
        ("no-day-beyond-the-horizon", extended_to("2027-01-08")),
        ("day-that-may-change-is-marked", extended_to("2026-12-28")),
        ("uptime-span-is-in-order", "UPDATE availability_spans SET last_seen_at = LATER(started_at, -1) WHERE id = 1"),
        (
            "uptime-is-not-of-the-future",
            "UPDATE availability_spans SET last_seen_at = LATER(last_seen_at, 2) WHERE id = 2",
        ),
        # --- the window
        ("window-has-five-working-days", days(1, _with_a_day_off)),
        ("ordinals-count-the-working-days", days(1, _with_a_wrong_number)),
        ("stored-days-have-no-gap", days(1, _without_a_weekend)),
        (
            "window-opens-at-midnight-of-a-working-day",
            "UPDATE periods SET opens_at = LATER(opens_at, 1) WHERE id = 1",
        ),
        (
            "window-closes-at-the-end-of-a-working-day",
            "UPDATE periods SET closes_at = LATER(closes_at, 1) WHERE id = 1",
        ),
        ("no-period-is-back-dated", "UPDATE periods SET scheduled_at = opens_at WHERE id = 1"),
        ("period-is-cancelled-before-it-opens", "UPDATE periods SET cancelled_at = opens_at WHERE id = 10"),
        ("cancelled-period-says-why", "UPDATE periods SET cancel_reason = '' WHERE id = 10"),
        # --- the deadline
        ("deadline-is-after-the-window", "UPDATE periods SET conclude_by = closes_at WHERE id = 1"),
        (
            "deadline-is-at-the-end-of-a-working-day",
            "UPDATE periods SET conclude_by = LATER(conclude_by, 1) WHERE id = 1",
        ),
        ("time-to-conclude-is-in-bounds", "UPDATE periods SET conclude_workdays = 0 WHERE id = 1"),
        ("deadline-is-the-nth-working-day", "UPDATE periods SET conclude_workdays = 4 WHERE id = 1"),
        ("deadline-only-moves-later", "UPDATE deadline_extensions SET previous = extended_to"),
        ("deadline-is-extended-before-it-passes", "UPDATE deadline_extensions SET extended_at = previous"),
        (
            "deadline-is-where-it-was-moved-to",
            "UPDATE deadline_extensions SET extended_to = LATER(extended_to, 24)",
        ),
        ("extended-deadline-says-why", "UPDATE deadline_extensions SET reason = ''"),
        ("window-only-moves-later", "UPDATE window_extensions SET previous = extended_to"),
        ("window-is-extended-while-it-is-open", "UPDATE window_extensions SET extended_at = previous"),
        ("window-ends-where-it-was-moved-to", "UPDATE window_extensions SET extended_to = LATER(extended_to, 24)"),
        (
            "settlement-waits-to-the-next-working-day",
            "UPDATE periods SET waits_until = LATER(conclude_by, 24) WHERE id = 11",
        ),
        ("replanning-only-moves-later", replanned("LATER(closes_at, 24)", "conclude_by", "放假安排调整。")),
        ("replanning-is-made-in-time-and-says-why", replanned("closes_at", "LATER(conclude_by, -24)", "")),
        (
            "outage-is-made-good-once",
            """UPDATE window_extensions SET outage_days = '["2026-09-21", "2026-09-21"]'""",
        ),
        ("period-is-settled-after-its-deadline", "UPDATE periods SET settled_at = closes_at WHERE id = 1"),
        (
            "period-is-closed-after-its-window",
            "UPDATE periods SET closed_at = opens_at WHERE id = 1",
            "UPDATE closings SET closed_at = (SELECT closed_at FROM periods WHERE id = 1) WHERE period_id = 1",
        ),
        ("closed-period-has-its-report", "DELETE FROM closings WHERE period_id = 1"),
        ("report-is-of-a-closed-period", "UPDATE periods SET closed_at = NULL WHERE id = 1"),
        ("report-counts-what-there-is", "UPDATE closings SET report = '{}' WHERE id = 1"),
        (
            "closed-period-has-no-open-case",
            "UPDATE periods SET closed_at = closes_at WHERE id = 6",
            "INSERT INTO closings (id, period_id, report, closed_by, closed_at) "
            """SELECT 9, 6, '{"entries": 5, "filed": 14}', 1, closes_at FROM periods WHERE id = 6""",
            act("user:1", "period.closed", "period:6"),
        ),
        # --- what is shown
        ("entry-stays-within-its-whitelist", "UPDATE entries SET post = '科长' WHERE id = 10"),
        ("entry-shows-its-rounds-fields", "UPDATE entries SET deeds = '' WHERE id = 19"),
        ("published-text-has-no-private-number", f"UPDATE entries SET deeds = '电话{MOBILE}' WHERE id = 19"),
        ("corrected-text-has-no-private-number", f"UPDATE corrections SET reason = '电话{MOBILE}'"),
        ("phrase-has-no-private-number", f"UPDATE phrases SET text = '电话{MOBILE}'"),
        ("phrase-is-used-where-it-may-be", "INSERT INTO phrase_uses SELECT id, 3, 1 FROM phrases"),
        (
            "period-shows-somebody",
            "DELETE FROM entries WHERE period_id = 11",
            "UPDATE periods SET collectives = 0, individuals = 0, recommenders = '[]' WHERE id = 11",
        ),
        ("counts-of-a-period-agree", "UPDATE periods SET collectives = 3 WHERE id = 6"),
        ("places-on-a-list-count-from-one", "UPDATE entries SET position = 9 WHERE id = 19"),
        ("recommenders-of-a-period-agree", """UPDATE periods SET recommenders = '["别处"]' WHERE id = 1"""),
        ("entry-is-of-the-organisers-own", "UPDATE periods SET organiser_id = 5 WHERE id = 1"),
        (
            "entry-is-of-the-periods-programme",
            another_programme,
            "UPDATE periods SET programme_id = 9 WHERE id = 1",
        ),
        (
            "entry-is-of-its-nominees-kind",
            "UPDATE quotas SET individuals = 9",
            "UPDATE nominees SET kind = 'individual' WHERE id = 2",
        ),
        (
            "nobody-is-shown-who-withdrew-before",
            "UPDATE nominees SET withdraw_reason = '不参评', withdrawn_by = 1, withdrawn_at = "
            "(SELECT scheduled_at FROM periods WHERE id = 6) WHERE id = 2",
            act("user:1", "nominee.withdrawn", "nominee:2"),
        ),
        (
            "nobody-is-shown-who-was-out",
            "UPDATE cases SET received_at = LATER(received_at, -25), decided_at = LATER(received_at, -25), "
            "proposed_at = LATER(received_at, -25), confirmed_at = LATER(received_at, -25) WHERE id = 6",
            "UPDATE disqualifications SET effective_at = (SELECT confirmed_at FROM cases WHERE id = 6)",
        ),
        (
            "round-before-is-over",
            "UPDATE periods SET cancelled_at = scheduled_at, cancel_reason = '另行安排' WHERE id = 2",
            act("user:1", "period.cancelled", "period:2"),
        ),
        (
            "same-deeds-are-shown-once-a-round",
            "UPDATE periods SET cancelled_at = NULL, cancel_reason = NULL WHERE id = 10",
        ),
        ("entry-was-reviewed-before-its-round", "DELETE FROM reviews WHERE nominee_id = 8"),
        # --- nominees
        ("quota-is-not-passed", "UPDATE quotas SET individuals = 2 WHERE unit_id = 2"),
        ("nominee-shown-has-a-quota", "DELETE FROM quotas WHERE unit_id = 3"),
        ("secret-places-are-within-the-quota", "UPDATE quotas SET secret_individuals = -1 WHERE unit_id = 3"),
        (
            "quota-is-of-a-recommending-unit",
            "INSERT INTO quotas (id, programme_id, unit_id, field, collectives, individuals) "
            "VALUES (9, 1, 4, '', 1, 1)",
        ),
        ("nominee-is-recommended-by-a-recommender", "UPDATE nominees SET recommender_id = 1 WHERE id IN (9, 10)"),
        ("withdrawal-says-why-and-who", "UPDATE nominees SET withdraw_reason = NULL WHERE id = 9"),
        (
            "replacement-follows-somebody-who-left",
            "UPDATE nominees SET withdrawn_at = NULL, withdrawn_by = NULL, withdraw_reason = NULL WHERE id = 9",
        ),
        ("replacement-is-of-the-same-place", "UPDATE nominees SET kind = 'collective' WHERE id = 10"),
        ("place-is-filled-once", "UPDATE nominees SET replaces_id = 9 WHERE id = 5"),
        ("edition-has-its-revisions", "UPDATE nominees SET edition = 3 WHERE id = 9"),
        ("correction-is-of-a-field-shown", "UPDATE corrections SET field = 'post'"),
        ("correction-mends-a-misprint", "UPDATE corrections SET after = '完全不同的一个人'"),
        ("correction-is-made-in-sight", "UPDATE corrections SET corrected_at = LATER(corrected_at, 480)"),
        ("correction-keeps-both-texts", "UPDATE corrections SET reason = ''"),
        ("deeds-have-at-most-800-characters", f"UPDATE nominees SET deeds = '{'事' * 801}' WHERE id = 9"),
        (
            "marks-are-what-the-rules-say",
            "UPDATE nominee_marks SET counted_as = 'individual none 1000--' WHERE nominee_id = 3",
        ),
        ("denied-condition-says-why", "UPDATE confirmations SET met = FALSE, note = '' WHERE id = 1"),
        (
            "refused-review-says-why",
            "INSERT INTO reviews (id, nominee_id, stage, passed, reason, reviewed_by, reviewed_at) "
            "VALUES (99, 8, 'preliminary', FALSE, '', 1, NOW)",
        ),
        (
            "document-is-of-its-nominees-programme",
            another_programme,
            "UPDATE documents SET programme_id = 9, nominee_id = 1 WHERE purpose = 'import'",
        ),
        ("document-is-whole", "UPDATE documents SET size = 0 WHERE purpose = 'import'"),
        ("finished-import-keeps-no-rows", "UPDATE imports SET state = 'dropped'"),
        ("confirmed-import-says-who", "DELETE FROM import_rows", "UPDATE imports SET state = 'confirmed'"),
        ("failed-import-says-why", "UPDATE imports SET state = 'failed'"),
        ("import-is-of-a-recommending-unit", "UPDATE imports SET unit_id = 4"),
        ("imported-nominee-is-of-its-import", "UPDATE nominees SET import_id = 1 WHERE id = 6"),
        # --- objections
        ("objection-is-filed-inside-the-window", "UPDATE objections SET filed_at = LATER(filed_at, -48) WHERE id = 1"),
        (
            "nothing-is-filed-against-a-cancelled-period",
            "UPDATE objections SET entry_id = 14, filed_at = LATER(filed_at, 140) WHERE id = 1",
            "UPDATE cases SET entry_id = 14, handler_unit_id = 3 WHERE id = 1",
        ),
        ("facts-have-their-length", "UPDATE objections SET facts = '太短' WHERE id = 1"),
        ("objection-has-its-sealed-identity", "DELETE FROM identities WHERE objection_id = 1"),
        ("identity-is-sealed", "UPDATE identities SET sealed = BYTE WHERE objection_id = 1"),
        ("only-hashes-are-kept", "UPDATE objections SET receipt_hash = '0123-4567' WHERE id = 1"),
        ("withdrawal-of-an-objection-is-whole", "UPDATE objections SET withdraw_reason = NULL WHERE id = 11"),
        ("receipt-has-its-objection", act("objector", "objection.filed", "case:1", objection=999)),
        (
            "evidence-has-its-objection",
            "UPDATE evidence SET objection_id = NULL, received_at = LATER(received_at, -48) WHERE id = 1",
        ),
        ("evidence-is-of-its-supplements-objection", "UPDATE evidence SET objection_id = 1 WHERE id = 2"),
        ("objection-has-not-too-many-files", too_many_files),
        ("enclosure-is-of-its-case", _ENCLOSED, "UPDATE case_files SET case_id = 1"),
        ("enclosure-belongs-to-something", _ENCLOSED, "UPDATE case_files SET note_id = NULL", _OLD),
        ("enclosure-is-whole", _ENCLOSED, "UPDATE case_files SET size = 0"),
        ("registrar-is-out-of-the-case", _REGISTERED, _FILED),
        ("registration-is-on-the-record", _REGISTERED, _OUT_OF_IT),
        (
            "registrar-is-on-the-organisers-line",
            act("user:7", "objection.filed", "case:1", objection=1),
            _REGISTERED,
            "UPDATE registrations SET registered_by = 7",
            _RECUSED + "(99, 1, 7, '登记人', NOW)",
        ),
        (
            "registrar-decides-nothing",
            _REGISTERED,
            _FILED,
            _OUT_OF_IT,
            "INSERT INTO proposals (id, case_id, version, decline_ground, decline_reason, proposed_by, proposed_at) "
            "VALUES (99, 1, 99, 'no_facts', '没有线索', 6, LATER(NOW, 1))",
        ),
        ("registration-is-in-time", _REGISTERED, _FILED, _OUT_OF_IT, _AT.format(-240)),
        ("late-registration-says-why", _REGISTERED, _FILED, _OUT_OF_IT, _AT.format(96)),
        ("postmark-is-a-letters", _REGISTERED, _FILED, _OUT_OF_IT, "UPDATE registrations SET postmark = '2026-09-01'"),
        ("scan-of-evidence-is-dated", "UPDATE evidence SET scan = 'clean' WHERE id = 1"),
        ("identity-is-granted-by-another", "UPDATE identity_requests SET decided_by = asked_by"),
        ("identity-is-read-when-it-was-granted", "UPDATE identity_requests SET granted = FALSE"),
        (
            "identity-is-read-within-a-day",
            "UPDATE identity_requests SET first_read_at = LATER(first_read_at, 48)",
        ),
        ("identity-reading-is-on-the-record", unrecorded("identity.read", "case:12")),
        ("identity-request-says-why", "UPDATE identity_requests SET reason = ''"),
        ("data-request-is-sealed", "UPDATE data_requests SET sealed = BYTE"),
        ("data-request-is-on-the-record", unrecorded("data_request.registered", "data_request:1")),
        ("message-follows-its-objection", "UPDATE messages SET sent_at = LATER(sent_at, -480) WHERE id = 1"),
        ("message-is-of-a-known-kind", "UPDATE messages SET kind = 'gossip' WHERE id = 1"),
        ("arrival-was-told", "DELETE FROM outbox WHERE case_id = 1"),
        ("warning-comes-before-its-deadline", "UPDATE outbox SET created_at = deadline WHERE id = 1"),
        ("warning-is-given-once", twice("outbox", "case_id, unit_id, reminder, deadline, created_at", 1)),
        # --- cases
        ("decision-to-accept-is-dated", "UPDATE cases SET decided_at = NULL WHERE id = 3"),
        ("waiting-case-knows-where-it-resumes", "UPDATE cases SET resume_state = NULL WHERE id = 4"),
        ("supplement-is-asked-once", act("user:5", "case.ask_supplement", "case:4")),
        ("concluded-case-has-its-conclusion", "UPDATE cases SET conclusion = NULL WHERE id = 7"),
        ("declined-case-says-why", "UPDATE cases SET decline_reason = '' WHERE id = 8"),
        (
            "lapsed-case-is-dated",
            "UPDATE cases SET lapsed_at = (SELECT conclude_by FROM periods WHERE id = 6) WHERE id = 1",
        ),
        ("joined-case-leads-to-one-on-the-same-entry", "UPDATE cases SET joined_into_id = 8 WHERE id = 10"),
        ("joined-case-has-no-objection-left", "UPDATE objections SET case_id = 10 WHERE id = 10"),
        ("case-has-an-objection", "UPDATE objections SET case_id = 2 WHERE id = 14"),
        ("case-is-on-its-objections-entry", "UPDATE objections SET entry_id = 7 WHERE id = 1"),
        ("every-objector-is-answered", "DELETE FROM messages WHERE objection_id = 8"),
        ("open-case-has-two-people", _RECUSED + "(91, 12, 1, '亲属', NOW), (92, 12, 2, '亲属', NOW)"),
        (
            "open-case-is-not-with-a-unit-without-accounts",
            "UPDATE cases SET assignee_id = NULL",
            "UPDATE staff_sessions SET ended_at = last_seen_at",
            "UPDATE users SET disabled_at = LATER(NOW, -4800) WHERE unit_id = 2",
        ),
        ("handler-is-on-the-organisers-line", "UPDATE cases SET handler_unit_id = 3 WHERE id = 1"),
        (
            "complaint-against-the-handler-is-with-the-office",
            "UPDATE objections SET against_handler = TRUE WHERE id = 1",
        ),
        ("case-escalates-in-time", "UPDATE cases SET escalates_at = LATER(escalates_at, 4800) WHERE id = 1"),
        ("assignee-is-not-recused", "UPDATE cases SET assignee_id = 6 WHERE id = 13"),
        (
            "nobody-recused-proposes",
            "INSERT INTO recusals (id, case_id, user_id, reason, recused_at) "
            "SELECT 91, 5, 5, '亲属', received_at FROM cases WHERE id = 5",
        ),
        (
            "nobody-recused-confirms",
            "INSERT INTO recusals (id, case_id, user_id, reason, recused_at) "
            "SELECT 91, 7, 4, '亲属', received_at FROM cases WHERE id = 7",
        ),
        (
            "nobody-recused-writes-notes",
            "UPDATE cases SET assignee_id = NULL WHERE id = 3",
            "INSERT INTO recusals (id, case_id, user_id, reason, recused_at) "
            "SELECT 91, 3, 5, '亲属', received_at FROM cases WHERE id = 3",
        ),
        ("conclusion-has-a-second-person", "UPDATE cases SET confirmed_by = NULL WHERE id = 7"),
        ("proposer-does-not-confirm", "UPDATE cases SET confirmed_by = proposed_by WHERE id = 7"),
        ("proposal-is-complete", "UPDATE cases SET findings = NULL WHERE id = 5"),
        (
            "waiting-decline-is-complete",
            "UPDATE cases SET decline_proposed_ground = 'no_facts', proposed_by = 5, proposal_version = 1 "
            "WHERE id = 13",
        ),
        ("decline-has-a-second-person", "UPDATE cases SET decline_confirmed_by = proposed_by WHERE id = 8"),
        (
            "nobody-recused-confirms-a-decline",
            "INSERT INTO recusals (case_id, user_id, reason, recused_at) "
            "SELECT id, decline_confirmed_by, '亲属。', LATER(decided_at, -1) FROM cases WHERE id = 8",
        ),
        ("group-act-is-confirmed-by-another", group_act("decline", [8], by=5, decided_by=5)),
        ("group-act-names-cases-that-are-there", group_act("decline", [8, 999], by=5, decided_by=4)),
        ("confirmed-group-act-ended-its-cases", group_act("decline", [7, 8], by=5, decided_by=4)),
        (
            "draft-is-kept-an-hour-at-most",
            "INSERT INTO drafts (name, sealed, kept_at) VALUES ('x', BYTE, '2026-09-01 00:00:00.000000')",
        ),
        ("conclusion-is-the-one-proposed", "UPDATE cases SET proposed_conclusion = 'partly_upheld' WHERE id = 7"),
        (
            "conclusion-is-confirmed-after-it-was-proposed",
            "UPDATE cases SET confirmed_at = LATER(confirmed_at, -1) WHERE id = 7",
        ),
        ("proposal-is-kept-with-its-text", "DELETE FROM proposals WHERE case_id = 7"),
        (
            "account-that-waits-confirms-nothing",
            "UPDATE users SET password_given_by = 5, "
            "password_given_at = (SELECT received_at FROM cases WHERE id = 7) WHERE id = 4",
        ),
        ("withdrawn-outcome-has-its-withdrawals", "UPDATE cases SET decline_ground = 'withdrawn' WHERE id = 8"),
        (
            "nothing-is-concluded-after-the-deadline",
            "UPDATE cases SET confirmed_at = LATER(confirmed_at, 1000) WHERE id = 7",
        ),
        (
            "nothing-is-decided-after-the-deadline",
            "UPDATE cases SET decided_at = LATER(decided_at, 1000) WHERE id = 2",
        ),
        (
            "note-is-written-while-the-case-is-open",
            "UPDATE case_notes SET written_at = LATER(written_at, -480) WHERE id = 1",
        ),
        # --- who is out
        (
            "settled-period-has-no-open-case",
            "UPDATE periods SET settled_at = conclude_by WHERE id = 6",
            act("clock", "period.settled", "period:6"),
        ),
        (
            "disqualification-has-its-case",
            "UPDATE cases SET conclusion = 'partly_upheld', proposed_conclusion = 'partly_upheld' WHERE id = 6",
        ),
        (
            "disqualification-is-of-its-cases-nominee",
            "UPDATE disqualifications SET nominee_id = 2",
            act("clock", "nominee.disqualified", "nominee:2"),
        ),
        (
            "upheld-objection-puts-the-nominee-out",
            "DELETE FROM reversals",
            "DELETE FROM disqualifications",
        ),
        (
            "upheld-takes-effect-at-confirmation",
            "UPDATE disqualifications SET effective_at = LATER(effective_at, -1)",
        ),
        (
            "disqualification-is-carried-out-after-it-took-effect",
            "UPDATE disqualifications SET carried_out_at = LATER(carried_out_at, -1)",
        ),
        ("disqualification-names-its-clause", "UPDATE disqualifications SET clause = ' '"),
        ("reversal-has-two-people", "UPDATE reversals SET confirmed_by = proposed_by"),
        ("reversal-follows-what-it-reverses", "UPDATE reversals SET confirmed_at = LATER(confirmed_at, -1)"),
        # --- letters and second looks
        (
            "final-state-has-its-letter",
            "UPDATE letters SET kind = 'supplement', turn = 'supplement_asked' "
            "WHERE objection_id = 8 AND kind = 'decline'",
        ),
        (
            "disqualification-has-its-letter",
            "UPDATE letters SET kind = 'restoration', turn = 'reversed' "
            "WHERE reader = 'nominee' AND kind = 'disqualification'",
        ),
        ("letter-numbers-leave-none-out", "UPDATE letter_counts SET last = last + 1"),
        (
            "letters-of-a-complaint-are-the-offices",
            _LETTER + "SELECT 9999, 1, '市级专班专办', 2026, 99, 'acceptance', 'objector', 'accepted', case_id, id, 1, "
            "FALSE, '{}', filed_at FROM objections WHERE against_handler LIMIT 1",
        ),
        (
            "supplement-is-due-before-the-deadline",
            "UPDATE cases SET supplement_by = LATER(supplement_by, 999) WHERE supplement_by IS NOT NULL",
        ),
        (
            "letter-number-is-given-once",
            without_its_keys("letters"),
            "UPDATE letters SET number = 1 WHERE number = 2 AND series = '麒麟区异议'",
        ),
        ("letter-mark-is-of-one-programme", another_programme, "UPDATE programmes SET letter_mark = '' WHERE id = 9"),
        ("letter-is-numbered-in-its-year", "UPDATE letters SET year = 2025", "UPDATE letter_counts SET year = 2025"),
        (
            "letter-fits-its-turn",
            "UPDATE letters SET reader = 'handler' WHERE kind = 'restoration' AND reader = 'unit'",
        ),
        (
            "letter-goes-out-after-it-was-made",
            "UPDATE letters SET issued_by = 1, issued_at = LATER(made_at, -1) WHERE objection_id = 8",
        ),
        ("letter-is-of-its-objection", "UPDATE letters SET objection_id = 1 WHERE kind = 'supplement'"),
        (
            "letter-of-the-office-is-signed-by-it",
            "UPDATE letters SET signed_by_id = 2 WHERE kind = 'restoration' AND reader = 'unit'",
        ),
        (
            "reversal-has-its-letter",
            "UPDATE letters SET kind = 'disqualification', turn = 'disqualified' WHERE kind = 'restoration'",
        ),
        (
            "supplement-is-due-after-it-was-asked",
            "UPDATE cases SET supplement_by = supplement_asked_at WHERE supplement_by IS NOT NULL",
        ),
        ("second-look-is-before-the-deadline", _ASKED, look(asked="LATER(NOW, 9999)")),
        ("second-look-is-asked-once", _ASKED, without_its_keys("second_looks"), look(), look(row=92)),
        ("second-look-is-of-its-objection", _ASKED, look(objection=1)),
        (
            "second-look-is-of-a-decline-or-a-dismissal",
            act("objector", "objection.look_asked", "case:1"),
            look(case=1, objection=1),
        ),
        ("second-look-follows-what-it-looks-at", _ASKED, look(asked="LATER(NOW, -48)")),
        ("second-look-is-answered-whole", _ASKED, _CONFIRMED, look(answer="'confirmed', NULL, 1, NOW")),
        ("second-look-is-the-offices", _ASKED, _CONFIRMED, look(answer="'confirmed', '维持', 6, NOW")),
        ("second-look-is-by-somebody-else", _ASKED, _CONFIRMED, look(acted="[1]", answer=_BY_THE_OFFICE)),
        (
            "nobody-recused-decides-a-second-look",
            _ASKED,
            _CONFIRMED,
            look(answer=_BY_THE_OFFICE),
            _RECUSED + "(99, 8, 1, '亲属', LATER(NOW, -1))",
        ),
        (
            "reopened-case-is-the-offices",
            _ASKED,
            act("user:1", "case.reopen", "case:8"),
            look(asked="LATER(NOW, -24)", answer="'reopened', '重办', 1, LATER(NOW, -24)"),
        ),
        ("second-look-is-on-the-record", _ASKED, look(answer=_BY_THE_OFFICE)),
        # --- messages
        ("warning-that-leaves-has-its-outbox-row", reach(), dispatch("code", outbox_id=1)),
        ("message-that-ended-is-dated", reach(), dispatch("code", fate="sent")),
        ("warning-sent-is-dated", "UPDATE outbox SET sent_at = created_at WHERE id = 1"),
        ("warning-is-planned-within-the-hour", "UPDATE outbox SET planned_at = created_at WHERE id <> 1"),
        (
            "message-goes-to-a-confirmed-address",
            reach(confirmed_at=None),
            dispatch("warning", outbox_id=1, fate="sent", ended_at=at(OPEN)),
        ),
        ("message-leaves-by-the-channel-of-its-address", reach(), dispatch("code", channel="sms")),
        ("objector-is-told-no-case", reach(), dispatch("news")),
        ("address-is-of-one", reach(unit_id=1)),
        ("robot-is-of-a-unit", reach(channel="wecom")),
        ("address-moments-are-in-order", reach(confirmed_at=at(OPEN) - dt.timedelta(hours=1))),
        ("owners-address-is-confirmed", reach(confirmed_at=None, owners=True)),
        ("entered-address-is-on-the-record", reach(entered_by=2)),
        ("address-is-sealed", reach(sealed=b"office@example.com")),
        # --- accounts
        (
            "agreement-is-by-somebody-else",
            act("user:1", "user.agreed", "user:4"),
            _GIVEN_OUT + ", agreed_by = 1, agreed_at = NOW WHERE id = 4",
        ),
        ("agreement-is-on-the-record", _GIVEN_OUT + ", agreed_by = 2, agreed_at = NOW WHERE id = 4"),
        ("units-form-a-tree", "UPDATE units SET parent_id = 4 WHERE id = 12"),
        (
            "there-is-one-office",
            "INSERT INTO units (id, kind, name, phone, address, email, hours) "
            "VALUES (99, 'office', '另一个办公室', '', '', '', '')",
        ),
        ("role-fits-the-unit", "UPDATE users SET role = 'office' WHERE login = 'stranger'"),
        ("retired-unit-has-no-accounts", "UPDATE units SET retired_at = NOW WHERE id = 3 OR parent_id = 3"),
        (
            "retired-unit-has-no-units-below",
            "UPDATE users SET disabled_at = NOW WHERE unit_id = 3",
            "UPDATE units SET retired_at = NOW WHERE id = 3",
        ),
        ("disabled-account-is-logged-in-nowhere", "UPDATE users SET disabled_at = NOW WHERE login = 'head'"),
        (
            "disabled-account-has-no-open-case",
            "UPDATE staff_sessions SET ended_at = last_seen_at",
            "UPDATE cases SET assignee_id = 6 WHERE id = 1",
            "UPDATE users SET disabled_at = NOW WHERE id = 6",
        ),
        (
            "nobody-has-two-deputies-on-a-day",
            "INSERT INTO deputies (id, absent_id, deputy_id, first_day, last_day, reason, named_by, named_at) VALUES "
            "(91, 5, 4, '2026-09-18', '2026-09-22', '出差', 5, NOW), "
            "(92, 5, 6, '2026-09-22', '2026-09-25', '出差', 5, NOW)",
        ),
        ("given-out-password-expires", "UPDATE users SET must_change_password = TRUE WHERE login = 'stranger'"),
        ("second-factor-is-confirmed", "UPDATE second_factors SET confirmed_at = NULL WHERE user_id = 1"),
        # --- the record
        ("record-is-one-whole-chain", "UPDATE audit_rows SET actor = 'user:2' WHERE id = 3"),
        ("tree-is-that-of-the-record", "UPDATE tiles SET hashes = BYTE WHERE level = 0 AND position = 0"),
        (
            "checkpoint-is-that-of-the-record",
            "INSERT INTO checkpoints (id, size, root, at, note) VALUES (99, 3, 'ff', NOW, '')",
        ),
        (
            "act-is-sealed-within-a-minute",
            unsealed,
        ),
        ("record-is-not-of-the-future", act("user:1", "case.note", "case:1", hours=2)),
        ("actor-of-the-record-is-known", act("user:999", "case.note", "case:1")),
        ("subject-of-the-record-is-there", act("user:1", "case.note", "case:999")),
        ("row-of-the-record-is-complete", act("user:1", "", "case:1")),
        ("filing-is-on-the-record", unrecorded("objection.filed", "case:1")),
        ("state-of-a-case-is-on-the-record", unrecorded("case.accept", "case:2")),
        ("scheduling-is-on-the-record", unrecorded("period.scheduled", "period:1")),
        ("end-of-a-period-is-on-the-record", unrecorded("period.settled", "period:1")),
        ("closing-is-on-the-record", unrecorded("period.closed", "period:1")),
        (
            "stated-list-is-on-the-record",
            "INSERT INTO stated_lists (period_id, ordinal, listing, stated_at, digest, digests)"
            " VALUES (1, 1, 'opened', NOW, 'nowhere', '[]')",
        ),
        ("disqualification-is-on-the-record", unrecorded("nominee.disqualified", "nominee:1")),
        ("withdrawal-is-on-the-record", unrecorded("nominee.withdrawn", "nominee:9")),
        # --- everywhere
        ("reference-leads-somewhere", "UPDATE cases SET assignee_id = 999 WHERE id = 2"),
        ("words-are-known", "UPDATE objections SET category = 'gossip' WHERE id = 1"),
    ),
    *of(
        DEMONSTRATION,
        (
            "organiser-is-of-the-round",
            "UPDATE periods SET organiser_id = 2 WHERE round_number = 3 AND closed_at IS NULL",
        ),
        (
            "shown-edition-exists",
            "UPDATE entries SET edition = 2 WHERE period_id = "
            "(SELECT max(id) FROM periods WHERE round_number = 1 AND closed_at IS NULL)",
        ),
        ("dossier-is-sealed", "UPDATE dossiers SET sealed = BYTE WHERE nominee_id = 1"),
        ("opinion-has-its-scan", "UPDATE opinions SET document_id = NULL WHERE id = 1"),
        (
            "scan-of-an-opinion-is-of-its-programme",
            "UPDATE documents SET programme_id = 3, nominee_id = NULL "
            "WHERE id = (SELECT document_id FROM opinions WHERE id = 1)",
        ),
        # --- lapses: case 1 lapsed and put its nominee out
        ("case-lapses-at-the-deadline", "UPDATE cases SET lapsed_at = LATER(lapsed_at, 1) WHERE id = 1"),
        ("lapse-puts-the-nominee-out", "DELETE FROM disqualifications WHERE ground = 'lapsed'"),
        (
            "lapse-takes-effect-at-the-deadline",
            "UPDATE disqualifications SET effective_at = LATER(effective_at, -1) WHERE ground = 'lapsed'",
        ),
        (
            "no-case-is-open-past-its-deadline",
            "UPDATE periods SET settled_at = NULL "
            "WHERE id = (SELECT period_id FROM disqualifications WHERE case_id = 1)",
            "DELETE FROM disqualifications WHERE case_id = 1",
            "UPDATE cases SET state = 'accepted', lapsed_at = NULL WHERE id = 1",
        ),
        (
            "nominee-lapses-once-a-period",
            "UPDATE objections SET entry_id = (SELECT entry_id FROM cases WHERE id = 1) WHERE case_id = 3",
            "UPDATE cases SET state = 'lapsed', decline_ground = NULL, decline_reason = NULL, "
            "entry_id = (SELECT entry_id FROM cases WHERE id = 1), "
            "lapsed_at = (SELECT lapsed_at FROM cases WHERE id = 1) WHERE id = 3",
            act("clock", "case.lapsed", "case:3"),
            "UPDATE letters SET kind = 'answer', turn = 'concluded' WHERE case_id = 3",
            "INSERT INTO disqualifications (id, nominee_id, period_id, case_id, ground, clause, effective_at, "
            "carried_out_at) SELECT 99, nominee_id, period_id, 3, ground, clause, effective_at, carried_out_at "
            "FROM disqualifications WHERE case_id = 1",
        ),
        # --- the award
        ("programme-has-one-decision", twice("proceedings", _PAPER, 10)),
        ("answer-says-yes-or-no", "UPDATE proceedings SET agreed = NULL WHERE id = 1"),
        (
            "honour-is-of-its-programmes-decision",
            "UPDATE honours SET decision_id = 9, position = 1 WHERE id = (SELECT max(id) FROM honours)",
        ),
        (
            "honoured-nominee-went-through-the-last-round",
            twice("nominees", _NOMINEE, 1),
            "UPDATE honours SET nominee_id = 9999 WHERE id = 1",
        ),
        (
            "nobody-is-honoured-who-was-out",
            "UPDATE nominees SET withdrawn_by = 1, withdraw_reason = '不参评', "
            "withdrawn_at = (SELECT recorded_at FROM proceedings WHERE id = 10) WHERE id = 1",
            act("user:1", "nominee.withdrawn", "nominee:1", hours=-100),
        ),
        ("nobody-is-honoured-above-the-rank", "UPDATE nominees SET rank = 'above' WHERE id = 1"),
        ("honours-count-from-one", "UPDATE honours SET position = 99 WHERE id = 1"),
        ("award-has-no-private-number", f"UPDATE proceedings SET text = '电话{MOBILE}' WHERE id = 10"),
        ("revocation-has-two-people", "UPDATE revocations SET confirmed_by = proposed_by"),
        ("revocation-follows-the-decision", "UPDATE revocations SET dated = '2020-01-01'"),
        (
            "scan-of-a-paper-is-of-its-programme",
            "UPDATE documents SET programme_id = 2 WHERE id = (SELECT document_id FROM proceedings WHERE id = 10)",
        ),
    ),
]
