"""Every row of the list leads to a page with just as many rows, and to a step that is taken when it is pressed."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import update

from app.domain.cases.states import Role, State
from app.domain.messages.channels import OutgoingChannel
from app.domain.messages.fate import Outcome, Reply
from app.domain.nominees.annexes import Rank
from app.domain.objections.arrival import Channel
from app.domain.office.tasks import TaskKind
from app.domain.upkeep.data_requests import DataRequestKind, Requester
from app.models import Nominee, Programme, User
from app.services.calendar.availability import record_heartbeat
from app.services.cases import settlement
from app.services.messages import dispatching
from app.services.nominees import eligibility, replacements, withdrawals
from app.services.nominees.nominating import Particulars
from app.services.periods import closing, scheduling
from app.services.record.checks.run import Finding
from app.services.record.in_words import UNNUMBERED
from app.services.upkeep import checking, data_requests
from app.services.upkeep.data_requests import AskedOfUs, NewDataRequest
from tests import awards
from tests.services.messages.reaching import plan, reach_of
from tests.services.office.test_tasks import round_one, timetable
from tests.standing import answered
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World, at

Staff = Callable[[str], Browser]
pytestmark = [pytest.mark.walk, pytest.mark.parametrize("database", ["sqlite"], indirect=True)]
HOMES = {"office": "/office/", "office2": "/office/", "head": "/desk/", "handler": "/desk/", "stranger": "/desk/"}
FILED = "2026-09-18 Fri 09:00"


@dataclass(frozen=True)
class Row:
    """A row of the list as a page shows it."""

    kind: TaskKind
    count: int
    href: str


def rows_of(page: Page) -> list[Row]:
    found = re.findall(r'<li data-kind="(\w+)" data-count="(\d+)"><a href="([^"]+)">', page.source)
    return [Row(TaskKind(kind), int(count), html.unescape(href)) for kind, count, href in found]


def listed(page: Page) -> int:
    """How many rows a list of staff says that it has."""
    found = re.search(r"共 (\d+) 条", page.text)
    return int(found[1]) if found else 0


def boxes(page: Page, hidden: bool = False) -> int:
    kind = r'type="hidden" name="chosen"' if hidden else r'type="checkbox" name="chosen"'
    ticked = len(re.findall(rf"<input {kind}[^>]*checked", page.source))
    return ticked or len(re.findall(rf"<input {kind}", page.source))


def of_cases(page: Page) -> int:
    return 1 if re.fullmatch(r"/desk/cases/\d+", page.path) else listed(page)


def one(page: Page) -> int:
    return 1


def nominees(page: Page) -> int:
    return page.source.count('<li class="choice">')


def units(page: Page) -> int:
    found = re.search(r"谁也收不到消息的单位（(\d+)）", page.text)
    return int(found[1]) if found else 1


# How many things the page says that a row of each kind leads to.
COUNTED: dict[TaskKind, Callable[[Page], int]] = dict.fromkeys(TaskKind, listed) | {
    **dict.fromkeys(
        (
            TaskKind.ADD_HANDS,
            TaskKind.ADD_REVIEWER,
            TaskKind.TAKE_OVER,
            TaskKind.URGE,
            TaskKind.CONFIRM,
            TaskKind.LOOK,
            TaskKind.RESUME,
            TaskKind.ACCEPT,
            TaskKind.DECIDE,
        ),
        of_cases,
    ),
    **dict.fromkeys((TaskKind.CONDITIONS, TaskKind.REVIEW, TaskKind.OPINIONS), nominees),
    **dict.fromkeys(
        (
            TaskKind.CALENDAR,
            TaskKind.IMPORT,
            TaskKind.CONTACT,
            TaskKind.GROUP_ACT,
            TaskKind.APPROVAL,
            TaskKind.AWARD,
            TaskKind.PLACES,
            TaskKind.REVERSAL,
            TaskKind.REVOCATION,
            TaskKind.IDENTITY,
            TaskKind.DATA_REQUEST,
            TaskKind.RESET,
            TaskKind.PROVISIONAL,
        ),
        one,
    ),
    TaskKind.CHECKS: lambda page: page.source.count('data-label="哪张表"'),
    TaskKind.UNSEALED: lambda page: page.text.count(UNNUMBERED),
    TaskKind.MOVES: lambda page: boxes(page, hidden=True),
    TaskKind.BURST: boxes,
    TaskKind.SCHEDULE: lambda page: 1 if "/new/" in page.path else boxes(page),
    TaskKind.CLOSE: lambda page: 1 if page.path.endswith("/close") else boxes(page, hidden=True),
    TaskKind.AGREE: boxes,
    TaskKind.UNREACHABLE: units,
}
# The forms of which a case's page must offer one for each task.
BUTTONS = {
    TaskKind.TAKE_OVER: ("take_over",),
    TaskKind.URGE: ("urge",),
    TaskKind.CONFIRM: ("confirm", "confirm_decline"),
    TaskKind.LOOK: ("confirm_look",),
    TaskKind.RESUME: ("resume",),
    TaskKind.ACCEPT: ("accept",),
    TaskKind.DECIDE: ("investigate", "propose"),
}


def walk(staff: Staff, *logins: str) -> set[TaskKind]:
    """Open every row of everybody's list, both tabs, and compare its count. Returns the kinds that were met."""
    met = set()
    for login in logins or HOMES:
        browser = staff(login)
        for query in ("", "?own=1"):
            for row in rows_of(browser.get(HOMES[login] + query)):
                page = browser.get(row.href.partition("#")[0])
                assert page.status == 200, (login, row)
                assert COUNTED[row.kind](page) == row.count, (login, row, page.text[:2000])
                if row.kind in BUTTONS and page.path.startswith("/desk/cases/"):
                    offered = [form.action.rpartition("/")[2] for form in page.forms]
                    assert set(BUTTONS[row.kind]) & set(offered), (login, row, offered)
                met.add(row.kind)
    return met


def row_of(browser: Browser, kind: TaskKind, home: str = "/office/") -> Row:
    [row] = [row for row in rows_of(browser.get(home)) if row.kind is kind]
    return row


# --- every count is that of the page it leads to -----------------------------------------------------


def test_before_anything_is_scheduled_and_when_a_period_was_taken_back(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    timetable(world, ("2026-09-07", "2026-09-17"), ("2026-09-18", "2026-10-10"), ("2026-10-12", "2026-10-30"))
    clock.to("2026-09-08 Tue 09:00")
    assert walk(staff) == {TaskKind.SCHEDULE, TaskKind.LATE}
    with world.database.reader() as session:
        unit = session.get_one(Nominee, world.nominees[0]).unit_id
    period = world.schedule(1, unit, world.nominees[:1], "2026-09-09", 6, "2026-09-08 Tue 09:00")
    assert walk(staff) == {TaskKind.SCHEDULE, TaskKind.LATE, TaskKind.OVERRUNS}
    world.run(scheduling.cancel, period, "写错了日期", by=world.actor("office"), now=clock())
    assert walk(staff) == {TaskKind.SCHEDULE, TaskKind.LATE}


def test_between_the_rounds(world: World, staff: Staff, clock: MovingClock) -> None:
    round_one(world, world.nominees[:4])
    for nominee in world.nominees[4:]:
        with world.database.reader() as session:
            unit = session.get_one(Nominee, nominee).unit_id
        world.schedule(1, unit, [nominee], "2026-09-08", 3, "2026-09-07 Mon 09:00")
    clock.to("2026-09-16 Wed 10:00")
    assert walk(staff) == {TaskKind.SCHEDULE, TaskKind.CONDITIONS, TaskKind.CLOSE}
    world.run(eligibility.confirm, world.nominees[:3], by=world.actor("office"), now=clock())
    assert walk(staff) == {TaskKind.SCHEDULE, TaskKind.CONDITIONS, TaskKind.REVIEW, TaskKind.CLOSE}
    world.past_round_one(world.others)
    clock.to("2026-09-16 Wed 11:00")
    assert TaskKind.OPINIONS in walk(staff, "stranger")


def test_within_a_window_and_on_the_way_to_its_deadline(world: World, staff: Staff, clock: MovingClock) -> None:
    period = world.round_two()
    cases = [world.file(period, nominee, FILED)[0] for nominee in world.nominees for _ in range(3)]
    for case, state in zip(cases, (State.ACCEPTED, State.INVESTIGATING, State.PROPOSED, State.PROPOSED), strict=False):
        world.bring(case, state, "2026-09-21 Mon 09:00")
    clock.to("2026-09-21 Mon 10:00")
    met = walk(staff)
    assert {TaskKind.ACCEPT, TaskKind.DECIDE, TaskKind.CONFIRM, TaskKind.FLOOD, TaskKind.OPINIONS} <= met
    clock.to("2026-09-24 Thu 10:00")
    assert {TaskKind.TAKE_OVER, TaskKind.ACCEPT, TaskKind.CONFIRM} <= walk(staff)
    with world.database.writer() as session:
        session.execute(update(User).where(User.role != Role.OFFICE).values(disabled_at=clock()))
        session.execute(update(User).where(User.id == world.people["office2"]).values(disabled_at=clock()))
        session.commit()
    assert TaskKind.ADD_HANDS in walk(staff, "office")


def test_after_the_deadline_and_when_places_are_empty(world: World, staff: Staff, clock: MovingClock) -> None:
    period = world.round_two()
    for nominee in world.nominees[:2]:
        world.file(period, nominee, FILED)
    clock.to("2026-09-30 Wed 00:05")
    world.run(settlement.settle_due, now=clock())
    assert {TaskKind.LAPSED, TaskKind.CLOSE, TaskKind.VACANCY} <= walk(staff)
    head = world.actor("head")
    world.run(withdrawals.withdraw, world.nominees[2], "本人申请", by=head, now=clock())
    particulars = Particulars("麒小九", unit="麒麟区养护中心", deeds="十年养路无事故。", post="养护工", rank=Rank.NONE)
    world.run(replacements.replace, world.nominees[2], particulars, by=head, now=clock())
    assert {TaskKind.VACANCY, TaskKind.REPLACING} <= walk(staff)


def test_messages_checks_accounts_and_the_calendar(
    world: World, make_app: Callable[..., object], clock: MovingClock
) -> None:
    app = make_app(mail_url="smtp://mail.example:25", mail_from="gongshi@example.com")

    def staff(login: str) -> Browser:
        return Browser(app).sign_in(world.people[login])  # type: ignore[arg-type] # what the fixture makes

    clock.to(FILED)
    period = world.round_two()
    reach_of(world, "office", OutgoingChannel.MAIL, "office@example.com")
    world.file(period, world.nominees[0], FILED)
    plan(world, at(FILED))
    claimed = world.run(dispatching.settle_and_claim, None, "", now=at(FILED))
    assert claimed is not None
    never = Outcome(Reply.NEVER, "550 no such user")
    world.run(dispatching.settle, (claimed, never), now=at(FILED))
    findings = [Finding("filed in time", "R6", "objections", row) for row in (7, 8)]
    world.seal()
    world.run(checking.store_findings, findings, 1.5, now=at("2026-09-18 Fri 08:58"))
    world.run(record_heartbeat, dt.timedelta(minutes=2), now=at(FILED))
    met = walk(staff, "office", "head")
    assert {TaskKind.GIVEN_UP, TaskKind.UNREACHABLE, TaskKind.CHECKS, TaskKind.UNSEALED} <= met
    clock.to("2026-12-01 Tue 09:00")
    assert TaskKind.CALENDAR in walk(staff, "office")


def test_a_request_about_ones_own_data_is_on_the_offices_list_alone(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    clock.to(FILED)
    received, due = dt.date(2026, 9, 18), dt.date(2026, 10, 16)
    asked = AskedOfUs("植标甲", "13900001111", "当面看过身份证", "要求复制本人的推荐表。")
    new = NewDataRequest(DataRequestKind.COPY, Requester.NOMINEE, Channel.VISIT, received, due, asked)
    world.run(data_requests.register, new, by=world.actor("office"), now=at(FILED))
    assert TaskKind.DATA_REQUEST in walk(staff, "office")
    assert TaskKind.DATA_REQUEST not in walk(staff, "head")
    assert asked.name not in staff("office").get("/office/").text


# --- every press is taken ---------------------------------------------------------------------------


def test_all_periods_that_can_be_closed_are_closed_by_one_press_and_a_refused_one_is_named(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    with world.database.reader() as session:
        homes = [session.get_one(Nominee, nominee).unit_id for nominee in world.nominees]
    periods = [
        world.schedule(1, unit, [nominee], "2026-09-08", 3, "2026-09-07 Mon 09:00")
        for nominee, unit in zip(world.nominees, homes, strict=True)
    ]
    clock.to("2026-09-15 Tue 09:00")
    office = staff("office")
    page = office.get(row_of(office, TaskKind.CLOSE).href)
    world.run(closing.close_period, periods[0], by=world.actor("office2"), now=clock())  # meanwhile
    done = office.post("/office/periods/close-many", {"chosen": [str(each) for each in periods], "step": "close"})
    assert "办结公示：办理结果" in done.text
    assert "已经办结" in done.text or "已办结" in done.text
    assert all(world.period(period).closed_at is not None for period in periods)
    assert page.text.count("麒麟区第") >= len(periods)
    assert TaskKind.CLOSE not in {row.kind for row in rows_of(office.get("/office/"))}


def test_one_period_is_scheduled_as_it_is_proposed(world: World, staff: Staff, clock: MovingClock) -> None:
    world.past_round_one(world.nominees)
    world.past_round_one(world.others)
    clock.to("2026-09-17 Thu 10:00")
    office = staff("office")
    row = row_of(office, TaskKind.SCHEDULE)
    many = office.get(row.href)
    assert (row.count, many.path) == (2, "/office/periods/new-many")
    world.schedule(2, world.luoping, world.others, "2026-09-18", 3, "2026-09-17 Thu 10:00")
    single = office.get(row_of(office, TaskKind.SCHEDULE).href)
    assert single.path == f"/office/periods/new/{world.programme}/2/{world.qilin}"


def test_what_is_proposed_to_be_scheduled_is_who_has_somebody(world: World, staff: Staff, clock: MovingClock) -> None:
    """An empty programme that is newer does not hide the one under way, nor round 2 the first that is due."""
    with world.database.writer() as session:
        old = session.get_one(Programme, world.programme)
        newer = Programme(
            title="下一年度的评选表彰",
            collective_honour=old.collective_honour,
            individual_honour=old.individual_honour,
            lapse_clause=old.lapse_clause,
            upheld_clause=old.upheld_clause,
            created_at=clock(),
        )
        session.add(newer)
        session.commit()
    world.past_round_one(world.nominees)
    clock.to("2026-09-17 Thu 10:00")
    page = staff("office").get("/office/periods/new")
    assert f'value="{world.programme}" selected' in page.source
    assert 'value="1" selected' in page.source  # Luoping's own units have still to show theirs
    able, _, unable = page.text.partition("现在没有对象可以安排的单位（5）")
    assert ("罗平县第1单位 可以安排1个对象" in able, "麒麟区第1单位" in unable) == (True, True)
    assert "第1轮" in staff("office").get("/office/periods/new-many").text


def test_after_the_award_the_review_that_would_be_refused_is_not_offered(
    world: World, staff: Staff, clock: MovingClock, tmp_path: Path
) -> None:
    round_one(world, world.others)
    world.past_round_one(world.nominees)
    awards.reviewed(world, world.nominees)
    period = awards.shown_to_the_city(world, world.nominees)
    world.run(closing.close_period, period, by=world.actor("office"), now=at(awards.CLOSED))
    for issuer in ("市委", "市政府"):
        awards.recorded(world, tmp_path, awards.ProceedingKind.APPROVAL, awards.paper(issuer))
    clock.to(awards.DECIDED)
    assert TaskKind.CONDITIONS in walk(staff, "office")
    awards.decided(world, tmp_path)
    assert walk(staff) == set()
    assert "今天没有要办的事" in staff("office").get("/office/").text


# --- a programme worked off by its list alone --------------------------------------------------------


def sent(page: Page, action: str) -> tuple[str, dict[str, list[str]]]:
    """The form of a page whose address has this in it, with everything that is ticked or filled in: as it stands."""
    [(target, inside)] = [
        (html.unescape(found[1] or ""), found[2])
        for found in re.finditer(r'<form method="post"(?: action="([^"]*)")?[^>]*>(.*?)</form>', page.source, re.DOTALL)
        if action in (found[1] or page.path)
    ]
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", inside):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        chosen = "checked" in tag or not re.search(r'type="(checkbox|radio)"', tag)
        if name and chosen and "disabled" not in tag:
            fields.setdefault(name[1], []).append(html.unescape(value[1]) if value else "on")
    return target or page.path, fields


def press(office: Browser, kind: TaskKind, page: Page) -> Page:
    """Press what the page of a task offers, as it is proposed there."""
    if kind is TaskKind.SCHEDULE:
        address, fields = sent(page, "/new")
        return office.post(address, fields | {"step": ["save"]}, csrf=False)
    if kind is TaskKind.CLOSE:
        address, fields = sent(page, "/close")
        return office.post(address, fields | {"step": ["close"]}, csrf=False)
    address, fields = sent(page, "/many/")
    return office.post(address, fields | ({"rank": ["none"]} if kind is TaskKind.CONDITIONS else {}), csrf=False)


def worked_off(office: Browser) -> list[TaskKind]:
    """Press the first row that can be pressed, until no row can. Every press is taken, and its row is gone."""
    pressed = []
    can_be = (TaskKind.CLOSE, TaskKind.CONDITIONS, TaskKind.REVIEW, TaskKind.SCHEDULE)
    while rows := [row for row in rows_of(office.get("/office/")) if row.kind in can_be]:
        first = min(rows, key=lambda row: can_be.index(row.kind))
        answer = press(office, first.kind, office.get(first.href))
        assert answer.status == 303, (first, answer.text[:1500])
        assert first not in rows_of(office.get("/office/"))
        pressed.append(first.kind)
    return pressed


@pytest.mark.walk
def test_a_whole_programme_is_worked_off_by_its_list(
    world: World, staff: Staff, clock: MovingClock, tmp_path: Path
) -> None:
    office = staff("office")
    clock.to("2026-09-01 Tue 09:00")
    assert worked_off(office) == [TaskKind.SCHEDULE]  # eight units' round 1 by one press
    clock.to("2026-09-09 Wed 09:00")
    between = [TaskKind.CLOSE, TaskKind.CONDITIONS, TaskKind.REVIEW, TaskKind.SCHEDULE]
    assert worked_off(office) == between
    clock.to("2026-09-17 Thu 09:00")
    assert worked_off(office) == [TaskKind.CLOSE, TaskKind.REVIEW]
    answered(world, tmp_path, world.nominees, "2026-09-17 Thu 10:00")
    answered(world, tmp_path, world.others, "2026-09-17 Thu 10:00")
    clock.to("2026-09-17 Thu 11:00")
    assert worked_off(office) == [TaskKind.SCHEDULE]  # round 3, the office's own
    clock.to("2026-09-25 Fri 09:00")
    assert worked_off(office) == [TaskKind.CLOSE]
    assert [row.kind for row in rows_of(office.get("/office/"))] == [TaskKind.APPROVAL]
