"""Accounts for many at once, on the pages: the sheet and its preview, one press, and the slips as one file."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
from collections.abc import Callable

import docx
import pytest
from openpyxl import load_workbook

from app.services.accounts import units
from tests.web.browsing import Browser, MovingClock, Page
from tests.world import World, at

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the services are tested on both
Staff = Callable[[str], Browser]


@pytest.fixture(autouse=True)
def own_units(world: World) -> None:
    for name in ("甲站", "乙站"):
        world.run(units.add, world.qilin, name, by=world.actor("office"), now=at("2026-09-01 Tue 09:00"))


def blank(browser: Browser) -> bytes:
    return browser.client.get("/people/many/blank.xlsx").data


def filled(content: bytes, **names: str) -> bytes:
    """The sheet as it was downloaded, with names typed into the first free row of each unit."""
    book = load_workbook(io.BytesIO(content))
    for unit, name in names.items():
        row = next(row for row in book.active.iter_rows(min_row=2) if row[0].value == unit and not row[2].value)
        row[2].value = name
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def upload(browser: Browser, content: bytes) -> Page:
    return browser.post("/people/many/sheet", {"sheet": (io.BytesIO(content), "账号.xlsx")})


def codes(page: Page) -> list[str]:
    return [html.unescape(text) for text in re.findall(r'<span class="code">(.*?)</span>', page.source)]


def test_the_sheet_comes_with_the_units_is_looked_at_and_opens_all(world: World, staff: Staff) -> None:
    head = staff("head")
    before = world.everything()
    preview = upload(head, filled(blank(head), 甲站="张三", 乙站="李四"))
    assert (preview.status, "没有发现错误，还没有开账号" in preview.text) == (200, True), preview.text
    assert all(text in preview.text for text in ("张三", "李四", "jz01", "yz01", "麒麟区 · 甲站"))
    assert world.everything() == before
    form = preview.form("/people/many/sheet/save")
    slips = head.send(form)
    assert (slips.status, codes(slips)[::2]) == (200, ["jz01", "yz01"])
    again = head.send(form)  # the button pressed twice, or the page loaded anew
    assert (again.status, codes(again)) == (422, [])
    assert "已有账号 jz01" in again.text


def test_errors_stand_in_a_table_with_their_cells(world: World, staff: Staff) -> None:
    office, before = staff("office"), world.everything()
    book = load_workbook(io.BytesIO(filled(blank(office), 甲站="张三")))
    row = next(row for row in book.active.iter_rows(min_row=2) if row[2].value == "张三")
    row[4].value, number = "handler", row[0].row
    content = io.BytesIO()
    book.save(content)
    page = upload(office, content.getvalue())
    assert (page.status, "表格里有1处要改，一个账号也没有开" in page.text) == (422, True)
    assert f'<th scope="row">账号</th><td data-label="行">{number}</td><td data-label="列">E</td>' in page.source
    for content_sent in (b"", b"PK\x03\x04", b"no sheet at all"):
        refused = upload(office, content_sent)
        assert (refused.status, refused.error_of("sheet") != "") == (422, True)
    assert office.post("/people/many/sheet/save", {"sheets": "[1"}).status == 422
    assert world.everything() == before


def test_one_press_gives_each_unit_its_slip_and_all_of_them_are_one_file(
    world: World, staff: Staff, clock: MovingClock
) -> None:
    office = staff("office")
    page = office.get(f"/people/many?programme={world.programme}")
    assert "甲站" not in page.text  # no list names it
    for nowhere in ("999", str(10**30), "x", "-1"):
        assert office.get(f"/people/many?programme={nowhere}").status == 200
    page = office.get("/people/many")
    assert all(text in page.text for text in ("麒麟区 · 甲站", "麒麟区 · 乙站"))
    ids = re.findall(r'name="chosen" id="unit-(\d+)"', page.source)
    slips = office.post("/people/many", {"chosen": ids})
    assert (slips.status, len(codes(slips))) == (200, 2 * len(ids))
    form = slips.form("/people/slips.docx")
    sent = office.client.post("/people/slips.docx", data=form.fields)
    assert sent.status_code == 200
    assert "attachment" in sent.headers["Content-Disposition"]
    tables = docx.Document(io.BytesIO(sent.data)).tables
    cells = {row.cells[0].text: row.cells[1].text for row in tables[0].rows}
    assert len(tables) == len(ids)
    assert [cells["登录名"], cells["密码"]] == codes(slips)[:2]
    # Nobody else opens it, nor anybody later, nor what somebody made up.
    other = staff("head")
    fields = form.fields | {"csrf_token": other.csrf_token()}
    assert other.client.post("/people/slips.docx", data=fields).status_code == 422
    for made_up in ("", "AAAA", "not base64!", "²"):
        assert office.post("/people/slips.docx", {"slips": made_up}).status == 422
    clock.forward(seconds=dt.timedelta(minutes=20).seconds)
    assert office.get("/people/").status == 200  # still at work
    clock.forward(seconds=dt.timedelta(minutes=20).seconds)
    office.get("/people/")
    clock.forward(seconds=dt.timedelta(minutes=20).seconds)
    assert office.post("/people/slips.docx", {"slips": form.fields["slips"]}).status == 422
    assert not any(codes(slips)[1] in " ".join(rows) for rows in world.everything().values())


def test_the_list_of_units_tells_how_many_have_nobody(staff: Staff) -> None:
    assert re.search(r"有\d+个单位没有账号", staff("office").get("/units/").text)
    assert "个单位没有账号" in staff("head").get("/units/").text


def test_a_name_is_entered_on_the_persons_page(world: World, staff: Staff) -> None:
    head = staff("head")
    person = f"/people/{world.people['handler']}"
    assert head.post(f"{person}/name", {"name": ""}).error_of("name") == "姓名请写1到60个字。"
    assert head.post(f"{person}/name", {"name": "赵经办"}).status == 303
    assert "赵经办" in head.get(person).text
