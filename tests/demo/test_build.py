"""The demonstration starts on any day and shows every state, whatever the calendar knows of that day."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import create_app
from app.calendars.china import ESTIMATED_NUMBER
from app.database import Database
from app.demo.build import build, is_empty
from app.demo.cast import LOGINS, PASSWORD
from app.domain.cases import State
from app.domain.rounds import Kind
from app.domain.verdict import Ground
from app.domain.window import Phase
from app.domain.workdays import last_day_before
from app.models import CalendarNotice, Case, Disqualification, Evidence, Nominee, Period, Programme, Quota, User
from app.sealing import Keyring
from app.services.evidence_upkeep import compare
from app.services.record import verify
from config import Settings
from tests.files import vault_in
from tests.world import at

RING = Keyring("a key for the demonstration's test")
# The day, and the years the demonstration has to estimate for itself.
DAYS = [
    ("2026-11-23 Mon 14:20", set()),
    ("2026-09-20 Sun 00:00:01", set()),  # a make-up Sunday, one second old
    ("2026-12-28 Mon 09:00", {2027}),  # deadlines lie in a year without a notice
    ("2029-02-14 Wed 08:00", {2027, 2028, 2029}),  # no notice for years
]


@pytest.fixture
def empty(sqlite_template: Path, tmp_path: Path) -> Database:
    path = tmp_path / "demo.sqlite"
    shutil.copy(sqlite_template, path)
    return Database(f"sqlite:///{path}")


@pytest.mark.parametrize(("today", "estimated_years"), DAYS, ids=[day for day, _ in DAYS])
@pytest.mark.usefixtures("quick_hashes")
def test_it_starts_on_any_day(empty: Database, tmp_path: Path, today: str, estimated_years: set[int]) -> None:
    now = at(today)
    assert is_empty(empty)
    vault = vault_in(tmp_path / "evidence", RING.hash_key)
    build(empty, RING, now, vault)
    assert not is_empty(empty)
    with empty.reader() as session:
        newest = session.scalars(select(Programme).order_by(Programme.id.desc())).first()
        assert newest is not None
        _fills_the_quotas(session, newest.id)
        periods = session.scalars(select(Period)).all()
        second = [period for period in periods if (period.programme_id, period.round_number) == (newest.id, 2)]
        phases = Counter(period.phase(now) for period in second)
        assert phases == {Phase.OPEN: 11, Phase.SCHEDULED: 1, Phase.HANDLING: 1, Phase.DUE: 1}
        assert len({period.opens_at for period in second if period.phase(now) is Phase.OPEN}) >= 4
        city = [period for period in periods if period.round_number == 3]
        assert [(period.programme_id != newest.id, period.phase(now)) for period in city] == [(True, Phase.CLOSED)]
        _every_window_is_five_working_days(periods)
        assert {case.state_at(now) for case in session.scalars(select(Case))} == set(State)
        _the_lapsed_nominee_is_out(session, second, now)
        notices = session.scalars(select(CalendarNotice)).all()
        assert {notice.year for notice in notices} == estimated_years
        assert {period.estimated for period in second} <= {False, bool(estimated_years)}
        assert verify(session).holds
        filed = [row.objection_id for row in session.scalars(select(Evidence).order_by(Evidence.id))]
        assert filed == sorted(set(filed) - {None})
        assert len(filed) == 2
        assert compare(session, vault, deep=True).agree
    with empty.reader() as session:
        assert {login for login, _ in LOGINS} <= set(session.scalars(select(User.login)))


@pytest.mark.usefixtures("quick_hashes")
def test_an_estimated_calendar_is_labelled_on_every_page_that_rests_on_it(empty: Database, tmp_path: Path) -> None:
    now = at("2027-01-13 Wed 10:00")
    build(empty, RING, now, vault_in(tmp_path / "evidence", RING.hash_key))
    app = create_app(Settings(database_url=empty.url, demonstration=True), clock=lambda: now)
    client = app.test_client()
    with empty.reader() as session:
        open_now = session.scalars(select(Period).where(Period.opens_at <= now, Period.closes_at > now)).first()
        assert open_now is not None
        assert open_now.estimated
        nominee = session.scalars(select(Nominee.id).where(Nominee.recommender_id == open_now.organiser_id)).all()[-1]
        case = session.scalars(select(Case.id).where(Case.handler_unit_id == 6)).first()
    token = _csrf(client.get("/login").text)
    client.post("/login", data={"login": "office", "password": PASSWORD, "csrf_token": token})
    pages = [
        "/",
        f"/periods/{open_now.id}",
        f"/periods/{open_now.id}/nominees/{nominee}",
        f"/periods/{open_now.id}/nominees/{nominee}/objection",
        f"/office/periods/{open_now.id}",
        f"/desk/cases/{case}",
    ]
    unlabelled = [page for page in pages if ESTIMATED_NUMBER not in client.get(page).text]
    assert unlabelled == []


def _csrf(html: str) -> str:
    return html.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]


def _fills_the_quotas(session, programme_id: int) -> None:
    places = {
        (quota.unit_id, kind): count
        for quota in session.scalars(select(Quota).where(Quota.programme_id == programme_id))
        for kind, count in ((Kind.COLLECTIVE, quota.collectives), (Kind.INDIVIDUAL, quota.individuals))
    }
    filled = session.execute(
        select(Nominee.recommender_id, Nominee.kind, func.count())
        .where(Nominee.programme_id == programme_id)
        .group_by(Nominee.recommender_id, Nominee.kind)
    )
    assert {(unit, kind): count for unit, kind, count in filled} == places
    assert len({unit for unit, _ in places}) == 14
    totals = {kind: sum(count for (_, each), count in places.items() if each is kind) for kind in Kind}
    assert totals == {Kind.COLLECTIVE: 50, Kind.INDIVIDUAL: 100}


def _every_window_is_five_working_days(periods) -> None:
    for period in periods:
        inside = [counted.day for counted in period.counted_days if counted.day.date <= period.window.last_day]
        assert sum(day.works for day in inside) == 5
        assert inside[0].works
        assert inside[-1].works
        assert inside[-1].date == last_day_before(period.closes_at)


def _the_lapsed_nominee_is_out(session, second, now) -> None:
    past = next(period for period in second if period.phase(now) is Phase.DUE)
    rows = session.scalars(select(Disqualification).where(Disqualification.period_id == past.id)).all()
    assert sorted(row.ground for row in rows) == [Ground.LAPSED, Ground.UPHELD]
    lapsed = next(row for row in rows if row.ground is Ground.LAPSED)
    assert lapsed.effective_at == past.conclude_by
    assert session.get_one(Case, lapsed.case_id).state is State.LAPSED
