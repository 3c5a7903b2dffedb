"""Lists saved as sheets: what the list shows, and nothing a spreadsheet would run (R19)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import load_workbook

from app.web.shared.lists import Column
from tests.web.browsing import Browser
from tests.world import FACTS, World

pytestmark = pytest.mark.usefixtures("next_morning")
HOSTILE = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    '=HYPERLINK("//example.net","x")',
    "=cmd|' /C calc'!A0",
    "\t=1+1",
    "＝1+1",
]


@pytest.fixture
def sheet_of(staff: Callable[[str], Browser]) -> Callable[[str, str], bytes]:
    def fetch(login: str, path: str) -> bytes:
        answer = staff(login).open(path)
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        return answer.get_data()

    return fetch


def test_security_37_a_text_that_begins_like_a_formula_stays_a_text(
    world: World, sheet_of: Callable[[str, str], bytes]
) -> None:
    period = world.round_two()
    texts = [start + FACTS for start in HOSTILE]
    for text in texts:
        world.file(period, world.nominees[2], "2026-09-18 Fri 08:00", facts=text)
    raw = sheet_of("handler", "/desk/cases.xlsx")
    page = load_workbook(io.BytesIO(raw)).worksheets[0]
    cells = [row[10] for row in page.iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type, cell.quotePrefix) for cell in cells] == [(text, "s", True) for text in texts]
    with zipfile.ZipFile(io.BytesIO(raw)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
        assert not [name for name in parts.namelist() if "external" in name.lower() or "vba" in name.lower()]


def test_security_16_a_unit_saves_its_own_cases_without_who_filed_them(
    world: World, sheet_of: Callable[[str, str], bytes]
) -> None:
    period = world.round_two()
    world.file(period, world.nominees[2], "2026-09-18 Fri 08:13", name="植标甲", contact="13900001111")
    for login, path, rows in (
        ("handler", "/desk/cases.xlsx", 1),
        ("stranger", "/desk/cases.xlsx", 0),
        ("office", "/office/cases.xlsx", 1),
    ):
        page = load_workbook(io.BytesIO(sheet_of(login, path))).worksheets[0]
        values = [str(cell.value) for row in page.iter_rows(min_row=2) for cell in row]
        assert page.max_row - 1 == rows, login
        assert not [value for value in values if "植标甲" in value or "13900001111" in value or "08:13" in value]


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("2026-1460695238", True),
        ("2026年11月28日", True),
        ("2026年12月7日 24:00", True),
        ("2026年11月12日至11月18日", True),
        ("2026年11月30日 08:30", True),
        ("12", False),  # nothing to keep together
        ("麒麟区拟推荐对象公示", False),
        ("2026年度先进集体", False),
    ],
)
def test_numbers_and_days_stay_on_one_line(text: str, whole: bool) -> None:
    assert Column.is_one_word(text) is whole
