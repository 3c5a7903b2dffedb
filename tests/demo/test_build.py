"""The demonstration starts on any day and shows every state and all three rounds, also in years without a notice."""

from __future__ import annotations

import datetime as dt
import io
import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.calendars.china import ESTIMATED_NUMBER
from app.channels.filebox import read_box
from app.channels.gateways import FOLDER, gateways_of
from app.database import Database
from app.demo import next_year
from app.demo.build import build, is_empty
from app.demo.cast import HOST_UNIT, LOGINS, PASSWORD
from app.domain.calendar.workdays import last_day_before
from app.domain.cases.states import State
from app.domain.cases.verdict import Ground
from app.domain.messages.fate import Delivery
from app.domain.messages.wording import NoticeKind
from app.domain.objections.arrival import Channel
from app.domain.periods.rounds import Kind
from app.domain.periods.window import Phase
from app.models import (
    CalendarNotice,
    Case,
    Correction,
    Dispatch,
    Disqualification,
    Dossier,
    Entry,
    Evidence,
    Honour,
    Import,
    Nominee,
    Objection,
    Opinion,
    OpinionOutcome,
    Period,
    Proceeding,
    Programme,
    Quota,
    Registration,
    Revision,
    Revocation,
    Unit,
    UnitKind,
    User,
)
from app.sealing import Keyring
from app.services.imports import confirming, reading, receiving
from app.services.imports.viewing import View
from app.services.objections.evidence_upkeep import compare
from app.services.record.verifying import verify
from app.services.shared.files import Vault
from app.services.shared.work import Work
from app.web.factory import create_app
from config import Settings
from tests.files import vault_in
from tests.latin import find_identifiers
from tests.world import at

RING = Keyring("a key for the demonstration's test")
# The day, and the years the demonstration has to estimate for itself.
DAYS = {
    "2026-09-20 Sun 00:00:01": set(),  # the first second of a make-up Sunday
    "2026-12-26 Sat 10:00": {2027},  # a weekend; deadlines lie in a year without a notice
    "2029-02-14 Wed 08:00": {2027, 2028, 2029},  # the week of the Spring Festival; no notice for years
}
LAST_DAY = max(DAYS)
LAST_YEAR, THIS_YEAR, NEXT_YEAR = 1, 2, 3


@dataclass(frozen=True)
class Built:
    database: Database
    vault: Vault
    now: dt.datetime
    estimated: set[int]


@pytest.fixture(scope="module")
def demonstration(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Built]:
    """The demonstration of each day, built once. Tests must not depend on rows that other tests add."""
    days: dict[str, Built] = {}

    def built(day: str) -> Built:
        if day not in days:
            folder = tmp_path_factory.mktemp("demo")
            shutil.copy(sqlite_template, folder / "demo.sqlite")
            made = Built(
                Database(f"sqlite:///{folder / 'demo.sqlite'}"),
                vault_in(folder / "evidence", RING.hash_key),
                at(day),
                DAYS[day],
            )
            assert is_empty(made.database)
            build(made.database, RING, made.now, made.vault)
            days[day] = made
        return days[day]

    return built


# `make test` builds it on the last of them, for all tests of this file; `make walks` on all.
@pytest.fixture(params=[pytest.param(day, marks=() if day == LAST_DAY else pytest.mark.soak) for day in DAYS])
def some_day(request: pytest.FixtureRequest, demonstration: Callable[[str], Built]) -> Built:
    return demonstration(request.param)


@pytest.fixture
def a_day(demonstration: Callable[[str], Built]) -> Built:
    return demonstration(LAST_DAY)


@pytest.fixture
def client(a_day: Built) -> FlaskClient:
    """Somebody of the office, logged in."""
    app = create_app(Settings(database_url=a_day.database.url, demonstration=True), clock=lambda: a_day.now)
    client = app.test_client()
    token = _csrf(client.get("/login").text)
    client.post("/login", data={"login": "office", "password": PASSWORD, "csrf_token": token})
    return client


def test_on_any_day_all_three_rounds_are_open_and_every_state_is_there(some_day: Built) -> None:
    now = some_day.now
    with some_day.database.reader() as session:
        periods = session.scalars(select(Period)).all()
        assert Counter((each.programme_id, each.round_number, each.phase(now)) for each in periods) == {
            (LAST_YEAR, 1, Phase.CLOSED): 28,
            (LAST_YEAR, 2, Phase.CLOSED): 14,
            (LAST_YEAR, 3, Phase.CLOSED): 1,
            (THIS_YEAR, 1, Phase.CLOSED): 150,
            (THIS_YEAR, 1, Phase.OPEN): 1,  # a replacement
            (THIS_YEAR, 2, Phase.CLOSED): 3,
            (THIS_YEAR, 2, Phase.DUE): 1,
            (THIS_YEAR, 2, Phase.HANDLING): 1,
            (THIS_YEAR, 2, Phase.OPEN): 9,  # one of them for changed deeds
            (THIS_YEAR, 2, Phase.SCHEDULED): 1,
            (THIS_YEAR, 3, Phase.OPEN): 1,
        }
        second = [each for each in periods if (each.programme_id, each.round_number) == (THIS_YEAR, 2)]
        assert len({each.opens_at for each in second if each.phase(now) is Phase.OPEN}) >= 4
        _every_window_is_five_working_days(periods)
        assert {case.state_at(now) for case in session.scalars(select(Case))} == set(State)
        _the_lapsed_nominee_is_out(session, second, now)
        assert {notice.year for notice in session.scalars(select(CalendarNotice))} == some_day.estimated
        assert {each.estimated for each in second} <= {False, bool(some_day.estimated)}
        _fills_the_quotas(session)
        assert verify(session).holds
        filed = [row.objection_id for row in session.scalars(select(Evidence).order_by(Evidence.id))]
        assert filed == sorted(set(filed) - {None})
        assert len(filed) == 2
        assert compare(session, some_day.vault, deep=True).agree
        _a_visit_and_a_letter_were_registered(session)
        assert {login for login, _ in LOGINS} <= set(session.scalars(select(User.login)))


def _a_visit_and_a_letter_were_registered(session: Session) -> None:
    """Assert who handles registered cases: the unit if the office registered, the office if a unit of two did."""
    rows = session.execute(
        select(Registration.channel, User.login, Unit.kind)
        .join(User, Registration.registered_by == User.id)
        .join(Objection, Registration.objection_id == Objection.id)
        .join(Case, Objection.case_id == Case.id)
        .join(Unit, Case.handler_unit_id == Unit.id)
    ).all()
    by_channel = {channel: (login.startswith("office"), kind) for channel, login, kind in rows}
    assert by_channel == {
        Channel.VISIT: (True, UnitKind.RECOMMENDER),
        Channel.LETTER: (False, UnitKind.OFFICE),
    }


@pytest.mark.soak
def test_the_mailbox_of_the_demonstration_holds_what_left_and_nobody_s_name(
    sqlite_template: Path, tmp_path: Path
) -> None:
    """Warnings to staff, codes and news to objectors of the last weeks (R28, R36): all of it in the folder."""
    shutil.copy(sqlite_template, tmp_path / "demo.sqlite")
    database, now = Database(f"sqlite:///{tmp_path / 'demo.sqlite'}"), at("2026-09-20 Sun 11:00")
    gateways = gateways_of(Settings(instance_dir=tmp_path, demonstration=True, mail_url="smtp://127.0.0.1:9"))
    build(database, RING, now, vault_in(tmp_path / "evidence", RING.hash_key), gateways)
    kept = read_box(tmp_path / FOLDER)
    with database.reader() as session:
        fates = Counter(session.scalars(select(Dispatch.fate)))
        names = [*session.scalars(select(Nominee.name)), *session.scalars(select(Unit.name)), "周工", "郑工"]
        notices = set(session.scalars(select(Dispatch.notice).where(Dispatch.fate == Delivery.SENT)))
    assert fates[Delivery.SENT] >= len(kept) > 10
    assert set(fates) <= {Delivery.SENT, Delivery.DROPPED, Delivery.WAITING}
    assert {NoticeKind.WARNING, NoticeKind.NEWS} <= notices
    assert {"office@example.com", "office2@example.com", "head@example.com"} <= {each.address for each in kept}
    told = "".join(each.subject + each.text for each in kept)
    assert [name for name in names if name in told] == []


def test_some_nominees_of_this_year_have_left_the_straight_way(a_day: Built) -> None:
    """One has an adverse opinion, one changed its deeds, one withdrew and was replaced, one has a public correction."""
    with a_day.database.reader() as session:
        nominees = session.scalars(select(Nominee).where(Nominee.programme_id == THIS_YEAR)).all()
        sealed = set(session.scalars(select(Dossier.nominee_id)))
        assert {nominee.id for nominee in nominees} <= sealed
        [opposed] = session.scalars(select(Opinion.nominee_id).where(Opinion.outcome == OpinionOutcome.NEGATIVE))
        [not_asked] = session.scalars(select(Opinion.nominee_id).where(Opinion.outcome == OpinionOutcome.NOT_ASKED))
        [changed] = session.scalars(select(Revision.nominee_id))
        [(mended, entry)] = session.execute(select(Correction.nominee_id, Correction.entry_id))
        [withdrawn] = [nominee.id for nominee in nominees if nominee.withdrawn_at]
        [named] = [nominee.id for nominee in nominees if nominee.replaces_id == withdrawn]
        open_now = (Period.programme_id == THIS_YEAR, Period.opens_at <= a_day.now, Period.closes_at > a_day.now)
        entries = session.execute(select(Entry, Period.round_number).join(Entry.period).where(*open_now)).all()
        rounds = {each.nominee_id: number for each, number in entries}
        assert entry in {each.id for each, number in entries if number == 3}
        assert rounds[not_asked] == 3
        assert rounds[mended] == 3
        assert rounds[changed] == 2
        assert rounds[named] == 1
        assert rounds.keys() & {opposed, withdrawn} == set()


def test_the_award_of_last_year_stands_on_its_page_with_one_taken_back(a_day: Built, client: FlaskClient) -> None:
    with a_day.database.reader() as session:
        assert session.get_one(Programme, LAST_YEAR).archived_at is not None
        [decision] = session.scalars(select(Proceeding.id).where(Proceeding.kind == "decision"))
        named = session.scalars(select(Honour.name)).all()
        [row] = session.scalars(select(Revocation))
        assert row.stands
        taken_back = row.honour.name
    assert len(named) == 28
    page = client.get(f"/decisions/{decision}").text
    assert [name for name in named if name not in page] == []
    assert "撤销" in page[page.index(taken_back) :]
    assert f"/decisions/{decision}" in client.get("/").text


def test_an_estimated_calendar_is_labelled_on_every_page_that_rests_on_it(a_day: Built, client: FlaskClient) -> None:
    now = a_day.now
    with a_day.database.reader() as session:
        open_now = session.scalars(
            select(Period).where(Period.opens_at <= now, Period.closes_at > now, Period.round_number == 2)
        ).first()
        assert open_now is not None
        assert open_now.estimated
        nominee = session.scalars(select(Entry.nominee_id).where(Entry.period_id == open_now.id)).all()[-1]
        case = session.scalars(select(Case.id).where(Case.handler_unit_id == 6)).first()
    pages = [
        "/",
        f"/periods/{open_now.id}",
        f"/periods/{open_now.id}/nominees/{nominee}",
        f"/periods/{open_now.id}/nominees/{nominee}/objection",
        f"/office/periods/{open_now.id}",
        f"/desk/cases/{case}",
    ]
    unlabelled = [page for page in pages if ESTIMATED_NUMBER not in client.get(page, follow_redirects=True).text]
    assert unlabelled == []


# --- the files to try the import with -------------------------------------------------------------


def test_the_annex_files_are_imported_and_the_faulty_one_says_what_is_wrong(a_day: Built, tmp_path: Path) -> None:
    files = {path.name: path for path in next_year.write_annexes(tmp_path / "附件", a_day.now)}
    faulty = [name for name in files if "有错误" in name]
    assert [name[:3] for name in files if name not in faulty] == ["附件2", "附件3", "附件4", "附件5"]
    [faulty_id] = [_received(a_day, files[name]) for name in faulty]
    assert _told(a_day, faulty_id) == [
        (0, "推荐单位", "写的是“沾益区”"),
        (0, "名额", "先进个人名额9个，这次报了10个，超出1个"),
        (5, "所属行业", "“农业”不在“所属行业”可以填写的范围内"),
        (6, "身份证号码", "校验不通过，至少有一位写错了"),
        (7, "身份证号码", "共15位"),
        (8, "性别", "与身份证号码中的性别不一致"),
        (9, "出生年月", "与身份证号码中的出生日期不一致"),
        (10, "何时何地受过何种奖励", "没有填写"),
        (10, "何时何地受过何种处分", "没有填写"),
        (11, "主要事迹", "共950字，超出150字"),
        (12, "联系电话", "不像是电话号码"),
        (12, "备注", "里面有手机号码，公示后会被所有人看到"),
        (13, "姓名", "姓名里有数字或标点"),
        (13, "政治面貌", "“积极分子”不在“政治面貌”可以填写的范围内"),
        (14, "身份证号码", "与第5行重复"),
    ]
    counts = []
    for name in files:
        if name not in faulty:
            import_id = _received(a_day, files[name])
            assert _told(a_day, import_id) == []
            with a_day.database.writer() as session:
                actor = _handler(session)
                counts.append(confirming.confirm(Work(session, a_day.now, actor, keyring=RING), import_id))
    assert [(each["new"], each["filled"]) for each in counts] == [(5, 0), (9, 0), (0, 1), (0, 1)]
    with a_day.database.reader() as session:
        unit = session.scalars(select(Unit.id).where(Unit.name == HOST_UNIT)).one()
        theirs = session.scalars(select(Nominee.recommender_id).where(Nominee.programme_id == NEXT_YEAR)).all()
        assert Counter(theirs) == {unit: 14}


def _received(built: Built, path: Path) -> int:
    """Upload a file as the unit, and read it."""
    with built.database.writer() as session, path.open("rb") as file:
        actor = _handler(session)
        work = Work(session, built.now, actor)
        (import_id,) = receiving.receive_all(work, built.vault, NEXT_YEAR, actor.unit_id, [(path.name, file)])
        assert reading.read(Work(session, built.now), built.vault, import_id)
    with built.database.reader() as session:
        assert session.get_one(Import, import_id).failure == ""
    return import_id


def _told(built: Built, import_id: int) -> list[tuple[int, str, str]]:
    with built.database.reader() as session:
        view = View(session, RING, import_id, to_office=False)
        return [(fault.line.number, fault.column, fault.wrong) for fault in view.faults()]


def _handler(session: Session):
    return session.scalars(select(User).where(User.login == "handler")).one().actor


def _csrf(html: str) -> str:
    return html.split('name="csrf_token" type="hidden" value="')[1].split('"')[0]


def _fills_the_quotas(session: Session) -> None:
    """Assert that this year's nominees fill the quotas, apart from a replacement, and that next year has none."""
    places = {
        (quota.programme_id, quota.unit_id, kind): count
        for quota in session.scalars(select(Quota).where(Quota.programme_id != NEXT_YEAR))
        for kind, count in ((Kind.COLLECTIVE, quota.collectives), (Kind.INDIVIDUAL, quota.individuals))
    }
    filled = session.execute(
        select(Nominee.programme_id, Nominee.recommender_id, Nominee.kind, func.count())
        .where(Nominee.replaces_id.is_(None), Nominee.programme_id != NEXT_YEAR)
        .group_by(Nominee.programme_id, Nominee.recommender_id, Nominee.kind)
    )
    assert {(programme, unit, kind): count for programme, unit, kind, count in filled} == places
    sums = func.count(), func.sum(Quota.collectives), func.sum(Quota.individuals)
    totals = session.execute(select(Quota.programme_id, *sums).group_by(Quota.programme_id)).all()
    assert {tuple(row) for row in totals} == {
        (LAST_YEAR, 14, 14, 14),
        (THIS_YEAR, 14, 50, 100),
        (NEXT_YEAR, 14, 50, 100),
    }


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


def test_the_whole_record_is_in_words(a_day: Built, client: FlaskClient) -> None:
    """No page and no sheet of the record shows an identifier: an auditor reads kinds, names and places (R32)."""
    content = client.get("/office/record?format=xlsx").data
    sheet = load_workbook(io.BytesIO(content), read_only=True).active
    rows = [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]
    logins = [login for login, *_ in LOGINS]
    assert len(rows) > 200
    with a_day.database.reader() as session:
        logins += session.scalars(select(User.login))
        logins += session.scalars(select(Unit.name)).all() + session.scalars(select(User.name)).all()
    for row in rows:
        assert not find_identifiers("；".join(row), *sorted(logins, key=len, reverse=True)), row
    page = client.get("/office/record").text
    cells = re.findall(r'<td[^>]*data-label="(?:谁|做了什么|事项|详情)"[^>]*>(.*?)</td>', page, re.S)
    assert len(cells) == 50 * 4
    for cell in cells:
        assert not find_identifiers(re.sub("<[^>]*>", "", cell), *sorted(logins, key=len, reverse=True)), cell
