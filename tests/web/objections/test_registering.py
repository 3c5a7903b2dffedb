"""A clerk registers a visit, prints the slip, and knows no more of it; everything typed survives a refusal (R33)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.domain.cases.states import State
from app.models import AuditRow, Case, Objection, Period, Registration, User
from app.services.objections.identities import Objector
from app.services.periods import closing
from tests.files import pdf
from tests.papers.reading import text_of
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import FACTS, World, at

FRIDAY = "2026-09-18 Fri 10:00"
HIDDEN = {"step", "csrf_token", "form_token", "pointed_out"}
SHEET = Path("static/css/base.css")
NAME, PHONE = "赵小禾", "13000000001"
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
pytestmark = on_sqlite  # what the databases do differently is tested with the services
Staff = Callable[[str], Browser]


@pytest.fixture
def period(world: World, clock: MovingClock) -> int:
    made = world.round_two()
    clock.to(FRIDAY)
    return made


@pytest.fixture
def path(world: World, period: int) -> str:
    return f"/desk/registrations/entries/{world.entry(period, world.nominees[0])}"


def filled(**changes: Any) -> dict[str, Any]:
    values = {
        "channel": "visit",
        "arrived_at": "2026-09-18T09:30",
        "postmark": "",
        "objector_kind": "person",
        "name": NAME,
        "contact": PHONE,
        "facts": FACTS,
    }
    return values | changes


def send(client: Browser, path: str, **changes: Any) -> Page:
    """The form as it stands on its page, filled in and sent."""
    return client.send(client.get(path).form(path), "register", **filled(**changes))


def code_on(page: Page) -> str:
    found = re.search(r'id="code">([0-9A-Z-]+)<', page.source)
    assert found
    return found[1]


# --- refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"channel": ""}, "channel", "请选来源渠道。"),
        ({"arrived_at": ""}, "arrived_at", "请填写收到的日期和时间"),
        ({"arrived_at": "yesterday"}, "arrived_at", "请填写收到的日期和时间"),
        ({"arrived_at": "9999-99-99T99:99"}, "arrived_at", "请填写收到的日期和时间"),
        ({"arrived_at": "2026-09-17T23:59"}, "arrived_at", "收到时间不在公示时间内"),
        ({"arrived_at": "2026-09-18T10:01"}, "arrived_at", "收到时间晚于现在"),
        ({"channel": "letter"}, "postmark", "来信请填邮戳日期"),
        ({"channel": "letter", "postmark": "2026-13-01"}, "postmark", "请填写邮戳上的日期"),
        ({"channel": "letter", "postmark": "2026-09-19"}, "postmark", "邮戳日期晚于收到的日期"),
        ({"name": "匿名"}, "name", "请填写真实姓名"),
        ({"name": ""}, "name", "匿名反映不能登记"),
        ({"contact": "不详"}, "contact", "都没有的，写能收到信的通信地址"),
        ({"facts": ""}, "facts", "请写明事实（至少20个字），或者上传遮住姓名的扫描件。"),
        ({"facts": "太短"}, "facts", "至少20个字"),
        ({"facts": f"{NAME}说：{FACTS}"}, "facts", "这里写有异议人的姓名"),
        ({"objector_kind": "unit", "name": "某某村民委员会"}, "letter", "请在这里上传盖有公章的原件扫描件。"),
    ],
)
def test_what_is_not_right_stands_beside_its_field_and_everything_typed_is_still_there(
    world: World, staff: Staff, path: str, changes: dict[str, str], field: str, says: str
) -> None:
    before = world.everything()
    page = send(staff("handler"), path, **changes)
    assert page.status == 422
    assert says in page.error_of(field)
    again = page.form(path).fields
    typed = {name: value for name, value in filled(**changes).items() if name not in ("channel",)}
    assert {name: again[name] for name in typed} == typed
    assert world.everything() == before


@pytest.mark.parametrize(("login", "status"), [("stranger", 404), ("auditor", 404), ("handler", 200), ("office", 200)])
def test_to_a_foreign_unit_the_form_does_not_exist(staff: Staff, path: str, login: str, status: int) -> None:
    browser = staff(login)
    assert browser.get(path).status == status
    if status == 404:
        assert browser.post(path, filled()).status == 404
        assert browser.get("/desk/registrations/periods/1").status == 404


def test_without_a_login_there_is_nothing(client: Browser, path: str) -> None:
    assert client.get(path).status == 302
    assert client.post(path, filled()).status == 401


def test_after_the_window_the_reason_is_asked_for_and_after_the_deadline_the_text_stays(
    world: World, staff: Staff, clock: MovingClock, path: str
) -> None:
    clerk = staff("handler")
    early = clerk.get(path)
    assert "late_reason" not in early.form(path).fields
    clock.to("2026-09-24 Thu 09:00")
    page = send(clerk, path)
    assert "公示时间已过，请写明为什么现在才登记" in page.error_of("late_reason")
    assert page.form(path).fields["facts"] == FACTS
    form = page.form(path)
    clock.to("2026-09-30 Wed 00:00")
    before = world.everything()
    late = clerk.send(form, "register", late_reason="周三晚上放进信箱")
    assert late.status == 409
    assert "办结期限（2026年9月29日 24:00）已过，不能再登记" in late.text
    assert "0874-0000001" in late.text  # whom to turn to
    assert late.form(path).fields["facts"] == FACTS
    assert world.everything() == before


def test_a_closed_period_says_so_and_keeps_the_text(
    world: World, staff: Staff, clock: MovingClock, path: str, period: int
) -> None:
    clock.to("2026-09-24 Thu 09:00")
    clerk = staff("handler")
    form = clerk.get(path).form(path)
    world.run(closing.close_period, period, by=world.actor("office"), now=clock.now)
    page = clerk.send(form, "register", **filled(late_reason="周三晚上放进信箱"))
    assert page.status == 409
    assert "已经在2026年9月24日 09:00办结" in page.text
    assert page.form(path).fields["facts"] == FACTS


def test_a_hostile_file_is_refused_and_the_good_one_beside_it_stays(world: World, staff: Staff, path: str) -> None:
    clerk = staff("handler")
    files = [(io.BytesIO(b"MZ\x90\x00 not a pdf"), "a.pdf"), (io.BytesIO(pdf()), "b.pdf")]
    page = send(clerk, path, evidence=files)
    assert page.status == 422
    assert "a.pdf" in page.error_of("evidence")
    assert "b.pdf" in page.text
    assert page.form(path).fields["facts"] == FACTS
    sent = clerk.send(page.form(path), "register", evidence=[])
    assert sent.status == 303
    with world.database.reader() as session:
        by = session.scalars(select(AuditRow.actor).where(AuditRow.action == "evidence.received")).all()
    assert by == [f"user:{world.people['handler']}"]


# --- registered ----------------------------------------------------------------------------------


def test_a_visit_is_registered_and_its_slip_printed(world: World, staff: Staff, client: Browser, path: str) -> None:
    clerk = staff("handler")
    overview = clerk.get("/desk/registrations")
    assert "麒麟区" in overview.text
    slip = clerk.follow(send(clerk, path))
    code = code_on(slip)
    for text in ("异议登记回执", "来访", "2026年9月18日 09:30", "麒麟区，电话0874-0000001", "data-prints"):
        assert text in slip.source or text in slip.text, text
    for secret in (NAME, PHONE):
        assert secret not in slip.source
    assert world.objectors() == [Objector(NAME, "", PHONE)]
    done = clerk.follow(clerk.send(slip.form("/slip/done")))
    assert "已经登记。查询码不再显示" in done.text
    assert clerk.get("/desk/registrations/slip").status == 302
    found = client.send(client.get("/receipt").form("/receipt"), code=code)
    assert "待受理" in client.follow(found).text


def test_the_slip_is_shown_to_who_registered_alone(world: World, staff: Staff, app: Any, path: str) -> None:
    clerk = staff("handler")
    send(clerk, path)
    copied = Browser(app)
    copied.write_session(**clerk.cookie())
    copied.sign_in(world.people["head"])
    assert copied.get("/desk/registrations/slip").status == 302


def test_the_same_form_sent_twice_is_one_objection_and_one_slip(world: World, staff: Staff, path: str) -> None:
    clerk = staff("handler")
    form = clerk.get(path).form(path)
    first = code_on(clerk.follow(clerk.send(form, "register", **filled())))
    again = code_on(clerk.follow(clerk.send(form, "register", **filled())))
    assert first == again
    assert len(world.objectors()) == 1


def test_what_tells_who_wrote_is_pointed_out_once_and_then_taken(world: World, staff: Staff, path: str) -> None:
    clerk = staff("handler")
    page = send(clerk, path, facts=f"{NAME}村的道路没有修，{FACTS}")
    assert "异议人的姓名" in page.error_of("facts")
    assert clerk.send(page.form(path), "register").status == 303
    assert len(world.objectors()) == 1


def test_a_scan_does_instead_of_the_facts_and_a_letter_has_its_postmark_and_an_address(
    world: World, staff: Staff, path: str
) -> None:
    clerk = staff("handler")
    address = "麒麟区某某镇某某村12号"
    changes: dict[str, Any] = {"channel": "letter", "postmark": "2026-09-16", "contact": address, "facts": ""}
    sent = send(clerk, path, **changes, evidence=[(io.BytesIO(pdf()), "来信.pdf")])
    assert sent.status == 303
    with world.database.reader() as session:
        objection = session.scalars(select(Objection)).one()
        assert objection.facts == "异议内容见所附的扫描件（1个文件），原件由登记的单位保存备查。"
        assert objection.text_hash is None  # two scans are not two equal texts
        assert session.scalars(select(Registration.postmark)).one().isoformat() == "2026-09-16"
    assert world.objectors() == [Objector(NAME, "", address)]


def test_a_sealed_letter_of_a_unit_is_not_for_its_handlers(
    world: World, staff: Staff, path: str, clock: MovingClock
) -> None:
    unit = {"objector_kind": "unit", "name": "某某村民委员会", "contact": "王主任 0874-1234567"}
    sent = send(staff("handler"), path, **unit, letter=[(io.BytesIO(pdf()), "盖章.pdf")])
    assert sent.status == 303
    with world.database.reader() as session:
        case = session.scalars(select(Case)).one()
        assert case.state is State.RECEIVED
    clock.to("2026-09-19 Sat 09:00")  # a unit is shown a case when its day is over
    page = staff("head").get(f"/desk/cases/{case.id}")
    assert "盖章的书面材料：有。已经封存" in page.text
    assert "来访，由工作人员登记" in page.text
    assert staff("handler").get(f"/desk/cases/{case.id}").status == 404


# --- the list -------------------------------------------------------------------------------------


def test_the_list_says_by_which_channel_and_the_registrar_reads_no_more_than_was_typed(
    world: World, staff: Staff, period: int, path: str, clock: MovingClock
) -> None:
    web, _ = world.file(period, world.nominees[1], FRIDAY)
    send(staff("handler"), path)
    clock.to("2026-09-19 Sat 09:00")  # a unit is shown a case when its day is over
    mine, heads = staff("handler").get("/desk/registrations"), staff("head").get("/desk/registrations")
    with world.database.reader() as session:
        case = session.scalars(select(Case).where(Case.id != web)).one()
    for page in (mine, heads):
        assert case.number in page.text
        assert "网上提交 1" in page.text
        assert "来访 1" in page.text
    assert f"/desk/cases/{case.id}" in heads.links
    assert f"/desk/cases/{case.id}" not in mine.links
    for other in ("stranger",):
        assert case.number not in staff(other).get("/desk/registrations").text


@pytest.mark.parametrize("registrar", ["office", "handler"])
def test_security_44_of_a_complaint_against_the_unit_its_list_says_nothing_whoever_registered_it(
    world: World, staff: Staff, path: str, period: int, registrar: str
) -> None:
    with world.database.writer() as session:  # a third of the office, so that one of them may register
        office = session.get_one(User, world.people["office"])
        session.add(User(login="third", name="三", role=office.role, unit=office.unit, password_hash="-"))
        session.commit()
    before = {login: staff(login).get("/desk/registrations").text for login in ("head", "handler", "handler2")}
    assert send(staff(registrar), path, against_handler="y").status == 303
    for login, page in before.items():
        assert staff(login).get("/desk/registrations").text == page
    assert "来访 1" in staff("office2").get("/desk/registrations").text


def test_the_closing_report_says_it_to_the_office(
    world: World, staff: Staff, path: str, period: int, clock: MovingClock
) -> None:
    send(staff("handler"), path)
    page = staff("office").get(f"/office/periods/{period}/close")
    assert "异议的来源渠道" in page.text
    assert "来访 1" in page.text
    assert "办结以后不能再登记来信、来访、来电提出的异议" in page.text
    with world.database.reader() as session:
        report = closing.closing_report(session, session.get_one(Period, period), at(FRIDAY))
    assert report["by_channel"] == {"web": 0, "letter": 0, "visit": 1, "telephone": 0, "mail": 0}


def test_the_office_reads_it_on_its_page_and_no_paper_of_a_units_period_says_it(
    world: World, staff: Staff, path: str, period: int, clock: MovingClock
) -> None:
    """A paper is one for all who download it; to a unit the channels would tell of a complaint against it (R19)."""
    cases = [world.file(period, world.nominees[1], FRIDAY)[0]]
    send(staff("handler2"), path)
    with world.database.reader() as session:
        cases += session.scalars(select(Case.id).where(Case.id.not_in(cases)))
    for case in cases:
        world.bring(case, State.CONCLUDED, "2026-09-21 Mon 10:00")
    closed = "2026-09-29 Tue 12:00"  # no second look can be asked for any more
    world.run(closing.close_period, period, by=world.actor("office"), now=at(closed))
    clock.to(closed)
    for paper in ("cases", "closing"):
        address = f"/papers/periods/{period}/{paper}"
        office, head = (text_of(staff(login).open(address).data) for login in ("office", "head"))
        assert ("来源渠道" in office, "来源渠道" in head) == (False, False), paper
    shown = staff("office").get(f"/office/periods/{period}/report").text
    assert all(text in shown for text in ("来源渠道", "网上提交", "来访"))


def test_six_fields_are_seen_at_once_and_the_others_where_they_apply(
    staff: Staff, path: str, clock: MovingClock
) -> None:
    """The postmark hides by the style sheet alone, so that it stands there where that is not understood."""
    clerk = staff("handler")
    page = clerk.get(path)
    before, _, rest = page.source.partition('<details class="fold">')
    folded, _, _ = rest.partition("</details>")
    assert set(re.findall(r'name="(\w+)"', before.partition('class="register"')[2])) - HIDDEN == {
        "channel",
        "arrived_at",
        "postmark",  # seen where it came by post
        "name",
        "contact",
        "facts",
        "evidence",
    }
    assert set(re.findall(r'name="(\w+)"', folded)) == {"objector_kind", "letter", "against_handler"}
    assert '<div class="of-post">' in before
    assert ".of-post:not(:has(.error)) { display: none; }" in SHEET.read_text(encoding="utf-8")
    for changes in ({"objector_kind": "unit"}, {"against_handler": "y", "facts": ""}):
        assert '<details class="fold" open>' in send(clerk, path, **changes).source
    clock.to("2026-09-24 Thu 09:00")
    assert 'name="late_reason"' in clerk.get(path).source.partition('<details class="fold">')[0]
