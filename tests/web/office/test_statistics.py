"""The statistics as a page, a picture and a sheet: the same numbers, for the office alone (R5)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.domain.cases.states import State
from app.services.office.statistics import COUNTED_OUTCOME_NAMES
from app.services.periods import closing
from app.web.office.statistics import DEFINITIONS, INK, LINE, OUTCOME_COLOURS, PAPER
from tests.web.browsing import Browser, MovingClock
from tests.world import World, at

sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
Staff = Callable[[str], Browser]


@pytest.fixture
def office(world: World, staff: Staff, clock: MovingClock) -> Browser:
    period = world.round_two()
    case, _ = world.file(period, world.nominees[2], "2026-09-18 Fri 08:00")
    world.bring(case, State.CONCLUDED, "2026-09-21 Mon 10:00")
    world.file(period, world.nominees[3], "2026-09-18 Fri 08:00", contact="13900001112")
    clock.to("2026-09-22 Tue 09:00")
    return staff("office")


@sqlite
def test_the_page_says_each_number_and_what_it_means(office: Browser) -> None:
    page = office.get("/office/statistics")
    row = re.search(r'<th scope="row">麒麟区</th>(.*?)</tr>', page.source, re.S)
    assert row is not None
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row[1])
    assert cells == ["2", "1", "0", "0", "0", "1", "0", "0", "2", "2（平均2，最长2）", "2（平均2，最长2）"]
    for name, meaning in DEFINITIONS.items():
        assert name in page.text
        assert meaning in page.text
    assert "这个范围里还没有异议" in office.get("/office/statistics?round=3").text
    assert office.get("/office/statistics?programme=77&round=x").status == 200  # what is unknown narrows nothing


@sqlite
def test_the_sheet_holds_the_same_numbers(office: Browser) -> None:
    book = load_workbook(io.BytesIO(office.open("/office/statistics.xlsx").get_data()))
    assert book.sheetnames == ["按办理单位", "按异议类别", "按来源渠道", "说明"]
    rows = [list(row) for row in book["按办理单位"].iter_rows(values_only=True)]
    assert rows[0][:2] == ["办理单位", "异议"]
    assert rows[0][2:9] == list(COUNTED_OUTCOME_NAMES.values())
    assert rows[1][:10] == ["麒麟区", 2, 1, 0, 0, 0, 1, 0, 0, 2]
    assert rows[-1][:2] == ["合计", 2]


@sqlite
def test_the_picture_stands_by_itself_and_can_be_saved(office: Browser) -> None:
    answer = office.open("/office/statistics.svg?round=2")
    assert answer.mimetype == "image/svg+xml"
    said = answer.get_data(as_text=True)
    assert "麒麟区" in said
    assert "共2件" in said
    assert "style" not in answer.get_data(as_text=True)  # nothing that the page's policy would refuse
    saved = office.open("/office/statistics.svg?save=1")
    assert saved.headers["Content-Disposition"].startswith("attachment;")


def test_the_pictures_colours_are_those_of_the_pages() -> None:
    css = Path("static/css/base.css").read_text("utf-8")
    for colour in {*OUTCOME_COLOURS.values(), INK, PAPER, LINE}:
        assert f": {colour};" in css, colour


@sqlite
def test_all_cases_keeps_those_of_closed_periods(world: World, office: Browser, clock: MovingClock) -> None:
    clock.to("2026-10-08 Thu 09:00")
    world.run(closing.close_period, 6, by=world.actor("office"), now=at("2026-10-08 Thu 09:00"))
    listed = office.get("/office/cases")
    assert "共 2 条" in listed.text or listed.source.count("/desk/cases/") >= 2
    narrowed = office.get("/office/cases?outcome=dismissed&format=xlsx")
    assert narrowed.status == 200
    assert office.open("/office/ledger.xlsx").status_code == 200
    assert "异议台账" in office.get("/office/record?action=paper.made").text
