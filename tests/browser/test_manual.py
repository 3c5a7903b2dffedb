"""The pictures of docs/手册.md and README.md, taken from the demonstration on one Monday morning: `make pictures`."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import exists, func, select

from app.database import Database
from app.demo import annexes, people
from app.demo.build import build
from app.demo.cast import PASSWORD
from app.domain.cases.states import Role, State
from app.domain.periods.rounds import Kind
from app.domain.programmes.annex_one import BookPlaces
from app.domain.programmes.plan import ProgrammePlan, StageDays
from app.domain.programmes.programme_book import Book, BookPerson
from app.models import Case, Disqualification, Entry, Nominee, Period, Programme, Reversal, Unit
from app.web.factory import create_app
from config import Settings
from tests.browser.camera import Camera
from tests.browser.portal import KEY, WIDTHS, listening, log_in, press, unfold
from tests.qujing import write_summary, written
from tests.web.browsing import MovingClock
from tests.world import at

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
MORNING = "2026-09-21 Mon 10:00"
OVER = "2026-10-09 Fri 09:00"  # five working days after the 24th, with the Mid-Autumn and October holidays between
SEED = 20260921
STAGE_DAYS = {
    1: ("2026-09-21", "2026-10-16"),
    2: ("2026-10-17", "2026-11-06"),
    3: ("2026-11-07", "2026-11-27"),
    4: ("2026-11-28", "2026-12-31"),
}
TITLE = "曲靖市2026年度先进集体和先进个人评选表彰"

pytestmark = pytest.mark.browser


class Tour:
    """Visits the portal's pages as people of the demonstration, and takes the pictures."""

    def __init__(self, browser: Browser, url: str, database: Database, clock: MovingClock) -> None:
        self.browser, self.url, self.database, self.clock = browser, url, database, clock
        self.camera = Camera(PICTURES)

    def staff(self, login: str, width: str = "desktop") -> Page:
        page = self.visitor(width)
        page.goto("/login")
        log_in(page, login, PASSWORD)
        return page

    def visitor(self, width: str = "desktop") -> Page:
        wide, high = WIDTHS[width]
        context = self.browser.new_context(
            base_url=self.url,
            viewport={"width": wide, "height": high},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(15_000)
        context.clock.set_fixed_time(self.clock.now)
        page = context.new_page()
        page.on("dialog", lambda dialog: dialog.accept())
        return page

    def number(self, query: object) -> int:
        with self.database.reader() as session:
            found = session.scalar(query)  # type: ignore[call-overload] # any query of one number
        assert found is not None, str(query)
        return int(found)


@pytest.fixture
def tour(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tour]:
    if not request.config.getoption("--pictures"):
        pytest.skip("the manual's pictures are renewed by `make pictures`")
    path, clock = tmp_path / "gongshi.sqlite", MovingClock(at(MORNING))
    shutil.copy(request.getfixturevalue("sqlite_template"), path)
    settings = Settings(
        database_url=f"sqlite:///{path}",
        identity_key=KEY,
        secret_key=KEY,
        evidence_dir=tmp_path / "evidence",
        public_url="https://gongshi.example",
        demonstration=True,
    )
    app = create_app(settings, clock)
    portal = app.extensions["portal"]
    build(portal.database, portal.vault.keyring, clock.now, portal.vault)
    with listening(app) as url:
        yield Tour(request.getfixturevalue("chromium"), url, portal.database, clock)


def test_the_manual_has_its_pictures(tour: Tour, tmp_path: Path) -> None:
    PICTURES.mkdir(exist_ok=True)
    running = tour.number(select(func.max(Period.programme_id)))
    coming_in(tour)
    citizens(tour)
    what_runs(tour, running)
    one_nominee(tour, running)
    cases(tour)
    made = setting_up(tour, tmp_path, running)
    lists_in(tour, tmp_path, made)
    rounds(tour, made)
    for old in PICTURES.glob("*.png"):
        if old.stem not in tour.camera.taken:
            old.unlink()


def coming_in(tour: Tour) -> None:
    page = tour.visitor("phone")
    page.goto("/login")
    tour.camera.page(page, "登录", 470)


def citizens(tour: Tour) -> None:
    """Take the public list with the most nominees."""
    is_open = Period.opens_at <= tour.clock.now, Period.closes_at > tour.clock.now
    longest = select(Entry.period_id).join(Period, Entry.period_id == Period.id).where(*is_open)
    longest = longest.group_by(Entry.period_id).order_by(func.count().desc(), Entry.period_id)
    page = tour.visitor()
    page.goto(f"/periods/{tour.number(longest.limit(1))}")
    tour.camera.page(page, "群众看公示", 1140)


def what_runs(tour: Tour, running: int) -> None:
    """Take the office's pages of the demonstration."""
    office, camera = tour.staff("office"), tour.camera
    office.goto("/office/")
    camera.page(office, "总览", 900)
    office.goto(f"/nominees/?programme={running}")
    camera.page(office, "推荐对象名单", 760)
    office.goto("/office/periods")
    camera.page(office, "公示清单", 700)
    office.goto(f"/programmes/{running}/papers")
    camera.page(office, "文书", 760)
    office.goto(f"/programmes/{running}/award")
    camera.page(office, "审批与表彰", 800)
    office.goto("/office/calendar")
    camera.part(
        office,
        "载入放假通知",
        office.get_by_role("heading", name="载入新的放假通知"),
        office.locator("form button").last,
    )
    office.goto("/office/record")
    camera.page(office, "记录", 800, masked="code")


def one_nominee(tour: Tour, running: int) -> None:
    """Take the nominee that came furthest, one that was disqualified, and the forms about conditions."""
    office, camera = tour.staff("office"), tour.camera
    theirs = select(Entry.nominee_id).join(Nominee, Nominee.id == Entry.nominee_id).group_by(Entry.nominee_id)
    furthest = theirs.where(Nominee.programme_id == running).order_by(func.count().desc(), Entry.nominee_id)
    office.goto(f"/nominees/{tour.number(furthest.limit(1))}")
    camera.part(office, "三轮公示", office.get_by_role("heading", name="三轮公示"), office.locator("ol.path"))
    office.get_by_text("录入或更正一项意见").click()
    camera.part(office, "征求意见", office.locator("#opinions"), office.get_by_role("button", name="录入意见"))
    stands = ~exists().where(Reversal.disqualification_id == Disqualification.id)
    out = select(func.max(Disqualification.nominee_id)).where(stands)
    office.goto(f"/nominees/{tour.number(out)}")
    unfold(office, "这项决定有误，提出撤销")
    camera.part(
        office,
        "取消参评资格",
        office.get_by_role("heading", name="变动"),
        office.get_by_role("button", name="提出撤销", exact=True),
    )


def cases(tour: Tour) -> None:
    """Take a unit's desk, also on a telephone."""
    handler, camera = tour.staff("handler", "phone"), tour.camera
    handler.goto("/desk/")
    camera.page(handler, "手机上的案件", 900)
    handler = tour.staff("handler")
    unit = select(Unit.id).where(Unit.name == "麒麟区").scalar_subquery()
    case = select(func.min(Case.id)).where(Case.state == State.INVESTIGATING, Case.handler_unit_id == unit)
    handler.goto(f"/desk/cases/{tour.number(case)}")
    panel = handler.locator("section.actions .panel").first
    camera.part(handler, "案件", handler.locator("h1"), panel.locator(".field").nth(2))


def setting_up(tour: Tour, folder: Path, running: int) -> int:
    """Take the set-up of a programme of this year from one workbook."""
    office, camera, file = tour.staff("office"), tour.camera, folder / "活动.xlsx"
    with tour.database.reader() as session:
        before = session.get_one(Programme, running)
        file.write_bytes(written(book_like(before)))
    office.goto("/programmes/book")
    office.get_by_label("表格文件").set_input_files(file)
    press(office, "检查表格")
    camera.page(office, "核对表格", 860)
    press(office, "全部保存")
    camera.page(office, "登录单", 700, masked=".slip dl > div:nth-child(5) .code")
    made = tour.number(select(func.max(Programme.id)))
    office.goto(f"/programmes/{made}")
    camera.page(office, "活动概况", 900)
    return made


def book_like(before: Programme) -> Book:
    """Return a workbook with last year's units, places and clauses, and this year's days."""
    plan = ProgrammePlan(
        TITLE,
        before.collective_honour,
        before.individual_honour,
        before.lapse_clause,
        before.upheld_clause,
        notice_number="演示〔2026〕200号",
        stages=[StageDays(number, *map(dt.date.fromisoformat, days)) for number, days in STAGE_DAYS.items()],
    )
    places = [
        BookPlaces(0, quota.recommender, quota.collectives, quota.individuals, quota.field, quota.group)
        for quota in people.quotas()
    ]
    return Book(plan, places=places, people=[BookPerson(0, "qilin02", "刘新来", Role.HANDLER, "麒麟区")])


def lists_in(tour: Tour, folder: Path, programme: int) -> None:
    """Take the import of one unit's lists, first with usual errors, then without."""
    handler, camera = tour.staff("handler"), tour.camera
    here = f"/imports/?programme={programme}"
    quota = next(quota for quota in people.quotas() if quota.recommender == "麒麟区")
    rows = annexes.unit_rows(quota, SEED)[Kind.INDIVIDUAL]
    wrong = [dict(row) for row in rows]
    wrong[0] |= {"trade": "煤矿", "awards": ""}
    wrong[1] |= {"id_number": wrong[1]["id_number"][:16] + "00"}
    wrong[3] |= {"deeds": (wrong[3]["deeds"] * 20)[:820]}
    handler.goto(here)
    unfold(handler, "下载空白表")
    camera.page(handler, "导入", 900)
    upload(handler, folder / "附件3（有错）.xlsx", Kind.INDIVIDUAL, wrong)
    camera.page(handler, "导入的问题", 900)
    press(handler, "放弃这次导入")
    handler.goto(here)
    upload(handler, folder / "附件3.xlsx", Kind.INDIVIDUAL, rows)
    camera.page(handler, "确认导入", 700)
    press(handler, "确认导入")
    handler.goto(here)
    upload(handler, folder / "附件2.xlsx", Kind.COLLECTIVE, annexes.unit_rows(quota, SEED)[Kind.COLLECTIVE])
    press(handler, "确认导入")
    someone = select(func.min(Nominee.id)).where(Nominee.programme_id == programme, Nominee.kind == Kind.INDIVIDUAL)
    office = tour.staff("office")
    office.goto(f"/nominees/{tour.number(someone)}")
    camera.part(office, "评选条件", office.locator("#standing"), office.locator(".checks-list > li").nth(5))


def upload(page: Page, file: Path, kind: Kind, rows: list[dict[str, str]]) -> None:
    file.write_bytes(write_summary(kind, f"{TITLE}推荐对象汇总表", "麒麟区", None, rows, extended=True))
    page.get_by_label("文件", exact=True).set_input_files(file)
    press(page, "上传并核对")


def rounds(tour: Tour, programme: int) -> None:
    """Take the scheduling of one period and of several, the backward plan, and the closing."""
    office, camera = tour.staff("office"), tour.camera
    office.goto(f"/programmes/{programme}/plan")
    camera.page(office, "倒排计划", 900)
    office.goto(f"/office/periods/new?programme={programme}&round=1")
    with office.expect_navigation():
        office.locator("ul.lines a").first.click()
    office.get_by_label("公示第一天").fill("2026-09-24")
    press(office, "计算公示时间")
    camera.part(office, "逐日核对", office.locator("h1"), office.get_by_role("button", name="确认安排"))
    office.goto(f"/office/periods/new-many?programme={programme}&round=1")
    office.get_by_label("公示第一天").fill("2026-09-24")
    office.get_by_label("全选").check()
    press(office, "计算公示时间")
    camera.page(office, "一次安排多家单位", 900)
    with office.expect_navigation():
        office.get_by_role("button", name="确认安排").click()
    tour.clock.to(OVER)
    office = tour.staff("office")
    office.goto(f"/office/periods?phase=ready&programme={programme}")
    for box in office.get_by_role("checkbox", name="选择").all()[:5]:
        box.check()
    press(office, "办结所选的公示")
    camera.part(office, "一次办结多次公示", office.locator("h1"), office.get_by_role("button", name="确认办结"))
