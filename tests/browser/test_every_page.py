"""Every page, in each state, on a phone and a desktop, dark and in 大字版: axe finds nothing, nothing overflows."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pyotp
import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select, update

from app import sheets
from app.channels.gateways import gateways_of
from app.domain.accounts.rosters import HEAD, SHEET
from app.domain.award.decision import ProceedingKind, RevocationGround
from app.domain.cases.states import Role, State
from app.domain.messages.wording import MessageText
from app.domain.programmes.annex_one import BookPlaces
from app.domain.programmes.contacts import Contact
from app.domain.programmes.plan import ProgrammePlan
from app.domain.programmes.programme_book import Book, BookContact, BookPerson
from app.models import Case, SecondFactor, Stage, User
from app.services.accounts import staffing
from app.services.award import revocation
from app.services.award.revocation import RevocationText
from app.services.cases import investigation, second_looks, settlement
from app.services.messages import dispatching
from app.services.nominees import reversal, withdrawals
from app.services.objections import following
from app.services.periods import bursts, closing, corrections
from app.services.record.checkpoints import log_keys_of, publish
from app.services.shared.work import Work
from app.web.accounts.provider import Provider
from tests import awards, lists
from tests.browser.portal import PASSWORD, Portal, faults_of, faults_of_versions, keep_shot, press, press_link, resize
from tests.busy import MORNING, OPEN, cases_in_every_state
from tests.files import pdf
from tests.qujing import proposed_stages, written
from tests.standing import cleared
from tests.world import World, at

pytestmark = pytest.mark.browser

CLOSED = "2026-09-24 Thu 10:00"
DUE = "2026-09-30 Wed 09:00"
AFTER = "2026-10-08 Thu 09:00"
DEEDS = "第3位对象三年来办成**实事**十二件，群众满意。"
FACTS = "该对象申报的第三项实事由邻近单位完成，2025年6月的施工记录可以核实，请予核查。"

BLUEPRINTS = {
    "public": {"public", "objections", "receipts", "account", "log", "log_proofs", "own_proof", "period_proofs"},
    "unit": {"cases", "own", "imports", "registrations"},
    "office": {
        "office",
        "office_cases",
        "periods",
        "calendar",
        "record",
        "identities",
        "nominees",
        "documents",
        "planning",
        "statistics",
    },
    "setting up": {"programmes", "programme_book", "units", "people", "rosters"},
    "own data": {"data_requests"},
    "papers": {"papers"},
    "award": {"award", "decisions"},
    "messages": {"messages", "reaches", "following", "feeds"},
}
NO_PAGES = {"crawlers", "health", "metrics", "static"}
ELSEWHERE = {
    "registrations.slip",  # looked at and printed in tests/browser/test_registering.py
    "office.nominees",  # an old address: it leads to the list that units have too
    "account.go_to_provider",  # it leads to the provider, and where that is down to the login page, which is looked at
    "account.back_from_provider",  # it leads on in the same way
    "nominees.opinions_still_missing",  # it leads to the page that records an answer about many, which is looked at
    "objections.objection_form",  # it gives the form an address of its own and leads there
}
# Endpoints that send files, which have no look.
FILES = {
    "log.newest",
    "log.of_size",
    "log_proofs.consistency",
    "log_proofs.stamp",
    "own_proof.filed",
    "own_proof.proof",
    "period_proofs.kept_list",
    "period_proofs.list_proof",
    "cases.case_file",
    "cases.case_volume",
    "cases.letter_file",
    "cases.letters_sheet",
    "cases.evidence",
    "cases.queue_sheet",
    "cases.unit_ledger",
    "documents.document",
    "office_cases.cases_sheet",
    "office_cases.ledger",
    "papers.certificates",
    "papers.letter_to_authority",
    "papers.of_nominee",
    "papers.of_period",
    "papers.of_unit",
    "papers.package_of_programme",
    "papers.package_of_unit",
    "papers.template",
    "programme_book.blank_book",
    "programme_book.programme_book_file",
    "feeds.atom",
    "feeds.calendar",
    "feeds.staff_calendar",
    "receipts.own_evidence",
    "receipts.own_letter_file",
    "receipts.receipt_file",
    "public.site_mark",
    "imports.blank",
    "rosters.blank",
    "statistics.picture",
    "statistics.sheet",
}


class Walk:
    """Visits pages and collects the faults of each, so that one run names all of them."""

    def __init__(self, portal: Portal, audience: str) -> None:
        self.portal, self.audience = portal, audience
        self.faults: list[str] = []
        self.seen: set[str] = set()
        self.looks = 0

    def look(self, page: Page, name: str, path: str = "") -> None:
        """Check the page at this path, or the current one, first on a desktop, then on a phone."""
        if path:
            page.goto(path)
        self.looks += 1
        url = urlsplit(page.url)
        for width in ("desktop", "phone"):
            resize(page, width)
            self.faults += [f"{name}, {url.path}, {width}: {fault}" for fault in faults_of(page)]
            keep_shot(page, f"{self.audience}-{self.looks:02}-{name}-{width}".replace(" ", "-"))
        self.faults += [f"{name}, {url.path}, {fault}" for fault in faults_of_versions(page, self.audience)]
        routes = self.portal.app.url_map.bind("")
        if routes.test(url.path, "GET"):
            self.seen.add(routes.match(url.path, "GET")[0])

    def over(self) -> None:
        """Assert that no page had a fault, and that no page of this audience was left out."""
        pages: dict[str, set[str]] = {}
        for rule in self.portal.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()):
                pages.setdefault(rule.endpoint.partition(".")[0], set()).add(rule.endpoint)
        assert set(pages) == NO_PAGES.union(*BLUEPRINTS.values()), "a blueprint that nobody walks"
        assert (
            set().union(*(pages[name] for name in BLUEPRINTS[self.audience])) - self.seen - FILES - ELSEWHERE == set()
        )
        if self.faults:
            raise AssertionError("\n".join([f"{len(self.faults)} faults:", *self.faults]))


def provider_is_down(portal: Portal) -> None:
    """The installation has an identity provider, which does not answer."""
    settings = replace(portal.app.extensions["portal"].settings, oidc_issuer="http://localhost:1", oidc_client_id="x")
    portal.app.extensions["provider"] = Provider(settings)
    portal.app.jinja_env.globals["PROVIDER_NAME"] = settings.oidc_name


def follow(page: Page, code: str) -> None:
    page.context.clear_cookies()
    page.goto("/receipt")
    page.get_by_label("查询码").fill(code)
    press(page, "查询")


@pytest.mark.soak
def test_what_everybody_sees_first(portal: Portal) -> None:
    """The short form of what follows: the way of a citizen from the list to the form."""
    world, walk = portal.world, Walk(portal, "public")
    period = world.round_two()
    portal.time_is(OPEN)
    page = portal.visit("phone")
    walk.look(page, "home", "/")
    walk.look(page, "list", f"/periods/{period}")
    walk.look(page, "individual", f"/periods/{period}/nominees/{world.nominees[2]}")
    walk.look(page, "form", f"/periods/{period}/nominees/{world.nominees[2]}/objection")
    press(page, "下一步")
    walk.look(page, "form with nothing written")
    assert walk.faults == []


@pytest.mark.soak
def test_what_the_public_sees(portal: Portal) -> None:
    world, walk = portal.world, Walk(portal, "public")
    page = portal.visit("phone")
    page.on("dialog", lambda dialog: dialog.accept())
    walk.look(page, "home with nothing", "/")
    walk.look(page, "privacy", "/privacy")
    walk.look(page, "genuine", "/genuine")
    walk.look(page, "how to check", "/log/check")
    walk.look(page, "log without a checkpoint", "/log/")
    walk.look(page, "accessibility", "/accessibility")
    walk.look(page, "not found", "/periods/999")
    walk.look(page, "not this way", "/receipt/withdraw")
    walk.look(page, "receipt asked", "/receipt")
    press(page, "查询")
    walk.look(page, "receipt without a code")
    page.get_by_label("查询码").fill("0000-0000-0000-0000-0000-0000")
    press(page, "查询")
    walk.look(page, "receipt unknown")
    page.get_by_label("查询码").fill("0000")
    page.context.clear_cookies()
    press(page, "查询")
    walk.look(page, "form gone stale")
    walk.look(page, "login", "/login")
    press(page, "登录")
    walk.look(page, "login with nothing typed")
    page.get_by_label("登录名").fill("nobody")
    page.get_by_label("密码").fill("nothing of the kind")
    press(page, "登录")
    walk.look(page, "login refused")
    provider_is_down(portal)
    page.goto("/login/oidc")
    walk.look(page, "login with a provider that is down")
    page.get_by_label("登录名").fill("office")
    page.get_by_label("密码").fill(PASSWORD)
    press(page, "登录")
    walk.look(page, "code asked")
    page.get_by_label("验证码").fill("000000")
    press(page, "登录")
    walk.look(page, "code refused")

    period = world.round_two()
    listed, collective, person = f"/periods/{period}", world.nominees[0], world.nominees[2]
    portal.time_is("2026-09-17 Thu 12:00")
    for moment in ("2026-09-17 Thu 10:00", "2026-09-17 Thu 11:00"):
        publish(world.database, log_keys_of(world.keyring, portal.url), at(moment))
    walk.look(page, "log", "/log/")
    walk.look(page, "home before", "/")
    walk.look(page, "list before", listed)
    walk.look(page, "nominee before", f"{listed}/nominees/{person}")

    cases = cases_in_every_state(world, period)
    world.past_round_one(world.others)
    portal.time_is(OPEN)
    walk.look(page, "home", "/")
    walk.look(page, "search", "/search?q=麒麟区")
    walk.look(page, "search without a hit", "/search?q=查无此人")
    walk.look(page, "list", listed)
    walk.look(page, "list to be printed", f"{listed}/print")
    walk.look(page, "list of one kind", f"{listed}?kind=individual")
    walk.look(page, "list without a hit", f"{listed}?name=没有这个人")
    walk.look(page, "no such page of the list", f"{listed}?page=9")
    for field, text in (("name", "麒晓3"), ("deeds", "第3位对象三年来办成**实事**十三件，群众满意。" + DEEDS * 3)):
        world.run(corrections.correct, person, field, text, "录入时写错", by=world.actor("office"), now=at(OPEN))
    world.run(withdrawals.withdraw, world.nominees[3], "本人要求", by=world.actor("head"), now=at(OPEN))
    walk.look(page, "list with corrections", f"{listed}?kind=individual&page=1")
    walk.look(page, "collective", f"{listed}/nominees/{collective}")
    walk.look(page, "individual", f"{listed}/nominees/{person}")
    walk.look(page, "form", f"{listed}/nominees/{person}/objection")
    press(page, "下一步")
    walk.look(page, "form with nothing written")
    page.get_by_label("单位", exact=True).check()
    page.get_by_label("真实姓名").fill("麒麟区第一运输公司")
    press(page, "下一步")
    walk.look(page, "contact of a unit")
    press(page, "下一步")
    walk.look(page, "contact of a unit refused")
    page.get_by_label("联系人").fill("钱小麦")
    page.get_by_label("手机号码或者电子邮箱").fill("office@example.com")
    press(page, "下一步")
    press(page, "下一步")
    walk.look(page, "facts of a unit refused")
    page.get_by_label("推荐程序").or_(page.get_by_label("其他")).first.check()
    page.get_by_label("事实和依据").fill(FACTS)
    letter = {"name": "公函.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    page.get_by_label("盖章的书面材料").set_input_files([letter])
    expect(page.get_by_text("已收到").first).to_be_visible()
    walk.look(page, "form with the sealed letter")
    press(page, "下一步")
    walk.look(page, "check")
    press(page, "确认提交")
    walk.look(page, "receipt")
    for name in ("received", "awaiting", "investigating", "proposed", "upheld", "dismissed", "declined", "withdrawn"):
        follow(page, cases[name][1])
        walk.look(page, f"follow {name}")
    letters_and_a_second_look(walk, page, cases)
    follow(page, cases["received"][1])
    press(page, "提交补充")
    walk.look(page, "supplement with nothing written")
    press(page, "撤回异议")
    walk.look(page, "withdrawal without a reason")
    page.get_by_label("撤回原因").fill("已经当面说清楚。")
    press(page, "撤回异议")
    walk.look(page, "withdrawal asked once more")
    page.go_back()
    page.get_by_label("撤回原因").fill("已经当面说清楚。")
    portal.time_is("2026-09-22 Tue 10:40")
    press(page, "撤回异议")
    walk.look(page, "half an hour later")

    portal.time_is("2026-09-23 Wed 23:59")
    walk.look(page, "list on the last day", listed)
    page.goto(f"{listed}/nominees/{person}/objection")
    portal.time_is(CLOSED)
    press(page, "下一步")
    walk.look(page, "form too late with errors")
    walk.look(page, "list after", listed)
    walk.look(page, "list to be printed after", f"{listed}/print")
    walk.look(page, "nominee after", f"{listed}/nominees/{person}")
    portal.time_is(DUE)
    follow(page, cases["received"][1])
    walk.look(page, "follow lapsed")
    with world.database.writer() as session:
        closing.close_period(Work(session, at(DUE), world.actor("office")), period)
    portal.time_is("2026-10-08 Thu 09:00")
    walk.look(page, "list of a closed period", listed)

    other = world.schedule(2, world.luoping, world.others, "2026-10-09", 3, AFTER)
    with world.database.writer() as session:
        closing.close_period(Work(session, at("2026-10-19 Mon 09:00"), world.actor("office")), other)
    cleared(world, portal.app.extensions["portal"].settings.evidence_dir, world.others, "2026-10-19 Mon 09:30")
    last = world.schedule(3, world.office, world.others, "2026-10-20", 3, "2026-10-19 Mon 10:00")
    portal.time_is("2026-10-20 Tue 09:00")
    walk.look(page, "list of the office", f"/periods/{last}?unit=罗平县")
    walk.look(page, "nominee of the office", f"/periods/{last}/nominees/{world.others[0]}")
    walk.over()


def letters_and_a_second_look(walk: Walk, page: Page, cases: dict[str, tuple[int, str]]) -> None:
    """What an objector is written, and the wish that somebody looks again: asked for, too long ago, answered (R35)."""
    for name in ("dismissed", "declined", "awaiting"):
        follow(page, cases[name][1])
        press_link(page.get_by_role("region", name="文书").get_by_role("link"))
        walk.look(page, f"letter of a case {name}")
        expect(page.locator("article p").last).to_be_visible()  # who signs and when
    follow(page, cases["dismissed"][1])
    press(page, "申请复核")
    walk.look(page, "second look without a reason")
    page.get_by_label("申请复核的理由").fill("没有问到当时在场的人。")
    press(page, "申请复核")
    walk.look(page, "second look asked for")
    by, world = walk.portal.world.actor("office2"), walk.portal.world
    said = "两次走访的记录一致，维持原决定。"
    world.run(second_looks.confirm_look, cases["dismissed"][0], said, by=by, now=walk.portal.clock())
    follow(page, cases["dismissed"][1])
    walk.look(page, "second look confirmed")


def letters_of_staff(walk: Walk, page: Page, signed_by: str) -> None:
    """The list of letters, one letter to its last line, its sealed copy sent."""
    walk.look(page, "letters", "/desk/letters")
    walk.look(page, "letters to be issued", "/desk/letters?issued=0")
    press_link(page.get_by_role("link", name=f"{signed_by}异议〔2026〕"))
    walk.look(page, "letter")
    expect(page.locator("article p").last).to_be_visible()  # who signs and when
    press(page, "登记已盖章发出")
    walk.look(page, "letter issued")
    press(page, "登记所选已盖章发出")
    walk.look(page, "no letter chosen")


def group_proposed(page: Page, address: str) -> None:
    """Propose to decline the last case of a group."""
    page.goto(address)
    page.get_by_role("checkbox").last.check()
    page.locator("summary", has_text="不予受理").click()
    page.get_by_label("理由", exact=True).fill("同一人就同一事实重复提出。")
    press(page, "提出不予受理")


def of_several_cases(walk: Walk, head: Page, portal: Portal) -> None:
    """Propose for cases with the same findings, and see what waits to be confirmed; keep a text to use again."""
    walk.look(head, "no phrases", "/desk/phrases")
    press(head, "增加")
    walk.look(head, "phrase without a text")
    for text in ("查阅档案三卷，走访群众五名，事迹属实。", "查阅账目两册。", "问过三位经手人。", "核对了施工记录。"):
        head.goto("/desk/phrases")
        head.locator("#kind-0").check()
        head.get_by_label("内容", exact=True).last.fill(text)
        press(head, "增加")
    walk.look(head, "phrases")
    head.goto("/desk/")
    for box in head.locator("form[action$=accept-many] input[name=chosen]").all():
        box.check()
    press(head, "所选一并提出处理意见")
    walk.look(head, "proposal for several")
    press(head, "对选中的案件提出处理意见")
    walk.look(head, "proposal for several with nothing written")
    head.get_by_label("异议不成立").check()
    head.locator("button[data-into]").first.click()
    head.locator("#grounds").fill("评选通知第三部分")
    head.locator("#answer").fill("经核实，异议不成立。")
    press(head, "对选中的案件提出处理意见")
    second = portal.staff("phone", "handler2")
    walk.look(second, "queue with what waits", "/desk/")
    for box in second.locator("form[action$=confirm-many] input[name=chosen]").all():
        box.check()
    press(second, "一并核对所选意见")
    walk.look(second, "several to confirm")


@pytest.mark.soak
def test_what_a_unit_sees(portal: Portal) -> None:
    world, walk = portal.world, Walk(portal, "unit")
    period = world.round_two()
    portal.time_is(MORNING)
    handler, head = portal.staff("phone", "handler"), portal.staff("phone", "head")
    walk.look(handler, "queue with nothing", "/desk/")
    walk.look(handler, "letters with nothing", "/desk/letters")
    cases = cases_in_every_state(world, period)
    portal.time_is(OPEN)
    walk.look(handler, "queue", "/desk/")
    walk.look(handler, "queue of one state", "/desk/?state=proposed")
    walk.look(handler, "queue of my own", "/desk/?mine=1")
    for name in ("escalated", "accepted", "investigating", "awaiting", "upheld", "declined", "joined", "withdrawn"):
        walk.look(handler, f"case {name}", f"/desk/cases/{cases[name][0]}")
    walk.look(handler, "case of the office", f"/desk/cases/{cases['of the office'][0]}")
    walk.look(head, "case leading for its head", f"/desk/cases/{cases['leading'][0]}")
    walk.look(head, "case received for its head", f"/desk/cases/{cases['received'][0]}")
    walk.look(head, "case proposed for its head", f"/desk/cases/{cases['proposed'][0]}")
    walk.look(handler, "registering", "/desk/registrations")
    walk.look(handler, "registering for a period", f"/desk/registrations/periods/{period}")
    walk.look(handler, "registering", f"/desk/registrations/entries/{world.entry(period, world.nominees[0])}")
    press(handler, "登记")
    walk.look(handler, "registering refused")
    handler.get_by_label("来访", exact=True).check()
    handler.get_by_label("收到时间", exact=True).fill("2026-09-22T09:30")
    handler.get_by_label("姓名（单位填全称）", exact=True).fill("赵小禾")
    handler.get_by_label("联系方式", exact=True).fill("麒麟区某某镇某某村12号")
    handler.get_by_label("事实和依据", exact=True).fill(FACTS)
    press(handler, "登记")
    walk.look(handler, "slip")
    walk.look(head, "what came in", "/desk/registrations")
    walk.look(head, "flood", "/desk/flood")
    walk.look(head, "flood of one text", f"/desk/flood/text/{cases['escalated'][0]}")
    head.locator("summary", has_text="不予受理").click()
    press(head, "提出不予受理")
    walk.look(head, "flood without a reason")
    walk.look(head, "flood dealt with", f"/desk/flood/source/{cases['upheld'][0]}")
    head.goto(f"/desk/cases/{cases['proposed'][0]}")
    press(head, "退回重新核查")
    walk.look(head, "return without a reason")
    handler.goto(f"/desk/cases/{cases['investigating'][0]}")
    press(handler, "提出处理意见")
    walk.look(handler, "proposal with nothing written")
    handler.goto(f"/desk/cases/{cases['escalated'][0]}")
    press(handler, "提出不予受理")
    walk.look(handler, "decline without a ground")
    handler.goto(f"/desk/cases/{cases['accepted'][0]}")
    world.act(investigation.investigate, cases["accepted"][0], "head", now=OPEN)
    press(handler, "开始核查")
    walk.look(handler, "somebody was quicker")
    press(handler, "记一笔核查记录")
    walk.look(handler, "note with nothing written")
    handler.locator("#note-text").fill("走访群众五名，均说属实，另有施工记录三卷可以核对。")
    handler.context.clear_cookies()
    press(handler, "记一笔核查记录")
    walk.look(handler, "session gone")

    letters_of_staff(walk, head, "麒麟区")
    walk.look(head, "cases of units below", "/desk/watched")
    walk.look(head, "queue without a hit", "/desk/?q=没有这个案件")
    head.goto("/desk/")
    press(head, "只受理所选")
    walk.look(head, "accepting none")
    head.goto("/desk/")
    head.get_by_label("选择2026-0002").check()
    head.get_by_label("选择2026-0013").check()
    press(head, "只受理所选")
    walk.look(head, "accepting one of two")
    timetable(world)
    walk.look(head, "plan of a unit", f"/programmes/{world.programme}/plan")
    group_proposed(head, f"/desk/flood/text/{cases['escalated'][0]}")
    walk.look(head, "flood proposed", "/desk/flood/acts/1")
    second = portal.staff("phone", "handler")
    walk.look(second, "flood to confirm", "/desk/flood/acts/1")
    press(second, "退回")
    walk.look(second, "flood returned without a reason")
    of_several_cases(walk, head, portal)

    portal.time_is(DUE)
    late = portal.staff("phone", "handler")
    walk.look(late, "queue after the deadline", "/desk/")
    walk.look(late, "case lapsed", f"/desk/cases/{cases['investigating'][0]}")
    lists_handed_in(walk, late)
    own_account(walk, late)
    walk.over()


def lists_handed_in(walk: Walk, page: Page) -> None:
    """Look at imports: refused, waiting, right, wrong, confirmed and dropped; then at an imported nominee."""
    world, folder = walk.portal.world, walk.portal.app.extensions["portal"].settings.evidence_dir
    lists.room_for(world)
    walk.look(page, "imports with nothing", "/imports/")
    press(page, "上传并核对")
    walk.look(page, "import without a file")
    waiting = lists.receive(world, folder, {"名单.xlsx": lists.sheet([lists.person(9)])})
    walk.look(page, "import waiting", f"/imports/{waiting}")
    page.goto("/imports/")
    rows = [lists.person(0), lists.person(1, awards="", political="团员", unit="麒麟区" + "很长的单位名称" * 6)]
    sheet = {"name": "名单.xlsx", "mimeType": "application/octet-stream", "buffer": lists.sheet(rows)}
    page.get_by_label("文件", exact=True).set_input_files([sheet])
    press(page, "上传并核对")
    walk.look(page, "import with problems")
    press_link(page.get_by_role("link", name="逐条列出"))
    walk.look(page, "import problems")
    page.go_back()
    press(page, "放弃这次导入")
    walk.look(page, "import dropped, in the list")
    page.get_by_label("文件", exact=True).set_input_files([sheet | {"buffer": lists.sheet(rows[:1])}])
    press(page, "上传并核对")
    walk.look(page, "import that is right")
    press(page, "确认导入")
    press_link(page.get_by_role("link", name=rows[0]["name"]))
    walk.look(page, "nominee with a dossier")
    press(page, "显示完整资料（记录在案）")
    walk.look(page, "nominee with its whole dossier")


def own_account(walk: Walk, page: Page) -> None:
    """Look at password, second factor and sessions of one's account; then at the duties after a login."""
    walk.look(page, "own account", "/account")
    walk.look(page, "password", "/account/password")
    press(page, "保存新密码")
    walk.look(page, "password with nothing typed")
    walk.look(page, "second factor", "/account/second-factor")
    page.get_by_label("现在的密码").fill(PASSWORD)
    press(page, "开始设置")
    walk.look(page, "second factor to scan")
    press(page, "确认并启用")
    walk.look(page, "second factor without a code")
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.get_by_label("验证码").fill(pyotp.TOTP(secret).at(walk.portal.clock()))
    press(page, "确认并启用")
    walk.look(page, "recovery codes")
    walk.look(page, "recovery codes to renew", "/account/recovery-codes")
    walk.look(page, "own account with a second factor", "/account")
    walk.look(page, "another telephone", "/account/second-factor")
    with walk.portal.world.database.writer() as session:
        session.execute(update(User).where(User.login == "handler2").values(must_change_password=True))
        session.execute(delete(SecondFactor).where(SecondFactor.user_id == walk.portal.world.people["office2"]))
        session.commit()
    walk.look(walk.portal.staff("phone", "handler2"), "password first")
    walk.look(walk.portal.staff("phone", "office2"), "second factor first")


def timetable(world: World) -> None:
    """The programme's stages: round 2 is due on Saturday the 10th of October, which works."""
    stages = [("09-07", "09-17"), ("09-18", "10-10"), ("10-12", "10-30"), ("11-01", "12-31")]
    with world.database.writer() as session:
        for number, (first, last) in enumerate(stages, start=1):
            days = {"starts_on": f"2026-{first}", "ends_on": f"2026-{last}"}
            span = {name: dt.date.fromisoformat(day) for name, day in days.items()}
            session.add(Stage(programme_id=world.programme, number=number, **span))
        session.commit()


def changed_nominees(walk: Walk, page: Page) -> None:
    """Look at the changes of nominees: entered, edited, reordered, revised, withdrawn, replaced."""
    walk.look(page, "nominee to enter", "/nominees/new?kind=individual")
    press(page, "录入")
    walk.look(page, "nominee entered with nothing")
    page.get_by_label("姓名").fill("麒小六")
    page.get_by_label("所在单位").fill("麒麟区养护中心")
    page.get_by_label("简要事迹").fill("十年养路无事故。" * 10)
    press(page, "录入")
    walk.look(page, "nominee entered")
    new = urlsplit(page.url).path
    walk.look(page, "facts to edit", f"{new}/edit")
    press(page, "保存")
    walk.look(page, "facts not edited")
    walk.look(page, "order", "/nominees/order?kind=individual")
    page.get_by_label("麒小六").fill("9")
    press(page, "保存顺序")
    walk.look(page, "order refused")
    walk.look(page, "deeds to change", f"{new}/revision")
    page.get_by_label("变更后的简要事迹").fill("改写过的事迹，补充了今年的新成绩。" * 10)
    page.get_by_label("变更的理由").fill("补充今年的新成绩。")
    press(page, "变更事迹")
    walk.look(page, "deeds changed")
    walk.look(page, "withdrawal", f"{new}/withdrawal")
    press(page, "确认退出")
    walk.look(page, "withdrawal without a reason")
    page.get_by_label("退出的理由").fill("本人来信要求退出。")
    page.get_by_label("已与本人").check()
    press(page, "确认退出")
    walk.look(page, "withdrawn")
    walk.look(page, "replacement", f"{new}/replacement")
    press(page, "确认递补")
    walk.look(page, "replacement with nothing written")
    walk.look(page, "places left", "/nominees/vacancies")


@pytest.mark.soak
def test_what_the_office_sees(portal: Portal) -> None:
    world, walk = portal.world, Walk(portal, "office")
    office = portal.staff("phone", "office")
    for name in (
        "",
        "periods",
        "periods/new",
        "periods/close-many",
        "cases",
        "nominees",
        "nominees?out=1",
        "calendar",
        "record?subject=x",
        "flood/extension",
    ):
        walk.look(office, f"{name or 'overview'} with nothing".replace("/", " ").replace("?", " "), f"/office/{name}")
    walk.look(office, "nominee with nothing", f"/nominees/{world.nominees[0]}")
    walk.look(office, "desk with nothing", "/desk/")
    walk.look(office, "not found", "/office/periods/999")

    period = world.round_two()
    world.past_round_one(world.others)
    cases = cases_in_every_state(world, period)
    portal.time_is(OPEN)
    walk.look(office, "plan without a timetable", f"/programmes/{world.programme}/plan")
    timetable(world)
    walk.look(office, "plan backwards", f"/programmes/{world.programme}/plan")
    walk.look(office, "plan with a wrong number of days", f"/programmes/{world.programme}/plan?conclude=99")
    walk.look(office, "many units", "/office/periods/new-many?round=2")
    office.get_by_label("公示第一天").fill("2026-09-24")
    press(office, "计算公示时间")
    walk.look(office, "many units too late for the timetable")
    for box in office.locator("input[name=chosen]").all():
        box.uncheck()
    press(office, "重新计算")
    walk.look(office, "no unit chosen")
    walk.look(office, "many units without anybody", "/office/periods/new-many?round=1")
    walk.look(office, "organisers", f"/office/periods/new?programme={world.programme}&round=2")
    plan = f"/office/periods/new/{world.programme}/2/{world.luoping}"
    walk.look(office, "plan", plan)
    office.get_by_label("公示结束后几个工作日内作出结论").fill("99")
    press(office, "计算公示时间")
    walk.look(office, "plan with a wrong number")
    office.get_by_label("公示结束后几个工作日内作出结论").fill("3")
    office.get_by_label("公示第一天").fill("2026-09-22")
    press(office, "计算公示时间")
    walk.look(office, "plan refused")
    office.get_by_label("公示第一天").fill("2026-09-28")
    press(office, "计算公示时间")
    walk.look(office, "plan day by day")
    press(office, "确认安排")
    walk.look(office, "period before")
    press(office, "撤回安排")
    walk.look(office, "taking back without a reason")
    press(office, "延长")
    walk.look(office, "extension with nothing written")
    walk.look(office, "plan with nobody left", plan)
    walk.look(office, "period open", f"/office/periods/{period}")
    office.get_by_label("新的截止日").fill("2026-10-08")
    office.get_by_label("延长的理由").fill("档案调取需要时间。")
    press(office, "延长")
    walk.look(office, "period extended")
    walk.look(office, "overview", "/office/")
    walk.look(office, "periods", "/office/periods")
    walk.look(office, "cases", "/office/cases")
    walk.look(office, "cases of one state", "/office/cases?state=awaiting_supplement")
    walk.look(office, "statistics", "/office/statistics")
    walk.look(office, "statistics of a round without an objection", "/office/statistics?round=1")
    walk.look(office, "flood", "/office/flood")
    walk.look(office, "flood it may not touch", f"/office/flood/text/{cases['received'][0]}")
    group_proposed(office, f"/office/flood/text/{cases['escalated'][0]}")
    walk.look(office, "flood proposed", "/office/flood/acts/1")
    walk.look(office, "desk", "/desk/")
    corrected = f"/nominees/{world.nominees[2]}"
    walk.look(office, "correction", f"{corrected}/correction?field=deeds")
    office.get_by_label("更正后的简要事迹").fill("完全不同的事迹。" * 20)
    office.get_by_label("更正的理由").fill("录入时写错。")
    press(office, "更正")
    walk.look(office, "correction refused")
    office.goto(f"{corrected}/correction?field=name")
    office.get_by_label("更正后的名称").fill("麒晓3")
    office.get_by_label("更正的理由").fill("录入时写错。")
    press(office, "更正")
    walk.look(office, "nominee corrected")
    walk.look(office, "case of its own", f"/desk/cases/{cases['of the office'][0]}")
    walk.look(office, "identity to ask for", "/office/objections/1/identity")
    press(office, "提交申请")
    walk.look(office, "identity without a reason")
    office.get_by_label("为什么需要知道异议人是谁").fill("核实是否本人提出。")
    press(office, "提交申请")
    walk.look(office, "identity asked for")
    second = portal.staff("phone", "office2")
    walk.look(second, "identity to be granted", "/office/identities")
    walk.look(second, "identity request", "/office/identities/1")
    press(second, "同意")
    office.goto("/office/identities/1")
    press(office, "查看（记录在案）")
    walk.look(office, "identity read")
    walk.look(office, "case to take over", f"/desk/cases/{cases['escalated'][0]}")
    press(office, "催办")
    walk.look(office, "urged without a demand")
    letters_of_staff(walk, office, "市级专班")
    dismissed, code = cases["dismissed"]
    objection = world.do(following.find_by_receipt, world.keyring, code)
    world.run(second_looks.ask, objection, "没有问到当时在场的人。", now=portal.clock())
    walk.look(office, "overview with a second look", "/office/")
    walk.look(office, "case to look at again", f"/desk/cases/{dismissed}")
    press(office, "复核维持原决定")
    walk.look(office, "second look without a reason")
    walk.look(office, "case proposed", f"/desk/cases/{cases['proposed'][0]}")

    portal.time_is("2026-09-24 Thu 12:00")
    walk.look(office, "before closing", f"/office/periods/{period}/close")
    press(office, "确认办结")
    walk.look(office, "closing refused")
    portal.time_is("2026-10-09 Fri 09:00")
    walk.look(office, "overview at the deadline", "/office/")
    walk.look(office, "period due", f"/office/periods/{period}")
    walk.look(office, "all that can be closed", "/office/periods/close-many")
    walk.look(office, "periods to close", "/office/periods?phase=ready")
    press(office, "办结所选的公示")
    walk.look(office, "none chosen to close")
    office.goto("/office/periods?phase=ready")
    office.get_by_label("选择麒麟区拟推荐对象公示").check()
    press(office, "办结所选的公示")
    walk.look(office, "many to close")
    with world.database.writer() as session:
        settlement.settle_due(Work(session, at("2026-10-09 Fri 09:00")))
        closing.close_period(Work(session, at("2026-10-09 Fri 09:00"), world.actor("office")), period)
    walk.look(office, "period closed", f"/office/periods/{period}")
    walk.look(office, "entries", f"/office/periods/{period}/entries")
    walk.look(office, "report", f"/office/periods/{period}/report")
    walk.look(office, "periods closed", "/office/periods")
    walk.look(office, "nominees", "/nominees/")
    walk.look(office, "nominees out", "/nominees/?out=1")
    many = f"chosen={world.others[0]}-{world.others[1]}"
    walk.look(office, "review of who has left", f"/nominees/many/reviews/final?chosen={world.nominees[1]}")
    walk.look(office, "review of nobody", "/nominees/many/reviews/final")
    walk.look(office, "review of many", f"/nominees/many/reviews/final?{many}")
    press(office, "记下复审结果")
    walk.look(office, "review of many with nothing chosen")
    walk.look(office, "conditions of many", f"/nominees/many/conditions?{many}")
    walk.look(office, "opinions of many", f"/nominees/many/opinions?{many}")
    press(office, "录入意见")
    walk.look(office, "opinions with nothing written")
    office.goto(f"/nominees/{world.others[0]}")
    office.get_by_text("评选条件（").click()
    office.get_by_text("重新核对品行").or_(office.get_by_text("重新核对领导班子")).click()
    office.get_by_text("录入或更正一项意见").click()
    office.get_by_text("进行复审").or_(office.get_by_text("重新复审")).click()
    walk.look(office, "nominee with forms unfolded")
    press(office, "记下复审结果")
    walk.look(office, "nominee with a review refused")
    walk.look(office, "nominee out twice", f"/nominees/{world.nominees[0]}")
    press(office, "提出撤销")
    walk.look(office, "reversal with nothing written")
    first = world.disqualifications()[0]
    world.run(
        reversal.propose_reversal, 1, "经复查，原决定所据事实有误，予以撤销。", by=world.actor("office2"), now=at(AFTER)
    )
    walk.look(office, "reversal to confirm", f"/nominees/{first[0]}")
    walk.look(office, "overview with a reversal", "/office/")
    office.goto(f"/nominees/{first[0]}")
    press(office, "确认撤销")
    walk.look(office, "reversed")
    changed_nominees(walk, office)
    walk.look(office, "record", "/office/record")
    walk.look(office, "record verified", "/office/record?verify=1&page=2")

    office.goto("/office/calendar")
    press(office, "载入")
    walk.look(office, "calendar with nothing written")
    office.get_by_label("年份").fill("2027")
    office.get_by_label("文号").fill("国办发明电〔2026〕7号")
    office.get_by_label("发布日期").fill("2026-11-04")
    office.get_by_label("放假的日子").fill("2027-01-01\n2027-13-02\n")
    office.get_by_label("已与通知原文逐日核对").check()
    press(office, "载入")
    walk.look(office, "calendar refused")
    portal.time_is("2026-12-17 Thu 09:00")
    walk.look(office, "calendar near its end", "/office/calendar")
    walk.look(office, "checks before the first night", "/office/checks")
    auditor = portal.staff("phone", "auditor")
    walk.look(auditor, "record for the auditor", "/office/record")
    walk.over()


@pytest.mark.soak
def test_what_messages_look_like(portal: Portal, tmp_path: Path) -> None:
    """Addresses, codes, news and their end; the office's page of fates and its mailbox: as in the demonstration."""
    world, walk = portal.world, Walk(portal, "messages")
    inside = portal.app.extensions["portal"]
    settings = replace(inside.settings, demonstration=True, instance_dir=tmp_path, public_url=portal.url)
    gateways = gateways_of(settings)
    period = world.round_two()
    portal.time_is(MORNING)
    office, head = portal.staff("phone", "office"), portal.staff("phone", "head")
    walk.look(head, "own addresses without a channel", "/account/messages")
    portal.app.extensions["portal"] = replace(inside, settings=settings, gateways=gateways)

    def sent() -> MessageText:
        claimed = world.run(dispatching.settle_and_claim, None, portal.url, now=portal.clock())
        assert claimed is not None
        gateways.send(claimed.channel, claimed.address, claimed.message, "0" * 32)
        return claimed.message

    walk.look(head, "own addresses, none", "/account/messages")
    press(head, "发送确认码")
    walk.look(head, "own address with nothing typed")
    head.get_by_label("渠道", exact=True).select_option("邮件")
    head.get_by_label("地址", exact=True).fill("zhangsan@example.com")
    press(head, "发送确认码")
    walk.look(head, "own address to confirm")
    press(head, "确认地址")
    walk.look(head, "own address with a wrong code")
    head.locator("input[name=code]").first.fill(code_in(sent()))
    press(head, "确认地址")
    walk.look(head, "own address in use")
    press(head, "生成日历地址")
    walk.look(head, "private calendar")
    walk.look(head, "addresses of a unit", f"/units/{world.qilin}/messages")

    page = portal.visit("phone")
    page.on("dialog", lambda dialog: dialog.accept())
    filed_with_the_box_ticked(page, f"/periods/{period}/nominees/{world.nominees[0]}/objection")
    walk.look(page, "receipt with a code to confirm")
    walk.look(page, "contact to confirm", "/receipt/messages")
    press(page, "确认联系方式")
    walk.look(page, "contact with a wrong code")
    page.locator("input[name=code]").fill(code_in(sent()))
    press(page, "确认联系方式")
    walk.look(page, "contact confirmed")
    portal.time_is("2026-09-21 Mon 10:00")
    case = world.do(lambda session: session.scalars(select(Case.id)).one())
    world.bring(case, State.CONCLUDED, "2026-09-21 Mon 09:30")
    while not (news := sent()).stop_at:
        pass
    walk.look(page, "to be told no more", news.stop_at)
    press(page, "退订")
    walk.look(page, "told no more")

    walk.look(office, "messages", "/office/messages")
    press(office, "发一条试试")
    walk.look(office, "trial with nothing typed")
    office.locator("#channel").select_option("邮件")
    office.get_by_label("地址", exact=True).fill("lisi@example.com")
    press(office, "发一条试试")
    walk.look(office, "trial answered")
    walk.look(office, "messages given up", "/office/messages?fate=failed")
    walk.look(office, "mailbox", "/office/messages/mailbox")
    walk.over()


def code_in(message: MessageText) -> str:
    found = re.search(r"\d{6}", message.text)
    assert found is not None, message.text
    return found[0]


def filed_with_the_box_ticked(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("个人", exact=True).check()
    page.get_by_label("真实姓名").fill("赵小禾")
    press(page, "下一步")
    page.get_by_label("手机号码或者电子邮箱").fill("13000000001")
    page.get_by_label("有新进展时告诉我").check()
    press(page, "下一步")
    page.get_by_label("其他").first.check()
    page.get_by_label("事实和依据").fill(FACTS)
    press(page, "下一步")
    press(page, "确认提交")


@pytest.mark.soak
def test_what_a_burst_on_the_last_evening_looks_like(portal: Portal) -> None:
    world, walk = portal.world, Walk(portal, "office")
    period = world.round_two()
    for number in range(bursts.FROM):
        facts = f"{number}：申报材料与实际情况不符，请有关单位核实。"
        world.file(period, world.nominees[0], "2026-09-23 Wed 23:00", contact=f"130{number:08d}", facts=facts)
    portal.time_is("2026-09-24 Thu 09:00")
    office = portal.staff("phone", "office")
    walk.look(office, "overview with a burst", "/office/")
    walk.look(office, "burst", "/office/flood/extension")
    press(office, "全部延长")
    walk.look(office, "burst without a reason")
    office.get_by_label("延长的理由").fill("公示最后一天集中收到异议。")
    press(office, "全部延长")
    walk.look(office, "burst extended")
    walk.look(office, "flood on the last evening", "/office/flood")
    assert walk.faults == []


@pytest.mark.soak
def test_what_a_request_about_ones_own_data_looks_like(portal: Portal) -> None:
    walk = Walk(portal, "own data")
    portal.time_is(OPEN)
    office = portal.staff("desktop", "office")
    walk.look(office, "no data request", "/office/data-requests")
    press_link(office.get_by_role("link", name="登记请求"))
    walk.look(office, "data request to register")
    press(office, "登记")
    walk.look(office, "data request without anything")
    for choice in ("复制", "推荐对象", "来访"):
        office.get_by_label(choice, exact=True).check()
    office.get_by_label("请求人姓名").fill("钱小麦")
    office.get_by_label("联系方式").fill("13000000002")
    office.get_by_label("怎样核实的身份").fill("当面看过身份证。")
    office.get_by_label("具体要求").fill("要求复制本人的推荐表。")
    press(office, "登记")
    walk.look(office, "data request registered")
    office.get_by_label("为什么要查看").fill("准备答复。")
    press(office, "查看（记录在案）")
    walk.look(office, "data request read")
    office.goto("/office/data-requests/1")
    office.get_by_label("已办理", exact=True).check()
    office.get_by_label("答复了什么").fill("已把推荐表的复印件当面交给本人。")
    office.get_by_label("怎样送达，材料存放在哪里").fill("当面交付，签收单存专班档案第3卷。")
    press(office, "记录答复")
    walk.look(office, "data request answered")
    walk.look(office, "data requests", "/office/data-requests")
    walk.over()


@pytest.mark.soak
def test_what_setting_up_looks_like(portal: Portal, tmp_path: Path) -> None:
    world, walk = portal.world, Walk(portal, "setting up")
    office = portal.staff("phone", "office")
    world.round_two()
    portal.time_is(OPEN)
    walk.look(office, "programmes", "/programmes/")
    walk.look(office, "programme without a timetable", f"/programmes/{world.programme}")
    walk.look(office, "new programme", "/programmes/new")
    press(office, "建立活动")
    walk.look(office, "new programme with nothing written")
    walk.look(office, "programme to change", f"/programmes/{world.programme}/edit")
    office.get_by_label("撤销表彰的依据").fill("第七部分（二）：按照有关规定撤销其所获表彰奖励。")
    press(office, "保存修改")
    walk.look(office, "programme")
    walk.look(office, "places", f"/programmes/{world.programme}/quotas")
    office.get_by_label("集体", exact=True).first.fill("1")
    press(office, "保存名额")
    walk.look(office, "places fewer than stand in a round")
    office.goto(f"/programmes/{world.programme}")
    press(office, "归档")
    walk.look(office, "archiving refused")

    walk.look(office, "book to upload", "/programmes/book")
    press(office, "检查表格")
    walk.look(office, "book without a file")
    blank, filled = tmp_path / "blank.xlsx", tmp_path / "filled.xlsx"
    blank.write_bytes(written())
    filled.write_bytes(written(book_of_another_year()))
    office.get_by_label("表格文件").set_input_files(blank)
    press(office, "检查表格")
    walk.look(office, "book with errors")
    office.goto("/programmes/book")
    office.get_by_label("表格文件").set_input_files(filled)
    press(office, "检查表格")
    walk.look(office, "book to confirm")
    press(office, "全部保存")
    walk.look(office, "programme loaded, with slips")
    press_link(office.get_by_role("link", name="登录单已经打印，继续"))
    press(office, "归档")
    walk.look(office, "programme archived")
    walk.look(office, "programmes of two years", "/programmes/")

    walk.look(office, "units", "/units/")
    walk.look(office, "new unit", "/units/new")
    press(office, "增加")
    walk.look(office, "new unit with nothing written")
    walk.look(office, "unit", f"/units/{world.qilin}")
    office.get_by_label("电话").fill("13800000000")
    press(office, "保存联系方式")
    walk.look(office, "contact block with a mobile")
    press(office, "停用这个单位")
    walk.look(office, "unit still needed")
    walk.look(office, "own unit", f"/units/{world.qilin + 2}")

    walk.look(office, "people", "/people/")
    press(office, "停用选中的人")
    walk.look(office, "people with nobody chosen")
    walk.look(office, "new person", "/people/new")
    press(office, "邀请")
    walk.look(office, "new person with nothing written")
    office.get_by_label("姓名").fill("新来的")
    office.get_by_label("登录名").fill("qilin09")
    office.get_by_label("单位经办人").check()
    office.get_by_label("单位", exact=True).select_option("麒麟区")
    press(office, "邀请")
    walk.look(office, "slip")
    walk.look(office, "accounts for many", "/people/many")
    press(office, "检查账号登记表")
    walk.look(office, "accounts for many, no file")
    for state, unit in (("to confirm", "麒麟区"), ("with errors", "没有这个单位")):
        people = tmp_path / "people.xlsx"
        rows = [[unit, "", name, "单位经办人", ""] for name in ("张新来", "李新来")]
        people.write_bytes(sheets.sheet(SHEET, [(name, 20) for name in HEAD], rows))
        office.goto("/people/many")
        office.get_by_label("表格文件").set_input_files(people)
        press(office, "检查账号登记表")
        walk.look(office, f"accounts for many {state}")
    office.goto("/people/many")
    press(office, "给勾选的单位开账号")
    walk.look(office, "slips of many")
    walk.look(office, "accounts for many, none left", "/people/many")
    walk.look(office, "person", f"/people/{world.people['handler']}")
    walk.look(office, "who leaves, nobody chosen", "/people/leaving")
    walk.look(office, "who leaves", f"/people/leaving?chosen={world.people['handler']}-{world.people['handler2']}")
    walk.look(office, "oneself", f"/people/{world.people['office']}")
    walk.look(office, "accounts to agree to, none", "/people/agreements")
    world.run(staffing.invite_again, [world.people["handler2"]], by=world.actor("head"), now=at(OPEN))
    walk.look(office, "accounts to agree to", "/people/agreements")
    walk.look(office, "overview with a reset", "/office/")
    press_link(office.get_by_role("link", name="人员"))

    head = portal.staff("phone", "head")
    walk.look(head, "programme of a unit", f"/programmes/{world.programme}")
    walk.look(head, "units of a head", "/units/")
    walk.look(head, "people of a head", "/people/")
    walk.over()


def book_of_another_year() -> Book:
    """A small programme, complete."""
    plan = ProgrammePlan(
        "先进集体和先进个人评选表彰（上一年）",
        "先进集体",
        "先进个人",
        "第四部分（二）3：取消参评资格",
        "第七部分（二）：取消推荐评选资格",
        stages=proposed_stages(dt.date(2025, 10, 16)),
    )
    people = [BookPerson(0, "zhanyi01", "李经办", Role.HANDLER, "沾益区")]
    contacts = [BookContact(0, "沾益区", Contact("0874-0000003", "龙华街道", "", "工作日 8:30-12:00"))]
    return Book(plan, places=[BookPlaces(0, "沾益区", 4, 8)], contacts=contacts, people=people)


@pytest.mark.soak
def test_which_papers_there_are(portal: Portal) -> None:
    world, walk = portal.world, Walk(portal, "papers")
    papers = f"/programmes/{world.programme}/papers"
    office = portal.staff("phone", "office")
    walk.look(office, "periods with nothing", f"{papers}/periods")
    walk.look(office, "letters to nobody", f"{papers}/asking")
    world.round_two()
    portal.time_is(MORNING)
    walk.look(office, "units", papers)
    walk.look(office, "periods", f"{papers}/periods")
    walk.look(office, "periods of one round", f"{papers}/periods?round=2")
    walk.look(office, "letters to authorities", f"{papers}/asking")
    walk.look(office, "letters to one authority", f"{papers}/asking?authority=police")
    walk.look(office, "nominees", f"{papers}/nominees")
    press(office, "勾选的：征求意见表（一份文件）")
    walk.look(office, "nobody ticked")
    office.get_by_label("选择麒小3").check()
    with office.expect_download() as saved:
        office.get_by_role("button", name="勾选的：征求意见表（一份文件）").click()
    assert saved.value.suggested_filename == "附件6 推荐对象征求意见表.docx"
    walk.look(office, "templates", f"{papers}/templates")
    head = portal.staff("phone", "head")
    walk.look(head, "units for a unit", papers)
    walk.look(head, "nominees for a unit", f"{papers}/nominees")
    walk.over()


@pytest.mark.soak
def test_the_way_to_the_award(portal: Portal, tmp_path: Path) -> None:
    """Look at the pages from the first paper to a revocation, for the office, the public and a unit."""
    world, walk, folder = portal.world, Walk(portal, "award"), tmp_path / "scans"
    here = f"/programmes/{world.programme}/award"
    office, head = portal.staff("phone", "office"), portal.staff("phone", "head")
    office.on("dialog", lambda dialog: dialog.accept())
    walk.look(office, "nothing yet", here)
    office.goto(f"{here}/papers")
    press(office, "登记")
    walk.look(office, "paper with nothing written")
    walk.look(office, "decision out of reach", f"{here}/decision")

    awards.ready(world, folder)
    awards.recorded(world, folder, ProceedingKind.APPROVAL, awards.paper(agreed=False))
    portal.time_is(awards.DECIDED)
    walk.look(office, "refused by one", here)
    awards.recorded(world, folder, ProceedingKind.APPROVAL, awards.paper())
    office.goto(f"{here}/decision")
    press(office, "登记并公布")
    walk.look(office, "decision with nothing written")
    decision = awards.decided(world, folder)
    walk.look(office, "decided", here)
    walk.look(head, "outcome for a unit", here)
    walk.look(head, "honours of a unit", f"{here}/honours")
    office.goto(f"/nominees/{world.nominees[0]}")
    press(office, "提出撤销表彰")
    walk.look(office, "revocation with nothing written")
    revoked_by_two(world, folder, walk, portal.staff("phone", "office2"))
    walk.look(head, "decision in public", f"/decisions/{decision}")
    walk.look(head, "decisions in public", "/decisions/")
    walk.look(head, "home with a decision", "/")
    walk.over()


def revoked_by_two(world: World, folder: Path, walk: Walk, second: Page) -> None:
    dated = dt.date(2026, 10, 13)
    text = RevocationText(RevocationGround.DECEIT, "曲字〔2026〕30号", dated, "申报材料弄虚作假，予以撤销。")
    scan, now = awards.scan(world, folder, "revocation"), at(awards.DECIDED)
    world.run(revocation.propose_revocation, 1, text, scan, by=world.actor("office"), now=now)
    second.goto(f"/nominees/{world.nominees[0]}")
    second.on("dialog", lambda dialog: dialog.accept())
    press(second, "退回")
    walk.look(second, "sent back without a reason")
    press(second, "确认撤销表彰")
    walk.look(second, "revoked")
